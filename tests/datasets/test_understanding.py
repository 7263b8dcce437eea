"""Records as people have them, each with the prompt, reference and system prompt that are meant."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from evalbook.datasets import fields
from evalbook.datasets.invalid import InvalidRecord
from evalbook.datasets.understanding import understand
from evalbook.datasets.uses import UNUSED

Q, A = "What is 2+2?", "4"


def U(said: str = Q) -> dict[str, Any]:  # noqa: N802 - as short as the tables need it
    return {"role": "user", "content": said}


def R(said: str = A) -> dict[str, Any]:  # noqa: N802
    return {"role": "assistant", "content": said}


RECORDS = [
    json.loads(line)
    for line in Path(__file__).with_name("records_of_people.jsonl").read_text().splitlines()
]


@pytest.mark.parametrize("case", RECORDS, ids=[case["kind"] for case in RECORDS])
def test_what_is_meant_is_read_and_each_field_accounted_for(case: dict[str, Any]) -> None:
    meant = understand(case["record"])

    assert meant.prompt == case["prompt"]
    assert (meant.reference, meant.system) == (case["reference"], case["system"])
    fields = {use.field.split("[")[0].split(".")[0] for use in meant.uses}
    assert fields == {name.split(".")[0] for name in case["record"]}


def marked(value: Any, path: tuple[Any, ...], marks: dict[str, Any], key: str = "") -> Any:
    """Return a record in which each text is another one, but for those that say what it is."""
    if isinstance(value, dict):
        return {name: marked(it, (*path, name), marks, name) for name, it in value.items()}
    if isinstance(value, list):
        return [marked(it, (*path, at), marks) for at, it in enumerate(value)]
    says_what = key in ("role", "from", "type", "speaker", "author", "preferenceLabel")
    if not isinstance(value, str) or not value.isprintable() or len(value) < 2 or says_what:
        return value
    if value[0] in "[{<#" or "Human:" in value:
        return value
    mark = f"mark{len(marks)}z"
    marks[mark] = path[0]
    return mark


@pytest.mark.parametrize("case", RECORDS, ids=[case["kind"] for case in RECORDS])
def test_every_text_is_used_or_what_becomes_of_it_is_said(case: dict[str, Any]) -> None:
    marks: dict[str, Any] = {}
    try:
        meant = understand(marked(case["record"], (), marks), first_question=True)
    except InvalidRecord:  # what it says decides
        return
    read = (meant.prompt, meant.reference, meant.system, meant.category, str(meant.metadata))
    said = {
        use.field.partition("[")[0].partition(" ")[0].split(".")[0]
        for use in meant.uses
        if use.use == UNUSED or use.meaning
    }
    for mark, field in marks.items():
        assert any(mark in (text or "") for text in read) or field.split(".")[0] in said, field


@pytest.mark.parametrize(
    ("record", "kind", "reason"),
    [
        ({"turns": [Q, "then?"]}, "several_turns", "turns has 2 questions"),
        ({"conversationTurns": [{}, {}]}, "several_turns", "conversationTurns has 2 questions"),
        ({"role": "user", "content": Q}, "one_message", "one message of a conversation"),
        ({"translation": {"en": "hi", "de": "hallo"}}, "no_prompt", "the fields are translation"),
        ({"query": [1]}, "wrong_type", "query is a list of 1; expected text"),
        ({"messages": [R()]}, "no_user_turn", "its roles are assistant"),
        ({"messages": [{"role": "narrator", "content": Q}]}, "wrong_role", "narrator"),
    ],
)
def test_what_can_not_be_asked_is_refused_with_the_reason(
    record: Mapping[str, Any], kind: str, reason: str
) -> None:
    with pytest.raises(InvalidRecord, match=reason) as caught:
        understand(record)

    assert caught.value.kind == kind


@pytest.mark.parametrize(
    "record",
    [
        {"prompt": Q, "completion": "5", "label": 0},
        {"messages": [U(), R("5")], "label": False},
        {"prompt": Q, "completion": "5", "label": "false"},
        {"question": Q, "answer": "5", "is_correct": False},
    ],
)
def test_an_answer_that_somebody_called_bad_is_no_reference(record: Mapping[str, Any]) -> None:
    meant = understand(record)

    assert (meant.reference, meant.left_out is not None) == (None, True)


@pytest.mark.parametrize(
    ("record", "field", "meaning"),
    [
        ({"query": Q, "images": ["a.png"]}, "images", "neither the model nor the judge gets it"),
        (
            {"messages": [{"role": "user", "content": [{"image": {}}, {"text": Q}]}]},
            "messages[user].image",
            "neither the model nor the judge gets it",
        ),
        (
            {"messages": [U(), {"role": "tool", "content": "x"}, R()]},
            "messages[tool]",
            "the model does not see tool results",
        ),
        (
            {"prompt": Q, "modelResponses": [{"response": "5"}]},
            "modelResponses",
            "an existing response; the run asks the models again",
        ),
        (
            {"prompt": Q, "answer": A, "gpt4_answer": "5"},
            "gpt4_answer",
            "an existing response; the run asks the models again",
        ),
        (
            {"prompt": Q, "rejected": "5"},
            "rejected",
            "a rejected answer, which is not compared",
        ),
        ({"prompt": Q, "mood": "glad"}, "mood", "neither the model nor the judge sees it"),
        ({"prompt": Q, "ticket_id": "7"}, "ticket_id", "names the record; it affects no score"),
    ],
)
def test_what_is_not_used_is_named_with_what_that_means(
    record: Mapping[str, Any], field: str, meaning: str
) -> None:
    assert (field, UNUSED, meaning) in understand(record).uses


WORDS = [
    "", "a", "[1, 2]", "{'a': 1}", "SELECT 1", "\n\nHuman: x\n\nAssistant: y", "1", "true",
    "user", "assistant", "system", "tool", "human", "gpt", "text", None, True, 0, -1.5, 10**30,
]  # fmt: skip
KEYS = [
    *fields.PROMPT, *fields.CONTEXT, *fields.REFERENCE, *fields.CHOSEN, *fields.ANSWERED,
    *fields.LABEL, *fields.CHOICES, *fields.SYSTEM, *fields.CATEGORY, *fields.CONVERSATION,
    *fields.HISTORY, *fields.METADATA, *fields.WRAPPERS, *fields.GOOD, "A", "B", "opa", "opb",
    "assert", "replies", "role", "from", "value", "parts", "type", "stem", "candidates",
    "tool_calls", "answer_start", "is_accepted", "toolUse",
]  # fmt: skip


def anything(draw: random.Random, depth: int = 0) -> Any:
    kind = draw.randrange(6 if depth < 3 else 4)
    if kind < 4:
        return draw.choice(WORDS)
    if kind == 4:
        return [anything(draw, depth + 1) for _ in range(draw.randrange(4))]
    return {draw.choice(KEYS): anything(draw, depth + 1) for _ in range(draw.randrange(4))}


@pytest.mark.parametrize("seed", range(20))
def test_no_record_is_misread_in_silence(seed: int) -> None:
    draw = random.Random(seed)
    for _ in range(300):
        record = {draw.choice(KEYS): anything(draw) for _ in range(draw.randrange(1, 6))}
        try:
            meant = understand(record)
        except InvalidRecord:
            continue
        texts = (meant.prompt, meant.reference or "", meant.system or "", meant.category or "")
        assert all(isinstance(text, str) for text in texts), record
        named = {use.field.split("[")[0].split(".")[0] for use in meant.uses}
        assert named == {name.split(".")[0] for name in record}, record


def test_annotations_that_are_no_texts_are_no_answer() -> None:
    record = {"prompt": Q, "annotations": [{"result": [{"value": {"text": True}}]}]}

    assert understand(record).reference is None
