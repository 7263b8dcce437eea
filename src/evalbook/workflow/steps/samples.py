"""How samples are put to the model, how many and how often, and how an answer is scored."""

from __future__ import annotations

import math
from collections.abc import Callable

from evalbook.checks import warning
from evalbook.errors import AnswerRejected
from evalbook.records import dataclass
from evalbook.workflow import hearing, slots
from evalbook.workflow.assignments import describe_assignments, read_assignments
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step
from evalbook.workflow.optional import unless_none
from evalbook.workflow.replies.choices import read_one_choice
from evalbook.workflow.replies.numbers import whole_number
from evalbook.workflow.slots import ParameterValue
from evalbook.workflow.steps.inspect_tasks import of_records
from evalbook.workflow.turn import Choice, Question

ALL = "all"


def _at_least_one(code: str, such: str) -> Callable[[str, Question, Interview], int]:
    """Return what reads a whole number of 1 or more."""

    def read(text: str, _question: Question, _: Interview) -> int:
        if number := whole_number(text):
            return number
        found = f"{text.strip()[:40]!r} is not a whole number of 1 or more."
        raise AnswerRejected(code, found, f"Give one, {such}.")

    return read


LIMIT_STEP = Step(
    slots.SAMPLE_LIMIT,
    "Samples",
    ask=lambda _: Question(
        "How many samples of each task should be run?",
        default=ALL,
        help="A whole number, such as 10 for a trial; all runs every one.",
    ),
    hears=hearing.number("limit", "task", "tasks", "those", whole=ALL),
    read=unless_none(_at_least_one("sample_limit", f"such as 10, or {ALL}"), "limit", word=ALL),
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
    read=_at_least_one("epochs", "such as 1"),
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


@dataclass(frozen=True)
class Setting:
    """A number that the SDK's evaluator accepts (inspect_ai_evaluator.py, 3.27.0)."""

    default: float
    least: float
    most: float = math.inf
    whole: bool = True
    about: str = ""

    @property
    def bounds(self) -> str:
        """Return the allowed values, in words."""
        kind = "a whole number" if self.whole else "a number"
        upper = "" if self.most == math.inf else f" to {self.most:g}"
        return f"{kind} from {self.least:g}{upper}{self.about}"


SETTINGS = {
    "temperature": Setting(0.0, 0.0, 2.0, whole=False),
    "top_p": Setting(1.0, 0.0, 1.0, whole=False),
    "top_k": Setting(-1, 1, about=", or -1 for none"),
    "max_tokens": Setting(8192, 1),
    "max_connections": Setting(16, 1),
    "max_retries": Setting(100, 1),
    "timeout": Setting(600, 1, about=" of seconds"),
    # The service's maximum; the SDK checks neither end.
    "max_runtime_seconds": Setting(86400, 1, 28 * 86400),
}


def _ask_generation(_: Interview) -> Question:
    shown = ", ".join(f"{name}={it.default:g}" for name, it in SETTINGS.items())
    return Question(
        "Which generation parameters should be changed?",
        default="none",
        help=f"NAME=VALUE, separated by commas. The SDK's defaults: {shown}.",
    )


def _read_generation(text: str, _question: Question, _: Interview) -> dict[str, ParameterValue]:
    found: dict[str, ParameterValue] = {}
    for name, said in read_assignments(text, "generation", "temperature=0.7").items():
        setting = SETTINGS.get(name)
        if setting is None:
            raise AnswerRejected(
                "generation.unknown",
                f"{name[:40]!r} is not a parameter that can be set.",
                f"Choose from {', '.join(SETTINGS)}.",
            )
        found[name] = _number(name, said, setting)
    return found


def _number(name: str, said: str, setting: Setting) -> float | int:
    try:
        number = int(said) if setting.whole else float(said)
    except ValueError:
        number = math.nan
    # Nothing compares with nan.
    if setting.least <= number <= setting.most or number == setting.default:
        return number
    raise AnswerRejected(
        "generation.value",
        f"{name}={said[:40]} is not {setting.bounds}.",
        f"Give such a number, or leave {name} out to use {setting.default:g}.",
    )


GENERATION_STEP = Step(
    slots.GENERATION,
    "Generation",
    ask=_ask_generation,
    hears=hearing.assigned(lambda _: tuple(SETTINGS)),
    read=unless_none(_read_generation),
    describe=lambda value, _: describe_assignments(value, "the SDK's defaults"),
    advanced=True,
    depends_on=(slots.EVALUATION_TYPE,),
    unasked={},
    example="temperature=0, max_tokens=512",
    example_meaning="How the models generate their answers. Longer answers take longer and cost "
    "more.",
)
