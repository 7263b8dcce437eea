"""How Inspect AI queries the model: temperature, lengths, and questions at a time."""

from __future__ import annotations

import math

from evalbook.errors import AnswerRejected
from evalbook.records import dataclass
from evalbook.workflow import hearing, slots
from evalbook.workflow.assignments import describe_assignments, read_assignments
from evalbook.workflow.interview import Interview, Step
from evalbook.workflow.replies.words import says_none
from evalbook.workflow.slots import ParameterValue
from evalbook.workflow.turn import Question


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


def _ask(_: Interview) -> Question:
    shown = ", ".join(f"{name}={it.default:g}" for name, it in SETTINGS.items())
    return Question(
        "Which generation parameters should be changed?",
        default="none",
        help=f"NAME=VALUE, separated by commas. The SDK's defaults: {shown}.",
    )


def _read(text: str, _question: Question, _: Interview) -> dict[str, ParameterValue] | None:
    if says_none(text):
        return None
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
    none = name == "top_k" and number == -1
    # Nothing compares with nan.
    if setting.least <= number <= setting.most or none:
        return number
    raise AnswerRejected(
        "generation.value",
        f"{name}={said[:40]} is not {setting.bounds}.",
        f"Give such a number, or leave {name} out to use {setting.default:g}.",
    )


STEP = Step(
    slots.GENERATION,
    "Generation",
    ask=_ask,
    hears=hearing.assigned(lambda _: tuple(SETTINGS)),
    read=_read,
    describe=lambda value, _: describe_assignments(value, "the SDK's defaults"),
    advanced=True,
    depends_on=(slots.EVALUATION_TYPE,),
    unasked={},
    example="temperature=0, max_tokens=512",
    example_meaning="How the models generate their answers. Longer answers take longer and cost "
    "more.",
)
