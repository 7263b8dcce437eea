"""What answers the tasks of Inspect AI for a model: an endpoint, Bedrock, or hosted artefacts.

The SDK (3.27.0, ``train/evaluate/inspect_ai_evaluator.py``) asks of none of them whether it is
there: its dry run passes with an endpoint that does not exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from evalbook.aws.arns import (
    Arn,
    describe_arn_kind,
    parse_arn,
    partition_and_account,
    refuse_region_fault,
)
from evalbook.aws.base_models import is_nova
from evalbook.aws.found import Answering, Instances
from evalbook.aws.instances import check_gpus
from evalbook.aws.judges import read_last_day
from evalbook.aws.permissions import check_may_do
from evalbook.aws.quotas import check_instance_quota
from evalbook.aws.regions import GEOGRAPHIES
from evalbook.aws.s3 import need_bucket_in, parse_s3_uri
from evalbook.aws.session import (
    REFUSED,
    Aws,
    AwsDenied,
    AwsInvalid,
    AwsMissing,
    try_asking,
    unchecked,
)
from evalbook.checks import Check, passed, skipped, warning
from evalbook.errors import AnswerRejected
from evalbook.texts import joined, nearest

if TYPE_CHECKING:
    from mypy_boto3_bedrock.type_defs import (
        GetFoundationModelResponseTypeDef,
        GetImportedModelResponseTypeDef,
    )

_ENDPOINT = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")
_AROUND = "\"'<> \t\r\n"
FORMS = (
    "Give the name of an endpoint, the id or ARN of a Bedrock model (including custom model "
    "deployments and imported models), or the S3 folder of artefacts to host for the run."
)


def read_answering(text: str) -> Answering:
    """Tell by its form what is named; whether it is there is not asked.

    Raises:
        AnswerRejected: ``answers.form`` or ``answers.kind``.
    """
    text = text.strip(_AROUND)
    if text.startswith("s3://"):
        return Answering("hosted", str(parse_s3_uri(text, what="artefacts", key_needed=False)))
    arn = parse_arn(text)
    if arn is not None:
        return _read_arn(arn)
    if re.fullmatch(r"[a-z0-9-]+\.[\w.:-]+", text, re.I):
        return Answering("bedrock", text)
    if not _ENDPOINT.fullmatch(text):
        raise AnswerRejected(
            "answers.form", f'"{text[:80]}" names nothing that can serve a model.', FORMS
        )
    return Answering("endpoint", text)


def _read_arn(arn: Arn) -> Answering:
    kind = (arn.service, arn.path[0])
    if kind == ("sagemaker", "endpoint"):
        return Answering("endpoint", arn.path[-1])
    if arn.service == "bedrock" and kind[1] in _BEDROCK:
        return Answering("bedrock", str(arn))
    remedies = {
        ("bedrock", "custom-model"): "Deploy it in Bedrock, and give the deployment's ARN.",
        ("sagemaker", "model-package"): "Deploy it, and give the endpoint's name.",
        ("sagemaker", "model"): "Deploy it, and give the endpoint's name.",
    }
    raise AnswerRejected(
        "answers.kind",
        f"{arn} is {describe_arn_kind(arn)}, which can't serve answers by itself.",
        remedies.get(kind, FORMS),
    )


def check_answering(aws: Aws, text: str, region: str) -> tuple[Answering, list[Check]]:
    """Check that what answers for a model is there, in service, in the evaluation's region.

    Raises:
        AnswerRejected: it is not there, is not in service, or is in another region.
    """
    found = read_answering(text)
    arn = parse_arn(text.strip(_AROUND))
    if arn is not None and arn.region not in ("", region):
        refuse_region_fault(arn, "answers.region", FORMS)
        raise AnswerRejected(
            "answers.region",
            f"{arn} is in {arn.region}, but the evaluation's container calls models in {region}.",
            f"Give one in {region}, or evaluate in {arn.region}.",
        )
    checks = {"endpoint": _check_endpoint, "bedrock": _check_model, "hosted": _check_artefacts}
    return found, list(checks[found.kind](aws, found.name, region))


# --- an endpoint --------------------------------------------------------------------------------


def _check_endpoint(aws: Aws, name: str, region: str) -> Iterator[Check]:
    try:
        endpoint = aws.client("sagemaker", region).describe_endpoint(EndpointName=name)
    except (AwsMissing, AwsInvalid):
        names = list_endpoints(aws, region, 100)
        near = nearest(name, names) or names[:3]
        there = f"There is {joined(near)}." if near else "None is in service there: deploy one."
        missing = f"There is no endpoint {name} in {region}."
        raise AnswerRejected("answers.endpoint", missing, there) from None
    except AwsDenied as error:
        what, grant = f"whether the endpoint {name} is in service", "sagemaker:DescribeEndpoint"
        yield unchecked("answers.endpoint", what, error, grant, warning)
        return
    status = endpoint["EndpointStatus"]
    if status != "InService":
        raise AnswerRejected(
            "answers.endpoint",
            f"The endpoint {name} is {status}, not in service.",
            "Try again when it is in service, or name another.",
        )
    yield passed("answers.endpoint", f"The endpoint {name} is in service.")
    yield from _check_configuration(aws, region, name, endpoint["EndpointConfigName"])


def _check_configuration(aws: Aws, region: str, name: str, configuration: str) -> Iterator[Check]:
    """Refuse what the container can't call: it gives an endpoint's name alone."""
    sagemaker = aws.client("sagemaker", region)
    found = try_asking(lambda: sagemaker.describe_endpoint_config(EndpointConfigName=configuration))
    if found is None:
        return
    if found.get("AsyncInferenceConfig"):
        raise AnswerRejected(
            "answers.endpoint",
            f"The endpoint {name} is for asynchronous inference, but the container waits for each "
            "answer.",
            "Name a real-time endpoint.",
        )
    variants = found["ProductionVariants"]
    if not any(variant.get("ModelName") for variant in variants):
        raise AnswerRejected(
            "answers.endpoint",
            f"The endpoint {name} has inference components, and the SDK can't say which to call.",
            "Name an endpoint with its own model.",
        )
    if len(variants) > 1:
        yield warning(
            "answers.variants",
            f"The endpoint {name} has {len(variants)} variants, so a different one may answer each "
            "question.",
            "Name an endpoint with one variant.",
        )


def list_endpoints(aws: Aws, region: str, most: int = 10) -> list[str]:
    """Return names of endpoints in service, the newest first; none where they can't be listed."""
    page = try_asking(
        lambda: aws.client("sagemaker", region).list_endpoints(
            StatusEquals="InService", SortBy="CreationTime", MaxResults=most
        )
    )
    return [it["EndpointName"] for it in page["Endpoints"]] if page else []


# --- Bedrock ------------------------------------------------------------------------------------


def _check_model(aws: Aws, model: str, region: str) -> Iterator[Check]:
    arn = parse_arn(model)
    if arn is not None:
        kind, words = arn.path[0], describe_arn_kind(arn)
    elif model.partition(".")[0] in GEOGRAPHIES:
        kind, words = "inference-profile", "apparently the id of an inference profile"
    else:
        kind, words = "foundation-model", "apparently the id of a foundation model"
    operation, parameter, good = _BEDROCK[kind]
    bedrock = aws.client("bedrock", region)
    try:
        answer = getattr(bedrock, operation)(**{parameter: model})
    except (AwsMissing, AwsInvalid) as error:
        raise AnswerRejected(
            "answers.bedrock",
            f"Bedrock has no {model} in {region} ({words}). {error.message}",
            "Check its id and region in the Bedrock console.",
        ) from None
    except AwsDenied as error:
        grant = f"bedrock:{bedrock.meta.method_to_api_mapping[operation]}"
        what = f"whether {model} ({words}) can be called"
        yield unchecked("answers.bedrock", what, error, grant, warning)
        return
    if kind == "foundation-model":
        yield _check_foundation_model(model, answer)
    elif kind == "imported-model":
        yield from _check_imported_model(model, answer)
    elif answer["status"] == good:
        yield passed("answers.bedrock", f"{model} is {good}.")
    else:
        raise AnswerRejected(
            "answers.bedrock",
            f"{model} is {answer['status']}, not {good}.",
            f"Try again when it is {good}, or name another.",
        )


def _check_foundation_model(model: str, answer: GetFoundationModelResponseTypeDef) -> Check:
    details = answer["modelDetails"]
    kinds = details.get("inferenceTypesSupported") or ["ON_DEMAND"]
    if "ON_DEMAND" not in kinds:
        raise AnswerRejected(
            "answers.bedrock",
            f"{model} can't be called by its own id, only with {', '.join(kinds)}.",
            "Give the id of its inference profile, such as us. followed by the model's id.",
        )
    last_day, past = read_last_day(details)
    if past:
        raise AnswerRejected(
            "answers.bedrock",
            f"{model} is past its end of life ({last_day}), so Bedrock refuses every call.",
            "Give a model that is in service.",
        )
    if (details.get("modelLifecycle") or {"status": "ACTIVE"})["status"] == "LEGACY":
        return warning(
            "answers.bedrock",
            f"{model} is legacy: Bedrock refuses it unless this account has used it recently.",
            "Call it once before the run.",
        )
    return passed("answers.bedrock", f"{model} can be called.")


def _check_imported_model(model: str, answer: GetImportedModelResponseTypeDef) -> Iterator[Check]:
    architecture = str(answer.get("modelArchitecture") or "")
    yield passed("answers.bedrock", f"{model} is imported.")
    if re.match(r"qwen2", architecture, re.I):
        # https://docs.aws.amazon.com/bedrock/latest/userguide/invoke-imported-model.html
        yield warning(
            "answers.converse",
            f"{model} has the architecture {architecture}, which Bedrock's Converse operation, "
            "used by Inspect AI, does not support.",
            "Host it on an endpoint instead.",
        )
    yield warning(
        "answers.cold",
        "Bedrock unloads imported models that have not been called for a while, and the first "
        "calls fail until the model is back.",
        "Call it once before the run.",
    )


_PROFILE = ("get_inference_profile", "inferenceProfileIdentifier", "ACTIVE")
_DEPLOYMENT = ("get_custom_model_deployment", "customModelDeploymentIdentifier", "Active")
_BEDROCK = {
    "foundation-model": ("get_foundation_model", "modelIdentifier", None),
    "inference-profile": _PROFILE,
    "application-inference-profile": _PROFILE,
    "custom-model-deployment": _DEPLOYMENT,
    "imported-model": ("get_imported_model", "modelIdentifier", None),
    "provisioned-model": ("get_provisioned_model_throughput", "provisionedModelId", "InService"),
}
"""How Bedrock is asked about each kind, and the status that it must have, if it has one."""


# --- artefacts to be hosted ---------------------------------------------------------------------


def _check_artefacts(aws: Aws, uri: str, region: str) -> Iterator[Check]:
    place = parse_s3_uri(uri, what="artefacts", key_needed=False)
    yield need_bucket_in(aws, place.bucket, region)
    s3 = aws.client("s3", region)
    try:
        page = s3.list_objects_v2(Bucket=place.bucket, Prefix=place.key, MaxKeys=1)
    except REFUSED as error:
        yield skipped("answers.artefacts", f"Could not look under {uri}. {error.message}")
        return
    if not page.get("Contents"):
        raise AnswerRejected(
            "answers.artefacts",
            f"There is nothing under {uri}.",
            "Give the folder with the model's files.",
        )
    yield passed("answers.artefacts", f"There are files under {uri}.")
    if place.key.endswith(".gz"):
        yield warning(
            "answers.archive",
            f"{uri} is an archive, but the SDK needs a folder of uncompressed files.",
            "Unpack it in S3, and give the folder.",
        )


def check_hosting(
    aws: Aws, region: str, instances: Instances, billions: float | None, base: str
) -> list[Check]:
    """Hold the instances that are to host a model against the model and the quota.

    Raises:
        AnswerRejected: there is no such type, it has no GPU, or the quota does not allow it.
    """
    size = None if is_nova(base) else billions
    return [
        *check_gpus("hosting.gpu", instances.instance_type, size),
        check_instance_quota(aws, region, instances, "endpoint"),
        warning(
            "hosting.left",
            "The run creates an endpoint and deletes it at the end. A job that is stopped or "
            "killed may leave it behind, and you pay for it until it is deleted.",
            "`evalbook status` and `evalbook stop` look for endpoints that were left behind.",
        ),
    ]


def check_calls(aws: Aws, region: str, role: str, answering: Sequence[Answering]) -> list[Check]:
    """Simulate whether a role may call what answers, or host it, as the container does."""
    partition, account = partition_and_account(role)
    endpoints = f"arn:{partition}:sagemaker:{region}:{account}:endpoint"
    wanted: dict[str, list[str]] = {}
    for it in answering:
        if it.kind == "bedrock":
            wanted[it.name if it.name.startswith("arn:") else "*"] = ["bedrock:InvokeModel"]
        elif it.kind == "endpoint":
            wanted[f"{endpoints}/{it.name}"] = ["sagemaker:InvokeEndpoint"]
        else:
            actions = ("CreateEndpoint", "DeleteEndpoint", "InvokeEndpoint")
            wanted[f"{endpoints}/inspectai-*"] = [f"sagemaker:{action}" for action in actions]
    remedy = (
        "Grant it: the container calls the model as this role. "
        "`evalbook doctor --policy role` prints the statement."
    )
    return [
        check_may_do(aws, region, "role.permissions.answers", role, actions, [arn], remedy)
        for arn, actions in wanted.items()
    ]
