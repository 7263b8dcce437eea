"""A new evaluation like an earlier one: each old answer is confirmed at its turn."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING

from evalbook.errors import UsageError
from evalbook.whole_files import is_there
from evalbook.workflow import state
from evalbook.workflow.slots import ADVANCED, PROJECT, RUN_NAME

if TYPE_CHECKING:
    from evalbook.workflow.interview import Interview
    from evalbook.workflow.turn import Turn
    from evalbook.workflow.workflow import Workflow

_ITS_OWN = (PROJECT.name, RUN_NAME.name, ADVANCED.name)
"""Steps that name an evaluation, or only lead to other answers."""


def begin_like(workflow: Workflow, earlier: Path, instead: Mapping[str, str]) -> Turn:
    """Begin a new interview that knows what an earlier one knew, and return its first turn.

    Args:
        workflow: the new one. If it has the earlier one's file, that file is renamed.
        earlier: the state file to begin from.
        instead: answers that differ, by step.

    Raises:
        UsageError: there is nothing to begin from, the new file is in use, or a step is unknown.
        AnswerRejected: an answer in ``instead`` is already known to be unusable.
        StateFileError: a state file can't be used.
    """
    known = type(workflow).load(earlier, workflow.aws).interview
    if not known.answers:
        raise UsageError(
            "new.from",
            f"{earlier} has no answers.",
            "Name the state file of an evaluation.",
        )
    carried = dict(_carried(known))
    there = is_there(workflow.path)
    same = there and workflow.path.samefile(earlier)
    if there and not same and workflow.interview.answers:
        raise UsageError(
            "new.exists",
            f"{workflow.path} holds another evaluation.",
            "Give the new one its own file: --state FILE.",
        )
    aside = set_aside(earlier) if same else None
    kept = f"The earlier evaluation is kept in {aside.name}." if aside else ""
    try:
        return workflow.begin({**carried, **instead}, instead, kept)
    except BaseException:
        if aside is not None and not workflow.interview.aside.volunteered:
            aside.replace(workflow.path)
        raise


def _carried(earlier: Interview) -> Iterator[tuple[str, str]]:
    """Yield the answers that also hold for another evaluation, in the words to give them.

    Consent is asked for again.
    """
    for step in earlier.steps:
        answer = earlier.answers.get(step.name)
        if answer is None or not step.said_ahead or step.asked_again or step.name in _ITS_OWN:
            continue
        value = answer.value
        if isinstance(value, str):
            yield step.name, value or "none"
        elif isinstance(value, list | tuple):
            yield step.name, ", ".join(map(str, value)) or "none"
        elif value is not None:
            yield step.name, answer.said


def set_aside(path: Path) -> Path:
    """Rename the state file; what other tools left in it stays known.

    Returns:
        The old file's new path.

    Raises:
        StateFileError: another process is using it, or the folder can't be written.
    """
    with state.locked(path):
        document = state.load(path)
        target = Path(os.path.realpath(path))
        aside = _free_name(target)
        target.rename(aside)
        if set(document) - {"schema_version", state.OWN_KEY}:
            document[state.OWN_KEY] = state.nothing_saved()
            state.save(path, document)
    return aside


def _free_name(path: Path) -> Path:
    stamp = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H-%M-%SZ")
    free = path.with_name(f"{path.stem}-{stamp}{path.suffix}")
    number = 2
    while is_there(free):
        free = path.with_name(f"{path.stem}-{stamp}-{number}{path.suffix}")
        number += 1
    return free
