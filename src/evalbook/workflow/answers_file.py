"""Many answers from one file, as JSON or TOML: ``step = value``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from evalbook.errors import AnswerRejected, UsageError
from evalbook.texts import did_you_mean, nearest
from evalbook.whole_files import read_whole, reason
from evalbook.workflow.interview import Interview, Step
from evalbook.workflow.kinds import STEPS_BY_TYPE
from evalbook.workflow.replies.choices import read_choice
from evalbook.workflow.steps import advanced, evaluation_type
from evalbook.workflow.turn import Turn
from evalbook.workflow.workflow import Workflow

LARGEST_FILE = 4 << 20
"""In bytes; ten custom metrics at their limits are far smaller."""


def read_answers(path: Path) -> dict[str, Any]:
    """Return what the file says, by step.

    Raises:
        UsageError: it can't be read, is neither JSON nor TOML, or is not an object.
    """
    try:
        text = read_whole(path, LARGEST_FILE).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            "apply.file",
            f"{path} can't be read: {reason(error)}.",
            "Name a JSON or TOML file of step = value.",
        ) from error
    try:
        document = json.loads(text) if path.suffix.lower() == ".json" else _read_toml(text)
        # What can't be written down again, such as a number of 5,000 digits, is not an answer.
        json.dumps(document, default=str)
    except (ValueError, RecursionError) as error:
        language = "JSON" if path.suffix.lower() == ".json" else "TOML"
        raise UsageError(
            "apply.file", f"{path} is not valid {language}: {error}", "Fix it and try again."
        ) from error
    if not isinstance(document, dict):
        raise UsageError("apply.file", f"{path} is not an object of step = value.")
    return document


def _read_toml(text: str) -> Any:
    import sys

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    return tomllib.loads(text)


def apply_answers(workflow: Workflow, values: dict[str, Any]) -> Turn:
    """Give the file's answers in step order, until it has no more.

    A saved answer is given again only if the file says something else.

    Raises:
        UsageError: the file names an unknown step.
        AwsUnavailable: AWS could not be asked; answers accepted before that are saved.
    """
    steps = {step.name: step for step in _steps_for(workflow.interview, values)}
    _refuse_unknown(list(steps), values, workflow.interview)
    answers = {name: as_text(values[name]) for name in steps if name in values}
    settings = [name for name in answers if steps[name].advanced]
    if settings:
        # Giving a value for a setting turns it on.
        answers.setdefault(advanced.STEP.name, as_text(settings))
    for name in list(answers):
        saved = workflow.interview.answers.get(name)
        if saved is None:
            continue
        said = answers.pop(name)
        if saved.said != said.strip() and steps[name].said_ahead:
            turn = workflow.answer(said, name)
            if turn.status == "rejected":
                return turn
    workflow.at_hand = answers
    turn = workflow.turn()
    only = _only_type_that_asks(values)
    if only is not None:
        answers.setdefault("evaluation_type", only)
    while turn.status == "question" and turn.step in answers:
        step = steps[turn.step]
        said = answers[turn.step]
        if step.exact_in_file is not None and said != step.exact_in_file:
            return _not_the_exact_words(turn, step, said)
        asked = turn.step
        turn = workflow.answer(said)
        del answers[asked]
    workflow.at_hand = {}
    return turn


def _only_type_that_asks(values: dict[str, Any]) -> str | None:
    """Return the one evaluation type that asks every step in the file; None if several do."""
    fitting = [
        name
        for name, steps in STEPS_BY_TYPE.items()
        if values.keys() <= {step.name for step in steps}
    ]
    return fitting[0] if len(fitting) == 1 else None


def as_text(value: Any) -> str:
    """Return a file's value as a person would say it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if value is None:
        return "none"
    if isinstance(value, (dict, list)):
        return json.dumps(value, ensure_ascii=False, default=str)
    # A number, or a TOML date or time.
    return str(value)


def _steps_for(interview: Interview, values: dict[str, Any]) -> tuple[Step[Any, Any], ...]:
    said = as_text(values.get(evaluation_type.STEP.name, ""))
    try:
        return STEPS_BY_TYPE[read_choice(said, evaluation_type.type_choices(interview))]
    except AnswerRejected:
        return interview.nameable


def _refuse_unknown(known: list[str], values: dict[str, Any], interview: Interview) -> None:
    unknown = [name for name in values if name not in known]
    elsewhere = [name for name in unknown if name in {step.name for step in interview.all_steps}]
    if elsewhere:
        raise UsageError(
            "step.unknown",
            f"The file answers {', '.join(map(repr, elsewhere))}, which this evaluation type does "
            "not ask.",
            f"Leave it out, or set {evaluation_type.STEP.name} to a type that asks it.",
        )
    if unknown:
        raise UsageError(
            "step.unknown",
            f"The file answers {', '.join(map(repr, unknown))}, but there is no such step.",
            did_you_mean(nearest(unknown[0], known, 1)) or f"The steps are: {', '.join(known)}.",
        )


def _not_the_exact_words(turn: Turn, step: Step[Any, Any], said: str) -> Turn:
    return turn.rejected(
        f"{step.name}.in_file",
        f"In an answers file, {step.name} = {said!r} does not count.",
        f'Only {step.name} = "{step.exact_in_file}", in the person\'s own file, counts. Or answer '
        "the question when it is asked.",
    )
