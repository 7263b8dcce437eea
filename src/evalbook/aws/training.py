"""How a model package was trained: by which job, on which data, and in which agent.

A multi-turn RL job, of category AgentRFT, names the package that it made, but not the other way
round. So the jobs that were running when the package was made are searched. Their documents are
read as sagemaker 3.27.0, ``train/agent_rft_job.py``, reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from evalbook.aws.base_models import find_technique
from evalbook.aws.documents import ForeignJson, read_document
from evalbook.aws.found import RolloutTraining, Training
from evalbook.aws.identity import find_caller
from evalbook.aws.packages import ModelPackage
from evalbook.aws.registry import is_dataset_arn, resolve_dataset_arn
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import NO_HELP, Aws, in_parallel, try_asking
from evalbook.errors import AnswerRejected

TECHNIQUE = "MTRL"
"""What the hub's recipes call multi-turn RL (``CustomizationTechnique``)."""
MOST_JOBS = 200
"""Jobs that are described at most; each costs one question."""
MOST_OBJECTS = 1000
"""Objects of a prefix of training data that are read at most."""
_JOB_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
# A package is registered shortly before its job ends.
_LEEWAY = timedelta(hours=1)


def find_rollout_training(aws: Aws, name: str, region: str | None) -> RolloutTraining | None:
    """Return the multi-turn RL training job of a name; None if none can be read."""
    sagemaker = aws.client("sagemaker", region)
    found = try_asking(lambda: sagemaker.describe_job(JobName=name, JobCategory="AgentRFT"))
    if found is None:
        return None
    document = read_document(found.get("JobConfigDocument"))
    runtime = document["AgentConfig"]["BedrockAgentCoreConfig"]
    function = document["AgentConfig"]["CustomAgentLambdaConfig"]
    return RolloutTraining(
        name,
        document["ServiceOutput"]["OutputModelPackageArn"].text,
        runtime["AgentRuntimeArn"].text or function["LambdaArn"].text,
        runtime["Qualifier"].text,
    )


def find_package_of_job(aws: Aws, name: str, region: str | None) -> str | None:
    """Return the ARN of the model package that a training job registered, or None.

    None also if the job may not be seen: the answer only helps.
    """
    if not _JOB_NAME.fullmatch(name):
        return None
    sagemaker = aws.client("sagemaker", region)
    job = try_asking(lambda: sagemaker.describe_training_job(TrainingJobName=name))
    if job is not None:
        return job.get("OutputModelPackageArn")
    # Multi-turn RL trains by jobs of another kind.
    trained = find_rollout_training(aws, name, region)
    return trained.package if trained else None


def find_training(aws: Aws, package: ModelPackage) -> Training:
    """Find out whether multi-turn RL made a package, and by which job."""
    job = package.training_job
    told = find_rollout_training(aws, job, package.region) if job else None
    if told is not None and told.package == package.arn:
        return Training(True, told, _made_by(told))
    base = package.base_model
    recipe = base.recipe if base else None
    technique = find_technique(aws, base, package.region) if base and recipe else None
    if technique not in (None, TECHNIQUE):
        return Training(False, None, f"Its recipe is one of {technique}.")
    found = _among_jobs(aws, package)
    if technique == TECHNIQUE and found.trained is not True:
        return Training(True, None, f"Its recipe {recipe} is one of {TECHNIQUE}. {found.how}")
    return found


def _among_jobs(aws: Aws, package: ModelPackage) -> Training:
    """Search the jobs that were running when the package was made, newest first."""
    made = datetime.fromisoformat(package.created)
    listing = aws.client("sagemaker", package.region).get_paginator("list_jobs")
    pages = listing.paginate(
        JobCategory="AgentRFT",
        CreationTimeBefore=made + _LEEWAY,
        LastModifiedTimeAfter=made - _LEEWAY,
        SortBy="CreationTime",
        SortOrder="Descending",
    )
    jobs = (str(it["JobName"]) for page in pages for it in page["JobSummaries"])
    try:
        names = list(islice(jobs, MOST_JOBS))
        ask = [partial(find_rollout_training, aws, name, package.region) for name in names]
        seen = in_parallel(ask)
        more = next(jobs, None) is not None
    except NO_HELP as error:
        return Training(None, None, f"Multi-turn RL training jobs can't be listed. {error.message}")
    for job in seen:
        if job is not None and job.package == package.arn:
            return Training(True, job, _made_by(job))
    if find_caller(aws, package.region).account != package.account:
        how = f"The jobs in account {package.account} can't be seen from here."
    elif None in seen:
        unread = seen.count(None)
        how = f"{unread} of {len(seen)} multi-turn RL training jobs can't be read."
    elif more:
        how = f"None of the {len(seen)} newest multi-turn RL training jobs of that time made it."
    else:
        return Training(False, None, "No multi-turn RL training job of that time made it.")
    return Training(None, None, how)


def _made_by(job: RolloutTraining) -> str:
    where = f", in the agent {job.agent}" if job.agent else ""
    return f"Training job {job.job} made it{where}."


# --- the data that a job read -----------------------------------------------------------------


@dataclass(frozen=True)
class TrainingData:
    objects: tuple[S3Uri, ...]
    size: int
    """Bytes of all of them."""
    untold: tuple[str, ...]
    """What could not be found or looked at, as sentences."""


def trained_on(aws: Aws, package: ModelPackage) -> tuple[str, ...]:
    """Return what a package's training job read, as S3 URIs or ARNs of registered datasets.

    Channels for validation are left out. Nothing is returned if the job is unknown or unreadable.
    """
    job = package.training_job
    if job is None:
        return ()
    sagemaker = aws.client("sagemaker", package.region)
    found = try_asking(lambda: sagemaker.describe_training_job(TrainingJobName=job))
    places = []
    for channel in ForeignJson(found)["InputDataConfig"].items:
        name, source = channel["ChannelName"].text or "", channel["DataSource"]
        place = source["DatasetSource"]["DatasetArn"].text or source["S3DataSource"]["S3Uri"].text
        if place and not name.lower().startswith(("val", "test", "eval")):
            places.append(place)
    return tuple(places)


def find_training_data(aws: Aws, places: tuple[str, ...], region: str) -> TrainingData:
    """Return the objects at the places that a training job read."""
    objects: dict[S3Uri, int] = {}
    untold: list[str] = []
    for place in places:
        found, problem = _list_place(aws, place, region)
        objects |= found
        untold += [problem] if problem else []
    return TrainingData(tuple(objects), sum(objects.values()), tuple(untold))


def _list_place(aws: Aws, place: str, region: str) -> tuple[dict[S3Uri, int], str | None]:
    try:
        registered = is_dataset_arn(place)
        uri = str(resolve_dataset_arn(aws, place).uri) if registered else place
        found = dict(islice(_objects(aws, uri, region), MOST_OBJECTS))
    except NO_HELP as error:
        return {}, f"{place} can't be listed. {error.message}"
    except AnswerRejected as error:
        return {}, f"{place} can't be found. {error.message}"
    return found, None if found else f"There is no object at {place} any more."


def _objects(aws: Aws, uri: str, region: str) -> Iterator[tuple[S3Uri, int]]:
    """Yield the objects that a URI stands for: one, or all under a prefix."""
    bucket, _, prefix = uri.removeprefix("s3://").partition("/")
    below = f"{prefix.rstrip('/')}/" if prefix else ""
    pages = aws.client("s3", region).get_paginator("list_objects_v2")
    for page in pages.paginate(Bucket=bucket, Prefix=prefix):
        for item in page.get("Contents") or []:
            key, size = item["Key"], item["Size"]
            if size and (key == prefix or key.startswith(below)):
                yield S3Uri(bucket, key), size
