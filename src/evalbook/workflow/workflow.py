"""The machine: which turn it is, what an answer does to it, and what is asked again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from itertools import takewhile
from pathlib import Path
from typing import Any

from evalbook.checks import Check, Remedy, warning
from evalbook.errors import AnswerRejected, UsageError
from evalbook.texts import shortened
from evalbook.workflow import answers, state
from evalbook.workflow.interview import Answer, Interview, Progress, Step, no_progress
from evalbook.workflow.kept import (
    forget_question_knowing,
    is_narrowed,
    keep_question,
    kept_question,
)
from evalbook.workflow.kinds import STEPS_BY_TYPE
from evalbook.workflow.outcomes import Accepted, Narrowed, Reopened
from evalbook.workflow.saved import read_interview, write_interview
from evalbook.workflow.steps import notebook
from evalbook.workflow.summary import Summary, summarise
from evalbook.workflow.turn import Position, Problem, Question, Turn

AnyStep = Step[Any, Any]
AnyAccepted = Accepted[Any, Any]

_NOTHING = Question("")
_LINE = 120
"""Characters of what was said that a rejection repeats."""
_LONGEST_MESSAGE = 2000
"""Characters of a message about a long answer, such as one on all that ails custom metrics."""


@dataclass(frozen=True)
class _Ahead:
    """Where the interview stands: the step to ask next, or None at the end."""

    step: AnyStep | None
    asked: Question = _NOTHING
    """The step's own question."""
    finding: str | None = None
    """What is known without having been asked, and is confirmed instead."""

    def question(self, interview: Interview) -> Question:
        """Return the question as it is shown."""
        if self.step is None or self.finding is None:
            return self.asked
        return _confirmation(interview, self.step, self.finding)


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
        self.defaults: Mapping[str, str] = {}
        """Answers that the person's own settings offer, by step; each is confirmed."""

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
            return self._show(interview, self._ahead(interview))

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
            ahead = self._ahead(interview)
            named = _named_step(interview, step) if step else ahead.step
            try:
                if named is None:
                    raise AnswerRejected(
                        "complete",
                        "Every question is answered and the notebook is written.",
                        Remedy("Reopen a step to change its answer:", command="back STEP"),
                    )
                if ahead.step is not None and named.name == ahead.step.name:
                    accepted = self._take(interview, ahead, text)
                elif named.name in interview.answers:
                    accepted = self._take(interview, _Ahead(named, named.ask(interview)), text)
                else:
                    accepted = self._keep_for_later(interview, named, text)
                    _refuse_what_is_never_asked(interview, named)
                return self._proceed(interview, accepted)
            except AnswerRejected as rejection:
                return self._rejected(_quoting_a_line(rejection, text))

    def back(self, step: str | None = None) -> Turn:
        """Reopen the last answered step, or the one named, and return its turn.

        Where a step asks once more about an answer, that answer is the last: it asks afresh.

        Raises:
            UsageError: there is no such step.
        """
        with self._changing() as interview:
            current = self._first_unanswered(interview)
            if is_narrowed(interview, current) and step in (None, current and current.name):
                interview.aside.pending = None
                return self._proceed(interview, Accepted(None))
            try:
                name = _step_to_reopen(interview, step)
            except AnswerRejected as rejection:
                return self._rejected(rejection)
            _reopen(interview, name)
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
        waiting = self._first_unanswered(interview)
        if waiting is not None:
            raise AnswerRejected(
                "not_ready",
                f"The notebook can't be written yet: {waiting.name} is not answered.",
                Remedy("Go on with the question that is open:", command="next"),
            )
        return notebook.write_again(interview, script=script, keep_edits=keep_edits, to=to)

    @property
    def asks_once_more(self) -> bool:
        """Whether the current question is about an answer just given, and not the step's own."""
        interview = self._interview()
        return is_narrowed(interview, self._first_unanswered(interview))

    @property
    def interview(self) -> Interview:
        """The answers as they stand in the file, to be looked at only."""
        return self._interview()

    def _interview(self) -> Interview:
        interview = read_interview(
            state.load(self.path), self.aws, self.path, STEPS_BY_TYPE, self.progress
        )
        interview.defaults = self.defaults
        return interview

    @contextmanager
    def _changing(self) -> Iterator[Interview]:
        with state.locked(self.path), self.aws.turn():
            yield self._interview()

    def _save(self, interview: Interview) -> None:
        state.save(self.path, write_interview(interview))

    def _rejected(self, rejection: AnswerRejected) -> Turn:
        interview = self._interview()
        shown = self._show(interview, self._ahead(interview))
        return replace(
            shown,
            status="rejected",
            checks=rejection.checks or shown.checks,
            error=Problem(rejection.code, rejection.message, rejection.remedy),
        )

    def _take(self, interview: Interview, ahead: _Ahead, text: str) -> AnyAccepted:
        """Read and check one answer and put it among the answers."""
        step, question = ahead.step, ahead.asked
        assert step is not None  # noqa: S101 - the callers know which step is answered
        said = _not_too_long(step, text.strip())
        if ahead.finding is not None:
            verdict = answers.yes_or_no(said) if said else True
            if verdict is False:
                _forget_finding(interview, step)
                return Accepted(None)
            if verdict is True:
                said = ahead.finding
        if question.default is not None and _takes_default(said, question):
            said = question.default
        if not said:
            raise AnswerRejected(
                "answer.empty", "No answer was given.", answers.how_to_answer(question)
            )
        act = step.do or step.check
        outcome = act(step.read(said, question, interview), interview)
        if isinstance(outcome, Narrowed):
            keep_question(interview, step, outcome.question, narrowed=True)
            return Accepted(None)
        if isinstance(outcome, Reopened):
            return self._answer_elsewhere(interview, outcome)
        _put(interview, step, outcome, said)
        return outcome

    def _answer_elsewhere(self, interview: Interview, outcome: Reopened) -> AnyAccepted:
        _reopen(interview, outcome.step)
        if outcome.said is None:
            return Accepted(None, notices=outcome.notices)
        step = _named_step(interview, outcome.step)
        return self._take(interview, _Ahead(step, step.ask(interview)), outcome.said)

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
        interview.aside.volunteered[step.name] = _not_too_long(step, text.strip())
        forget_question_knowing(interview, step)
        return Accepted(
            None, notices=(f"Noted for {step.name}; it is confirmed when its turn comes.",)
        )

    def _proceed(self, interview: Interview, accepted: AnyAccepted) -> Turn:
        """Check again what is in doubt, up to the next question; save; show that question."""
        doubts = self._settle_doubts(interview)
        ahead = self._ahead(interview)
        kept = ahead.step is not None and kept_question(interview, ahead.step)
        if ahead.step is not None and ahead.step.asks_aws and not kept:
            keep_question(interview, ahead.step, ahead.asked)
        self._save(interview)
        shown = self._show(interview, ahead)
        return replace(
            shown,
            checks=(*accepted.checks, *doubts, *shown.checks),
            notices=(*accepted.notices, *shown.notices),
            fields=accepted.fields,
            preview=accepted.preview,
        )

    def _settle_doubts(self, interview: Interview) -> list[Check]:
        """Check the doubtful answers that come before the next question; drop what fell."""
        fallen: list[Check] = []
        steps = interview.steps
        for name in interview.answers.keys() - {step.name for step in steps}:
            # The answers of a type that was given up for another.
            del interview.answers[name]
        for step in steps:
            if not step.applies(interview):
                interview.answers.pop(step.name, None)
                continue
            answer = interview.answers.get(step.name)
            if answer is None or answer.reopened:
                break
            if answer.in_doubt:
                check = self._still_holds(interview, step, answer)
                if check is not None:
                    fallen.append(check)
                    break
        return fallen

    def _still_holds(
        self, interview: Interview, step: AnyStep, answer: Answer[Any, Any]
    ) -> Check | None:
        """Renew a doubtful answer, or drop it and return the check that says why."""
        try:
            outcome = step.check(answer.value, interview)
            if not isinstance(outcome, Accepted):
                raise AnswerRejected("answer.unclear", "it now fits several things")
        except AnswerRejected as rejection:
            del interview.answers[step.name]
            return warning(
                rejection.code,
                f"The earlier answer for {step.name}, {answer.said!r}, no longer holds: "
                f"{rejection.message}",
                rejection.remedy,
            )
        _put(interview, step, outcome, answer.said)
        return None

    def _checks_now(self, interview: Interview, step: AnyStep) -> list[Check]:
        try:
            with self.aws.turn():
                outcome = step.check(interview.answers[step.name].value, interview)
        except AnswerRejected as rejection:
            return list(rejection.checks) or [
                Check(rejection.code, "failed", rejection.message, rejection.remedy)
            ]
        return list(outcome.checks) if isinstance(outcome, Accepted) else []

    def _ahead(self, interview: Interview) -> _Ahead:
        step = self._first_unanswered(interview)
        return _Ahead(None) if step is None else _at(interview, step)

    def _first_unanswered(self, interview: Interview) -> AnyStep | None:
        return next(
            (
                step
                for step in interview.steps
                if step.applies(interview) and not interview.answered(step.name)
            ),
            None,
        )

    def _show(self, interview: Interview, ahead: _Ahead) -> Turn:
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
        )


def _at(interview: Interview, step: AnyStep) -> _Ahead:
    """Return the step with what it asks, and what is known about its answer already."""
    asked = kept_question(interview, step) or step.ask(interview)
    reopened = interview.answers.get(step.name)
    if reopened is not None and asked.kind != "confirm":
        return _Ahead(step, replace(asked, default=_again(reopened, asked)))
    finding = _finding(interview, step)
    if finding is None:
        return _Ahead(step, asked)
    try:
        step.read(finding, asked, interview)
    except AnswerRejected as rejection:
        return _Ahead(step, asked.with_notices(f"Known so far: {finding!r}. {rejection.message}"))
    return _Ahead(step, asked, finding)


def _again(answer: Answer[Any, Any], asked: Question) -> str:
    """Return an earlier answer as the default of its question: what was said, or led to."""
    led_to = answer.value in [choice.value for choice in asked.choices]
    return str(answer.value) if led_to else answer.said


def _takes_default(said: str, question: Question) -> bool:
    """Tell whether an answer means the default: nothing, the word, or a yes to a name proposed."""
    if not said or said.casefold() == "default":
        return True
    proposed = question.kind == "text" and not answers.says_none(question.default or "none")
    return proposed and answers.says_yes(said)


def _not_too_long(step: AnyStep, said: str) -> str:
    if len(said) > step.longest:
        raise AnswerRejected(
            "answer.long",
            f"The answer has {len(said):,} characters; {step.name} takes at most {step.longest:,}.",
            "Answer the question in a few words.",
        )
    return said


def _quoting_a_line(rejection: AnswerRejected, said: str) -> AnswerRejected:
    """Return a rejection that repeats at most a line of what was said."""
    said = said.strip()
    forms = {said, said.strip("'\"<> "), repr(said)[1:-1]}
    long = [form for form in forms if len(form) > _LINE]
    if not long:
        return rejection

    def cut(text: str) -> str:
        for form in long:
            text = text.replace(form, shortened(form, _LINE))
        return shortened(text, _LONGEST_MESSAGE)

    def cut_remedy(remedy: str | Remedy | None) -> str | Remedy | None:
        if isinstance(remedy, Remedy):
            return replace(remedy, text=cut(remedy.text))
        return None if remedy is None else cut(remedy)

    checks = [
        replace(it, message=cut(it.message), remedy=cut_remedy(it.remedy))
        for it in rejection.checks
    ]
    return AnswerRejected(
        rejection.code, cut(rejection.message), cut_remedy(rejection.remedy), checks
    )


def _confirmation(interview: Interview, step: AnyStep, finding: str) -> Question:
    volunteered = step.name in interview.aside.volunteered
    found_in = step.known_from(interview) or interview.state_path.name
    if not volunteered and step.known(interview) is None:
        found_in = "your defaults (`evalbook config`)"
    where = "You said earlier" if volunteered else f"Found in {found_in}"
    return Question(
        f"{where}: {_within_a_sentence(step.title)} {finding!r}. Use it?",
        kind="confirm",
        default="yes",
        help="Yes uses it, no asks afresh; anything else is taken as the answer itself.",
    )


def _within_a_sentence(title: str) -> str:
    """Return a title as it is written there: "results", but "KMS key"."""
    return title[0].lower() + title[1:] if title[1:2].islower() else title


def _finding(interview: Interview, step: AnyStep) -> str | None:
    """Return what is known for a step without having been asked, and not been dismissed."""
    if step.name in interview.answers:
        return None
    volunteered = interview.aside.volunteered.get(step.name)
    if volunteered is not None:
        return volunteered
    if step.name in interview.aside.dismissed:
        return None
    return step.known(interview) or interview.defaults.get(step.name)


def _forget_finding(interview: Interview, step: AnyStep) -> None:
    if interview.aside.volunteered.pop(step.name, None) is None:
        interview.aside.dismissed.append(step.name)


def _put(interview: Interview, step: AnyStep, accepted: AnyAccepted, said: str) -> None:
    """Save an accepted answer among the answers; put in doubt what depends on it."""
    before = interview.answers.get(step.name)
    interview.answers[step.name] = Answer(
        accepted.value, accepted.facts, said, accepted.checks, _now()
    )
    interview.aside.volunteered.pop(step.name, None)
    interview.aside.pending = None
    if before is None or (before.value, before.facts) != (accepted.value, accepted.facts):
        _put_dependants_in_doubt(interview, step.name)


def _put_dependants_in_doubt(interview: Interview, changed: str) -> None:
    for step in interview.steps:
        if step.name not in interview.answers or not _depends(interview, step, changed):
            continue
        if step.asked_again:
            del interview.answers[step.name]
            _put_dependants_in_doubt(interview, step.name)
        else:
            interview.answers[step.name].in_doubt = True


def _depends(interview: Interview, step: AnyStep, changed: str) -> bool:
    if not step.depends_on_all:
        return changed in step.depends_on
    before = takewhile(lambda it: it is not step, interview.steps)
    return changed in [it.name for it in before]


def _reopen(interview: Interview, name: str) -> None:
    interview.answers[name].reopened = True
    interview.aside.pending = None


def _step_to_reopen(interview: Interview, step: str | None) -> str:
    if step is not None:
        name = _named_step(interview, step).name
        if name not in interview.answers:
            raise AnswerRejected(
                "step.not_answered",
                f"{name} has not been answered yet.",
                "Answer the current question, or name an answered step: "
                f"{', '.join(interview.answers) or 'there is none yet'}.",
            )
        return name
    before: list[str] = []
    for candidate in interview.steps:
        if not candidate.applies(interview):
            continue
        if not interview.answered(candidate.name):
            break
        before.append(candidate.name)
    if not before:
        raise AnswerRejected(
            "step.first", "This is the first question; there is nothing to go back to."
        )
    return before[-1]


def _named_step(interview: Interview, name: str) -> AnyStep:
    # Those of all types until the type is chosen.
    steps = interview.steps if interview.answers else interview.all_steps
    for step in steps:
        if step.name == name:
            return step
    raise UsageError(
        "step.unknown",
        f"There is no step {name!r}.",
        f"The steps are: {', '.join(dict.fromkeys(step.name for step in steps))}.",
    )


def _refuse_what_is_never_asked(interview: Interview, step: AnyStep) -> None:
    """Refuse an answer kept for a step that the answers it depends on leave out."""
    known = step.depends_on and all(map(interview.answered, step.depends_on))
    if known and not step.applies(interview):
        decided = ", ".join(f"{name} {interview.answers[name].said!r}" for name in step.depends_on)
        raise AnswerRejected(
            "step.not_asked",
            f"{step.name} is not asked for with {decided}.",
            f"Change {step.depends_on[-1]} first, or leave it out.",
        )


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


def _now() -> str:
    return datetime.now(timezone.utc).isoformat(timespec="seconds")
