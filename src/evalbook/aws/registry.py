"""Datasets and scorers that an account has registered in a hub, found by their ARNs."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from evalbook.aws.arns import Arn, describe_arn_kind, parse_arn, refuse_region_fault
from evalbook.aws.documents import ForeignJson, read_document
from evalbook.aws.found import Evaluator
from evalbook.aws.functions import check_function
from evalbook.aws.hub_models import describe_hub_content, list_hub_contents
from evalbook.aws.identity import find_caller
from evalbook.aws.permissions import check_may_do
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import NO_HELP, Aws, AwsDenied, AwsInvalid, AwsMissing, in_parallel
from evalbook.checks import Check, passed, skipped
from evalbook.errors import AnswerRejected, reject

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.literals import HubContentTypeType
    from mypy_boto3_sagemaker.type_defs import DescribeHubContentResponseTypeDef


@dataclass(frozen=True)
class _Kind:
    """A kind of thing that can be registered."""

    what: str
    """What people call it."""
    code: str
    """Beginning of the codes of rejections."""
    content_type: HubContentTypeType
    otherwise: str
    """What else may be answered, as the end of a sentence."""
    also: tuple[str, ...] = ()
    """Other types of content that its ARNs may name."""

    @property
    def form(self) -> str:
        hub = "arn:aws:sagemaker:REGION:ACCOUNT:hub-content/HUB"
        return f"The form is {hub}/{self.content_type}/NAME/VERSION."

    def refused(self, why: str, message: str, remedy: str) -> AnswerRejected:
        return reject(f"{self.code}.{why}", message, remedy)

    def names(self, arn: Arn) -> bool:
        """Tell whether an ARN, complete or not, is of this kind."""
        types = {self.content_type, *self.also}
        return arn.service == "sagemaker" and bool(types & {*arn.path[2:3]})


def _read_registered(aws: Aws, text: str, kind: _Kind) -> tuple[Arn, ForeignJson]:
    """Return what an ARN stands for: the hub's own ARN, and the document.

    The ARN has the version, without which the SDK refuses it (``common_utils/data_utils.py``).

    Raises:
        AnswerRejected: by the codes ``arn`` for another kind of ARN or an incomplete one,
            ``missing``, ``denied``, ``account`` or ``not_ready``.
    """
    arn = _read_arn(text, kind)
    hub, name, version = arn.path[1], arn.path[3], next(iter(arn.path[4:]), None)
    try:
        content = describe_hub_content(aws, arn.region, hub, kind.content_type, name, version)
    except AwsMissing:
        of = f", version {version}," if version else ""
        raise kind.refused(
            "missing",
            f'There is no {kind.what} "{name}"{of} in the hub "{hub}" in {arn.region}.',
            f"Check name, version and region, or {kind.otherwise}.",
        ) from None
    except AwsDenied:
        raise kind.refused(
            "denied",
            f'You may not look up the {kind.what} "{name}".',
            f"Ask for sagemaker:DescribeHubContent on {arn}, or {kind.otherwise}.",
        ) from None
    except AwsInvalid as error:
        raise kind.refused("arn", error.message, kind.form) from None
    found = _full_arn(arn, content, kind)
    status = content.get("HubContentStatus", "Available")
    if status != "Available":
        reason = f": {content['FailureReason']}" if content.get("FailureReason") else ""
        raise kind.refused(
            "not_ready",
            f'The {kind.what} "{name}" is {status}, not available{reason}.',
            f"Try again when it is available, or {kind.otherwise}.",
        )
    return found, read_document(content["HubContentDocument"])


def _read_arn(text: str, kind: _Kind) -> Arn:
    arn = parse_arn(text)
    if arn is None:
        raise kind.refused("arn", f'"{text.strip()}" is not an ARN.', kind.form)
    if not kind.names(arn):
        found = f"{arn} is {describe_arn_kind(arn)}. A {kind.what} is needed."
        raise kind.refused("arn", found, f"{kind.form} Or {kind.otherwise}.")
    # hub-content/HUB/TYPE/NAME, and a version that may be left out for the newest.
    if not (len(arn.path) in (4, 5) and all(arn.path) and arn.region):
        raise kind.refused("arn", f"{arn} is incomplete.", kind.form)
    refuse_region_fault(arn, f"{kind.code}.arn", kind.form)
    return arn


def _full_arn(asked: Arn, content: DescribeHubContentResponseTypeDef, kind: _Kind) -> Arn:
    """Return the hub's own ARN: hubs are asked for by name, which other accounts use too."""
    found = parse_arn(str(content["HubContentArn"]))
    if found is None or found.account != asked.account:
        raise kind.refused(
            "account",
            f"{asked} belongs to account {asked.account}; the SDK looks for it in yours, where the "
            f"{kind.what} of that name is {content['HubContentArn']}.",
            f"Give one of your own account, or {kind.otherwise}.",
        )
    return found


# --- datasets -----------------------------------------------------------------------------------

# sagemaker/ai_registry/air_constants.py, 3.27.0: DOC_KEY_DATASET_S3_BUCKET and …_PREFIX. The
# "prefix" is a whole key, file name included (ai_registry/dataset.py).
_BUCKET, _KEY = "DatasetS3Bucket", "DatasetS3Prefix"
_DATASET = _Kind("dataset", "dataset", "DataSet", "give the dataset's S3 URI")


@dataclass(frozen=True)
class RegisteredDataset:
    """A dataset of a hub: its ARN, with the version, and the object that it stands for."""

    arn: str
    uri: S3Uri


def is_dataset_arn(text: str) -> bool:
    """Tell whether a text is the ARN of a dataset in a hub, complete or not."""
    arn = parse_arn(text)
    return arn is not None and _DATASET.names(arn)


def resolve_dataset_arn(aws: Aws, text: str) -> RegisteredDataset:
    """Return what a dataset's ARN stands for, as its hub describes it.

    Raises:
        AnswerRejected: as `_read_registered`, or ``dataset.location``.
    """
    arn, document = _read_registered(aws, text, _DATASET)
    bucket, key = document[_BUCKET].text, (document[_KEY].text or "").lstrip("/")
    if not bucket or not key:
        raise _DATASET.refused(
            "location",
            f'The dataset "{arn.path[3]}" does not name its location: its document lacks {_BUCKET} '
            f"or {_KEY}.",
            "Give the dataset's S3 URI.",
        )
    return RegisteredDataset(str(arn), S3Uri(bucket, key))


# --- scorers ------------------------------------------------------------------------------------

# sagemaker 3.27.0, ai_registry/air_hub.py (the hub's name), air_constants.py and evaluator.py (the
# document). SageMaker's API has no content type Evaluator: the SDK registers one as a JsonDoc.
_SCORER = _Kind(
    "registered evaluator", "scorer", "JsonDoc", "choose one from the list", ("Evaluator",)
)
_SCORES = "RewardFunction"
HOW_TO_REGISTER = (
    'Register it: sagemaker.ai_registry.evaluator.Evaluator.create(name="my-scorer", '
    'type="RewardFunction", source=…), with the function\'s ARN or your file as source; then give '
    "the ARN it returns."
)


def name_registry_hub(account: str, region: str) -> str:
    digest = hashlib.sha256(f"AiRegistry-{region}-{account}".encode()).digest()
    return base64.b32hexencode(digest).decode().strip("=")


def list_evaluators(aws: Aws, region: str) -> tuple[list[Evaluator], list[Check]]:
    """Return the scorers of the account's AI registry, newest version each."""
    hub = name_registry_hub(find_caller(aws, region).account, region)
    try:
        listed = list_hub_contents(aws, region, hub, _SCORER.content_type)
        arns = [it["HubContentArn"] for it in listed]
    except AwsMissing:
        return [], []
    except NO_HELP as error:
        return [], [skipped("scorer.list", f"The AI registry could not be listed. {error.message}")]
    questions = [partial(_scorer_or_none, aws, arn) for arn in arns]
    return [found for found in in_parallel(questions) if found is not None], []


def _scorer_or_none(aws: Aws, arn: str) -> Evaluator | None:
    """Return a document's scorer; None for another document, or a prompt for a judge."""
    try:
        return check_evaluator(aws, arn)[0]
    except AnswerRejected:
        return None


def check_evaluator(aws: Aws, text: str) -> tuple[Evaluator, list[Check]]:
    """Return what a registered scorer's ARN stands for.

    Raises:
        AnswerRejected: as `_read_registered`; or it is no function that scores, or its function is
            gone.
    """
    arn = parse_arn(text)
    if arn is not None and arn.service == "lambda":
        raise _SCORER.refused(
            "lambda",
            f"{arn} is a Lambda function. The SDK accepts it, but the service only accepts a "
            "registered evaluator.",
            HOW_TO_REGISTER,
        )
    found, document = _read_registered(aws, text, _SCORER)
    name, content = found.path[3], document["JsonContent"].inner
    kind = content["EvaluatorType"].text
    if kind != _SCORES:
        is_what = f"a {kind}" if kind else "no evaluator"
        raise _SCORER.refused(
            "kind",
            f'"{name}" is {is_what}; a scorer is a {_SCORES}, whose Lambda function gives scores.',
            "Choose one of the scorers listed.",
        )
    function = content["Reference"].text or ""
    checks = [passed("scorer", f"{name} is registered and runs {function}.")]
    scores = parse_arn(function)
    if scores is not None and scores.service == "lambda":
        checks.append(check_function(aws, function, scores.region, "scorer"))
    return Evaluator(str(found), name, found.region, function), checks


def check_invocation(aws: Aws, role: str, function: str, region: str) -> Check:
    """Simulate whether a role may invoke a scorer's function; its own policy may allow it too."""
    check, action = "role.permissions.lambda", "lambda:InvokeFunction"
    remedy = "Grant it to the role, which calls the scorer, unless the function's own policy does."
    return check_may_do(aws, region, check, role, [action], [function], remedy)
