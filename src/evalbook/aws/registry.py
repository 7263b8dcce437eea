"""What an account has registered in a hub, found by its hub-content ARN."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from evalbook.aws.arns import Arn, describe_arn_kind, parse_arn, refuse_region_fault
from evalbook.aws.documents import ForeignJson, read_document
from evalbook.aws.hub_documents import describe_hub_content
from evalbook.aws.s3_uris import S3Uri
from evalbook.aws.session import Aws, AwsDenied, AwsInvalid, AwsMissing
from evalbook.errors import AnswerRejected, reject

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.literals import HubContentTypeType
    from mypy_boto3_sagemaker.type_defs import DescribeHubContentResponseTypeDef


@dataclass(frozen=True)
class Kind:
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


@dataclass(frozen=True)
class Registered:
    """What was found under an ARN."""

    arn: Arn
    """With the version, without which the SDK refuses it (``common_utils/data_utils.py``)."""
    name: str
    document: ForeignJson


def read_registered(aws: Aws, text: str, kind: Kind) -> Registered:
    """Return what an ARN stands for, as its hub describes it.

    Raises:
        AnswerRejected: by the codes ``arn`` for another kind of ARN or an incomplete one,
            ``missing``, ``denied``, ``account`` or ``not_ready``.
    """
    arn = _read_arn(text, kind)
    _, hub, _, name, *version = arn.path
    try:
        content = describe_hub_content(aws, arn.region, hub, name, *version, kind=kind.content_type)
    except AwsMissing:
        of = f", version {version[0]}," if version else ""
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
    return Registered(found, name, read_document(content["HubContentDocument"]))


def _read_arn(text: str, kind: Kind) -> Arn:
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


def _full_arn(asked: Arn, content: DescribeHubContentResponseTypeDef, kind: Kind) -> Arn:
    """Return the hub's own ARN: hubs are asked for by name, which other accounts use too."""
    found = parse_arn(str(content["HubContentArn"]))
    if found is None or found.account != asked.account:
        raise kind.refused(
            "account",
            f"{asked} belongs to account {asked.account}; the SDK looks for it in yours, where the "
            f"{kind.what} of that name is {content['HubContentArn']}.",
            f"Give one of your own account, or {kind.otherwise}.",
        )
    if len(found.path) > 4:
        return found
    return replace(found, resource=f"{found.resource}/{content['HubContentVersion']}")


# --- datasets -----------------------------------------------------------------------------------

# sagemaker/ai_registry/air_constants.py, 3.27.0: DOC_KEY_DATASET_S3_BUCKET and …_PREFIX. The
# "prefix" is a whole key, file name included (ai_registry/dataset.py).
_BUCKET, _KEY = "DatasetS3Bucket", "DatasetS3Prefix"
_DATASET = Kind("dataset", "dataset", "DataSet", "give the dataset's S3 URI")


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
        AnswerRejected: as `read_registered`, or ``dataset.location``.
    """
    found = read_registered(aws, text, _DATASET)
    bucket, key = found.document[_BUCKET].text, (found.document[_KEY].text or "").lstrip("/")
    if not bucket or not key:
        raise _DATASET.refused(
            "location",
            f'The dataset "{found.name}" does not name its location: its document lacks {_BUCKET} '
            f"or {_KEY}.",
            "Give the dataset's S3 URI.",
        )
    return RegisteredDataset(str(found.arn), S3Uri(bucket, key))
