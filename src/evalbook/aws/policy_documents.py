"""Policies of IAM's form, parsed once; every element may be one value or a list of them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any, TypedDict
from urllib.parse import unquote


class WrittenStatement(TypedDict, total=False):
    """A statement that evalbook writes."""

    Sid: str
    Effect: str
    Principal: dict[str, str | list[str]]
    Action: str | list[str]
    Resource: str | list[str]
    Condition: dict[str, dict[str, str | list[str]]]


class WrittenPolicy(TypedDict):
    Version: str
    Statement: list[WrittenStatement]


Told = tuple[bool | None, str | None]
"""Whether something holds, None if that can't be told, and why if not plainly so."""

Sent = Mapping[str, Callable[[str], bool | None]]
"""By a condition's key, in lower case: whether what AWS will send for it fits a pattern; None where
that can't be told beforehand."""


def any_of(verdicts: Iterable[bool | None]) -> bool | None:
    """Tell whether one holds; None if that hangs on those of which it can't be told."""
    told = set(verdicts)
    return True if True in told else None if None in told else False


_OPERATOR = r"(?:\w+:)?(string|arn)(not)?(equals|like)(?:ifexists)?"


@dataclass(frozen=True)
class Condition:
    operator: str
    key: str
    values: tuple[str, ...]

    def __str__(self) -> str:
        return f"its condition {self.operator} {self.key} {', '.join(self.values)}"

    def is_met(self, sent: Sent) -> bool | None:
        """Evaluate it as far as it is known what will be sent; None: could not tell."""
        operator = re.fullmatch(_OPERATOR, self.operator.lower())
        fits = sent.get(self.key.lower())
        if operator is None or fits is None:
            return None
        # StringEquals takes a star for a star, and no account or ARN has one.
        literal = operator[1] == "string" and operator[3] == "equals"
        fitting = any_of(fits(it) for it in self.values if not literal or set(it).isdisjoint("*?"))
        return None if fitting is None else fitting != bool(operator[2])


@dataclass(frozen=True)
class Statement:
    """A statement that somebody else wrote."""

    effect: str
    actions: tuple[str, ...]
    not_actions: tuple[str, ...] | None
    services: tuple[str, ...]
    """Of its principals."""
    accounts: tuple[str, ...]
    """Of its principals: ARNs, accounts, or ``*`` for everyone."""
    has_not_principal: bool
    conditions: tuple[Condition, ...]

    def applies(self, action: str, named: Told, sent: Sent) -> Told:
        """Tell whether it is about somebody doing an action, whatever it says of that.

        ``named`` is whether its principals name them. Case does not matter in actions.
        """
        is_named, why = named
        if self.has_not_principal:  # whom it leaves out is not read
            is_named, why = None, "the trust policy has a NotPrincipal element"
        others = self.not_actions is not None
        if is_named is False or _is_among(action, self.not_actions or self.actions) is others:
            return False, None
        verdicts = [(it, it.is_met(sent)) for it in self.conditions]
        for condition, met in verdicts:
            if met is False:
                return False, f"{condition} does not hold"
        if is_named is None:
            return None, why
        for condition, met in verdicts:
            if met is None:
                return None, f"{condition} can't be evaluated beforehand"
        return True, None


def read_policy(document: Any) -> list[Statement] | None:
    """Read a policy as AWS gives it: an object, or JSON that may be URL-encoded; None if not."""
    for decoded in (str, unquote):
        if isinstance(document, str):
            try:
                document = json.loads(decoded(document))
            except (ValueError, RecursionError):
                continue
    if not isinstance(document, dict):
        return None
    return [_read_statement(it) for it in _list(document.get("Statement")) if isinstance(it, dict)]


def _read_statement(document: dict[str, Any]) -> Statement:
    named = document.get("Principal")
    principal = named if isinstance(named, dict) else {"AWS": named}
    return Statement(
        str(document.get("Effect")),
        _read_texts(document.get("Action")),
        _read_texts(document["NotAction"]) if "NotAction" in document else None,
        _read_texts(principal.get("Service")),
        _read_texts(principal.get("AWS")),
        "NotPrincipal" in document,
        tuple(_read_conditions(document.get("Condition"))),
    )


def _read_conditions(blocks: Any) -> Iterator[Condition]:
    for operator, keys in blocks.items() if isinstance(blocks, dict) else ():
        for key, values in keys.items() if isinstance(keys, dict) else ():
            yield Condition(operator, key, _read_texts(values))


def _is_among(action: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(action.lower(), it.lower()) for it in patterns)


def _read_texts(value: Any) -> tuple[str, ...]:
    return tuple(map(str, _list(value)))


def _list(value: Any) -> list[Any]:
    return [] if value is None else value if isinstance(value, list) else [value]
