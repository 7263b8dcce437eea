"""Which public benchmark; those that the model can't run are left out, and named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from evalbook.checks import Check, Remedy, warning
from evalbook.errors import AnswerRejected
from evalbook.workflow import slots
from evalbook.workflow.hearing import by_kind, pieces_of
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step
from evalbook.workflow.replies.choices import named_choice, read_choice
from evalbook.workflow.replies.lists import ALL, describe_all_or_some, read_all_or_some
from evalbook.workflow.replies.reading import Reading, Taken
from evalbook.workflow.replies.words import content
from evalbook.workflow.turn import Choice, Question

if TYPE_CHECKING:
    from evalbook.metrics.benchmarks import Benchmark


def _ask(interview: Interview) -> Question:
    from evalbook.metrics.benchmarks import benchmarks

    nova = interview.model.nova
    left_out = [known.name for known in benchmarks() if not known.suits(nova=nova)]
    return Question(
        "Which benchmark?",
        kind="choice",
        choices=tuple(
            Choice(known.name, known.name, f"{known.description} Metric: {known.metric}.")
            for known in benchmarks()
            if known.suits(nova=nova)
        ),
        notices=(f"Left out because {_reason(nova)}: {', '.join(left_out)}.",) if left_out else (),
        help="A name or a number.",
        reference="references/benchmarks.md",
    )


def _hears(reply: str, question: Question, interview: Interview) -> Reading:
    """Hear which one; "mmlu, only anatomy" names its subtasks as well."""
    found = re.match(r"([\w -]+?)(?:[,:(]| with | but )\s*(?:only|just)?(?P<rest>[^?]+)", reply)
    value = named_choice(found[1], question.choices) if found else None
    if not found or not value or not content(found["rest"]) or pieces_of(found["rest"]).pieces:
        return by_kind(reply, question, interview)
    return Taken(value, exact=False, left=f"subtasks: {found['rest'].strip(' )')}")


def _read(text: str, question: Question, interview: Interview) -> str:
    from evalbook.metrics.benchmarks import benchmarks

    unsuited = [b.name for b in benchmarks() if not b.suits(nova=interview.model.nova)]
    if text.strip().casefold() in unsuited:
        return text.strip().casefold()
    return read_choice(text, question.choices)


def _check(value: str, interview: Interview) -> Outcome[str, None]:
    from evalbook.metrics.benchmarks import NEEDS_RESPONSES, find_benchmark

    nova = interview.model.nova
    if not find_benchmark(value).suits(nova=nova):
        base = interview.model.base_model.name
        raise AnswerRejected(
            "benchmark.model",
            f"{value} can't be run on {base}: {_reason(nova)}.",
            "Choose one of the benchmarks listed.",
        )
    return Accepted(value, checks=_doubts() if value in NEEDS_RESPONSES else ())


def _doubts() -> tuple[Check, ...]:
    return (
        warning(
            "benchmark.responses",
            "llm_judge judges existing responses, but the SDK's benchmark evaluator accepts "
            "neither responses nor a judge.",
            Remedy(
                "To have answers judged, change the evaluation type:",
                step="evaluation_type",
                answer="llm_as_judge",
            ),
        ),
    )


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
    example=Example(
        "mmlu",
        "Both models answer the benchmark's questions, so you need no dataset. More questions "
        "take longer.",
    ),
)


def _ask_subtasks(interview: Interview) -> Question:
    chosen = _benchmark(interview)
    names = chosen.subtasks if chosen else ()
    return Question(
        f"Which of the {len(names)} subtasks of {interview.value(slots.BENCHMARK)}?",
        kind="multichoice",
        choices=(
            Choice(ALL, ALL, "The whole benchmark."),
            *(Choice(name, name) for name in names),
        ),
        default=ALL,
        help="Names or numbers, separated by commas; ALL runs every one.",
    )


def _check_subtasks(value: list[str], interview: Interview) -> Outcome[list[str], None]:
    chosen = _benchmark(interview)
    unknown = [name for name in value if chosen and name not in (ALL, *chosen.subtasks)]
    if unknown:
        raise AnswerRejected(
            "subtasks.unknown",
            f"{interview.value(slots.BENCHMARK)} has no subtask {', '.join(unknown)}.",
            "Choose from the list, or answer ALL.",
        )
    return Accepted(value)


def _applies_subtasks(interview: Interview) -> bool:
    chosen = _benchmark(interview)
    return chosen is not None and bool(chosen.subtasks)


def _benchmark(interview: Interview) -> Benchmark | None:
    from evalbook.metrics.benchmarks import find_benchmark

    name = interview.value(slots.BENCHMARK)
    return None if name is None else find_benchmark(name)


SUBTASKS_STEP = Step(
    slots.SUBTASKS,
    "Subtasks",
    ask=_ask_subtasks,
    read=read_all_or_some,
    check=_check_subtasks,
    describe=describe_all_or_some,
    applies=_applies_subtasks,
    depends_on=(slots.BENCHMARK,),
    unasked=(),
    example=Example(
        "anatomy, virology",
        "Runs only these, which takes less time than ALL.",
    ),
)
