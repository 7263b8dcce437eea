"""Whatever is said at whatever question: it is taken, or rejected in a few words."""

from __future__ import annotations

import json
import traceback
from pathlib import Path

import pytest
from interviews_by_step import (
    SECONDS,
    STATE,
    TRIES,
    Moment,
    at_most,
    good_answers,
    moments,
    seeded,
    what_is_here,
    words_of,
)
from oddities import odd_answer

from evalbook.cli.output import turn_words
from evalbook.errors import EvalbookError
from evalbook.workflow.workflow import Workflow

pytestmark = pytest.mark.e2e

LONGEST_WORDS = 5000
"""Characters of a rejection, of a message and a remedy."""


def what_is_wrong(moment: Moment, said: str) -> str | None:
    """Answer a question, and return in what the outcome breaks what is promised."""
    moment.restore()
    try:
        with at_most(SECONDS):
            turn = Workflow.load(STATE).answer(said)
    except EvalbookError as error:
        return f"raised {error.code}: {error.message[:300]}"
    except Exception:  # noqa: BLE001 - any other is what is looked for
        return traceback.format_exc(limit=-4)
    json.dumps(turn.to_json(), allow_nan=False)
    turn_words(turn)
    if turn.status == "rejected":
        if STATE.exists() and STATE.read_bytes() != (moment.state or b""):
            return "a rejected answer changed the state"
        words = words_of(turn)
        if len(words) > LONGEST_WORDS:
            return f"a rejection of {len(words):,} characters: {words[:200]}"
    return None


def test_an_odd_answer_is_taken_or_rejected_in_a_few_words(in_folder: Path) -> None:
    chance = seeded()
    good, asked = good_answers(), moments()
    before = {name: it for name, it in what_is_here().items() if str(in_folder) not in name}
    found: dict[str, str] = {}
    for _ in range(TRIES):
        moment, said = chance.choice(asked), odd_answer(chance, good)
        wrong = what_is_wrong(moment, said)
        if wrong is not None:
            what = f"{moment.kind} {moment.step} {said[:100]!r}"
            what = f"{moment.kind} {moment.step} {said[:100]!r}"
            found.setdefault(wrong.splitlines()[-1], f"{what}:\n{wrong}")

    assert not found, "\n\n".join([*found.values()][:30])
    assert {name: it for name, it in what_is_here().items() if str(in_folder) not in name} == before
