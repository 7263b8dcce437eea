"""Which public benchmark; those that the model can't run are left out, and named."""

from __future__ import annotations

import re

from evalbook.checks import Remedy, warning
from evalbook.errors import AnswerRejected
from evalbook.metrics.benchmarks import NEEDS_RESPONSES, benchmarks, find_benchmark
from evalbook.texts import Notice, put_in_a_row
from evalbook.workflow import slots
from evalbook.workflow.hearing import by_kind
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step
from evalbook.workflow.replies.choices import named_choice, read_choice
from evalbook.workflow.replies.lists import (
    ALL,
    ask_all_or_some,
    describe_all_or_some,
    read_all_or_some,
)
from evalbook.workflow.replies.pieces import find_pieces
from evalbook.workflow.replies.reading import Reading, Taken
from evalbook.workflow.replies.words import content
from evalbook.workflow.turn import Choice, Question


def _ask(interview: Interview) -> Question:
    nova = interview.model.nova
    left_out = ", ".join(it.name for it in benchmarks() if not it.suits(nova=nova))
    return Question(
        "Which benchmark?",
        kind="choice",
        choices=tuple(
            Choice(it.name, it.name, put_in_a_row(it.description, Notice(f"Metric: {it.metric}.")))
            for it in benchmarks()
            if it.suits(nova=nova)
        ),
        notices=(f"Left out because {_reason(nova)}: {left_out}.",) if left_out else (),
        help="A name or a number.",
        reference="references/benchmarks.md",
    )


def _hears(reply: str, question: Question, interview: Interview) -> Reading:
    """Hear which one; "mmlu, only anatomy" names its subtasks as well."""
    found = re.match(r"([\w -]+?)(?:[,:(]| with | but )\s*(?:only|just)?(?P<rest>[^?]+)", reply)
    value = named_choice(found[1], question.choices) if found else None
    if not found or not value or not content(found["rest"]) or find_pieces(found["rest"]).pieces:
        return by_kind(reply, question, interview)
    return Taken(value, left=f"subtasks: {found['rest'].strip(' )')}")


def _read(text: str, question: Question, _: Interview) -> str:
    name = text.strip().casefold()
    # One that is left out for this model is refused with the reason.
    if name in [it.name for it in benchmarks()]:
        return name
    return read_choice(text, question.choices)


def _check(value: str, interview: Interview) -> Outcome[str, None]:
    nova = interview.model.nova
    if not find_benchmark(value).suits(nova=nova):
        base = interview.model.base_model.name
        raise AnswerRejected(
            "benchmark.model",
            f"{value} can't be run on {base}: {_reason(nova)}.",
            "Choose one of the benchmarks listed.",
        )
    if value not in NEEDS_RESPONSES:
        return Accepted(value)
    doubt = warning(
        "benchmark.responses",
        "llm_judge judges existing responses, but the SDK's benchmark evaluator accepts "
        "neither responses nor a judge.",
        Remedy(
            "To have answers judged, change the evaluation type:",
            step="evaluation_type",
            answer="llm_as_judge",
        ),
    )
    return Accepted(value, checks=(doubt,))


def _reason(nova: bool) -> str:
    return "it is not for Nova models" if nova else "it is for Nova models only"


STEP = Step(
    slots.BENCHMARK,
    "Benchmark",
    ask=_ask,
    hears=_hears,
    read=_read,
    check=_check,
    depends_on=(slots.EVALUATION_TYPE, slots.MODEL),
    example="mmlu",
    example_meaning="Both models answer the benchmark's questions, so you need no dataset. More "
    "questions take longer.",
)


def _check_subtasks(value: list[str], interview: Interview) -> Outcome[list[str], None]:
    known = (ALL, *_subtasks(interview))
    if unknown := [name for name in value if name not in known]:
        raise AnswerRejected(
            "subtasks.unknown",
            f"{interview.value(slots.BENCHMARK)} has no subtask {', '.join(unknown)}.",
            "Choose from the list, or answer ALL.",
        )
    return Accepted(value)


def _subtasks(interview: Interview) -> tuple[str, ...]:
    name = interview.value(slots.BENCHMARK)
    return () if name is None else find_benchmark(name).subtasks


SUBTASKS_STEP = Step(
    slots.SUBTASKS,
    "Subtasks",
    ask=lambda it: ask_all_or_some(
        f"Which of the {len(_subtasks(it))} subtasks of {it.value(slots.BENCHMARK)}?",
        "The whole benchmark.",
        (Choice(name, name) for name in _subtasks(it)),
    ),
    read=read_all_or_some,
    check=_check_subtasks,
    describe=describe_all_or_some,
    applies=lambda it: bool(_subtasks(it)),
    depends_on=(slots.BENCHMARK,),
    unasked=(),
    example="anatomy, virology",
    example_meaning="Runs only these, which takes less time than ALL.",
)
