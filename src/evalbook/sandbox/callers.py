"""Who asks, and whether they may: access keys, and the policies of the role behind them.

Kinder than AWS: a request's signature is not verified, resource policies other than moto's bucket
policies do not count, and where a request's resource is not told by `resource_of`, a policy that
allows the action on anything is enough.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from evalbook.sandbox import world
from evalbook.sandbox.faults import AwsError
from evalbook.sandbox.iam.models import find_role, role_permissions
from evalbook.sandbox.iam.policies import UNKNOWN_RESOURCE
from evalbook.sandbox.storage import bucket_region
from evalbook.sandbox.wire import AwsRequest

IAM_PREFIX = {
    "bedrock-runtime": "bedrock",
    "bedrock-agent": "bedrock",
    "bedrock-agentcore-control": "bedrock-agentcore",
    "service-quotas": "servicequotas",
}

# Where an operation's name is not the action's:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
S3_ACTIONS = {
    "AbortMultipartUpload": "AbortMultipartUpload",
    "CompleteMultipartUpload": "PutObject",
    "CopyObject": "PutObject",
    "CreateMultipartUpload": "PutObject",
    "DeleteObjects": "DeleteObject",
    "GetObjectAttributes": "GetObject",
    "HeadBucket": "ListBucket",
    "HeadObject": "GetObject",
    "ListBuckets": "ListAllMyBuckets",
    "ListObjectVersions": "ListBucketVersions",
    "ListObjects": "ListBucket",
    "ListObjectsV2": "ListBucket",
    "UploadPart": "PutObject",
}

FREE_FOR_ALL = frozenset({"sts:GetCallerIdentity"})
"""Actions that need no permission."""

# Code and HTTP status by kind of service; the rest is told by `_in_words_of`.
_EXPIRED = {"s3": ("ExpiredToken", 400), "ec2": ("RequestExpired", 400)}
_UNKNOWN = {"s3": ("InvalidAccessKeyId", 403), "ec2": ("AuthFailure", 401)}
_DENIED = {
    "s3": ("AccessDenied", 403),
    "ec2": ("UnauthorizedOperation", 403),
    "bedrock": ("AccessDeniedException", 403),
}
_QUERY_SERVICES = ("iam", "sts")


def refusal(request: AwsRequest) -> AwsError | None:
    """Return why AWS would not even look at a request, or None if it would."""
    if not request.access_key:
        return AwsError("AccessDenied", "Requests must be signed.", 403)
    if request.access_key == world.EXPIRED.access_key:
        code, status = _in_words_of(
            request.service, _EXPIRED, ("ExpiredToken", 403), ("ExpiredTokenException", 400)
        )
        return AwsError(code, "The security token included in the request is expired", status)
    if not _is_known(request.access_key) or not _is_region(request.service, request.region):
        code, status = _in_words_of(
            request.service,
            _UNKNOWN,
            ("InvalidClientTokenId", 403),
            ("UnrecognizedClientException", 400),
        )
        return AwsError(code, "The security token included in the request is invalid.", status)
    return _denial(request)


def action_of(request: AwsRequest) -> str:
    """Return the IAM action of a request, such as ``s3:GetObject``."""
    name = request.operation
    if request.service == "s3":
        name = S3_ACTIONS.get(name, name)
    return f"{IAM_PREFIX.get(request.service, request.service)}:{name}"


def resource_of(request: AwsRequest) -> str | None:
    """Return the ARN of what a request is about, as far as a policy could name it."""
    params = request.params
    if request.service == "s3" and params.get("Bucket"):
        key = f"/{params['Key']}" if params.get("Key") else ""
        return f"arn:aws:s3:::{params['Bucket']}{key}"
    if request.operation == "GetFoundationModel":
        model = str(params.get("modelIdentifier")).split("/")[-1]
        return f"arn:aws:bedrock:{request.region}::foundation-model/{model}"
    for name, value in params.items():
        if name.endswith(("Arn", "Name", "jobIdentifier")) and str(value).startswith("arn:"):
            return str(value)
    return UNKNOWN_RESOURCE


def _denial(request: AwsRequest) -> AwsError | None:
    action = action_of(request)
    session = sts_backends[world.ACCOUNT]["aws"].get_assumed_role_from_access_key(
        request.access_key
    )
    role = find_role(session.role_arn) if session is not None else None
    if session is None or role is None or not request.operation or action in FREE_FOR_ALL:
        return None
    resource = resource_of(request)
    decision = role_permissions(role).decide(action, resource).decision
    if decision == "allowed":
        return None
    why = (
        "with an explicit deny in an identity-based policy"
        if decision == "explicitDeny"
        else f"because no identity-based policy allows the {action} action"
    )
    message = (
        f"User: {session.arn} is not authorized to perform: {action} on resource: "
        f"{resource or '*'} {why}"
    )
    code, status = _in_words_of(
        request.service, _DENIED, ("AccessDenied", 403), ("AccessDeniedException", 400)
    )
    return AwsError(code, message, status, _bucket_headers(request))


def _bucket_headers(request: AwsRequest) -> tuple[tuple[str, str], ...]:
    """Return what S3 tells even those whom it denies a bucket: where it is."""
    bucket = request.params.get("Bucket") if request.service == "s3" else None
    region = bucket_region(f"s3://{bucket}", world.ACCOUNT) if bucket else None
    return (("x-amz-bucket-region", region),) if region else ()


def _in_words_of(
    service: str,
    own: dict[str, tuple[str, int]],
    query: tuple[str, int],
    other: tuple[str, int],
) -> tuple[str, int]:
    return own.get(service, query if service in _QUERY_SERVICES else other)


def _is_known(access_key: str) -> bool:
    keys: Any = iam_backends[world.ACCOUNT]["aws"]
    return access_key in keys.access_keys or any(
        access_key == key.access_key_id for key in keys.get_all_access_keys_for_all_users()
    )


def _is_region(service: str, region: str) -> bool:
    regions = _regions_of(service)
    return not region or not regions or region in regions


@cache
def _regions_of(service: str) -> frozenset[str]:
    """Return the regions a service is offered in; none for a service of the whole partition."""
    import botocore.session

    session = botocore.session.get_session()
    partitions = session.get_available_partitions()
    return frozenset(
        region
        for partition in partitions
        for region in session.get_available_regions(service, partition)
    )
