"""What the run and the project's folder are called."""

from __future__ import annotations

import re
import unicodedata

from evalbook.errors import AnswerRejected
from evalbook.whole_files import is_a_folder, is_there
from evalbook.workflow import hearing
from evalbook.workflow.facts import MODEL, PROJECT, RUN_NAME
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step, Wants
from evalbook.workflow.turn import Question

LONGEST_RUN = 50
"""Characters. The service takes 82 for a name, the SDK appends the time (11), and the notebook what
it finds its own run by (14)."""

_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9])*")


def _ask_run(interview: Interview) -> Question:
    return Question(
        "What should the run be called?",
        default=default_run_name(interview),
        help=f"Letters, digits and hyphens, at most {LONGEST_RUN}.",
    )


def _read_run(text: str, _question: Question, _: Interview) -> str:
    if len(text) > LONGEST_RUN or not _NAME.fullmatch(text):
        raise AnswerRejected(
            "run_name",
            f"{text!r} is not a valid run name: at most {LONGEST_RUN} letters, digits and hyphens, "
            "beginning and ending with a letter or digit.",
            f"Try {as_run_name(text)}.",
        )
    return text


def as_run_name(text: str) -> str:
    words = re.sub(r"[^a-zA-Z0-9]+", "-", without_accents(text)).strip("-")
    return words[:LONGEST_RUN].strip("-") or "evaluation"


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


RUN_NAME_STEP = Step(
    RUN_NAME,
    "Run name",
    ask=_ask_run,
    hears=hearing.free_name("run", "name"),
    read=_read_run,
    advanced=True,
    example=Example(
        "support-bot-v2-october",
        "`evalbook runs` lists the run under this name.",
    ),
)


LONGEST_PROJECT = 64

_SLUG = re.compile(r"[a-z0-9]+([-_][a-z0-9]+)*")


def _ask_project(interview: Interview) -> Question:
    return Question(
        "What should the project folder be called?",
        default=slug(name_of_model(interview)),
        help=f"Lowercase letters, digits and hyphens, at most {LONGEST_PROJECT}. "
        "The name of an existing project adds to it.",
    )


def _read_project(text: str, _question: Question, _: Interview) -> str:
    if len(text) > LONGEST_PROJECT or not _SLUG.fullmatch(text):
        raise AnswerRejected(
            "project.name",
            f"{text!r} is not a valid project name: lowercase letters and digits in words joined "
            f"by hyphens, at most {LONGEST_PROJECT} characters.",
            f"Try {slug(text)}.",
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


def slug(text: str) -> str:
    words = re.sub(r"[^a-z0-9]+", "-", without_accents(text.lower())).strip("-")
    return words[:LONGEST_PROJECT].strip("-") or "evaluation"


PROJECT_STEP = Step(
    PROJECT,
    "Project",
    ask=_ask_project,
    hears=hearing.project,
    read=_read_project,
    check=_check_project,
    example=Example(
        "support-bot",
        "A folder with this name is created here, with the notebook in it.",
    ),
    wants=Wants(projects=True),
)
