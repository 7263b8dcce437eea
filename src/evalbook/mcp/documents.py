"""What the tools return that no command prints, as types."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Outcome = Literal["complete", "open", "declined", "cancelled", "no_forms"]


@dataclass(frozen=True)
class InterviewDocument:
    """What came of putting the questions to the person: no more than was decided."""

    status: Outcome
    answered: dict[str, str]
    """What was answered in this call, by step."""
    stands: dict[str, str]
    """What had been answered before, by step."""
    step: str | None
    """The question that is open."""
    notebook: str | None
    say: str | None
    """What the person should see, as it is: how the notebook is run."""
    next: str
    """How to go on."""


@dataclass(frozen=True)
class WordsDocument:
    """What is shown to the person as it is."""

    text: str
