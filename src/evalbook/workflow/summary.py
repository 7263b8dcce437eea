"""The configuration so far, with what was checked and what was not."""

from __future__ import annotations

from itertools import takewhile
from pathlib import Path
from typing import Any

from evalbook.checks import Check
from evalbook.records import dataclass
from evalbook.texts import Notice, titled
from evalbook.workflow.interview import Interview
from evalbook.workflow.slots import ADVANCED, CUSTOM_METRICS, EVALUATION_TYPE, MODEL_CONFIRM


@dataclass(frozen=True)
class SummaryLine:
    """One answer as `show` and `confirm` present it."""

    step: str
    title: str
    text: str
    said: str
    value: Any
    checks: tuple[Check, ...]

    @property
    def says_nothing_new(self) -> bool:
        """Whether another line says it, or it is what most people answer."""
        declined = self.step in (ADVANCED.name, CUSTOM_METRICS.name) and not self.value
        return declined or self.step == MODEL_CONFIRM.name


@dataclass(frozen=True)
class Summary:
    """The answers in the order of the steps."""

    lines: tuple[SummaryLine, ...]
    evaluation_type: str | None = None
    """None if it is not answered yet."""

    def answers(self) -> list[str]:
        lines = ((it, titled(it.title, it.text)) for it in self.lines)
        return [Notice(line) if it.says_nothing_new else line for it, line in lines]

    def doubts(self) -> list[str]:
        """Return a sentence for each check that could not be made or came out with a warning."""
        return [
            *(f"Not checked: {check.message}" for check in self.not_checked),
            *(Notice(f"Warning: {check.message}") for check in self.warnings),
        ]

    @property
    def not_checked(self) -> tuple[Check, ...]:
        """What could not be checked."""
        return self._with_status("skipped")

    @property
    def warnings(self) -> tuple[Check, ...]:
        """What was found and accepted anyway."""
        return self._with_status("warning")

    def _with_status(self, status: str) -> tuple[Check, ...]:
        found = (check for line in self.lines for check in line.checks if check.status == status)
        # A corrected dataset is warned of in the words that its original was.
        return tuple(dict.fromkeys(found))

    def document(self, state: Path) -> ShowDocument:
        """Return the summary as the JSON command line prints it."""
        return ShowDocument(str(state), self.lines, self.not_checked, self.warnings)


@dataclass(frozen=True)
class ShowDocument:
    """What `evalbook show --json` prints."""

    state: str
    answers: tuple[SummaryLine, ...]
    not_checked: tuple[Check, ...]
    warnings: tuple[Check, ...]


def summarise(interview: Interview, until: str | None = None) -> Summary:
    """Return the answers that apply, those before the step ``until`` if one is named."""
    steps = takewhile(lambda step: step.name != until, interview.applying)
    return Summary(
        tuple(
            SummaryLine(
                step.name,
                step.title,
                step.describe(answer.value, answer.facts),
                answer.said,
                answer.value,
                answer.checks,
            )
            for step in steps
            if (answer := interview.answers.get(step.name)) is not None
        ),
        interview.value(EVALUATION_TYPE),
    )
