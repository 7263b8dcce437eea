"""How an accepted answer affects the others: it may put them in doubt, renew or drop them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timezone
from itertools import takewhile

from evalbook.checks import Check, warning
from evalbook.errors import AnswerRejected, UsageError
from evalbook.texts import did_you_mean, nearest
from evalbook.workflow.interview import Accepted, Answer, AnyAccepted, AnyAnswer, AnyStep, Interview


def put_answer(interview: Interview, step: AnyStep, accepted: AnyAccepted, said: str) -> None:
    """Save an accepted answer and put those that depend on it in doubt."""
    before, aside = interview.answers.get(step.name), interview.aside
    now = datetime.now(timezone.utc).isoformat(timespec="seconds")
    interview.answers[step.name] = Answer(
        accepted.value, accepted.facts, said, accepted.checks, now
    )
    for kept in (aside.volunteered, aside.asked_back, aside.unsettled):
        kept.pop(step.name, None)
    aside.pending = None
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
        return changed in [it.name for it in step.depends_on]
    before = takewhile(lambda it: it is not step, interview.steps)
    return changed in [it.name for it in before]


def settle_doubts(interview: Interview) -> list[Check]:
    """Check the doubtful answers before the next question; drop those that fail."""
    steps = interview.steps
    for name in interview.answers.keys() - {step.name for step in steps}:
        # Answers from an evaluation type that was changed for another.
        del interview.answers[name]
    for step in steps:
        if not interview.applies(step):
            interview.answers.pop(step.name, None)
            continue
        answer = interview.answers.get(step.name)
        if answer is None or answer.reopened:
            break
        fallen = _recheck(interview, step, answer) if answer.in_doubt else None
        if fallen is not None:
            return [fallen]
    return []


def _recheck(interview: Interview, step: AnyStep, answer: AnyAnswer) -> Check | None:
    """Renew a doubtful answer, or drop it and return the check that says why."""
    try:
        outcome = step.check(answer.value, interview)
        if not isinstance(outcome, Accepted):
            raise AnswerRejected("answer.unclear", "it now matches several things")
    except AnswerRejected as rejection:
        del interview.answers[step.name]
        return warning(
            rejection.code,
            f"The earlier answer for {step.name}, {answer.said!r}, no longer holds: "
            f"{rejection.message}",
            rejection.remedy,
        )
    put_answer(interview, step, outcome, answer.said)
    return None


def reopen(interview: Interview, name: str) -> None:
    interview.answers[name].reopened = True
    interview.aside.asked_back.pop(name, None)
    interview.aside.pending = None


def find_step_to_reopen(interview: Interview, step: str | None) -> str:
    if step is not None:
        name = find_step(interview, step).name
        if name not in interview.answers:
            raise AnswerRejected(
                "step.not_answered",
                f"{name} has not been answered yet.",
                "Answer the current question, or name an answered step: "
                f"{', '.join(interview.answers) or 'there is none yet'}.",
            )
        return name
    names = [candidate.name for candidate in interview.applying]
    before = list(takewhile(interview.answered, names))
    if not before:
        raise AnswerRejected(
            "step.first", "This is the first question; there is nothing to go back to."
        )
    return before[-1]


def find_step(interview: Interview, name: str) -> AnyStep:
    for step in interview.nameable:
        if step.name == name:
            return step
    raise no_such_step(name, interview.nameable)


def no_such_step(name: str, steps: Iterable[AnyStep]) -> UsageError:
    names = list(dict.fromkeys(step.name for step in steps))
    near = did_you_mean(nearest(name.lower(), names, cutoff=0.7))
    known = f"The steps are: {', '.join(names)}."
    return UsageError("step.unknown", f"There is no step {name!r}.", near or known)


def refuse_what_is_never_asked(interview: Interview, step: AnyStep) -> None:
    """Refuse an answer volunteered for a step that earlier answers rule out."""
    names = [
        it.name for it in interview.steps if it.slot in step.depends_on and it.applies(interview)
    ]
    known = names and all(map(interview.answered, names))
    if known and not interview.applies(step):
        decided = ", ".join(f"{name} {interview.answers[name].said!r}" for name in names)
        raise AnswerRejected(
            "step.not_asked",
            f"{step.name} is not asked with {decided}.",
            f"Change {names[-1]} first, or leave it out.",
        )
