"""The name of the project folder."""

from __future__ import annotations

import re

from evalbook.errors import AnswerRejected
from evalbook.whole_files import is_a_folder, is_there
from evalbook.workflow import hearing
from evalbook.workflow.facts import PROJECT
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step, Wants
from evalbook.workflow.steps.run_name import name_of_model, without_accents
from evalbook.workflow.turn import Question

LONGEST = 64

_SLUG = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


def _ask(interview: Interview) -> Question:
    return Question(
        "What should the project folder be called?",
        default=slug(name_of_model(interview)),
        help=f"Lowercase letters, digits and hyphens, at most {LONGEST}. "
        "The name of an existing project adds to it.",
    )


def _read(text: str, _question: Question, _: Interview) -> str:
    if len(text) > LONGEST or not _SLUG.fullmatch(text):
        raise AnswerRejected(
            "project.name",
            f"{text!r} is not a valid project name: lowercase letters and digits in words joined "
            f"by hyphens, at most {LONGEST} characters.",
            f"Try {slug(text)}.",
        )
    return text


def _check(value: str, interview: Interview) -> Outcome[str, None]:
    folder = interview.folder / value
    if is_there(folder) and not is_a_folder(folder):
        raise AnswerRejected(
            "project.not_a_folder",
            f"{folder} exists and is not a folder.",
            "Give another name, or move that file away.",
        )
    return Accepted(value)


def slug(text: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", without_accents(text.lower())).strip("-")
    return words[:LONGEST].strip("-") or "evaluation"


STEP = Step(
    PROJECT,
    "Project",
    ask=_ask,
    hears=hearing.project,
    read=_read,
    check=_check,
    example=Example(
        "support-bot",
        "A folder with this name is created here, with the notebook in it.",
    ),
    wants=Wants(projects=True),
)
