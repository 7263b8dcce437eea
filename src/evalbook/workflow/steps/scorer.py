"""Which code scores: a preset, or an evaluator of the account's AI registry.

A function that is not registered yet can be tried out here: a starting point is written, and a
file is run on samples before anything is deployed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from evalbook.errors import AnswerRejected
from evalbook.workflow.answers import read_choice
from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Accepted, Outcome, Step
from evalbook.workflow.turn import Choice, Question

OWN = "own"
STARTER = "my_scorer.py"


def _ask(interview: Interview) -> Question:
    from evalbook.aws.evaluators import registered_evaluators
    from evalbook.metrics.scorers import PRESETS

    region = _region(interview)
    interview.progress(f"Looking for scorers registered in {region}", None, None)
    registered, checks = registered_evaluators(interview.aws, region)
    return Question(
        "Which scorer?",
        kind="choice",
        choices=(
            *(Choice(preset.name, preset.label, preset.description) for preset in PRESETS),
            *(
                Choice(found.arn, found.name, f"Registered; scores by {found.function}.")
                for found in registered
            ),
            Choice(OWN, "A function of my own", f"Writes {STARTER} to start from, and tries it."),
        ),
        checks=tuple(checks),
        help="A name, a number, the ARN of a registered evaluator, or the path of a Python file "
        "to try out.",
        reference="references/custom-scorers.md",
    )


def _read(text: str, question: Question, _: Interview) -> str:
    plain = text.strip("'\"<> ")
    if plain.startswith("arn:") or plain.endswith(".py"):
        return plain
    return read_choice(text, question.choices)


def _check(value: str, interview: Interview) -> Outcome:
    from evalbook.metrics.scorers import PRESETS

    if value in [preset.name for preset in PRESETS]:
        return Accepted(value)
    if value == OWN:
        value = str(_starter_in(interview.folder))
    if value.endswith(".py"):
        raise _tried_out(interview.folder / Path(value).expanduser())
    return _registered(value, interview)


def _registered(arn: str, interview: Interview) -> Outcome:
    from dataclasses import asdict

    from evalbook.aws.evaluators import check_evaluator
    from evalbook.aws.s3 import refuse_template_text

    refuse_template_text(arn, "the evaluator's ARN")
    found, checks = check_evaluator(interview.aws, arn)
    region = _region(interview)
    if found.region != region:
        raise AnswerRejected(
            "scorer.region",
            f"The evaluator is in {found.region}, the model in {region}.",
            f"Register it in {region} too, or choose one of those listed.",
        )
    return Accepted(found.arn, asdict(found), tuple(checks))


def _starter_in(folder: Path) -> Path:
    """Write the function to start from, unless it is there already."""
    from evalbook.metrics.scorers import starter_function

    path = folder / STARTER
    if not path.exists():
        path.write_text(starter_function(), encoding="utf-8")
    return path


def _tried_out(path: Path) -> AnswerRejected:
    """Return what came of a file's try-out; even a good one has to be registered first."""
    from evalbook.aws.evaluators import HOW_TO_REGISTER
    from evalbook.metrics.scorers import try_out

    if not path.is_file():
        return AnswerRejected(
            "scorer.file", f"There is no file {path}.", "Give a Python file's path, or own."
        )
    scores = ", ".join(f"{score:g} for the {name} answer" for name, score in try_out(path))
    return AnswerRejected(
        "scorer.not_registered",
        f"{path.name} works on two samples: {scores}. An evaluation takes registered scorers only.",
        HOW_TO_REGISTER,
    )


def _region(interview: Interview) -> str:
    return str(interview.facts("model")["region"])


def _describe(value: str, facts: dict[str, Any]) -> str:
    return f"{facts['name']}: {value}" if facts else value


STEP = Step(
    "scorer",
    "Scorer",
    ask=_ask,
    read=_read,
    check=_check,
    describe=_describe,
    depends_on=("evaluation_type", "model"),
    asks_aws=True,
)
