"""What the run and the project's folder are called."""

from __future__ import annotations

import re

from evalbook.errors import AnswerRejected
from evalbook.texts import Notice, without_accents
from evalbook.whole_files import is_a_folder, is_there
from evalbook.workflow import hearing, slots
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step, Wants
from evalbook.workflow.turn import Question

LONGEST_RUN = 50
"""Characters. The service takes 82 for a name, the SDK appends the time (11), and the notebook what
it finds its own run by (14)."""

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")


def _read_run(text: str, _question: Question, _: Interview) -> str:
    if len(text) > LONGEST_RUN or not _NAME.fullmatch(text):
        raise AnswerRejected(
            "run_name",
            f"{text!r} is not a valid run name: at most {LONGEST_RUN} letters, digits and hyphens, "
            "beginning and ending with a letter or digit.",
            f"Try {_as_name(text, LONGEST_RUN)}.",
        )
    return text


def _as_name(text: str, longest: int) -> str:
    """Return the name of letters, digits and hyphens that is nearest to a text."""
    words = re.sub(r"[^a-zA-Z0-9]+", "-", without_accents(text)).strip("-")
    return words[:longest].strip("-") or "evaluation"


def default_run_name(interview: Interview) -> str:
    return _as_name(f"evalbook-{name_of_model(interview)}", LONGEST_RUN)


def name_of_model(interview: Interview) -> str:
    """Return the model's name: its group's, or a base model's own."""
    return interview.model.group or interview.model.base_model.name


RUN_NAME_STEP = Step(
    slots.RUN_NAME,
    "Run name",
    ask=lambda it: Question(
        "What should the run be called?",
        default=default_run_name(it),
        help=f"Letters, digits and hyphens, at most {LONGEST_RUN}.",
    ),
    hears=hearing.free_name("run", "name"),
    read=_read_run,
    advanced=True,
    example="support-bot-v2-october",
    example_meaning="`evalbook runs` lists the run under this name.",
)


LONGEST_PROJECT = 64

_SLUG = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


def _read_project(text: str, _question: Question, _: Interview) -> str:
    if len(text) > LONGEST_PROJECT or not _SLUG.fullmatch(text):
        raise AnswerRejected(
            "project.name",
            f"{text!r} is not a valid project name: lowercase letters and digits in words joined "
            f"by hyphens, at most {LONGEST_PROJECT} characters.",
            f"Try {_as_name(text.lower(), LONGEST_PROJECT)}.",
        )
    return text


def _check_project(value: str, interview: Interview) -> Outcome[str, None]:
    folder = interview.folder / value
    if is_there(folder) and not is_a_folder(folder):
        raise AnswerRejected(
            "project.not_a_folder",
            f"{folder} exists and is not a folder.",
            "Give another name, or move that file away.",
        )
    return Accepted(value)


PROJECT_STEP = Step(
    slots.PROJECT,
    "Project",
    ask=lambda it: Question(
        "What should the project folder be called?",
        default=_as_name(name_of_model(it).lower(), LONGEST_PROJECT),
        help=Notice(
            f"Lowercase letters, digits and hyphens, at most {LONGEST_PROJECT}. "
            "The name of an existing project adds to it."
        ),
    ),
    hears=hearing.project,
    read=_read_project,
    check=_check_project,
    example="support-bot",
    example_meaning="A folder with this name is created here, with the notebook in it.",
    wants=Wants(projects=True),
)
