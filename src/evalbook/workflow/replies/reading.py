"""What a reply comes down to: an answer, one to be asked back, or no answer yet."""

from __future__ import annotations

import json
from typing import Literal

from evalbook.records import dataclass
from evalbook.texts import joined

Doubt = Literal["question", "condition", "hesitation", "you_decide"]


@dataclass(frozen=True)
class Taken:
    """The reply answers the question."""

    text: str
    """The answer, as the step reads it."""
    exact: bool = False
    """Whether it is word for word what was said."""
    left: str = ""
    """What else was said, which may belong to other steps."""


@dataclass(frozen=True)
class AskBack:
    """The reply fits exactly one answer without being it."""

    text: str
    """The answer that it fits."""
    said: str = ""
    """The words that it fits; empty if only the proposal is meant."""

    def words(self) -> str:
        """Return the question that asks back."""
        if not self.said:
            return f"The suggestion is {self.meaning}. Use it?"
        return f"You said {self.said}. That is {self.meaning}. Use it?"

    @property
    def meaning(self) -> str:
        """The answer as people write it."""
        return joined(json.loads(self.text)) if self.text.startswith('["') else self.text


@dataclass(frozen=True)
class Hesitates:
    """The person asks, sets a condition, is unsure, or would rather not decide."""

    how: Doubt


@dataclass(frozen=True)
class Incomplete:
    """The reply begins an answer; ``wanted`` says what it takes."""

    wanted: str


Reading = Taken | AskBack | Hesitates | Incomplete | None
"""None if the reply is no recognisable answer to this question: the step's own reading decides."""
