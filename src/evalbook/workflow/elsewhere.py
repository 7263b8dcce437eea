"""Answers given before their step's turn, or to be changed: checked as far as possible."""

from __future__ import annotations

from dataclasses import replace

from evalbook.checks import Check, Remedy
from evalbook.errors import AnswerRejected, AwsUnavailable
from evalbook.texts import shortened
from evalbook.workflow import hearing
from evalbook.workflow.ahead import hear, within_a_sentence
from evalbook.workflow.doubts import refuse_what_is_never_asked
from evalbook.workflow.interview import Accepted, AnyAccepted, AnyStep, Interview
from evalbook.workflow.kept import forget_question_knowing
from evalbook.workflow.replies.pieces import Parts
from evalbook.workflow.replies.reading import AskBack, Hesitates, Incomplete, Taken
from evalbook.workflow.slots import (
    DATASET,
    JUDGE_MODEL,
    MODEL,
    PROJECT,
    REGION,
    RUN_NAME,
    S3_OUTPUT,
)
from evalbook.workflow.steps import judge_model
from evalbook.workflow.taking import answer_step, say_what_was_taken
from evalbook.workflow.turn import Question

NOT_HEARD = (
    "answer.",
    "confirm.declined",
    "terms.",
    "task.",
    "metrics.unknown",
    "pilot.unclear",
    "region.unknown",
    "project.name",
    "advanced.",
    "complete",
)
"""How the codes of rejections begin that say no more than that a reply is no answer."""


def use_pieces(interview: Interview, parts: Parts, rejection: AnswerRejected | None) -> AnyAccepted:
    """Change answers by the pieces of a reply, keep those whose turn comes, say what fails.

    Args:
        interview: whose answers are changed.
        parts: of the reply.
        rejection: why the reply as a whole is no answer, if it is none.

    Raises:
        AnswerRejected: no piece could be used, and no change was wished.
    """
    steps = {step.name: step for step in interview.nameable}
    asked_for = [(steps[it.step], it.said) for it in parts.pieces if it.step in steps]
    usable = [(step, said) for step, said in asked_for if step.said_ahead]
    if not usable and rejection is not None:
        raise rejection
    notices = [
        f"{interview.type.label} does not ask for {it.step}: {shortened(it.said)}."
        for it in parts.pieces
        if it.step not in steps
    ]
    checks: list[Check] = []
    failures: list[AnswerRejected] = []
    for step, said in usable:
        changes = step.name in interview.answers
        try:
            accepted = (_change_answer if changes else keep_for_later)(interview, step, said)
            notices += accepted.notices
            checks += accepted.checks
        except AnswerRejected as failure:
            failures.append(failure)
            if changes:
                interview.aside.unsettled[step.name] = f"{step.title}: {failure.message}"
            title = within_a_sentence(step.title)
            notices.append(f"Not accepted for {title}: {_with_remedy(failure)}")
    asked_back = any(step.name in interview.aside.asked_back for step, _ in usable)
    if rejection is not None and not (notices or asked_back):
        raise rejection
    refused = rejection is not None and failures and len(failures) == len(notices)
    if refused and not interview.aside.unsettled:
        raise failures[0]
    if parts.rest:
        notices.append(_say_of_the_rest(parts.rest, rejection))
    return Accepted(None, checks=tuple(checks), notices=tuple(notices))


def _say_of_the_rest(rest: str, rejection: AnswerRejected | None) -> str:
    if rejection is not None and not rejection.code.startswith(NOT_HEARD):
        return _with_remedy(rejection)
    answers = rejection is not None and rejection.code == "answer.question"
    if rejection is not None and answers and rejection.message != hearing.NO_ANSWER:
        return rejection.message
    return f"Not understood: “{shortened(rest)}”."


def _with_remedy(rejection: AnswerRejected) -> str:
    remedy = rejection.remedy.text if isinstance(rejection.remedy, Remedy) else rejection.remedy
    return f"{rejection.message} {remedy or ''}".strip()


def _change_answer(interview: Interview, step: AnyStep, said: str) -> AnyAccepted:
    """Change an answer, and say what was taken."""
    before = interview.answers[step.name]
    accepted = answer_step(interview, step, said)
    taken = say_what_was_taken(interview, step, before)
    others = (notice for notice in accepted.notices if notice not in taken)
    return replace(accepted, notices=(*taken, *others))


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
    except AnswerRejected:
        del interview.aside.volunteered[step.name]
        raise
    forget_question_knowing(interview, step)
    title = within_a_sentence(step.title)
    noted = f"Noted for {title}: {shortened(said, 80)}{remark}; you will be asked to confirm it."
    return Accepted(None, notices=(noted,))


_PURE = (S3_OUTPUT, REGION, PROJECT, RUN_NAME)
"""Steps that can be read without earlier answers."""
_ALONE = {DATASET: ("s3.", "dataset."), MODEL: ("model.missing", "model.arn", "model.kind")}
"""Steps that can be checked before the type is known, and the rejections that hold for any."""


def _foresee(interview: Interview, step: AnyStep, said: str) -> str:
    """Check an answer given ahead of its turn as far as possible, and return a remark on it.

    Raises:
        AnswerRejected: it is already known to be unusable.
    """
    try:
        if step.slot == JUDGE_MODEL:
            return judge_model.foreseen(interview, said)
        # Steps of other types can't be checked until the type is known.
        known = step in interview.steps and all(
            interview.answered(it.name)
            for it in interview.steps
            if it.slot in step.depends_on and interview.applies(it)
        )
        if known or step.slot in _ALONE:
            return _checked(interview, step, said, certain=known)
        if step.slot == S3_OUTPUT and "://" not in said:
            # Which bucket is meant is known in its turn.
            return ""
        if step.slot in _PURE:
            _text_of(interview, step, said, Question(step.title))
    except AwsUnavailable:
        return ", not checked yet because AWS can't be reached"
    return ""


def _checked(interview: Interview, step: AnyStep, said: str, *, certain: bool) -> str:
    try:
        question = step.ask(interview)
        text, remark = _text_of(interview, step, said, question)
        if step.do is not None or step.depends_on_all:
            return remark
        outcome = step.check(step.read(text, question, interview), interview)
    except AnswerRejected as rejection:
        if rejection.code == "step.not_answered":
            return ""
        if certain or rejection.code.startswith(_ALONE[step.slot]):
            raise
        return ""
    return remark or (", checked" if isinstance(outcome, Accepted) else "")


def _text_of(interview: Interview, step: AnyStep, said: str, question: Question) -> tuple[str, str]:
    """Return what was said as the step reads it, with a remark."""
    reading = hear(step, said, question, interview)
    if isinstance(reading, Hesitates | Incomplete):
        raise hearing.rejection(reading, said, step.name, question)
    if isinstance(reading, AskBack):
        return hearing.as_list(reading.text), f", which is {reading.meaning}"
    text = reading.text if isinstance(reading, Taken) else said
    if step.slot in _PURE:
        step.read(text, question, interview)
    listed = hearing.as_list(text)
    return text, "" if listed == said else f", which is {listed}"
