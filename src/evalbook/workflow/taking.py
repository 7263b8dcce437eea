"""How the answer to one step is taken: heard, read, checked, and put among the answers."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

from evalbook.errors import AnswerRejected
from evalbook.texts import shortened, titled
from evalbook.workflow import hearing
from evalbook.workflow.ahead import Ahead, ask_back, forget_finding, hear, within_a_sentence
from evalbook.workflow.doubts import find_step, put_answer, reopen
from evalbook.workflow.interview import (
    Accepted,
    AnyAccepted,
    AnyAnswer,
    AnyStep,
    Interview,
    Narrowed,
    Reopened,
)
from evalbook.workflow.kept import keep_question
from evalbook.workflow.replies.choices import how_to_answer
from evalbook.workflow.replies.reading import AskBack, Hesitates, Incomplete, Taken
from evalbook.workflow.replies.values import name_in
from evalbook.workflow.replies.words import (
    means_default,
    plain,
    without_courtesy,
    without_preamble,
)
from evalbook.workflow.slots import CONFIRM
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
    if step.name == CONFIRM.name and interview.aside.unsettled and _drops_wishes(said):
        interview.aside.unsettled.clear()
        return Accepted(None, notices=("Nothing was changed.",)), ""
    reading = hear(step, said, question, interview)
    if isinstance(reading, Hesitates | Incomplete):
        raise hearing.rejection(reading, said, step.name, question)
    if isinstance(reading, AskBack):
        ask_back(interview, step, reading, said)
        return Accepted(None), ""
    if reading is None:
        return _check(interview, step, question, said, said), ""
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
