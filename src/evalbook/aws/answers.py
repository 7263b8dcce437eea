"""Whether what came back is what AWS answers, by botocore's model of the service.

botocore itself takes anything: of a sign-in page, of ``null`` or of half a listing it makes an
empty answer, which would read as "there is none".
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from evalbook.errors import AwsUnavailable
from evalbook.records import dataclass

_TYPES: dict[str, tuple[type, ...]] = {
    "boolean": (bool,),
    "double": (int, float),
    "float": (int, float),
    "integer": (int,),
    "long": (int,),
    # botocore reads IAM's policies, which are JSON in a text.
    "string": (str, dict),
    "timestamp": (datetime,),
}


@dataclass(frozen=True)
class Asked:
    """What was asked, and where."""

    service: str
    operation: str
    """As AWS writes it, such as ``GetRole``."""
    endpoint: str

    def __str__(self) -> str:
        return f"{self.service}:{self.operation}"


class AwsUnreadable(AwsUnavailable):
    """What came back is not what AWS answers."""

    def __init__(self, asked: Asked, why: str) -> None:
        super().__init__(
            "unreadable",
            f"AWS's answer to {asked.operation} could not be read: {why}.",
            f"{asked.endpoint} was asked. A proxy or a network's sign-in page may have answered "
            "instead: check HTTPS_PROXY, AWS_ENDPOINT_URL and the network, and try again.",
        )


class Answer(dict[str, Any]):
    """A part of an answer that says so itself where it lacks what is looked up in it."""

    def __init__(self, members: Mapping[str, Any], asked: Asked, place: str) -> None:
        super().__init__(members)
        self._asked = asked
        self._place = place

    def __missing__(self, name: str) -> Any:
        raise AwsUnreadable(self._asked, f"{self._place}{name} is missing")


def read_answer(answer: Any, shape: Any, asked: Asked) -> Answer:
    """Return an answer whose members have the types of a botocore shape.

    Members that AWS leaves out now and then, whatever its model requires, are missed only by who
    looks them up.

    Raises:
        AwsUnreadable: a member is of another type, or there is nothing of what AWS answers.
    """
    if not isinstance(answer, dict):
        raise AwsUnreadable(asked, "it is not an object")
    if asked.service == "s3":
        if not has_request_id(answer.get("ResponseMetadata") or {}):
            raise AwsUnreadable(asked, NO_REQUEST_ID)
    elif shape is not None and shape.members and not shape.members.keys() & answer.keys():
        raise AwsUnreadable(asked, "it has none of the fields that AWS sends")
    if answer.get("IsTruncated") and not any("Marker" in it or "Token" in it for it in answer):
        raise AwsUnreadable(asked, "it is cut off, and does not say how to get the rest")
    fitting: Answer = Answer(answer, asked, "") if shape is None else _fit(answer, shape, asked, "")
    return fitting


NO_REQUEST_ID = "it has no request ID, which S3 gives every request"


def has_request_id(about: Mapping[str, Any]) -> bool:
    """Tell S3's own answers from those of who is in between: many of them have no body.

    ``about`` is botocore's ResponseMetadata.
    """
    headers = about.get("HTTPHeaders") or ("x-amz-request-id",)
    return not {"x-amz-request-id", "x-amzn-requestid"}.isdisjoint(headers)


def _fit(value: Any, shape: Any, asked: Asked, place: str) -> Any:
    kind = shape.type_name
    if kind == "blob" or getattr(shape, "is_document_type", False):
        return value
    if kind == "structure" and isinstance(value, dict):
        inner, known = f"{place}." if place else "", shape.members
        members = dict(value)
        for name in known.keys() & value.keys():
            if value[name] is not None:
                members[name] = _fit(value[name], known[name], asked, f"{inner}{name}")
        return Answer(members, asked, inner)
    if kind == "list" and isinstance(value, list):
        return [_fit(it, shape.member, asked, f"{place}[{at}]") for at, it in enumerate(value)]
    if kind == "map" and isinstance(value, dict):
        return {key: _fit(it, shape.value, asked, f"{place}.{key}") for key, it in value.items()}
    # Not by isinstance, to which a boolean is a number.
    if type(value) not in _TYPES.get(kind, ()):
        raise AwsUnreadable(asked, f"{place} is {type(value).__name__}, not {kind}")
    return value
