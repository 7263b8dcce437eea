"""Whether a model package was trained with multi-turn RL, by which job, and in which agent.

A job of category AgentRFT names the package that it made, but not the other way round. So the jobs
that were running when the package was made are searched. Their documents are read as sagemaker
3.27.0, ``train/agent_rft_job.py``, reads them.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from itertools import islice

from evalbook.aws.base_models import find_technique
from evalbook.aws.documents import read_document
from evalbook.aws.found import RolloutTraining, Training
from evalbook.aws.identity import find_caller
from evalbook.aws.package_answers import ModelPackage
from evalbook.aws.session import NO_HELP, PARALLEL_REQUESTS, Aws, in_parallel, try_asking

TECHNIQUE = "MTRL"
"""What the hub's recipes call multi-turn RL (``CustomizationTechnique``)."""
MOST_JOBS = 200
"""Jobs that are described at most; each costs one question."""
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


def find_training(aws: Aws, package: ModelPackage, job: str | None = None) -> Training:
    """Find out whether multi-turn RL made a package, and by which job.

    ``job`` is the name of the training job, if the person or the package names it.
    """
    told = find_rollout_training(aws, job, package.region) if job else None
    if told is not None and told.package == package.arn:
        return Training(True, told, _made_by(told))
    base = package.base_model
    technique = find_technique(aws, base, package.region) if base and base.recipe else None
    if technique not in (None, TECHNIQUE):
        return Training(False, None, f"Its recipe is one of {technique}.")
    found = _among_jobs(aws, package)
    if technique == TECHNIQUE and found.trained is not True:
        recipe = base.recipe if base else None
        return Training(True, None, f"Its recipe {recipe} is one of {TECHNIQUE}. {found.how}")
    return found


def _among_jobs(aws: Aws, package: ModelPackage) -> Training:
    """Search the jobs that were running when the package was made, newest first."""
    made = datetime.fromisoformat(package.created)
    pages = (
        aws.client("sagemaker", package.region)
        .get_paginator("list_jobs")
        .paginate(
            JobCategory="AgentRFT",
            CreationTimeBefore=made + _LEEWAY,
            LastModifiedTimeAfter=made - _LEEWAY,
            SortBy="CreationTime",
            SortOrder="Descending",
        )
    )
    jobs = (it for page in pages for it in page["JobSummaries"])
    looked_at = unseen = 0
    try:
        first = islice(jobs, MOST_JOBS)
        while names := [str(job["JobName"]) for job in islice(first, PARALLEL_REQUESTS)]:
            described = in_parallel(
                [partial(find_rollout_training, aws, name, package.region) for name in names]
            )
            for job in described:
                if job is not None and job.package == package.arn:
                    return Training(True, job, _made_by(job))
            looked_at += len(described)
            unseen += described.count(None)
        more = next(jobs, None) is not None
    except NO_HELP as error:
        return Training(None, None, f"Multi-turn RL training jobs can't be listed. {error.message}")
    return _not_found(aws, package, looked_at, unseen, more)


def _not_found(
    aws: Aws, package: ModelPackage, looked_at: int, unseen: int, more: bool
) -> Training:
    if find_caller(aws, package.region).account != package.account:
        how = f"The jobs in account {package.account} can't be seen from here."
    elif unseen:
        how = f"{unseen} of {looked_at} multi-turn RL training jobs can't be read."
    elif more:
        how = f"None of the {looked_at} newest multi-turn RL training jobs of that time made it."
    else:
        return Training(False, None, "No multi-turn RL training job of that time made it.")
    return Training(None, None, how)


def _made_by(job: RolloutTraining) -> str:
    where = f", in the agent {job.agent}" if job.agent else ""
    return f"Training job {job.job} made it{where}."
