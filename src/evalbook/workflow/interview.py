"""What a step may see while it asks and checks: earlier answers, AWS, the folder it works in."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalbook.checks import Check
from evalbook.workflow.state import OWN_KEY, Document, found_by_other_tools, unusable
from evalbook.workflow.turn import Question

if TYPE_CHECKING:
    from evalbook.aws.session import Aws
    from evalbook.workflow.kinds import Kind

Progress = Callable[[str, "int | None", "int | None"], None]
"""Called with what is being done, how much is done and how much there is, in bytes or None."""


def no_progress(_doing: str, _done: int | None, _total: int | None) -> None:
    """Show nothing."""


@dataclass
class Answer:
    """A saved answer."""

    value: Any
    facts: dict[str, Any]
    said: str
    """The person's own words."""
    checks: tuple[Check, ...]
    at: str
    """When it was accepted, ISO 8601 in UTC."""
    in_doubt: bool = False
    """Something it depends on has changed since; it is checked again when its turn comes."""
    reopened: bool = False
    """The person asked to answer it again."""

    def to_json(self) -> dict[str, Any]:
        """Return the answer as the state keeps it."""
        document: dict[str, Any] = {
            "value": self.value,
            "said": self.said,
            "at": self.at,
            "facts": self.facts,
            "checks": [check.to_json() for check in self.checks],
        }
        if self.in_doubt:
            document["in_doubt"] = True
        if self.reopened:
            document["reopened"] = True
        return document

    @classmethod
    def from_json(cls, document: dict[str, Any]) -> Answer:
        """Return the answer that `to_json` wrote."""
        return cls(**{**document, "checks": tuple(Check(**check) for check in document["checks"])})


def _answers_in(own: dict[str, Any]) -> dict[str, Answer]:
    """Return the saved answers; raises what comes of a form that `evalbook` does not write."""
    if not all(isinstance(own.get(key, {}), dict) for key in ("volunteered", "pending")):
        raise TypeError
    if own.get("pending"):
        _need_moment(own["pending"]["at"])
        Question.from_json(own["pending"]["question"])
    if not isinstance(own.get("dismissed", []), list):
        raise TypeError
    saved = own.get("answers", {})
    answers = {name: Answer.from_json(answer) for name, answer in saved.items()}
    if not all(isinstance(it.facts, dict) and isinstance(it.said, str) for it in answers.values()):
        raise TypeError
    for answer in answers.values():
        _need_moment(answer.at)
    return answers


def _need_moment(text: str) -> None:
    # One without its offset from UTC could not be compared with now.
    if datetime.fromisoformat(text).tzinfo is None:
        raise ValueError(text)


def is_a_file(path: Path) -> bool:
    """Tell whether there is a file of that name; there is none whose name is a whole text."""
    return os.path.isfile(path)  # noqa: PTH113 - unlike Path's, it takes any text for a name


def is_a_folder(path: Path) -> bool:
    """Tell whether there is a folder of that name; there is none whose name is a whole text."""
    return os.path.isdir(path)  # noqa: PTH112 - as above


@dataclass
class Interview:
    """The answers so far and the world they are checked against."""

    document: Document
    aws: Aws
    state_path: Path
    folder: Path = field(default_factory=Path.cwd)
    """Where projects are made and files are named from."""
    progress: Progress = no_progress
    answers: dict[str, Answer] = field(default_factory=dict)

    @classmethod
    def of(
        cls, document: Document, aws: Aws, state_path: Path, progress: Progress = no_progress
    ) -> Interview:
        """Return the interview that a state document holds.

        Raises:
            StateFileError: what evalbook keeps there is not in the form that it writes.
        """
        try:
            answers = _answers_in(document[OWN_KEY])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            why = "what it holds of evalbook is not in the form that evalbook writes"
            raise unusable(state_path, why) from error
        return cls(document, aws, state_path, progress=progress, answers=answers)

    @property
    def own(self) -> dict[str, Any]:
        """What evalbook keeps in the state beside the answers: volunteered, dismissed, pending."""
        own: dict[str, Any] = self.document[OWN_KEY]
        return own

    @property
    def kind(self) -> Kind:
        """The evaluation type that the steps ask for."""
        from evalbook.workflow.kinds import kind_of

        return kind_of(self)

    def answered(self, step: str) -> bool:
        """Return whether the step has an answer that is not being asked again."""
        answer = self.answers.get(step)
        return answer is not None and not answer.reopened

    def value(self, step: str, default: Any = None) -> Any:
        """Return the value of a step's answer."""
        answer = self.answers.get(step)
        return default if answer is None else answer.value

    def facts(self, step: str) -> dict[str, Any]:
        """Return what the checks of a step's answer found out; empty where it has none."""
        answer = self.answers.get(step)
        return {} if answer is None else answer.facts

    def file_named(self, said: str) -> Path:
        """Return the path that a person gave, from the folder they work in; ``~`` is home."""
        path = Path(said.strip("'\" "))
        # Whose home can't be told is a folder of that name.
        with suppress(RuntimeError):
            path = path.expanduser()
        return self.folder / path

    def found(self, *keys: str) -> str | None:
        """Return what another tool left in the state under the first of the keys that is there."""
        for key in keys:
            text = found_by_other_tools(self.document, key)
            if text is not None:
                return text
        return None
