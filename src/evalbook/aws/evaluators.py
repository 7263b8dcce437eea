"""Scorers registered in the account's AI registry, which is a hub with a name of its own.

Source: sagemaker 3.27.0, ``ai_registry/air_hub.py`` (the hub's name), ``air_constants.py`` and
``evaluator.py`` (what is in a registered evaluator's document).
"""

from __future__ import annotations

import base64
import hashlib
from functools import partial

from evalbook.aws.arns import parse_arn
from evalbook.aws.found import Evaluator
from evalbook.aws.functions import check_function
from evalbook.aws.hub_documents import list_hub_contents
from evalbook.aws.identity import find_caller
from evalbook.aws.permissions import check_may_do
from evalbook.aws.registry import Kind, Registered, read_registered
from evalbook.aws.session import NO_HELP, Aws, AwsMissing, in_parallel
from evalbook.checks import Check, passed, skipped
from evalbook.errors import AnswerRejected

# SageMaker's API has no content type Evaluator: the SDK registers one as a JsonDoc.
_SCORER = Kind(
    "registered evaluator", "scorer", "JsonDoc", "choose one from the list", ("Evaluator",)
)
MOST_PAGES = 100
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
        kind = _SCORER.content_type
        arns = [it["HubContentArn"] for it in list_hub_contents(aws, region, hub, kind, MOST_PAGES)]
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
        AnswerRejected: as `read_registered`; or it is no function that scores, or its function is
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
    registered = read_registered(aws, text, _SCORER)
    function = _function_of(registered)
    name, region = registered.name, registered.arn.region
    checks = [passed("scorer", f"{name} is registered and runs {function}.")]
    scores = parse_arn(function)
    if scores is not None and scores.service == "lambda":
        checks.append(check_function(aws, function, scores.region, "scorer"))
    return Evaluator(str(registered.arn), name, region, function), checks


def check_invocation(aws: Aws, role: str, function: str, region: str) -> Check:
    """Simulate whether a role may invoke a scorer's function; its own policy may allow it too."""
    check, action = "role.permissions.lambda", "lambda:InvokeFunction"
    remedy = "Grant it to the role, which calls the scorer, unless the function's own policy does."
    return check_may_do(aws, region, check, role, [action], [function], remedy)


def _function_of(registered: Registered) -> str:
    inner = registered.document["JsonContent"].inner
    kind = inner["EvaluatorType"].text
    if kind != _SCORES:
        found = f"a {kind}" if kind else "no evaluator"
        raise _SCORER.refused(
            "kind",
            f'"{registered.name}" is {found}; a scorer is a {_SCORES}, whose Lambda function gives '
            "scores.",
            "Choose one of the scorers listed.",
        )
    return inner["Reference"].text or ""
