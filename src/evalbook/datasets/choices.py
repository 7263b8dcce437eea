"""Multiple-choice questions: the choices, and which of them is right."""

from __future__ import annotations

from typing import Any, NamedTuple

from evalbook.datasets import fields as known
from evalbook.datasets.record_fields import Fields, parsed, plain_text
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


_COLUMNS = (
    ("A", "B", "C", "D", "E", "F", "G", "H", "I", "J"),
    ("opa", "opb", "opc", "opd", "ope"),
    ("optiona", "optionb", "optionc", "optiond", "optione"),
    ("choicea", "choiceb", "choicec", "choiced", "choicee"),
    ("option1", "option2", "option3", "option4", "option5"),
    ("choice1", "choice2", "choice3", "choice4", "choice5"),
    ("ending0", "ending1", "ending2", "ending3"),
    ("sol1", "sol2"),
)
"""Columns of which each holds one choice."""


def choices_of(it: Fields) -> Choices | None:
    """Return the choices that a record offers, in a list or in columns."""
    for name, value in it.by_name(known.CHOICES):
        value = parsed(value)
        found = _scored(name, value) if it.plain(name) == "targetscores" else _listed(name, value)
        if found is not None:
            return found
    for columns in _COLUMNS:
        of = {
            name if len(name) == 1 else it.plain(name): name
            for name in it.values
            if name not in it.taken
        }
        names = [of[column] for column in columns if column in of]
        texts = [plain_text(it.values[name]) for name in names]
        if len(names) >= 2 and all(text is not None for text in texts):
            numbered = columns[0] in ("option1", "choice1")
            labels = [str(at + 1) if numbered else _LETTERS[at] for at in range(len(names))]
            return Choices(tuple(names), tuple(labels), tuple(str(text) for text in texts))
    return None


def _scored(name: str, scores: Any) -> Choices | None:
    """Return the choices of BIG-bench, each with its score."""
    if not isinstance(scores, dict) or not all(type(it) in (int, float) for it in scores.values()):
        return None
    found = _listed(name, list(scores))
    return found and found._replace(right=max(scores, key=lambda text: scores[text]))


def _listed(name: str, value: Any) -> Choices | None:
    labels: list[Any] = []
    texts: list[Any] = []
    if isinstance(value, dict):
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
        it.take(name, PROMPT, "it stands in the prompt already" if there else "asked with it")
    if there:
        return prompt
    lines = [f"{label}. {text}" for label, text in zip(choices.labels, choices.texts, strict=True)]
    return prompt + "\n\n" + "\n".join(lines)


def right_choice(it: Fields, choices: Choices) -> str | None:
    """Return the answer to a multiple-choice question; a number becomes the choice it counts."""
    for name, value in it.by_name(known.ANSWER_KEY):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            continue
        digits = isinstance(value, int) or (value.isdigit() and value not in choices.texts)
        if digits and str(value) not in choices.labels:
            at = int(value)
            if at >= len(choices.texts):
                continue
            it.take(name, REFERENCE, "counted from 0 among the choices")
            return f"{choices.labels[at]}. {choices.texts[at]}"
        it.take(name, REFERENCE)
        return str(value)
    if choices.right is not None:
        it.uses.append(Use(choices.names[0], REFERENCE, "the choice with the highest score"))
    return choices.right
