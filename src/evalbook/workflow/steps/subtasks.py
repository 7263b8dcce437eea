"""Which subtasks of the benchmark, or all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evalbook.errors import AnswerRejected
from evalbook.workflow.facts import BENCHMARK, SUBTASKS
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step
from evalbook.workflow.replies.lists import ALL, describe_all_or_some, read_all_or_some
from evalbook.workflow.turn import Choice, Question

if TYPE_CHECKING:
    from evalbook.metrics.benchmarks import Benchmark


def _ask(interview: Interview) -> Question:
    chosen = _benchmark(interview)
    names = chosen.subtasks if chosen else ()
    return Question(
        f"Which of the {len(names)} subtasks of {interview.value(BENCHMARK)}?",
        kind="multichoice",
        choices=(
            Choice(ALL, ALL, "The whole benchmark."),
            *(Choice(name, name) for name in names),
        ),
        default=ALL,
        help="Names or numbers, separated by commas; ALL runs every one.",
    )


def _check(value: list[str], interview: Interview) -> Outcome[list[str], None]:
    chosen = _benchmark(interview)
    unknown = [name for name in value if chosen and name not in (ALL, *chosen.subtasks)]
    if unknown:
        raise AnswerRejected(
            "subtasks.unknown",
            f"{interview.value(BENCHMARK)} has no subtask {', '.join(unknown)}.",
            "Choose from the list, or answer ALL.",
        )
    return Accepted(value)


def _applies(interview: Interview) -> bool:
    chosen = _benchmark(interview)
    return chosen is not None and bool(chosen.subtasks)


def _benchmark(interview: Interview) -> Benchmark | None:
    from evalbook.metrics.benchmarks import benchmark_named

    name = interview.value(BENCHMARK)
    return None if name is None else benchmark_named(name)


STEP = Step(
    SUBTASKS,
    "Subtasks",
    ask=_ask,
    read=read_all_or_some,
    check=_check,
    describe=describe_all_or_some,
    applies=_applies,
    depends_on=(BENCHMARK,),
    unasked=(),
    example=Example(
        "anatomy, virology",
        "Runs only these, which takes less time than ALL.",
    ),
)
