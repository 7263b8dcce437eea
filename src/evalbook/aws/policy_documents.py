"""Policies of IAM's form, parsed once; every element may be one value or a list of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
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


Sent = Mapping[str, Callable[[str], bool | None]]
"""By a condition's key, in lower case: whether what AWS will send for it fits a pattern; None where
that can't be told beforehand."""

_OPERATORS = frozenset(
    kind + relation
    for kind in ("string", "arn")
    for relation in ("equals", "like", "notequals", "notlike")
)


@dataclass(frozen=True)
class Condition:
    operator: str
    key: str
    values: tuple[str, ...]

    def is_met(self, sent: Sent) -> bool | None:
        """Evaluate it as far as it is known what will be sent; None: could not tell."""
        operator = self.operator.lower().rpartition(":")[2].removesuffix("ifexists")
        fits = sent.get(self.key.lower())
        if operator not in _OPERATORS or fits is None:
            return None
        # StringEquals takes a star for a star, and no account or ARN has one.
        literal = operator in ("stringequals", "stringnotequals")
        verdicts = [fits(it) for it in self.values if not literal or set(it).isdisjoint("*?")]
        if None in verdicts and True not in verdicts:
            return None
        return (True in verdicts) != ("not" in operator)


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

    def covers(self, action: str) -> bool:
        """Tell whether it is about an action, whatever it says of it; case does not matter."""
        if self.not_actions is not None:
            return not _is_among(action, self.not_actions)
        return _is_among(action, self.actions)

    def conditions_met(self, sent: Sent) -> tuple[bool | None, Condition | None]:
        """Tell whether all conditions hold, and which does not, or can't be evaluated."""
        unsure = None
        for it in self.conditions:
            met = it.is_met(sent)
            if met is False:
                return False, it
            if met is None:
                unsure = it
        return (None, unsure) if unsure else (True, None)


def read_policy(document: Any) -> list[Statement] | None:
    """Read a policy as AWS gives it: an object, or JSON that may be URL-encoded.

    Returns:
        Its statements; None if it can't be read.
    """
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
