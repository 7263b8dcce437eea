"""A state of which anything is missing, renamed or of another type is named, and left as it is."""

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from interviews import ANSWERS_BY_TYPE, an_interview, answered_until

from evalbook.errors import StateFileError
from evalbook.workflow.workflow import Workflow

STATE = Path("workflow_state.json")
# Where the keys are a person's own words, one less is a state like any other.
FREE = ("volunteered",)
ANOTHER_TYPE = {str: 5, bool: "yes", int: "five", float: "half", list: "several", dict: []}


def keys_in(document: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Yield the path of every key, at every depth."""
    if isinstance(document, dict):
        for key, value in document.items():
            yield (*path, key)
            if key not in FREE:
                yield from keys_in(value, (*path, key))
    elif isinstance(document, list) and document:
        # All items are alike.
        yield from keys_in(document[0], (*path, 0))


def damaged(document: Any, path: tuple[str | int, ...], how: str) -> Any:
    """Return the document with one key deleted, renamed or of another type."""
    document = copy.deepcopy(document)
    place = document
    for key in path[:-1]:
        place = place[key]
    if how == "retyped":
        place[path[-1]] = ANOTHER_TYPE.get(type(place[path[-1]]), {"of": "another type"})
        return document
    value = place.pop(path[-1])
    if how == "renamed":
        place[f"{path[-1]}_"] = value
    return document


def problem_of(path: Path) -> str:
    try:
        Workflow.load(path)
    except StateFileError as error:
        return error.message
    return "none"


@pytest.mark.usefixtures("in_sandbox")
@pytest.mark.parametrize("kind", ANSWERS_BY_TYPE)
def test_whatever_is_damaged_in_a_finished_state_is_named(kind):
    answered_until("complete", evaluation_type=kind)
    finished = json.loads(STATE.read_text())
    unnoticed = []

    for path in keys_in({"evalbook": finished["evalbook"]}):
        for how in ("deleted", "renamed", "retyped"):
            STATE.write_text(json.dumps(damaged(finished, path, how)))
            before = STATE.read_bytes()
            found = problem_of(STATE)
            last = str(path[-1]) if how == "deleted" else ""
            if ".".join(map(str, path[:2])) not in found or last not in found:
                unnoticed.append((how, path, found))
            assert STATE.read_bytes() == before

    assert unnoticed == []


@pytest.mark.usefixtures("in_sandbox")
def test_every_form_of_value_that_is_saved_is_read_back_as_it_was():
    workflow = an_interview()
    workflow.answer("benchmark")
    workflow.answer("mmlu", step="benchmark")

    again = Workflow.load(STATE).interview

    assert again.answers == workflow.interview.answers
    assert again.aside == workflow.interview.aside
