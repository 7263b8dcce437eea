"""The fields of one record while it is understood, and the texts that their values hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from evalbook.datasets.conversations import part_text
from evalbook.datasets.fields import plain_name
from evalbook.datasets.invalid import InvalidRecord
from evalbook.datasets.strictjson import parsed
from evalbook.datasets.uses import REFERENCE, UNUSED, Use

SEVERAL = "several_turns"
"""The kind of what is refused because it asks several questions."""


@dataclass
class Fields:
    """The fields of one record, and what each was taken for so far."""

    values: dict[str, Any]
    """By their names; inside of others with dots."""
    uses: list[Use] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)
    called: dict[str, str] = field(default_factory=dict)
    """What fields go by that are something else than their names say."""
    first_question: bool = False
    """Whether of several questions the first one is taken; else such a record is refused."""

    asked: int = 1
    """How many questions there were."""

    def plain(self, name: str) -> str:
        """Return what a field goes by in the tables of `evalbook.datasets.fields`."""
        return self.called.get(name) or plain_name(name)

    def by_name(self, table: Iterable[str]) -> Iterator[tuple[str, Any]]:
        """Yield the fields of these names that are not taken yet, in the table's order."""
        found: dict[str, str] = {}
        for name in self.values:
            if name not in self.taken:
                found.setdefault(self.plain(name), name)
        for plain in table:
            if plain in found and self.values[found[plain]] is not None:
                yield found[plain], self.values[found[plain]]

    def take(self, name: str, use: str, meaning: str = "") -> None:
        """Note what a field is taken for."""
        self.taken.add(name)
        self.uses.append(Use(name, use, meaning))

    def answers_are(self, meaning: str, mark: str = "") -> None:
        """Take back that answers are the reference; of those only whose field has a mark in it."""
        self.uses = [
            Use(use.field, UNUSED, meaning) if use.use == REFERENCE and mark in use.field else use
            for use in self.uses
        ]

    def one_question(self, name: str, questions: list[Any]) -> Any:
        """Return the only one of a field's questions, or the first if that is wanted.

        Raises:
            InvalidRecord: ``several_turns``, there are more.
        """
        if len(questions) > 1:
            if not self.first_question:
                found = f"{len(questions)} questions, one after the other"
                raise InvalidRecord(SEVERAL, f"{name} has {found}; a run asks one per record")
            self.uses.append(Use(f"{name} (later)", UNUSED, "only the first question is asked"))
        self.asked = len(questions)
        return questions[0]


def text_in(value: Any) -> str | None:
    """Return the texts in a value; of a text that only looks like a list, the text itself."""
    return join_texts(parsed(value)) or (value if isinstance(value, str) else None)


def join_texts(value: Any) -> str | None:
    """Return the texts in a value, one a line."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        texts = [text for item in value if (text := join_texts(item))]
        return "\n".join(texts) or None
    if isinstance(value, dict):
        text = part_text(value)
        if text is not None:
            return text
        for key in _HOLD_TEXTS:
            if key in value:
                return join_texts(value[key])
        # Lists side by side, such as titles and sentences; single values are no text to read.
        return join_texts([item for item in value.values() if isinstance(item, list)])
    return None


_HOLD_TEXTS = ("parts", "page_content", "contexts", "passage", "passage_text", "body", "value")


def text_of(value: Any) -> str | None:
    """Return the text of an object that holds one."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return None
    for key in ("text", "content", "value"):
        inner = value.get(key)
        if isinstance(inner, str):
            return inner
        if isinstance(inner, list):
            return join_texts(inner)
    return None


def plain_text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def all_text(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, str) for value in values)
