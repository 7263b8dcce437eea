"""Multiple-choice questions: the choices, and which of them is right."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from evalbook.datasets import fields as known
from evalbook.datasets.fields import plain_name
from evalbook.datasets.record_fields import Fields, plain_text
from evalbook.datasets.strictjson import parsed
from evalbook.datasets.uses import PROMPT, REFERENCE, Use

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class Choices(NamedTuple):
    """The choices of one question."""

    names: tuple[str, ...]
    """The fields that hold them."""
    labels: tuple[str, ...]
    texts: tuple[str, ...]
    right: str | None = None
    """The right one, where the choices themselves say it."""


_COLUMNS = tuple(
    line.split() for line in """
    A B C D E F G H I J
    opa opb opc opd ope
    optiona optionb optionc optiond optione
    choicea choiceb choicec choiced choicee
    option1 option2 option3 option4 option5
    choice1 choice2 choice3 choice4 choice5
    answera answerb answerc answerd
    answer0 answer1 answer2 answer3
    holding0 holding1 holding2 holding3 holding4
    ending0 ending1 ending2 ending3
    sol1 sol2
    """.strip().splitlines()
)  # fmt: skip
"""Columns of which each holds one choice."""


def choices_of(it: Fields) -> Choices | None:
    """Return the choices that a record offers, in a list or in columns."""
    for name, value in it.by_name(known.CHOICES):
        value = parsed(value)
        found = _SCORED.get(it.plain(name), _listed)(name, value)
        if found is not None:
            return found
    left = (name for name in it.values if name not in it.taken)
    of = {name if len(name) == 1 else it.plain(name): name for name in left}
    for columns in _COLUMNS:
        names = [of[column] for column in columns if column in of]
        texts = [plain_text(it.values[name]) for name in names]
        if len(names) >= 2 and all(text is not None for text in texts):
            numbered = columns[0] in ("option1", "choice1", "answera")
            labels = [str(at + 1) if numbered else _LETTERS[at] for at in range(len(names))]
            return Choices(tuple(names), tuple(labels), tuple(str(text) for text in texts))
    return None


def _scored(name: str, scores: Any) -> Choices | None:
    """Return the choices of BIG-bench, each with its score."""
    if not isinstance(scores, dict) or not all(type(it) in (int, float) for it in scores.values()):
        return None
    found = _listed(name, list(scores))
    return found and found._replace(right=max(scores, key=lambda text: scores[text]))


def _labelled(name: str, value: Any) -> Choices | None:
    """Return the choices of TruthfulQA, beside which stand marks of the right one."""
    texts, labels = (
        (value.get("choices"), value.get("labels")) if isinstance(value, dict) else ((), ())
    )
    found = _listed(name, texts)
    if found is None or not isinstance(labels, list) or labels.count(1) != 1:
        return None
    at = labels.index(1)
    return found._replace(right=found.texts[at]) if at < len(found.texts) else None


_SCORED = {"targetscores": _scored, "mc1targets": _labelled}
_WRITTEN = re.compile(r"(?:^|[\s,(])([A-Za-z]) ?[).:](?=\s)")


def _written(text: str) -> tuple[list[str], list[str]]:
    """Return the labels and texts of choices that are written one behind the other."""
    marks = list(_WRITTEN.finditer(text))
    labels = [mark[1] for mark in marks]
    if not marks or [label.upper() for label in labels] != list(_LETTERS[: len(labels)]):
        return [], []
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    pairs = zip(marks, ends, strict=True)
    return labels, [text[mark.end() : end].strip(" ,\n\t\r") for mark, end in pairs]


def _listed(name: str, value: Any) -> Choices | None:
    labels: list[Any] = []
    texts: list[Any] = []
    if isinstance(value, str):
        labels, texts = _written(value)
    elif isinstance(value, dict):
        inner = value.get("text")
        if isinstance(inner, list):
            labels, texts = list(value.get("label") or _LETTERS[: len(inner)]), inner
        else:
            labels, texts = list(value), list(value.values())
    elif isinstance(value, list):
        if value and all(isinstance(item, dict) for item in value):
            texts = [item.get("text", item.get("content", item.get("value"))) for item in value]
            labels = [
                item.get("label", item.get("key", item.get("id", _LETTERS[at % 26])))
                for at, item in enumerate(value)
            ]
        else:
            labels, texts = list(_LETTERS[: len(value)]), value
    plain = [plain_text(text) for text in texts]
    if len(plain) < 2 or len(plain) > 26 or len(labels) != len(plain) or None in plain:
        return None
    return Choices((name,), tuple(map(str, labels)), tuple(str(text) for text in plain))


def with_choices(it: Fields, prompt: str, choices: Choices) -> str:
    """Return a question with its choices, unless they stand in it."""
    there = all(text in prompt for text in choices.texts)
    for name in choices.names:
        it.take(name, PROMPT, "it is already in the prompt" if there else "asked with it")
    if there:
        return prompt
    return "\n".join((f"{prompt}\n", *map(_line, choices.labels, choices.texts)))


def _line(label: str, text: str) -> str:
    """Return a choice with its label, which may stand in the text."""
    opened = text.lstrip("(").startswith((f"{label}.", f"{label})", f"{label}:"))
    return text if opened and len(label) == 1 else f"{label}. {text}"


def right_choice(it: Fields, choices: Choices) -> str | None:
    """Return the answer to a multiple-choice question; a number becomes the choice it counts."""
    for name, value in it.by_name(known.ANSWER_KEY):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            continue
        digits = isinstance(value, int) or (value.isdigit() and value not in choices.texts)
        if digits and str(value) not in choices.labels:
            if int(value) >= len(choices.texts):
                continue
            it.take(name, REFERENCE, "counted from 0 among the choices")
            return _line(choices.labels[int(value)], choices.texts[int(value)])
        names = [plain_name(name) for name in choices.names]
        said = plain_name(str(value))
        if len(names) > 1 and said in names and str(value) not in choices.labels:
            at = names.index(said)
            it.take(name, REFERENCE, "the choice of that name")
            return _line(choices.labels[at], choices.texts[at])
        it.take(name, REFERENCE)
        return str(value)
    if choices.right is not None:
        it.uses.append(Use(choices.names[0], REFERENCE, "the choice with the highest score"))
    return choices.right
