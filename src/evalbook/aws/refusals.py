"""What botocore throws, in evalbook's own words: AWS said no, or there was no answer of AWS's.

Only AWS's own codes, by the table of its service in ``data/aws_error_codes.json``, make a fact of
an error. Everything else means that AWS could not be asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypedDict, TypeVar, cast

from evalbook.aws.answers import NO_REQUEST_ID, Asked, AwsUnreadable, has_request_id
from evalbook.checks import Check, skipped
from evalbook.errors import AnswerRejected, AwsUnavailable, EvalbookError
from evalbook.packaged import DataFile
from evalbook.texts import printable

T = TypeVar("T")


class AwsDenied(AnswerRejected):
    """AWS refused this one question."""


class AwsMissing(AnswerRejected):
    """AWS says that the thing asked for is not there."""


class AwsInvalid(AnswerRejected):
    """AWS says that what was asked can't be asked of it, such as a malformed identifier.

    ``code`` is AWS's own error code.
    """


class AwsInternalError(AwsUnavailable):
    """AWS failed at this one question, retries included; others it may well answer."""


REFUSED = (AwsDenied, AwsMissing, AwsInvalid)
"""AWS's answer was no. Where a check only helps, whoever asked makes a warning of it; anywhere else
it stands against the answer that was being checked."""

NO_HELP = (*REFUSED, AwsInternalError)
"""What may be caught where the question only helps: the check is then skipped, and says so."""


def try_asking(question: Callable[[], T]) -> T | None:
    """Ask where the question only helps; None if AWS says no, or fails at this one."""
    try:
        return question()
    except NO_HELP:
        return None


def unchecked(
    check_id: str,
    what: str,
    error: EvalbookError,
    grant: str,
    make: Callable[[str, str, str], Check] = skipped,
) -> Check:
    """Return the check that could not be made because AWS refused a request.

    ``what`` ends the sentence ("whether it exists"); ``grant`` is the refused action.
    """
    text = f"Could not check {what}. {error.message}"
    return make(check_id, text, f"Grant {grant} so that evalbook can check this.")


_Meaning = Literal["missing", "denied", "invalid", "throttled", "expired", "clock", "credentials"]


class _Codes(TypedDict, total=False):
    """A service's own error codes by what they mean, or those that every service may use."""

    source: str
    codes: dict[_Meaning, list[str]]
    missing_in_words: list[str]


class _NoAnswer(TypedDict):
    """How it is said that AWS could not be asked; ``{said}`` is botocore's text, or AWS's."""

    code: str
    message: str
    remedy: str


class _Kept(_NoAnswer):
    errors: list[str]
    """botocore's errors by the name of the class, or of one that it derives from."""


class _Botocore(TypedDict):
    source: str
    cant_be_asked: list[str]
    no_answer: list[_Kept]


class _ErrorCodes(TypedDict):
    every_service: _Codes
    services: dict[str, _Codes]
    no_answer: dict[str, _NoAnswer]
    botocore: _Botocore


CODES = DataFile("data/aws_error_codes.json", _ErrorCodes)


def translate(asked: Asked, error: Exception) -> EvalbookError:
    """Return what an error that came up while asking AWS means."""
    from botocore.exceptions import BotoCoreError, ClientError

    if isinstance(error, EvalbookError):
        return error
    if isinstance(error, ClientError):
        return _translate_answer(asked, cast("dict[str, Any]", error.response))
    known = translate_unanswered(str(asked), error) if isinstance(error, BotoCoreError) else None
    if known is not None:
        return known
    # ResponseParserError, and whatever its parsers throw at what is not AWS's: KeyError,
    # UnicodeDecodeError, RecursionError. PaginationError: AWS sends in circles.
    return AwsUnreadable(asked, "it does not look like an answer from AWS")


def translate_unanswered(asking: str, error: Exception) -> EvalbookError | None:
    """Return what an error of botocore's own means; None if that is not known."""
    names = {kind.__name__ for kind in type(error).__mro__}
    known, text = CODES.facts["botocore"], str(error)
    for it in known["no_answer"]:
        if not names.isdisjoint(it["errors"]):
            said = printable(text.rstrip("."))
            return AwsUnavailable(it["code"], it["message"].format(said=said), it["remedy"])
    if not names.isdisjoint(known["cant_be_asked"]):
        return AwsInvalid(type(error).__name__, f"{asking} can't be asked: {printable(text)}")
    return None


def reject_operation(service: str, operation: str) -> AwsInvalid:
    """Return the refusal of what only a newer boto3 can ask."""
    import botocore

    return AwsInvalid(
        "UnknownOperation",
        f"The installed botocore {botocore.__version__} does not know {service}:{operation}.",
        "Install a newer boto3 and try again.",
    )


def _find_meaning(service: str, code: str, text: str) -> _Meaning | None:
    """Return what a code means; None if that is not known."""
    known = CODES.facts
    own, common = known["services"].get(service, _Codes()), known["every_service"]
    text = text.lower()
    if code in ("ValidationException", "ValidationError"):
        # Some services have no code for what is not there: they say so in words.
        words = own.get("missing_in_words", ())
        return "missing" if any(it in text for it in words) else "invalid"
    tables = (*own.get("codes", {}).items(), *common["codes"].items())
    found = next((meaning for meaning, codes in tables if code in codes), None)
    # A signature too old or too new is the clock's fault, whatever the code.
    if found == "credentials" and ("signature expired" in text or "not yet current" in text):
        return "clock"
    return found


def _translate_answer(asked: Asked, response: dict[str, Any]) -> EvalbookError:
    details, about = response.get("Error") or {}, response.get("ResponseMetadata") or {}
    code, status = str(details.get("Code", "")), about.get("HTTPStatusCode", 0)
    # A proxy or a simulated AWS may answer with a page of HTML; it says nothing to a person.
    text = printable(str(details.get("Message") or ""))
    text = "" if "<" in text else text
    if (not code or code.isdigit()) and status < 500 and status != 429:
        if not asked.operation.startswith("Head"):
            return AwsUnreadable(asked, f"HTTP status {status} without an AWS error code")
        if not has_request_id(about):
            return AwsUnreadable(asked, NO_REQUEST_ID)
    meaning = _find_meaning(asked.service, code, text)
    said = f"{printable(code)}: {text}" if text else printable(code)
    if meaning == "denied":
        return AwsDenied("denied", f"{asked} was denied: {text or code}")
    if meaning == "missing":
        return AwsMissing("missing", text or f"{asked} found nothing.")
    if meaning == "invalid":
        return AwsInvalid(code, f"{asked} was refused. {said}")
    internal = meaning is None and (code.startswith("Internal") or status >= 500)
    known = CODES.facts["no_answer"][meaning or ("internal" if internal else "unknown")]
    make = AwsInternalError if internal else AwsUnavailable
    return make(
        known["code"],
        known["message"].format(asked=asked, said=said),
        known["remedy"].format(endpoint=asked.endpoint),
    )
