"""Answers given before their step's turn, checked as far as possible."""

from __future__ import annotations

from typing import Any

from evalbook.errors import AnswerRejected, AwsUnavailable
from evalbook.workflow import hearing
from evalbook.workflow.interview import Accepted, Interview, Step
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
from evalbook.workflow.steps import (
    judge_model,
)
from evalbook.workflow.turn import Question

_PURE = (S3_OUTPUT, REGION, PROJECT, RUN_NAME)
"""Steps that can be read without earlier answers."""
_ALONE = {DATASET: ("s3.", "dataset."), MODEL: ("model.missing", "model.arn", "model.kind")}
"""Steps that can be checked before the type is known, and the rejections that hold for any."""


def foreseen(interview: Interview, step: Step[Any, Any], said: str) -> str:
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


def _checked(interview: Interview, step: Step[Any, Any], said: str, *, certain: bool) -> str:
    try:
        text, remark = _text_of(interview, step, said, step.ask(interview))
        if step.do is not None or step.depends_on_all:
            return remark
        value = step.read(text, step.ask(interview), interview)
        outcome = step.check(value, interview)
    except AnswerRejected as rejection:
        if rejection.code == "step.not_answered":
            return ""
        if certain or rejection.code.startswith(_ALONE[step.slot]):
            raise
        return ""
    return remark or (", checked" if isinstance(outcome, Accepted) else "")


def _text_of(
    interview: Interview, step: Step[Any, Any], said: str, question: Question
) -> tuple[str, str]:
    """Return what was said as the step reads it, with a remark."""
    reading = (step.hears or hearing.by_kind)(said, question, interview)
    if isinstance(reading, Hesitates | Incomplete):
        raise hearing.rejection(reading, said, step.name, question)
    if isinstance(reading, AskBack):
        return hearing.as_list(reading.text), f", which is {reading.meaning}"
    text = reading.text if isinstance(reading, Taken) else said
    if step.slot in _PURE:
        step.read(text, question, interview)
    listed = hearing.as_list(text)
    return text, "" if listed == said else f", which is {listed}"
