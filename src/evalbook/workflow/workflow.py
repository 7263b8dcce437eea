"""The machine: which turn it is, what an answer does to it, and what is asked again."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import replace
from itertools import takewhile
from pathlib import Path
from typing import Any

from evalbook.checks import REOPEN, Check, Remedy
from evalbook.errors import AnswerRejected
from evalbook.texts import shortened
from evalbook.workflow import hearing, state
from evalbook.workflow.ahead import (
    Ahead,
    ask_back,
    first_unanswered,
    forget_finding,
    hear,
    look_ahead,
)
from evalbook.workflow.doubts import (
    named_step,
    no_such_step,
    put_answer,
    refuse_what_is_never_asked,
    reopen,
    settle_doubts,
    step_to_reopen,
)
from evalbook.workflow.elsewhere import foreseen, pieces_of
from evalbook.workflow.facts import BEDROCK_TERMS, CONFIRM, MODEL
from evalbook.workflow.hearing import quote_a_line, refuse_too_long
from evalbook.workflow.interview import (
    AnyStep,
    Interview,
    Progress,
    no_progress,
)
from evalbook.workflow.kept import (
    forget_question_knowing,
    is_narrowed,
    keep_question,
    kept_question,
)
from evalbook.workflow.kinds import STEPS_BY_TYPE
from evalbook.workflow.outcomes import Accepted, AnyAccepted, Narrowed, Reopened
from evalbook.workflow.replies.choices import how_to_answer
from evalbook.workflow.replies.pieces import Found, step_to_change
from evalbook.workflow.replies.reading import (
    AskBack,
    Hesitates,
    Incomplete,
    NotUnderstood,
    Taken,
)
from evalbook.workflow.replies.words import means_default, plain
from evalbook.workflow.saved import read_interview, write_interview
from evalbook.workflow.steps import notebook
from evalbook.workflow.summary import Summary, summarise
from evalbook.workflow.turn import Default, Position, Problem, Question, Turn


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
        workflow._interview()
        return workflow

    def turn(self) -> Turn:
        """Return the current turn; changes nothing."""
        interview = self._interview()
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
            named = named_step(interview, step) if step else ahead.step
            try:
                if ahead.step is None and named is None:
                    accepted = self._change(interview, text)
                elif ahead.step is not None and named is ahead.step:
                    accepted = self._hear(interview, ahead, text)
                elif named is not None and named.name in interview.answers:
                    accepted = self._take(interview, Ahead(named, named.ask(interview)), text)[0]
                else:
                    assert named is not None  # noqa: S101 - without a step the current one is
                    accepted = self._keep_for_later(interview, named, text)
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
                    notices += self._keep_for_later(interview, step, text).notices
                else:
                    interview.aside.volunteered[name] = text
            return self._proceed(interview, Accepted(None, notices=tuple(notices)))

    def back(self, step: str | None = None) -> Turn:
        """Reopen the last answered step, or the one named, and return its turn.

        Where a step asks once more about an answer, that answer is the last: it asks afresh.

        Raises:
            UsageError: there is no such step.
        """
        with self._changing() as interview:
            current = first_unanswered(interview)
            if is_narrowed(interview, current) and step in (None, current and current.name):
                interview.aside.pending = None
                return self._proceed(interview, Accepted(None))
            try:
                name = step_to_reopen(interview, step)
            except AnswerRejected as rejection:
                return self._rejected(rejection)
            reopen(interview, name)
            return self._proceed(interview, Accepted(None))

    def check(self) -> list[tuple[str, list[Check]]]:
        """Run every check again on the saved answers; changes nothing.

        Returns:
            For each answered step its name and what the checks found; an answer that would now be
            rejected has a failed check. What comes after a step that has to be answered again is
            not checked until it is.
        """
        interview = self._interview()
        answered = takewhile(
            lambda step: step.name in interview.answers,
            (step for step in interview.steps if step.applies(interview)),
        )
        # Consent and confirmation are a person's words: there is nothing to check again.
        return [
            (step.name, self._checks_now(interview, step))
            for step in answered
            if step.said_ahead or step.do
        ]

    def summary(self) -> Summary:
        """Return the configuration so far, with what was checked and what was not."""
        return summarise(self._interview())

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
        interview = self._interview()
        waiting = first_unanswered(interview)
        if waiting is not None:
            raise AnswerRejected(
                "not_ready",
                f"The notebook can't be written yet: {waiting.name} is not answered.",
                Remedy("Go on with the question that is open:", command="next"),
            )
        return notebook.write_again(interview, script=script, keep_edits=keep_edits, to=to)

    @property
    def complete(self) -> bool:
        """Whether every question is answered."""
        return first_unanswered(self._interview()) is None

    @property
    def asks_once_more(self) -> bool:
        """Whether the current question is about an answer just given, and not the step's own."""
        interview = self._interview()
        return is_narrowed(interview, first_unanswered(interview))

    @property
    def interview(self) -> Interview:
        """The answers as they stand in the file, to be looked at only."""
        return self._interview()

    def _interview(self) -> Interview:
        interview = read_interview(
            state.load(self.path), self.aws, self.path, STEPS_BY_TYPE, self.progress
        )
        interview.defaults = self.defaults
        interview.at_hand = self.at_hand
        return interview

    @contextmanager
    def _changing(self) -> Iterator[Interview]:
        with state.locked(self.path), self.aws.turn():
            yield self._interview()

    def _save(self, interview: Interview) -> None:
        state.save(self.path, write_interview(interview))

    def _rejected(self, rejection: AnswerRejected) -> Turn:
        interview = self._interview()
        interview.at_hand = {}
        shown = self._show(interview, look_ahead(interview))
        return replace(
            shown,
            status="rejected",
            checks=rejection.checks or shown.checks,
            error=Problem(rejection.code, rejection.message, rejection.remedy),
        )

    def _hear(self, interview: Interview, ahead: Ahead, text: str) -> AnyAccepted:
        """Take from a reply what answers the question, and keep what answers other steps."""
        assert ahead.step is not None  # noqa: S101 - the caller knows which step is asked
        searched = _searched_by_words(ahead, text, interview)
        found = pieces_of(text, ahead.step) if searched else Found(())
        if found.pieces and (accepted := self._take_rest(interview, ahead, found.rest)):
            return self._with_pieces(interview, accepted, found)
        try:
            accepted, left = self._take(interview, ahead, text)
        except AnswerRejected as rejection:
            more = _may_say_more(text, ahead, rejection)
            found = pieces_of(text, ahead.step) if more else Found(())
            if not found.pieces:
                return self._reopened_by_name(interview, text, rejection)
            if ahead.step.name == BEDROCK_TERMS.name:
                found = replace(found, rest="")
                kept = self._keep_pieces(interview, found, rejection)
                return replace(kept, notices=(*kept.notices, "The terms are agreed to alone."))
            if accepted := self._take_rest(interview, ahead, found.rest):
                return self._with_pieces(interview, accepted, found)
            return self._keep_pieces(interview, found, rejection)
        found = pieces_of(left, ahead.step) if left else Found(())
        return self._with_pieces(interview, accepted, found) if found.pieces else accepted

    def _reopened_by_name(
        self, interview: Interview, said: str, rejection: AnswerRejected
    ) -> AnyAccepted:
        """Reopen the step that a reply to the whole configuration wants changed.

        Raises:
            AnswerRejected: the rejection, where it names none.
        """
        confirming = rejection.code in ("answer.yes_or_no", "confirm.declined", "complete")
        name = step_to_change(said) if confirming else None
        if name is None or not interview.answered(name):
            raise rejection
        reopen(interview, name)
        return Accepted(None)

    def _take_rest(self, interview: Interview, ahead: Ahead, rest: str) -> AnyAccepted | None:
        """Take what is left of a reply, but for what answers other steps, for the answer."""
        assert ahead.step is not None  # noqa: S101 - the caller knows which step is asked
        own = re.sub(r"^\W*(?:and|but|with)\b|\b(?:and|but|with|,)\W*$", "", rest).strip(" ,;.")
        if not own or ";" in own or not ahead.step.said_ahead:
            return None
        try:
            return self._take(interview, ahead, own)[0]
        except AnswerRejected:
            return None

    def _with_pieces(
        self, interview: Interview, accepted: AnyAccepted, found: Found
    ) -> AnyAccepted:
        beside = self._keep_pieces(interview, replace(found, rest=""), None)
        return replace(
            accepted,
            checks=(*accepted.checks, *beside.checks),
            notices=(*accepted.notices, *beside.notices),
        )

    def _take(self, interview: Interview, ahead: Ahead, text: str) -> tuple[AnyAccepted, str]:
        """Read and check one answer and put it among the answers.

        Returns:
            What was accepted, and the words in which something else may be said.
        """
        step, question = ahead.step, ahead.asked
        assert step is not None  # noqa: S101 - the callers know which step is answered
        said = refuse_too_long(step, text.strip())
        if ahead.finding is not None:
            settled, said = self._confirmed(interview, ahead, said)
            if settled is not None:
                return settled, said
        if not said and question.default is not None:
            return self._check(interview, step, question, question.default, question.default), ""
        if not said:
            raise AnswerRejected("answer.empty", "No answer was given.", how_to_answer(question))
        if step.name == CONFIRM.name and interview.aside.unsettled and _drops_wishes(said):
            interview.aside.unsettled.clear()
            return Accepted(None, notices=("It is left as it was.",)), ""
        reading = hear(step, said, question, interview)
        if isinstance(reading, Hesitates | Incomplete):
            raise hearing.rejection(reading, said, step.name, question)
        if isinstance(reading, AskBack):
            ask_back(interview, step, reading, said)
            return Accepted(None), ""
        if isinstance(reading, NotUnderstood):
            return self._check(interview, step, question, said, said), ""
        accepted = self._check(interview, step, question, reading.text, said, reading.left)
        kept = interview.answers.get(step.name)
        if not reading.exact and kept is not None and accepted.value is not None:
            taken = f"{step.title}: {step.describe(kept.value, kept.facts)}"
            accepted = replace(accepted, notices=(taken, *accepted.notices))
        left = "" if reading.exact else said.replace(reading.text, " ¦ ")
        return accepted, reading.left or left

    def _confirmed(
        self, interview: Interview, ahead: Ahead, said: str
    ) -> tuple[AnyAccepted | None, str]:
        """Hear what is said to something known already: yes, no, or the answer itself.

        Returns:
            What was accepted, if that settles it, and the words that are left to be heard.
        """
        step, finding = ahead.step, ahead.finding
        assert step is not None  # noqa: S101 - the caller asked for a finding
        assert finding is not None  # noqa: S101
        confirmation = ahead.question(interview)
        agreed = hearing.by_kind(said, confirmation, interview) if said else Taken("yes")
        if isinstance(agreed, Hesitates):
            raise hearing.rejection(agreed, said, step.name, confirmation)
        if not isinstance(agreed, Taken):
            return None, said
        if agreed.text == "yes":
            back = interview.aside.asked_back.get(step.name)
            words = back.said if back else finding
            return self._check(interview, step, ahead.asked, finding, words), ""
        forget_finding(interview, step)
        more = bool(agreed.left) and isinstance(
            hear(step, agreed.left, ahead.asked, interview), Taken
        )
        return (None if more else Accepted(None)), agreed.left

    def _check(
        self,
        interview: Interview,
        step: AnyStep,
        question: Question,
        text: str,
        said: str,
        left: str = "",
    ) -> AnyAccepted:
        """Have the step read and check an answer, and put it among the answers.

        ``left`` is what else was said; a name after a no is what is meant instead.
        """
        act = step.do or step.check
        outcome = act(step.read(text, question, interview), interview)
        if isinstance(outcome, Narrowed):
            if step.name in interview.answers:
                reopen(interview, step.name)
            interview.aside.asked_back.pop(step.name, None)
            keep_question(interview, step, outcome.question, narrowed=True)
            return Accepted(None)
        if isinstance(outcome, Reopened):
            name = left.strip(" ,.!'\"")
            if outcome.said is None and re.fullmatch(r"[\w./:-]{4,}", name):
                with suppress(AnswerRejected):
                    return self._answer_elsewhere(interview, replace(outcome, said=name))
            return self._answer_elsewhere(interview, outcome)
        put_answer(interview, step, outcome, said)
        return outcome

    def _change(self, interview: Interview, text: str) -> AnyAccepted:
        """Change answers of a complete interview by what is said."""
        found = pieces_of(text, None)
        complete = AnswerRejected(
            "complete",
            "Every question is answered and the notebook is written.",
            Remedy("Say what to change, or reopen a step:", command=REOPEN),
        )
        if not found.pieces:
            return self._reopened_by_name(interview, text, complete)
        return self._keep_pieces(interview, found, complete)

    def _keep_pieces(
        self, interview: Interview, found: Found, rejection: AnswerRejected | None
    ) -> AnyAccepted:
        """Change answers by the pieces of a reply, keep those whose turn comes, say what fails.

        Raises:
            AnswerRejected: no piece could be used, and no change was wished.
        """
        steps = interview.steps if interview.answers else interview.all_steps
        by_name = {step.name: step for step in steps}
        notices: list[str] = []
        checks: list[Check] = []
        failures: list[AnswerRejected] = []
        asked_back = False
        for piece in found.pieces:
            step = by_name.get(piece.step)
            if step is None or not step.said_ahead:
                continue
            changes = step.name in interview.answers
            try:
                use = self._change_by_piece if changes else self._keep_for_later
                accepted = use(interview, step, piece.said)
                asked_back = asked_back or step.name in interview.aside.asked_back
                notices += accepted.notices
                checks += accepted.checks
            except AnswerRejected as failure:
                failures.append(failure)
                if changes:
                    interview.aside.unsettled[step.name] = f"{step.title}: {failure.message}"
                notices.append(_not_taken(step, failure))
        if not (notices or asked_back) and rejection is not None:
            raise rejection
        if failures and len(failures) == len(notices) and not interview.aside.unsettled:
            raise failures[0]
        if rejection is not None and rejection.code == "answer.question":
            notices.append(rejection.message)
        elif found.rest:
            notices.append(f"Not understood: “{shortened(found.rest)}”.")
        return Accepted(None, checks=tuple(checks), notices=tuple(notices))

    def _change_by_piece(self, interview: Interview, step: AnyStep, said: str) -> AnyAccepted:
        """Change an answer, and say what was taken."""
        before = interview.answers[step.name]
        accepted, _ = self._take(interview, Ahead(step, step.ask(interview)), said)
        kept = interview.answers.get(step.name)
        if kept is None or kept is before:
            return accepted
        taken = f"{step.title}: {step.describe(kept.value, kept.facts)}"
        others = tuple(notice for notice in accepted.notices if notice != taken)
        return replace(accepted, notices=(taken, *others))

    def _answer_elsewhere(self, interview: Interview, outcome: Reopened) -> AnyAccepted:
        reopen(interview, outcome.step)
        if outcome.said is None:
            return Accepted(None, notices=outcome.notices)
        step = named_step(interview, outcome.step)
        return self._take(interview, Ahead(step, step.ask(interview)), outcome.said)[0]

    def _keep_for_later(self, interview: Interview, step: AnyStep, text: str) -> AnyAccepted:
        if not step.said_ahead:
            raise AnswerRejected(
                "step.not_yet",
                f"{step.name} is answered only when it is asked, in the person's own words then.",
                "Answer the current question first.",
            )
        if not text.strip():
            raise AnswerRejected(
                "answer.empty", f"Nothing was said for {step.name}.", "Give it a value to keep."
            )
        said = refuse_too_long(step, text.strip())
        quoted = shortened(said, 80)
        interview.aside.volunteered[step.name] = said
        try:
            refuse_what_is_never_asked(interview, step)
            remark = foreseen(interview, step, said)
        except AnswerRejected:
            del interview.aside.volunteered[step.name]
            raise
        forget_question_knowing(interview, step)
        return Accepted(
            None,
            notices=(f"Noted for {step.name}: {quoted}{remark}; it is confirmed in its turn.",),
        )

    def _proceed(self, interview: Interview, accepted: AnyAccepted) -> Turn:
        """Check again what is in doubt, up to the next question; save; show that question."""
        doubts = settle_doubts(interview)
        ahead = look_ahead(interview)
        kept = ahead.step is not None and kept_question(interview, ahead.step)
        shown_whole = ahead.step is not None and (
            bool(ahead.asked.choices) or ahead.step.name not in interview.at_hand
        )
        if ahead.step is not None and ahead.step.asks_aws and shown_whole and not kept:
            keep_question(interview, ahead.step, ahead.asked)
        shown = self._show(interview, ahead)
        if ahead.step is not None and ahead.step.name == CONFIRM.name:
            shown = _only_what_changed(interview, shown)
        self._save(interview)
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

    def _show(self, interview: Interview, ahead: Ahead) -> Turn:
        if ahead.step is None:
            return _complete(interview)
        question = ahead.question(interview)
        return Turn(
            status="question",
            state=str(self.path),
            step=ahead.step.name,
            position=_position(interview, ahead.step),
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


def _searched_by_words(ahead: Ahead, said: str, interview: Interview) -> bool:
    """Tell whether a sentence would be searched for as it is, pieces for other steps and all."""
    step = ahead.step
    if step is None or step.name != MODEL.name or ahead.finding is not None or " " not in said:
        return False
    return isinstance(hear(step, said, ahead.asked, interview), NotUnderstood)


_NOT_HEARD = (
    "answer.",
    "confirm.declined",
    "terms.",
    "task.",
    "region.unknown",
    "project.name",
    "advanced.",
)


def _may_say_more(text: str, ahead: Ahead, rejection: AnswerRejected) -> bool:
    """Tell whether a reply that was rejected may answer other steps, and is no wrong value."""
    words = text.split()
    if not words or text.lstrip().startswith(("{", "[")):
        return False
    value = words[0].lower().startswith(("s3://", "arn:")) and not re.search(r"[,;]| and ", text)
    hears = ahead.step.hears if ahead.step else None
    if ahead.asked.kind == "text" and hears not in (None, hearing.free_text):
        return len(words) > 1 and not value
    return rejection.code.startswith(_NOT_HEARD)


def _drops_wishes(said: str) -> bool:
    """Tell whether a wish that could not be settled is given up."""
    words = plain(said)
    return means_default(said) or bool(
        re.search(
            r"\b(?:never ?mind|forget (?:it|that)|drop (?:it|that)|leave (?:it|that))\b", words
        )
    )


def _not_taken(step: AnyStep, failure: AnswerRejected) -> str:
    remedy = failure.remedy.text if isinstance(failure.remedy, Remedy) else failure.remedy
    return f"Not taken for {step.name}: {failure.message} {remedy or ''}".strip()


def _only_what_changed(interview: Interview, shown: Turn) -> Turn:
    """Return the confirmation with the lines that were not shown before."""
    lines, before = shown.notices, interview.aside.confirmed
    interview.aside.confirmed = list(lines)
    changed = tuple(line for line in lines if line not in before)
    if not before or len(changed) == len(lines):
        return shown
    return replace(shown, notices=(*changed, "All else is as it was."))


def _position(interview: Interview, current: AnyStep) -> Position:
    applying = [s.name for s in interview.steps if s.applies(interview)]
    return Position(applying.index(current.name) + 1, len(applying))


def _complete(interview: Interview) -> Turn:
    return Turn(
        status="complete",
        state=str(interview.state_path),
        notebook=str(notebook.written_notebook(interview)),
        notices=notebook.run_instructions(interview),
    )
