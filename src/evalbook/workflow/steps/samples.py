"""How samples are put to the model: how many, how often, and how an answer is scored."""

from __future__ import annotations

from evalbook.checks import warning
from evalbook.errors import AnswerRejected
from evalbook.workflow import hearing, slots
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step
from evalbook.workflow.replies.choices import read_one_choice
from evalbook.workflow.replies.words import says_none
from evalbook.workflow.steps.inspect_tasks import of_records
from evalbook.workflow.turn import Choice, Question

ALL = "all"


def _read_limit(text: str, _question: Question, _: Interview) -> int | None:
    if text.strip().casefold() == ALL or says_none(text, ("limit",)):
        return None
    return at_least_one(text, "sample_limit", f"such as 10, or {ALL}")


def at_least_one(said: str, code: str, such: str) -> int:
    """Read a whole number of 1 or more.

    Raises:
        AnswerRejected: it is not.
    """
    plain = said.strip().replace(",", "")
    number = int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 8 else 0
    if number < 1:
        raise AnswerRejected(
            code, f"{said.strip()[:40]!r} is not a whole number of 1 or more.", f"Give one, {such}."
        )
    return number


LIMIT_STEP = Step(
    slots.SAMPLE_LIMIT,
    "Samples",
    ask=lambda _: Question(
        "How many samples of each task should be run?",
        default=ALL,
        help="A whole number, such as 10 for a trial; all runs every one.",
    ),
    hears=hearing.number("limit", "task", "tasks", "those", whole=ALL),
    read=_read_limit,
    describe=lambda value, _: ALL if value is None else f"the first {value:,} of each task",
    depends_on=(slots.EVALUATION_TYPE,),
    example="10",
    example_meaning="Ten samples of each task, as a trial: quick and cheap, but too few for a "
    "verdict.",
)


def _check_epochs(value: int, interview: Interview) -> Outcome[int, None]:
    temperature = (interview.value(slots.GENERATION) or {}).get("temperature", 0)
    if value == 1 or temperature:
        return Accepted(value)
    same = warning(
        "epochs.same",
        f"The SDK sends temperature 0, so the {value} answers to a sample will hardly differ, "
        "and you pay for each.",
        "Set a temperature in the advanced setting generation, or answer 1.",
    )
    return Accepted(value, checks=(same,))


EPOCHS_STEP = Step(
    slots.EPOCHS,
    "Epochs",
    ask=lambda _: Question(
        "How often should each sample be run?",
        default="1",
        help="A model that samples its answers gives a different one each time (an epoch). The "
        "scores of a sample are averaged before the models are compared.",
    ),
    hears=hearing.number("times", "time", "x", "epoch", "epochs"),
    read=lambda text, _question, _: at_least_one(text, "epochs", "such as 1"),
    check=_check_epochs,
    describe=lambda value, _: "once" if value == 1 else f"{value} times each",
    depends_on=(slots.EVALUATION_TYPE, slots.GENERATION),
    example="3",
    example_meaning="Each sample is run three times: steadier scores, for three times the time "
    "and cost.",
)


def _ask_scorer(_: Interview) -> Question:
    from evalbook.metrics.inspect_tasks import SCORERS

    return Question(
        "How should an answer be compared with its reference?",
        kind="choice",
        choices=tuple(Choice(name, name, about) for name, about in SCORERS.items()),
        default="match",
        help="A name or a number. These come with Inspect AI; a task that you write can use any "
        "other scorer.",
    )


SCORER_STEP = Step(
    slots.ANSWER_SCORER,
    "Scored by",
    ask=_ask_scorer,
    read=read_one_choice,
    applies=of_records,
    depends_on=(slots.TASK_SOURCE,),
    example="match",
    example_meaning="The answer must begin or end with the reference. No judge model is called, "
    "so it costs nothing extra.",
)
