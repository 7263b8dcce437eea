"""The wizard's own words, shared by both ways of drawing it."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from evalbook.checks import Check, Remedy
from evalbook.cli.wizard.terminal import Suggestions
from evalbook.errors import AnswerRejected
from evalbook.workflow.interview import Step, Wants
from evalbook.workflow.replies.choices import read_choice
from evalbook.workflow.replies.lists import split_answers
from evalbook.workflow.steps.which_type import HELP
from evalbook.workflow.turn import Choice, Turn

_MOST_SUGGESTIONS = 8

# Said with the first explanation; the keys stand below every prompt.
KEYS_EXPLAINED = (
    "< or Ctrl-B opens your earlier answers; choose one to change it.",
    "Ctrl-C leaves. Every accepted answer is saved, and half-typed ones are kept.",
    "Each answer is checked before it is accepted; nothing runs and nothing costs money yet.",
)


def with_keys(remedy: str | Remedy) -> str:
    """Return a remedy with the wizard's key where the command line has a command."""
    if isinstance(remedy, str):
        return remedy
    text = remedy.text.removesuffix(":").removesuffix(".")
    if remedy.step:
        said = f" and answer {remedy.answer}" if remedy.answer else ""
        return f"{text} (press < and choose {step_title(remedy.step)}{said})."
    return f"{text} (press <)." if remedy.reopens_any else remedy.in_commands()


def step_named(name: str | None) -> Step[Any, Any] | None:
    from evalbook.workflow.kinds import STEPS_BY_TYPE

    return next((it for steps in STEPS_BY_TYPE.values() for it in steps if it.name == name), None)


def step_title(name: str | None) -> str:
    """Return what a step's answer is called."""
    step = step_named(name)
    return step.title if step else ""


def wants_of(turn: Turn) -> Wants:
    """Return how the answer to a turn is best taken."""
    step = step_named(turn.step)
    return step.wants if step else Wants()


def example_of(turn: Turn) -> str | None:
    """Return an example of a good answer, and what it means or costs."""
    step = step_named(turn.step)
    if step is None or step.example is None:
        return None
    return f"For example: {step.example.answer}\n{step.example.meaning}"


def suggestions_for(
    turn: Turn, suggestions: Suggestions, kind: str | None
) -> Sequence[tuple[str, str]]:
    """Return what to try at a turn in a simulated AWS; a list or a default needs no suggestion.

    Where there is something for this evaluation type alone, the others' may not pass.
    """
    if turn.choices or turn.default:
        return ()
    step = turn.step or ""
    found = suggestions.get((step, kind)) or suggestions.get((step, None), ())
    return found[:_MOST_SUGGESTIONS]


def one_to_try(suggested: Sequence[tuple[str, str]]) -> str | None:
    """Return a sentence that names the first of several answers to try."""
    if not suggested:
        return None
    more = "; ? shows more" if len(suggested) > 1 else ""
    return f"In this simulated AWS, try {suggested[0][0]}{more}."


def checks_beside(turn: Turn) -> list[Check]:
    """Return the checks that led to a rejection, without what the rejection itself says."""
    error = turn.error
    if error is None:
        return list(turn.checks)
    return [
        replace(check, remedy=None) if check.remedy == error.remedy else check
        for check in turn.checks
        if check.message not in error.message
    ]


def name_of(choice: Choice) -> str:
    """Return what a choice is called, with its value where that says more than the label does."""
    # AWS's own ids tell more, but for a role's name, a bucket's or a key; ours are for programs.
    whole = re.search(rf"(?:^|[/:]){re.escape(choice.label)}(?:$|[/:])", choice.value)
    ours = choice.value.startswith(f"{HELP}.") or not re.search(r"[.:/]", choice.value)
    return choice.label if whole or ours else f"{choice.label}  {choice.value}"


def place_of(turn: Turn) -> str:
    return f"{turn.position.index} of {turn.position.total}" if turn.position else ""


def ways_to_open(notebook: str) -> tuple[tuple[str, str], ...]:
    """Return the programs that open a notebook, each with what to do in one line."""
    path = shlex.quote(notebook)
    return (
        ("JupyterLab", f"jupyter lab {path}"),
        ("VS Code", f"code {path}"),
        ("SageMaker Studio", "open a JupyterLab space, upload the file and double-click it"),
    )


def command_line(options: Mapping[str, str | bool | None]) -> str:
    """Return the command that starts this wizard again."""
    words = ["evalbook", "wizard"]
    for name, value in options.items():
        if value is True:
            words.append(f"--{name}")
        elif value:
            words.extend([f"--{name}", str(value)])
    return shlex.join(words)


def ticked(turn: Turn, typed: str | None) -> frozenset[str]:
    """Return the choices that are ticked to begin with: those typed before, else the default."""
    if typed == "none":
        return frozenset()
    return _choices_named(turn, typed or "") or _choices_named(turn, turn.default or "")


def _choices_named(turn: Turn, text: str) -> frozenset[str]:
    values = set()
    with contextlib.suppress(AnswerRejected):
        for part in split_answers(text):
            with contextlib.suppress(AnswerRejected):
                values.add(read_choice(part, turn.choices))
    return frozenset(values)


def worth_editing(turn: Turn, typed: str | None) -> bool:
    """Return whether what was typed is gone on with; a word that did not pass is typed anew."""
    return bool(typed and (turn.error is None or re.search(r"[\s/:.]", typed)))
