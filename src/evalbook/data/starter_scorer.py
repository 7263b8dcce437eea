"""A scorer of your own: SageMaker calls it with answers of the model, it returns their scores.

Each sample has an ``id``, the ``messages`` with the model's answer last, and the dataset's
``reference_answer``. Change `score`; try it out with evalbook before it is deployed.
"""

from typing import Any


def score(answer: str, reference: object) -> float:
    """Return how good an answer is, from 0 to 1."""
    return 1.0 if answer.strip().lower() == str(reference).strip().lower() else 0.0


def lambda_handler(event: list[dict[str, Any]], context: object) -> list[dict[str, Any]]:
    """Score a list of samples."""
    results = []
    for sample in event:
        value = score(sample["messages"][-1]["content"], sample["reference_answer"])
        results.append(
            {
                "id": sample["id"],
                "aggregate_reward_score": value,
                "metrics_list": [{"name": "exact_match", "value": value, "type": "Metric"}],
            }
        )
    return results
