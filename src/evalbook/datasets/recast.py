"""What holds the record: wrappers, turns, pairs of answers, annotations around the fields.

Each is undone, so that what is in it is found as it would be at the top.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from evalbook.datasets import fields as known
from evalbook.datasets.conversations import is_message, part_text, role_named
from evalbook.datasets.fields import plain_name
from evalbook.datasets.invalid import InvalidRecord
from evalbook.datasets.record_fields import Fields
from evalbook.datasets.strictjson import parsed
from evalbook.datasets.uses import UNUSED


def fields_of(record: Mapping[str, Any], *, first_question: bool = False) -> Fields:
    """Return the fields of a record, those inside of a wrapper by their path.

    Raises:
        InvalidRecord: it is no whole record, or asks several questions.
    """
    it = Fields({}, first_question=first_question)
    turns = record.get("conversationTurns")
    if isinstance(turns, list) and turns and isinstance(turns[0], dict):
        first = it.one_question("conversationTurns", turns)
        it.values = {f"conversationTurns.{name}": value for name, value in first.items()}
        it.values |= {name: item for name, item in record.items() if name != "conversationTurns"}
        return it
    if isinstance(record.get("role"), str) and _SURE.isdisjoint(record):
        _one_message(record, it)
    for name, value in record.items():
        plain = plain_name(name)
        wraps = isinstance(value, dict) and (
            (value and plain in known.WRAPPERS)
            or (plain in known.MAY_WRAP and not value.keys().isdisjoint(_ASKED))
        )
        if wraps and isinstance(value.get("inputBodyJson"), dict):  # of Bedrock's invocation log
            body = value["inputBodyJson"].items()
            it.values.update({f"{name}.inputBodyJson.{inner}": item for inner, item in body})
            value = {inner: item for inner, item in value.items() if inner != "inputBodyJson"}
        if wraps and (plain == "data" or not (part_text(value) or is_message(value))):
            it.values.update({f"{name}.{inner}": item for inner, item in value.items()})
        else:
            it.values[name] = value
    _call_pairs(it)
    it.called |= {name: plain for name, plain in _SPANS.items() if name in it.values}
    for name, text, plain in list(_annotated(it.values)):
        it.values[name] = text
        it.called[name] = plain
    return it


_ASKED = ("messages", "user")
"""What a prompt holds that is a record of its own."""


_SPANS = {"attributes.input.value": "input", "attributes.output.value": "modelresponse"}
"""Columns of traces, by what their last word says otherwise."""


_SURE = frozenset("query prompt question instruction messages conversations input".split())
"""Names beside which a role is not that of the record as a message."""


def _one_message(record: Mapping[str, Any], it: Fields) -> None:
    """Take a message of the user with its replies for a record of its own."""
    role = str(record["role"])
    if role_named(role) != "user" or not isinstance(record.get("replies"), list):
        raise InvalidRecord(
            "one_message", f"one message of a conversation (role {role}); expected a whole record"
        )
    it.called["text"] = "prompt"
    it.take("role", UNUSED, "it says who speaks")


# Two answers, and which of them is the better one ---------------------------------------------

_ONE_OF_TWO = re.compile(
    r"((?:model)?(?:response|answer|output|completion|generation)|humanref|conversation)s?([ab012])$"
)
_MARKS = (("a", "b", "c"), ("1", "2", "3"), ("0", "1", "2"))
"""Of three there is no better one: they are choices."""
_IS_BETTER = "it says which answer is better; that one is the reference"


def _call_pairs(it: Fields) -> None:
    found: dict[tuple[str, str], str] = {}
    for name in it.values:
        if match := _ONE_OF_TWO.match(plain_name(name)):
            found[match[1], match[2]] = name
    plain_names = {plain_name(name) for name in it.values}
    for stem, marks in product(dict.fromkeys(stem for stem, _ in found), _MARKS):
        names = [found[stem, mark] for mark in marks[:2] if (stem, mark) in found]
        if len(names) < 2 or stem + marks[2] in plain_names:
            continue
        which = {name: plain for name in it.values if (plain := plain_name(name)) in known.WHICH}
        better = [
            at for name, plain in which.items() if (at := _better(plain, it.values[name])) in (0, 1)
        ]
        talks = stem == "conversation"
        if better:
            for name in which:
                it.take(name, UNUSED, _IS_BETTER)
            it.called[names[better[0]]] = "messages" if talks else "chosen"
            it.called[names[1 - better[0]]] = "rejected"
        else:
            it.called[names[0]] = "conversationonly" if talks else "modelresponse"
            it.called[names[1]] = "modelresponse"
        return


_MARK = re.compile(
    r"(?:model|response|answer|assistant|output|completion|option)?([ab12])(?:isbetter|wins)?"
)
_MARKED = {"a": 0, "1": 0, "b": 1, "2": 1}


def _better(plain: str, value: Any) -> int | None:
    """Return 0 where the first one of two answers is the better one, and 1 for the second."""
    if plain in ("winnermodela", "winnermodelb"):
        return plain.endswith("b") if value in (1, "1", True, "true", "True") else None
    if isinstance(value, str) and not value.lstrip("-").isdigit():
        mark = _MARK.fullmatch(plain_name(value))
        return _MARKED.get(mark[1]) if mark else None
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        return None
    number = int(value)
    if plain == "labels":  # of SHP: 1 says that A was preferred
        return 1 - number if number in (0, 1) else None
    if plain in ("overallpreference", "preferencestrength"):  # of HelpSteer: below 0 the first one
        return None if number == 0 else int(number > 0)
    if plain == "betterresponseid":  # of PKU's
        return number
    return number - 1 if plain != "label" and number in (1, 2) else None


# What people answered in tools for annotation ---------------------------------------------------


def _annotated(values: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield fields that hold annotators' answers, each with the first one, and what it is."""
    for name, value in values.items():
        answers = parsed(value)
        if not isinstance(answers, list) or not answers:
            continue
        stem, _, last = name.rpartition(".")
        if last == "responses" and plain_name(stem) in (*known.REFERENCE, *known.ANSWERED):
            if isinstance(answers[0], str):
                yield name, answers[0], plain_name(stem)
        elif name in ("annotations", "completions", "responses") and isinstance(answers[0], dict):
            text = "\n".join(_texts_of(answers[0]))
            if text:
                yield name, text, "reference"


def _texts_of(answer: Mapping[str, Any]) -> Iterator[str]:
    results, by_question = answer.get("result"), answer.get("values")
    if isinstance(results, list):  # Label Studio
        for result in results:
            value = result.get("value") if isinstance(result, dict) else None
            for kind in ("text", "choices") if isinstance(value, dict) else ():
                said = value.get(kind) if isinstance(value, dict) else None
                said = [said] if isinstance(said, str) else said
                yield from map(str, said if isinstance(said, list) else [])
    elif isinstance(by_question, dict):  # Argilla
        for it in by_question.values():
            if isinstance(it, dict) and isinstance(it.get("value"), str):
                yield it["value"]
