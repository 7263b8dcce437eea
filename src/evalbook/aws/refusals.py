"""What botocore throws, in evalbook's own words: AWS said no, or there was no answer of AWS's.

Only AWS's own codes, by the table of its service in ``data/aws_error_codes.json``, make a fact of
an error. Everything else means that AWS could not be asked.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypedDict, TypeVar, cast

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


class _Codes(TypedDict, total=False):
    """A service's own error codes by what they mean; under ``every`` those that all may use."""

    source: str
    codes: dict[str, list[str]]
    missing_in_words: list[str]


class _NoAnswer(TypedDict):
    """How it is said that AWS could not be asked; ``{said}`` is botocore's text, or AWS's."""

    errors: list[str]
    """What codes mean, or botocore's errors by the name of the class, or of one it derives from."""
    code: str
    message: str
    remedy: str


class _ErrorCodes(TypedDict):
    services: dict[str, _Codes]
    cant_be_asked: list[str]
    no_answer: list[_NoAnswer]


CODES = DataFile("data/aws_error_codes.json", _ErrorCodes)


def translate(asked: Asked, error: Exception) -> EvalbookError:
    """Return what an error that came up while asking AWS means."""
    from botocore.exceptions import BotoCoreError, ClientError

    if isinstance(error, EvalbookError):
        return error
    known: EvalbookError | None = None
    if isinstance(error, ClientError):
        known = _translate_answer(asked, cast("dict[str, Any]", error.response))
    elif isinstance(error, BotoCoreError):
        known = translate_unanswered(str(asked), error)
    # ResponseParserError, and whatever its parsers throw at what is not AWS's: KeyError,
    # UnicodeDecodeError, RecursionError. PaginationError: AWS sends in circles.
    return known or AwsUnreadable(asked, "it does not look like an answer from AWS")


def translate_unanswered(asking: str, error: Exception) -> EvalbookError | None:
    """Return what an error of botocore's own means; None if that is not known."""
    names, text = {kind.__name__ for kind in type(error).__mro__}, printable(str(error))
    unanswered = _say_unanswered(names, said=text.rstrip("."))
    if unanswered is None and not names.isdisjoint(CODES.facts["cant_be_asked"]):
        return AwsInvalid(type(error).__name__, f"{asking} can't be asked: {text}")
    return unanswered


def _say_unanswered(errors: set[str], **words: str) -> AwsUnavailable | None:
    for it in CODES.facts["no_answer"]:
        if not errors.isdisjoint(it["errors"]):
            make = AwsInternalError if "internal" in errors else AwsUnavailable
            return make(it["code"], it["message"].format(**words), it["remedy"].format(**words))
    return None


def _find_meaning(service: str, code: str, text: str) -> str | None:
    """Return what a code means; None if that is not known."""
    known, text = CODES.facts["services"], text.lower()
    own = known.get(service, _Codes())
    if code in ("ValidationException", "ValidationError"):
        # Some services have no code for what is not there: they say so in words.
        words = own.get("missing_in_words", ())
        return "missing" if any(it in text for it in words) else "invalid"
    tables = (*own.get("codes", {}).items(), *known["every"]["codes"].items())
    found = next((meaning for meaning, codes in tables if code in codes), None)
    # A signature too old or too new is the clock's fault, whatever the code.
    if found == "credentials" and ("signature expired" in text or "not yet current" in text):
        return "clock"
    return found


def _translate_answer(asked: Asked, response: dict[str, Any]) -> EvalbookError | None:
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
    internal = code.startswith("Internal") or status >= 500
    why = meaning or ("internal" if internal else "unknown")
    return _say_unanswered({why}, asked=str(asked), said=said, endpoint=asked.endpoint)
