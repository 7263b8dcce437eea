"""What one turn shows: a question, its choices, and the result of the last answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, fields, is_dataclass, replace
from datetime import datetime
from typing import Any, Literal

from evalbook.checks import Check, Remedy
from evalbook.datasets.uses import FieldUse
from evalbook.records import dataclass
from evalbook.texts import Notice, few_words, presentable
from evalbook.workflow.strict import ADDED_LATER

PROTOCOL = 1

QuestionKind = Literal["text", "choice", "multichoice", "confirm"]
Status = Literal["question", "rejected", "complete"]


@dataclass(frozen=True)
class Default:
    """The default offered, and the file or variable that sets it."""

    value: str
    source: str


@dataclass(frozen=True)
class Choice:
    """One of several answers, chosen by its value, label or 1-based number."""

    value: str
    label: str
    description: str = ""
    recommended: bool = False

    def __post_init__(self) -> None:
        # Only the value must stay exact; these are just shown.
        object.__setattr__(self, "label", presentable(self.label))
        object.__setattr__(self, "description", presentable(self.description))


@dataclass(frozen=True)
class Question:
    """What a step asks."""

    text: str
    kind: QuestionKind = "text"
    choices: tuple[Choice, ...] = ()
    default: str | None = None
    help: str | None = None
    notices: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    """What preparing the question found, such as judges that were left out."""
    reference: str | None = None
    brief: dict[str, str] = field(default_factory=dict, hash=False, metadata=ADDED_LATER)
    """What few words are wanted of, by text: kept here because JSON keeps only texts."""

    def __post_init__(self) -> None:
        texts: list[Any] = [self.help, *self.notices, *(it.description for it in self.choices)]
        texts += [text for it in self.checks for text in (it.message, it.remedy)]
        brief = self.brief | {it: it.brief for it in texts if isinstance(it, Notice)}
        object.__setattr__(self, "brief", brief)
        if not brief:
            return

        def again(text: Any) -> Any:
            return Notice(text, brief[text]) if isinstance(text, str) and text in brief else text

        notices = tuple(map(again, self.notices))
        choices = tuple(replace(it, description=again(it.description)) for it in self.choices)
        checks = tuple(
            replace(it, message=again(it.message), remedy=again(it.remedy)) for it in self.checks
        )
        object.__setattr__(self, "help", again(self.help))
        object.__setattr__(self, "notices", notices)
        object.__setattr__(self, "choices", choices)
        object.__setattr__(self, "checks", checks)

    def with_notices(self, *notices: str) -> Question:
        return replace(self, notices=(*notices, *self.notices))


@dataclass(frozen=True)
class Problem:
    """Why an answer was rejected."""

    code: str
    message: str
    remedy: str | Remedy | None = None


@dataclass(frozen=True)
class ErrorDocument:
    """What any command prints under ``--json`` where it could not do what it was asked."""

    status: Literal["error"]
    error: Problem


@dataclass(frozen=True)
class Position:
    """Which question this is (1-based), and of how many as far as known."""

    index: int
    total: int


@dataclass(frozen=True)
class Turn:
    """One turn of the interview, as the contract's section 4 describes it."""

    status: Status
    state: str
    step: str | None = None
    position: Position | None = None
    question: str = ""
    kind: QuestionKind | None = None
    choices: tuple[Choice, ...] = ()
    default: str | None = None
    help: str | None = None
    notices: tuple[str, ...] = ()
    checks: tuple[Check, ...] = ()
    error: Problem | None = None
    reference: str | None = None
    notebook: str | None = None
    fields: tuple[FieldUse, ...] = ()
    """How every dataset field is used, if the last answer allowed reading it."""
    preview: Any = field(default=None, compare=False)
    """The sample, for front ends to draw in place of its lines; not in JSON."""
    review: tuple[str, ...] = field(default=(), compare=False)
    """The notices that repeat the answers under review; not in JSON either."""

    @property
    def notices_beside(self) -> list[str]:
        """The notices that appear in neither the preview nor the review."""
        drawn = (*self.review, *(self.preview.lines() if self.preview else ()))
        return [notice for notice in self.notices if notice not in drawn]

    def rejected(
        self,
        code: str,
        message: str,
        remedy: str | Remedy | None,
        checks: tuple[Check, ...] = (),
    ) -> Turn:
        """Return the turn to be shown again, with why its answer was rejected.

        Few words of the remedy leave out what the question repeats: its choices, or its help.
        """
        if isinstance(remedy, str):
            few = few_words(remedy) if self.choices else remedy
            remedy = Notice(remedy, few.replace(self.help, "").strip() if self.help else few)
        error = Problem(code, message, remedy)
        return replace(self, status="rejected", checks=checks or self.checks, error=error)

    def to_json(self) -> dict[str, Any]:
        document = as_document(replace(self, preview=None))
        del document["preview"], document["review"]
        if not self.fields:
            del document["fields"]
        return document


def as_document(data: Any) -> dict[str, Any]:
    """Return what a command or a tool prints for programs: its data, by this protocol."""
    return {"protocol": PROTOCOL, **printed(data)}


def printed(data: Any) -> Any:
    """Return a document's data for JSON, with remedies in the command line's words."""
    if isinstance(data, Remedy):
        return data.in_commands()
    if isinstance(data, datetime):
        return data.isoformat()
    if is_dataclass(data):
        return {it.name: printed(getattr(data, it.name)) for it in fields(data)}
    if isinstance(data, Mapping):
        return {key: printed(it) for key, it in data.items()}
    return [printed(it) for it in data] if isinstance(data, (list, tuple)) else data
