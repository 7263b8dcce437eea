"""How answers are taken: heard, read, checked and put among the answers, or kept for their turn."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

from evalbook.errors import AnswerRejected, AwsUnavailable
from evalbook.texts import shortened, titled
from evalbook.workflow import hearing, slots
from evalbook.workflow.ahead import (
    Ahead,
    ask_back,
    forget_finding,
    hear,
    understand,
    within_a_sentence,
)
from evalbook.workflow.doubts import find_step, put_answer, refuse_what_is_never_asked, reopen
from evalbook.workflow.interview import (
    Accepted,
    AnyAccepted,
    AnyAnswer,
    AnyStep,
    Interview,
    Narrowed,
    Reopened,
)
from evalbook.workflow.kept import forget_question_knowing, keep_question
from evalbook.workflow.replies.choices import how_to_answer
from evalbook.workflow.replies.reading import AskBack, Hesitates, Taken
from evalbook.workflow.replies.values import name_in
from evalbook.workflow.replies.words import means_default, plain, without_courtesy, without_preamble
from evalbook.workflow.steps import judge_model
from evalbook.workflow.turn import Question

_TO_THE_LETTER = (hearing.free_text, hearing.to_the_letter)


def answer_step(interview: Interview, step: AnyStep, text: str) -> AnyAccepted:
    """Take an answer to a step that need not be the one that is asked."""
    return take_answer(interview, Ahead(step, step.ask(interview)), text)[0]


def take_answer(interview: Interview, ahead: Ahead, text: str) -> tuple[AnyAccepted, str]:
    """Read and check one answer and put it among the answers.

    Returns:
        What was accepted, and the words in which something else may be said.
    """
    step, question = ahead.step, ahead.asked
    said = hearing.refuse_too_long(step, text.strip())
    said = said if step.hears in _TO_THE_LETTER else without_courtesy(without_preamble(said))
    if ahead.finding is not None:
        settled, said = _confirmed(interview, ahead, ahead.finding, said)
        if settled is not None:
            return settled, said
    if not said and question.default is not None:
        return _check(interview, step, question, question.default, question.default), ""
    if not said:
        raise AnswerRejected("answer.empty", "No answer was given.", how_to_answer(question))
    if step.slot == slots.CONFIRM and interview.aside.unsettled and _drops_wishes(said):
        interview.aside.unsettled.clear()
        return Accepted(None, notices=("Nothing was changed.",)), ""
    reading = understand(step, said, question, interview)
    if isinstance(reading, AskBack):
        ask_back(interview, step, reading, said)
        return Accepted(None), ""
    before = interview.answers.get(step.name)
    accepted = _check(interview, step, question, reading.text, said, reading.left)
    if reading.exact:
        return accepted, reading.left
    taken = say_what_was_taken(interview, step, before)
    accepted = replace(accepted, notices=(*taken, *accepted.notices))
    return accepted, reading.left or said.replace(reading.text, " ¦ ")


def say_what_was_taken(
    interview: Interview, step: AnyStep, before: AnyAnswer | None
) -> tuple[str, ...]:
    """Return a line with a step's answer, unless it is still the one before."""
    kept = interview.answers.get(step.name)
    if kept is None or kept is before:
        return ()
    return (titled(step.title, step.describe(kept.value, kept.facts)),)


def _confirmed(
    interview: Interview, ahead: Ahead, finding: str, said: str
) -> tuple[AnyAccepted | None, str]:
    """Hear what is said to something known already: yes, no, or the answer itself.

    Returns:
        What was accepted, if that settles it, and the words that are left to be heard.
    """
    step = ahead.step
    confirmation = ahead.question(interview)
    agreed = hearing.by_kind(said, confirmation, interview) if said else Taken("yes")
    if isinstance(agreed, Hesitates):
        raise hearing.rejection(agreed, said, step.name, confirmation)
    if not isinstance(agreed, Taken):
        return None, said
    back = interview.aside.asked_back.get(step.name)
    if agreed.text == "yes":
        words = back.said if back else finding
        return _check(interview, step, ahead.asked, finding, words), ""
    dropped: tuple[str, ...] = ()
    if step.name in interview.aside.volunteered and back is None:
        dropped = (f"Not used: {within_a_sentence(step.title)} {shortened(finding, 80)!r}.",)
    forget_finding(interview, step)
    more = bool(agreed.left) and isinstance(hear(step, agreed.left, ahead.asked, interview), Taken)
    return (None if more else Accepted(None, notices=dropped)), agreed.left


def _check(
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
        name = name_in(left, ("meant", "mean", "wanted", "instead", "rather", "not")) or ""
        if outcome.said is None and re.fullmatch(r"[\w./:-]{4,}", name):
            with suppress(AnswerRejected):
                return _answer_elsewhere(interview, replace(outcome, said=name))
        return _answer_elsewhere(interview, outcome)
    put_answer(interview, step, outcome, said)
    return outcome


def _answer_elsewhere(interview: Interview, outcome: Reopened) -> AnyAccepted:
    reopen(interview, outcome.step)
    if outcome.said is None:
        return Accepted(None, notices=outcome.notices)
    accepted = answer_step(interview, find_step(interview, outcome.step), outcome.said)
    return replace(accepted, notices=(*outcome.notices, *accepted.notices))


def _drops_wishes(said: str) -> bool:
    """Tell whether a wish that could not be settled is given up."""
    given_up = r"\b(?:never ?mind|(?:forget|drop|leave) (?:it|that))\b"
    return means_default(said) or bool(re.search(given_up, plain(said)))


def keep_for_later(interview: Interview, step: AnyStep, text: str) -> AnyAccepted:
    """Keep what was said for a step until its turn.

    Raises:
        AnswerRejected: it is already known to be unusable.
    """
    if not step.said_ahead:
        raise AnswerRejected(
            "step.not_yet",
            f"{step.name} can only be answered when it is asked, in the person's own words.",
            "Answer the current question first.",
        )
    if not text.strip():
        raise AnswerRejected(
            "answer.empty", f"Nothing was said for {step.name}.", "Give it a value to keep."
        )
    said = hearing.refuse_too_long(step, text.strip())
    interview.aside.volunteered[step.name] = said
    try:
        refuse_what_is_never_asked(interview, step)
        remark = _foresee(interview, step, said)
    except AwsUnavailable:
        remark = ", not checked yet because AWS can't be reached"
    except AnswerRejected:
        del interview.aside.volunteered[step.name]
        raise
    forget_question_knowing(interview, step)
    title = within_a_sentence(step.title)
    noted = f"Noted for {title}: {shortened(said, 80)}{remark}; you will be asked to confirm it."
    return Accepted(None, notices=(noted,))


_PURE = (slots.S3_OUTPUT, slots.REGION, slots.PROJECT, slots.RUN_NAME)
"""Steps that can be read without earlier answers."""
_ALONE = {
    slots.DATASET: ("s3.", "dataset."),
    slots.MODEL: ("model.missing", "model.arn", "model.kind"),
}
"""Steps that can be checked before the type is known, and the rejections that hold for any."""


def _foresee(interview: Interview, step: AnyStep, said: str) -> str:
    """Check an answer given ahead of its turn as far as possible, and return a remark on it."""
    if step.slot == slots.JUDGE_MODEL:
        return judge_model.foreseen(interview, said)
    # Steps of other types can't be checked until the type is known.
    known = step in interview.steps and all(
        interview.answered(it.name)
        for it in interview.steps
        if it.slot in step.depends_on and interview.applies(it)
    )
    checkable = known or step.slot in _ALONE
    # Which bucket is meant is known in its turn.
    readable = step.slot in _PURE and (step.slot != slots.S3_OUTPUT or "://" in said)
    if not (checkable or readable):
        return ""
    try:
        question = step.ask(interview) if checkable else Question(step.title)
        reading = understand(step, said, question, interview)
        meant = hearing.as_list(reading.text) if isinstance(reading, Taken) else reading.meaning
        remark = "" if meant == said else f", which is {meant}"
        if checkable and (step.do is not None or step.depends_on_all):
            return remark
        value = step.read(reading.text, question, interview)
        if not checkable:
            return ""
        outcome = step.check(value, interview)
    except AnswerRejected as rejection:
        holds = not checkable or known or rejection.code.startswith(_ALONE[step.slot])
        if holds and rejection.code != "step.not_answered":
            raise
        return ""
    return remark or (", checked" if isinstance(outcome, Accepted) else "")
