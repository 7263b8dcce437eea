"""Whatever is gone, renamed or of another type in a state: it is named, and left as it is."""

from __future__ import annotations

import json
import re
import traceback
from contextlib import suppress
from pathlib import Path

import pytest
from interviews import ANSWERS_BY_TYPE
from interviews_by_step import STATE, TRIES, finished, seeded, what_is_here
from oddities import damaged

from evalbook.errors import AnswerRejected, StateFileError
from evalbook.workflow.workflow import Workflow

pytestmark = pytest.mark.e2e

# A package's is a number, a base model's a text.
OF_TWO_TYPES = "evalbook.answers.model.facts.version retyped"
# Counts by whatever was found: any name may be among them, and any may be missing.
COUNTS = re.compile(r"\.(lost|reasons|prompt_lengths)\.\S+ (gone|renamed)$")


def what_is_wrong(text: str) -> str | None:
    STATE.write_text(text)
    try:
        Workflow.load(STATE)
    except StateFileError as error:
        told = str(STATE) in error.message and STATE.read_text() == text
        return None if told else f"not named, or changed: {error.message}"
    except Exception:  # noqa: BLE001 - any other is what is looked for
        return traceback.format_exc(limit=-4)
    return "was read"


@pytest.mark.parametrize("kind", ANSWERS_BY_TYPE)
def test_a_damaged_state_is_named_and_left(in_folder: Path, kind: str) -> None:
    assert in_folder.is_dir()
    document = json.loads(finished(kind))
    found: dict[str, str] = {}
    every = list(damaged(document))
    for what, twisted in seeded().sample(every, min(len(every), 3 * TRIES)):
        wrong = what_is_wrong(json.dumps(twisted))
        if wrong is not None and what != OF_TWO_TYPES and not COUNTS.search(what):
            found[what] = wrong

    assert not found, "\n".join(f"{what}: {wrong}" for what, wrong in [*found.items()][:40])


OUTSIDE = ("../esc", "/tmp/esc", "a/../../esc", "~/esc")  # noqa: S108 - must not be written


@pytest.mark.parametrize("path", OUTSIDE)
@pytest.mark.parametrize("entry", ["notebook", "project"])
def test_a_state_leads_nowhere_outside_the_folder(in_folder: Path, entry: str, path: str) -> None:
    state = json.loads(finished("benchmark"))
    answers = state["evalbook"]["answers"]
    if entry == "notebook":
        answers["notebook"]["facts"]["path"] = f"{path}.ipynb"
    else:
        answers["project"]["value"] = path
    STATE.write_text(json.dumps(state))
    before = {name for name in what_is_here() if not name.startswith(str(in_folder))}

    with suppress(AnswerRejected, StateFileError):
        Workflow.load(STATE).generate()
    with suppress(AnswerRejected, StateFileError):
        Workflow.load(STATE).answer("new", "notebook")

    assert {name for name in what_is_here() if not name.startswith(str(in_folder))} == before
    assert not Path("/tmp/esc.ipynb").exists()  # noqa: S108
    assert not Path("/tmp/esc").exists()  # noqa: S108
    assert not Path("~/esc.ipynb").expanduser().exists()
