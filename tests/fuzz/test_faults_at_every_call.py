"""Whatever AWS fails at, at whichever of an answer's questions: no fault becomes a fact."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from interviews_by_step import SECONDS, STATE, TRIES, Moment, at_most, moments, seeded, words_of

from evalbook.errors import AwsUnavailable
from evalbook.sandbox.process import Sandbox
from evalbook.workflow.workflow import Workflow

pytestmark = pytest.mark.e2e

_FEW = 500
FAULTS: dict[str, tuple[str | None, str, int]] = {
    "skewed": ("InvalidSignatureException", "Signature expired: 1 is now earlier than 2.", 403),
    "teapot": ("Teapot", "I'm a teapot", 418),
    "moved": ("PermanentRedirect", "Moved", 301),
    "expired": ("ExpiredToken", "The security token included in the request is expired", 403),
    "unknown": ("NobodyKnows", "Not found, does not exist, no such thing", 400),
    "dropped": (None, "", 0),
}


def tries(sandbox: Sandbox) -> Iterator[tuple[Moment, int, str]]:
    """Yield in a random order which of an answer's questions fails, and how."""
    chance, asked = seeded(), list(moments())
    chance.shuffle(asked)
    for moment in asked:
        moment.restore()
        before = len(sandbox.calls())
        Workflow.load(STATE).answer(moment.good)
        for number in range(len(sandbox.calls()) - before):
            for fault in chance.sample([*FAULTS], len(FAULTS) if TRIES > _FEW else 1):
                yield moment, number, fault


def what_is_wrong(sandbox: Sandbox, moment: Moment, number: int, fault: str) -> str | None:
    """Answer with a fault at one question, and return in what the outcome breaks a promise."""
    code, message, status = FAULTS[fault]
    moment.restore()
    sandbox.fail("*", code, message, status=status, drop=code is None, skip=number, times=None)
    try:
        with at_most(SECONDS):
            turn = Workflow.load(STATE).answer(moment.good)
    except AwsUnavailable:
        left = STATE.read_bytes() if STATE.exists() else None
        return None if left == moment.state else "AWS was unavailable, and the state changed"
    except Exception:  # noqa: BLE001 - any other is what is looked for
        return traceback.format_exc(limit=-4)
    finally:
        sandbox.heal()
    return f"became a fact: {words_of(turn)}" if turn.status == "rejected" else None


def test_a_fault_at_any_question_of_an_answer_is_never_a_fact(
    in_folder: Path, shared_sandbox: Sandbox
) -> None:
    assert in_folder.is_dir()
    found: dict[str, str] = {}
    for moment, number, fault in islice(tries(shared_sandbox), TRIES):
        wrong = what_is_wrong(shared_sandbox, moment, number, fault)
        if wrong is not None:
            what = f"{moment.kind} {moment.step}, question {number}, {fault}"
            found.setdefault(wrong.splitlines()[-1], f"{what}:\n{wrong}")

    assert not found, "\n\n".join([*found.values()][:30])
