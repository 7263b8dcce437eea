"""Scorers registered in the account's AI registry, which is a hub with a name of its own.

Source: sagemaker 3.27.0, ``ai_registry/air_hub.py`` (the hub's name), ``air_constants.py`` and
``evaluator.py`` (what is in a registered evaluator's document).
"""

from __future__ import annotations

import base64
import hashlib
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from evalbook.aws.arns import Arn, describe_arn_kind, parse_arn, region_fault
from evalbook.aws.documents import read_document
from evalbook.aws.found import Evaluator
from evalbook.aws.functions import check_function
from evalbook.aws.identity import find_caller
from evalbook.aws.permissions import check_may_do
from evalbook.aws.session import NO_HELP, Aws, AwsDenied, AwsInvalid, AwsMissing, in_parallel
from evalbook.checks import Check, passed, skipped
from evalbook.errors import AnswerRejected

if TYPE_CHECKING:
    from mypy_boto3_sagemaker.type_defs import DescribeHubContentResponseTypeDef

# SageMaker's API has no content type Evaluator: the SDK registers one as a JsonDoc.
CONTENT_TYPE: Final = "JsonDoc"
CONTENT_TYPES = (CONTENT_TYPE, "Evaluator")
_SCORES = "RewardFunction"
_FORM = "arn:aws:sagemaker:REGION:ACCOUNT:hub-content/HUB/JsonDoc/NAME/VERSION"
HOW_TO_REGISTER = (
    'Register it: sagemaker.ai_registry.evaluator.Evaluator.create(name="my-scorer", '
    'type="RewardFunction", source=…), with the function\'s ARN or your file as source; then give '
    "the ARN that it returns."
)


def registry_hub(account: str, region: str) -> str:
    """Return the name of the account's AI registry in a region."""
    digest = hashlib.sha256(f"AiRegistry-{region}-{account}".encode()).digest()
    return base64.b32hexencode(digest).decode().strip("=")


def list_evaluators(aws: Aws, region: str) -> tuple[list[Evaluator], list[Check]]:
    """Return the scorers of the account's AI registry, newest version each."""
    hub = registry_hub(find_caller(aws, region).account, region)
    try:
        arns = _contents(aws, region, hub)
    except AwsMissing:
        return [], []
    except NO_HELP as error:
        return [], [skipped("scorer.list", f"The AI registry could not be listed. {error.message}")]
    questions = [partial(_scorer_or_none, aws, arn) for arn in arns]
    return [found for found in in_parallel(questions) if found is not None], []


def _contents(aws: Aws, region: str, hub: str) -> list[str]:
    """Return the ARNs of a hub's documents; boto3 has no paginator for them."""
    arns: list[str] = []
    token: dict[str, Any] = {}
    while True:
        page = aws.client("sagemaker", region).list_hub_contents(
            HubName=hub, HubContentType=CONTENT_TYPE, **token
        )
        arns += [str(summary["HubContentArn"]) for summary in page["HubContentSummaries"]]
        if not page.get("NextToken"):
            return arns
        token = {"NextToken": page["NextToken"]}


def _scorer_or_none(aws: Aws, arn: str) -> Evaluator | None:
    """Return a document's scorer; None for another document, or a prompt for a judge."""
    try:
        return check_evaluator(aws, arn)[0]
    except AnswerRejected:
        return None


def check_evaluator(aws: Aws, text: str) -> tuple[Evaluator, list[Check]]:
    """Return what a registered scorer's ARN stands for.

    Raises:
        AnswerRejected: it is another kind of ARN, there is no such evaluator, it is not available,
            it is no function that scores, or its function is gone.
    """
    arn = _evaluator_arn(text)
    _, hub, _, name, *version = arn.path
    wanted: dict[str, Any] = {"HubContentVersion": version[0]} if version else {}
    try:
        content = aws.client("sagemaker", arn.region).describe_hub_content(
            HubName=hub, HubContentType=CONTENT_TYPE, HubContentName=name, **wanted
        )
    except AwsMissing:
        raise AnswerRejected(
            "scorer.missing",
            f'There is no evaluator "{name}" in the hub {hub} in {arn.region}.',
            "Check name, version and region, or choose one of those listed.",
        ) from None
    except AwsDenied:
        raise AnswerRejected(
            "scorer.denied",
            f'The evaluator "{name}" may not be looked up.',
            f"Ask for sagemaker:DescribeHubContent on {arn}.",
        ) from None
    except AwsInvalid as error:
        raise AnswerRejected("scorer.arn", error.message, f"The form is {_FORM}.") from None
    status = content.get("HubContentStatus", "Available")
    if status != "Available":
        raise AnswerRejected(
            "scorer.not_ready",
            f'The evaluator "{name}" is not available but {status}.',
            "Repeat this when it is available, or choose another.",
        )
    function = _function_of(name, content)
    found = Evaluator(_own_arn(arn, content), name, arn.region, function)
    checks = [passed("scorer", f"{name} is registered and scores by {function}.")]
    scores = parse_arn(function)
    if scores is not None and scores.service == "lambda":
        checks.append(check_function(aws, function, scores.region, "scorer"))
    return found, checks


def check_invocation(aws: Aws, role: str, function: str, region: str) -> Check:
    """Simulate whether a role may invoke a scorer's function; its own policy may allow it too."""
    check, action = "role.permissions.lambda", "lambda:InvokeFunction"
    remedy = "Grant it to the role, unless the function's own policy does: it calls the scorer."
    return check_may_do(aws, region, check, role, [action], [function], remedy)


def _evaluator_arn(text: str) -> Arn:
    arn = parse_arn(text)
    if arn is None:
        raise AnswerRejected("scorer.arn", f'"{text.strip()}" is not an ARN.', f"Form: {_FORM}.")
    if arn.service == "lambda":
        raise AnswerRejected(
            "scorer.lambda",
            f"{arn} is a Lambda function. The SDK does not tell the two apart, but the service "
            "takes a registered evaluator only.",
            HOW_TO_REGISTER,
        )
    complete = len(arn.path) in (4, 5) and all(arn.path) and arn.region
    if not complete or arn.path[0] != "hub-content" or arn.path[2] not in CONTENT_TYPES:
        raise AnswerRejected(
            "scorer.arn",
            f"{arn} is {describe_arn_kind(arn)}. A registered evaluator is needed.",
            f"The form is {_FORM}.",
        )
    fault = region_fault(arn)
    if fault:
        raise AnswerRejected(
            "scorer.arn", f"{arn} can't be right: {fault}.", f"The form is {_FORM}."
        )
    return arn


def _own_arn(asked: Arn, content: DescribeHubContentResponseTypeDef) -> str:
    """Return the ARN that the hub gives: a hub is asked for by its name, which others use too."""
    found = parse_arn(str(content.get("HubContentArn", asked)))
    if found is None or found.account != asked.account:
        raise AnswerRejected(
            "scorer.account",
            f"{asked} is of account {asked.account}; the evaluator of that name in your own "
            f"account is {content['HubContentArn']}.",
            "Give that one, or choose one of those listed.",
        )
    return str(found)


def _function_of(name: str, content: DescribeHubContentResponseTypeDef) -> str:
    inner = read_document(content["HubContentDocument"])["JsonContent"].inner
    kind = inner["EvaluatorType"].text
    if kind != _SCORES:
        found = f"a {kind}" if kind else "no evaluator"
        raise AnswerRejected(
            "scorer.kind",
            f'"{name}" is {found}; a scorer is a {_SCORES}, whose Lambda function gives scores.',
            "Choose one of the scorers listed.",
        )
    return inner["Reference"].text or ""
