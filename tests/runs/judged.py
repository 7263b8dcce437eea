"""Judged records as Bedrock writes them, and stores of them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timezone
from typing import Any

from evalbook.runs.comparison import Comparison, compare
from evalbook.runs.report import Results
from evalbook.runs.sources import RunFacts
from evalbook.runs.store import RecordStore

Scores = Mapping[str, float | str | None]


def a_line(
    scores: Scores,
    prompt: str = "How are you?",
    response: str = "Fine.",
    *,
    reference: str | None = None,
    category: str | None = None,
    explanation: str = "So it is.",
) -> bytes:
    """One line of a judged record."""
    asked: dict[str, Any] = {"prompt": str([{"role": "user", "content": prompt}])}
    if reference is not None:
        asked["referenceResponse"] = reference
    if category is not None:
        asked["category"] = category
    entries = [
        {
            "metricName": f"Builtin.{metric}",
            "result": result,
            "evaluatorDetails": [{"modelIdentifier": "a-judge", "explanation": explanation}],
        }
        for metric, result in scores.items()
    ]
    record = {
        "inputRecord": asked,
        "modelResponses": [{"response": str([response]), "modelIdentifier": "model"}],
        "automatedEvaluationResult": {"scores": entries},
    }
    return json.dumps(record).encode()


def lines(*columns: Sequence[float | str | None], metrics: Sequence[str] = ()) -> list[bytes]:
    """Lines with one score for each column, told apart by their prompts."""
    names = metrics or [f"Metric{n}" for n in range(1, len(columns) + 1)]
    return [
        a_line(dict(zip(names, scores, strict=True)), f"Question {number}", f"Answer {number}.")
        for number, scores in enumerate(zip(*columns, strict=True))
    ]


def compared(
    base: Sequence[bytes], tuned: Sequence[bytes], lower: Sequence[str] = ()
) -> Comparison:
    """The comparison of two models' lines."""
    with RecordStore() as store:
        pairing = (store.add_arm("base", base), store.add_arm("fine-tuned", tuned))
        store.lower_is_better = frozenset(lower)
        return compare(store, [pairing])[0]


def a_report(store: RecordStore, base: Sequence[bytes], tuned: Sequence[bytes]) -> Results:
    """A report on two models' lines."""
    pairing = (store.add_arm("base", base), store.add_arm("fine-tuned", tuned))
    run = RunFacts(
        arn="arn:aws:sagemaker:us-east-1:123456789012:pipeline/p/execution/e",
        name="a-run",
        kind="llm_as_judge",
        status="Succeeded",
        created=datetime(2026, 11, 21, tzinfo=timezone.utc),
        model="arn:aws:sagemaker:us-east-1:123456789012:model-package/support-bot/2",
        judge="a-judge",
        dataset="s3://data/eval.jsonl",
        output=None,
        failure=None,
    )
    return Results([run], store, compare(store, [pairing]))
