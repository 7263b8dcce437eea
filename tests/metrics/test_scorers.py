"""A scorer's try-out on this machine, and the function to start from."""

from pathlib import Path

import pytest

from evalbook.errors import AnswerRejected
from evalbook.metrics.scorers import starter_function, try_out


def a_scorer(folder: Path, body: str) -> Path:
    path = folder / "scorer.py"
    path.write_text(f"def lambda_handler(event, context):\n    {body}\n")
    return path


def test_the_function_to_start_from_scores_the_right_answer_and_the_wrong(tmp_path):
    path = tmp_path / "my_scorer.py"
    path.write_text(starter_function())

    assert try_out(path) == [("right", 1.0), ("wrong", 0.0)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 1", "returned 1 instead of one result for each sample"),
        ("return []", "returned [] instead of"),
        ("return [{}, {}]", "returned {}, which has no id of a sample"),
        (
            "return [{'id': s['id'], 'aggregate_reward_score': 'good'} for s in event]",
            "whose aggregate_reward_score is no number",
        ),
        ("raise KeyError('gold')", "failed: KeyError: 'gold'"),
        ("return object()", "failed: TypeError"),
    ],
)
def test_what_is_wrong_with_a_scorer_is_said(tmp_path, body, said):
    with pytest.raises(AnswerRejected) as caught:
        try_out(a_scorer(tmp_path, body))

    assert said in caught.value.message


def test_what_a_scorer_prints_is_not_its_answer(tmp_path):
    path = a_scorer(
        tmp_path,
        "print('hello'); return [{'id': s['id'], 'aggregate_reward_score': 1} for s in event]",
    )

    assert try_out(path) == [("right", 1.0), ("wrong", 1.0)]
