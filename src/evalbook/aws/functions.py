"""Lambda functions that score, or that wrap an agent: whether they are there and can be invoked."""

from __future__ import annotations

from evalbook.aws.session import NO_HELP, Aws, AwsMissing, unchecked
from evalbook.checks import Check, passed
from evalbook.errors import AnswerRejected

# Lambda answers only in this state; an idle function's first call fails, and wakes it.
# https://docs.aws.amazon.com/lambda/latest/dg/functions-states.html, read 2026-11-25.
_READY = "Active"


def check_function(aws: Aws, arn: str, region: str, of: str) -> Check:
    """Find a function; ``of`` is what needs it, in one word, such as ``agent``.

    Raises:
        AnswerRejected: ``OF.missing`` or ``OF.not_ready``: a run would fail at its first call.
    """
    try:
        function = aws.client("lambda", region).get_function_configuration(FunctionName=arn)
    except AwsMissing as error:
        raise AnswerRejected(
            f"{of}.missing",
            f"There is no Lambda function {arn}.",
            f"Deploy it, or give another {of}.",
        ) from error
    except NO_HELP as error:
        grant = "lambda:GetFunctionConfiguration"
        return unchecked(f"{of}.exists", f"whether {arn} exists", error, grant)
    state = function.get("State", _READY)
    if state != _READY:
        reason = function.get("StateReason")
        wake = "Invoke it once to wake it, and try again" if state == "Inactive" else "Try again"
        raise AnswerRejected(
            f"{of}.not_ready",
            f"The Lambda function {arn} is {state}{f': {reason}' if reason else ''}.",
            f"{wake} when it is active, or give another {of}.",
        )
    return passed(f"{of}.exists", f"The Lambda function {function['FunctionName']} exists.")
