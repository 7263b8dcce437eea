"""The wizard's own words, shared by both ways of drawing it."""

from __future__ import annotations

import contextlib
import re
import shlex
from collections.abc import Sequence
from dataclasses import replace

from evalbook.checks import Check, Remedy
from evalbook.cli.wizard.terminal import Suggestions
from evalbook.errors import AnswerRejected
from evalbook.workflow.interview import Wants
from evalbook.workflow.kinds import STEPS
from evalbook.workflow.replies.choices import named_choice
from evalbook.workflow.replies.lists import split_answers
from evalbook.workflow.steps.evaluation_type import HELP
from evalbook.workflow.turn import Choice, Problem, Turn

_MOST_SUGGESTIONS = 8

# Said with the first explanation; the keys stand below every prompt.
KEYS_EXPLAINED = (
    "< or Ctrl-B opens your earlier answers; choose one to change it.",
    "Ctrl-C leaves. Every accepted answer is saved, and half-typed ones are kept.",
    "Each answer is checked before it is accepted; nothing runs and nothing costs money yet.",
)
HOW_TO_FOLLOW = "While it runs, follow it from any terminal: evalbook status --watch"


def with_keys(remedy: str | Remedy) -> str:
    """Return a remedy with the wizard's key where the command line has a command."""
    if isinstance(remedy, str):
        return remedy
    text = remedy.text.removesuffix(":").removesuffix(".")
    if remedy.step:
        said = f" and answer {remedy.answer}" if remedy.answer else ""
        return f"{text} (press < and choose {STEPS[remedy.step].title}{said})."
    return f"{text} (press <)." if remedy.reopens_any else remedy.in_commands()


def step_title(turn: Turn) -> str:
    """Return what the answer to a turn is called; nothing once all are given."""
    return STEPS[turn.step].title if turn.step else ""


def wants_of(turn: Turn) -> Wants:
    """Return how the answer to a turn is best taken."""
    return STEPS[turn.step].wants if turn.step else Wants()


def example_of(turn: Turn) -> str:
    """Return an example of a good answer, and what it means or costs."""
    step = STEPS[turn.step or ""]
    return f"For example: {step.example}\n{step.example_meaning}"


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


def checks_beside(checks: Sequence[Check], error: Problem) -> list[Check]:
    """Return the checks that led to a rejection, without what the rejection itself says."""
    return [
        replace(check, remedy=None) if check.remedy == error.remedy else check
        for check in checks
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


def ticked(turn: Turn, typed: str | None) -> frozenset[str]:
    """Return the choices that are ticked to begin with: those typed before, else the default."""
    if typed == "none":
        return frozenset()
    return _choices_named(turn, typed or "") or _choices_named(turn, turn.default or "")


def _choices_named(turn: Turn, text: str) -> frozenset[str]:
    with contextlib.suppress(AnswerRejected):
        named = (named_choice(part, turn.choices) for part in split_answers(text))
        return frozenset(value for value in named if value is not None)
    return frozenset()


def worth_editing(turn: Turn, typed: str | None) -> bool:
    """Return whether what was typed is gone on with; a word that did not pass is typed anew."""
    return bool(typed and (turn.error is None or re.search(r"[\s/:.]", typed)))
