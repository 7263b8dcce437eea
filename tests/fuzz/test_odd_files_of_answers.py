"""Whatever a file of answers holds: its answers are taken, or a turn or an error says why not."""

from __future__ import annotations

import json
import random
import traceback
from pathlib import Path
from typing import Any

import pytest
from interviews_by_step import STATE, TRIES, at_most, good_answers, moments, seeded
from oddities import odd_answer

from evalbook.errors import EvalbookError
from evalbook.workflow.answers_file import apply_answers, read_answers
from evalbook.workflow.workflow import Workflow

pytestmark = pytest.mark.e2e

SECONDS = 60


def odd_value(chance: random.Random, good: list[str]) -> Any:
    """Return a value of any of JSON's types."""
    text = odd_answer(chance, good)
    return chance.choice(
        [text, text, [text, text], [], {}, {text: text}, None, True, 7, 1.5, 1e308, [[[]]], [None]]
    )


def odd_file(chance: random.Random) -> str:
    """Return the text of a file: good answers of a type, some of them odd, now and then spoilt."""
    kind = chance.choice(sorted({it.kind for it in moments()}))
    answers: dict[str, Any] = {it.step: it.good for it in moments() if it.kind == kind}
    for step in chance.sample([*answers], chance.randrange(1, 4)):
        answers[step] = odd_value(chance, good_answers())
    text = json.dumps(answers)
    return text if chance.random() < 0.9 else text[: chance.randrange(len(text))]


def test_an_odd_file_of_answers_ends_in_a_turn_or_in_words(in_folder: Path) -> None:
    chance, found = seeded(), dict[str, str]()
    for _ in range(max(5, TRIES // 20)):
        STATE.unlink(missing_ok=True)
        text = odd_file(chance)
        (in_folder / "answers.json").write_text(text)
        try:
            with at_most(SECONDS):
                answers = read_answers(in_folder / "answers.json")
                json.dumps(apply_answers(Workflow.load(STATE), answers).to_json(), allow_nan=False)
        except EvalbookError:
            continue
        except Exception:  # noqa: BLE001 - any other is what is looked for
            wrong = traceback.format_exc(limit=-4)
            found.setdefault(wrong.splitlines()[-1], f"{text[:300]}\n{wrong}")

    assert not found, "\n\n".join([*found.values()][:10])
