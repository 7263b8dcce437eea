"""The machine: which turn it is, what an answer does to it, and what is asked again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from evalbook.checks import Check, Remedy
from evalbook.errors import AnswerRejected
from evalbook.workflow import state
from evalbook.workflow.ahead import Ahead, first_unanswered, look_ahead
from evalbook.workflow.doubts import (
    find_step,
    find_step_to_reopen,
    no_such_step,
    reopen,
    settle_doubts,
)
from evalbook.workflow.hearing import quote_a_line
from evalbook.workflow.interview import (
    Accepted,
    AnyAccepted,
    AnyStep,
    Interview,
    Progress,
    no_progress,
)
from evalbook.workflow.kept import find_kept_question, is_narrowed, keep_question
from evalbook.workflow.kinds import STEPS_BY_TYPE
from evalbook.workflow.saved import read_interview, write_interview
from evalbook.workflow.slots import CONFIRM
from evalbook.workflow.steps import notebook
from evalbook.workflow.summary import Summary, summarise
from evalbook.workflow.taking import answer_step, keep_for_later
from evalbook.workflow.turn import Default, Position, Turn
from evalbook.workflow.whole_replies import change_answers, hear_answer


class Workflow:
    """An interview kept in a state file, one question a turn.

    Every method that changes something reads the file afresh under a lock and writes it whole, so
    an object may be kept for as long as one likes. A rejected answer comes back as a turn whose
    status is ``rejected``; an `AwsUnavailable` is raised, and nothing has changed then.
    """

    def __init__(self, path: Path, aws: Any, progress: Progress = no_progress) -> None:
        self.path = path
        self.aws = aws
        self.progress = progress
        self.defaults: Mapping[str, Default] = {}
        """Answers that the person's own settings offer, by step; each is confirmed."""
        self.shows_whole = False
        """Whether the front end draws the whole configuration each time that it is confirmed."""
        self.at_hand: Mapping[str, str] = {}
        """Answers that are given as soon as their steps are asked."""

    @classmethod
    def load(cls, path: str | Path, aws: Any = None, progress: Progress = no_progress) -> Workflow:
        """Open the state file, which need not exist yet.

        Args:
            path: the state file.
            aws: an `evalbook.aws.session.Aws`; by default the one that boto3's settings give.
            progress: is told what takes long while it does.

        Raises:
            StateFileError: the file can't be used.
        """
        from evalbook.aws.session import Aws

        workflow = cls(Path(path), aws or Aws(), progress)
        workflow.interview  # noqa: B018 - it is read
        return workflow

    def turn(self) -> Turn:
        """Return the current turn; changes nothing."""
        interview = self.interview
        with self.aws.turn():
            return self._show(interview, look_ahead(interview))

    def answer(self, text: str, step: str | None = None) -> Turn:
        """Answer the current turn, or a step out of turn, and return the next turn.

        Args:
            text: what the person said; empty means the default.
            step: a step that was answered before is answered again; one that lies ahead keeps the
                text until its turn.

        Raises:
            UsageError: there is no such step.
            AwsUnavailable: AWS could not be asked; nothing has changed.
            StateFileError: the state file can't be used.
        """
        with self._changing() as interview:
            ahead = look_ahead(interview)
            current = ahead.step if ahead is not None else None
            named = find_step(interview, step) if step else current
            try:
                if named is None:
                    accepted = change_answers(interview, text)
                elif ahead is not None and named is ahead.step:
                    accepted = hear_answer(interview, ahead, text)
                elif named.name in interview.answers:
                    accepted = answer_step(interview, named, text)
                else:
                    accepted = keep_for_later(interview, named, text)
                return self._proceed(interview, accepted)
            except AnswerRejected as rejection:
                return self._rejected(quote_a_line(rejection, text))

    def begin(self, known: Mapping[str, str], checked: Iterable[str], notice: str) -> Turn:
        """Begin with answers that are confirmed in their turns, and return the first turn.

        Args:
            known: texts by step.
            checked: steps whose texts are checked as far as they can be by now.
            notice: said with the first turn.

        Raises:
            UsageError: there is no such step.
            AnswerRejected: an answer is known by now to be unusable.
        """
        with self._changing() as interview:
            notices = [notice] if notice else []
            for name, text in known.items():
                step = next((it for it in interview.all_steps if it.name == name), None)
                if step is None:
                    raise no_such_step(name, interview.all_steps)
                if name in checked:
                    notices += keep_for_later(interview, step, text).notices
                else:
                    interview.aside.volunteered[name] = text
            return self._proceed(interview, Accepted(None, notices=tuple(notices)))

    def back(self, step: str | None = None) -> Turn:
        """Reopen the last answered step, or the one named, and return its turn.

        If a step is asking a follow-up about an answer, that answer counts as the last.

        Raises:
            UsageError: there is no such step.
        """
        with self._changing() as interview:
            current = first_unanswered(interview)
            if is_narrowed(interview, current) and step in (None, current and current.name):
                interview.aside.pending = None
                return self._proceed(interview, Accepted(None))
            try:
                name = find_step_to_reopen(interview, step)
            except AnswerRejected as rejection:
                return self._rejected(rejection)
            reopen(interview, name)
            return self._proceed(interview, Accepted(None))

    def check(self) -> list[tuple[str, list[Check]]]:
        """Run every check again on the saved answers; changes nothing.

        Returns:
            For each answered step its name and what the checks found; an answer that would now be
            rejected has a failed check. What comes after a step that must be answered again is
            not checked until it is.
        """
        interview = self.interview
        answered = takewhile(lambda step: step.name in interview.answers, interview.applying)
        # Consent and confirmation are a person's words: there is nothing to recheck.
        return [
            (step.name, self._checks_now(interview, step))
            for step in answered
            if step.said_ahead or step.do
        ]

    def summary(self) -> Summary:
        return summarise(self.interview)

    def generate(
        self, *, script: bool = False, keep_edits: bool = False, to: Path | None = None
    ) -> Path:
        """Write the notebook again from a completed interview, or a plain script beside it.

        Args:
            script: whether a plain Python file is written.
            keep_edits: whether a copy is kept of a file whose cells a person has edited.
            to: another file to write than the interview's own.

        Returns:
            The path of what was written.

        Raises:
            AnswerRejected: ``not_ready``, the interview is not complete; or ``notebook.edited``,
                a person's edits would be lost.
        """
        interview = self.interview
        waiting = first_unanswered(interview)
        if waiting is not None:
            raise AnswerRejected(
                "not_ready",
                f"The notebook can't be written yet: {waiting.name} is not answered.",
                Remedy("Continue with the open question:", command="next"),
            )
        return notebook.write_again(interview, script=script, keep_edits=keep_edits, to=to)

    @property
    def complete(self) -> bool:
        return first_unanswered(self.interview) is None

    @property
    def asks_once_more(self) -> bool:
        """Whether the current question is about an answer just given, and not the step's own."""
        interview = self.interview
        return is_narrowed(interview, first_unanswered(interview))

    @property
    def interview(self) -> Interview:
        """The answers in the file, for reading only."""
        interview = read_interview(
            state.load(self.path), self.aws, self.path, STEPS_BY_TYPE, self.progress
        )
        interview.defaults = self.defaults
        interview.at_hand = self.at_hand
        return interview

    @contextmanager
    def _changing(self) -> Iterator[Interview]:
        with state.locked(self.path), self.aws.turn():
            yield self.interview

    def _rejected(self, rejection: AnswerRejected) -> Turn:
        interview = self.interview
        interview.at_hand = {}
        shown = self._show(interview, look_ahead(interview))
        return shown.rejected(rejection.code, rejection.message, rejection.remedy, rejection.checks)

    def _proceed(self, interview: Interview, accepted: AnyAccepted) -> Turn:
        """Recheck what is in doubt up to the next question; save; show that question."""
        doubts = settle_doubts(interview)
        ahead = look_ahead(interview)
        if ahead is not None and ahead.step.asks_aws:
            shown_whole = ahead.asked.choices or ahead.step.name not in interview.at_hand
            if shown_whole and not find_kept_question(interview, ahead.step):
                keep_question(interview, ahead.step, ahead.asked)
        shown = self._show(interview, ahead)
        if shown.step == CONFIRM.name and not self.shows_whole:
            shown = _only_what_changed(interview, shown)
        state.save(self.path, write_interview(interview))
        return replace(
            shown,
            checks=(*accepted.checks, *doubts, *shown.checks),
            notices=(*accepted.notices, *shown.notices),
            fields=accepted.fields,
            preview=accepted.preview,
        )

    def _checks_now(self, interview: Interview, step: AnyStep) -> list[Check]:
        try:
            with self.aws.turn():
                outcome = step.check(interview.answers[step.name].value, interview)
        except AnswerRejected as rejection:
            return list(rejection.checks) or [
                Check(rejection.code, "failed", rejection.message, rejection.remedy)
            ]
        return list(outcome.checks) if isinstance(outcome, Accepted) else []

    def _show(self, interview: Interview, ahead: Ahead | None) -> Turn:
        if ahead is None:
            return Turn(
                status="complete",
                state=str(self.path),
                notebook=str(notebook.locate_notebook(interview)),
                notices=notebook.run_instructions(interview),
            )
        applying = interview.applying
        question = ahead.question(interview)
        return Turn(
            status="question",
            state=str(self.path),
            step=ahead.step.name,
            position=Position(applying.index(ahead.step) + 1, len(applying)),
            question=question.text,
            kind=question.kind,
            choices=question.choices,
            default=question.default,
            help=question.help,
            notices=question.notices,
            checks=question.checks,
            reference=question.reference,
            review=_reviewed(interview) if ahead.step.wants.review else (),
        )


def _reviewed(interview: Interview) -> tuple[str, ...]:
    summary = summarise(interview)
    return (*summary.answers(), *summary.doubts())


def _only_what_changed(interview: Interview, shown: Turn) -> Turn:
    """Return the confirmation with the lines that were not shown before."""
    lines, before = shown.notices, interview.aside.confirmed
    interview.aside.confirmed = list(lines)
    changed = tuple(line for line in lines if line not in before)
    if not before or len(changed) == len(lines):
        return shown
    return replace(shown, notices=(*changed, "Everything else is unchanged."))
