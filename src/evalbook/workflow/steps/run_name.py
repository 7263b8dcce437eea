"""The run's name in the SageMaker console."""

from __future__ import annotations

import re
import unicodedata

from evalbook.errors import AnswerRejected
from evalbook.workflow import hearing
from evalbook.workflow.facts import MODEL, RUN_NAME
from evalbook.workflow.interview import Example, Interview, Step
from evalbook.workflow.turn import Question

LONGEST = 50
"""Characters. The service takes 82 for a name, the SDK appends the time (11), and the notebook what
it finds its own run by (14)."""

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")


def _ask(interview: Interview) -> Question:
    return Question(
        "What should the run be called?",
        default=default_run_name(interview),
        help=f"Letters, digits and hyphens, at most {LONGEST}.",
    )


def _read(text: str, _question: Question, _: Interview) -> str:
    if len(text) > LONGEST or not _NAME.fullmatch(text):
        raise AnswerRejected(
            "run_name",
            f"{text!r} is not a valid run name: at most {LONGEST} letters, digits and hyphens, "
            "beginning and ending with a letter or digit.",
            f"Try {as_run_name(text)}.",
        )
    return text


def as_run_name(text: str) -> str:
    words = re.sub(r"[^a-zA-Z0-9]+", "-", without_accents(text)).strip("-")
    return words[:LONGEST].strip("-") or "evaluation"


def without_accents(text: str) -> str:
    """Return the text without accents: a name stays readable."""
    letters = unicodedata.normalize("NFKD", text.replace("ß", "ss"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def default_run_name(interview: Interview) -> str:
    return as_run_name(f"evalbook-{name_of_model(interview)}")


def name_of_model(interview: Interview) -> str:
    """Return the model's name: its group's, or a base model's own."""
    model = interview.facts(MODEL)
    return "evaluation" if model is None else model.group or model.base_model.name


STEP = Step(
    RUN_NAME,
    "Run name",
    ask=_ask,
    hears=hearing.free_name("run", "name"),
    read=_read,
    advanced=True,
    example=Example(
        "support-bot-v2-october",
        "`evalbook runs` lists the run under this name.",
    ),
)
