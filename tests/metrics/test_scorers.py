"""A scorer's try-out on this machine, and the function to start from."""

import os
import time
from pathlib import Path

import pytest

from evalbook.errors import AnswerRejected
from evalbook.metrics import scorers
from evalbook.metrics.scorers import SAMPLES, Tried, read_starter_function, try_on, try_out, verdict


def a_scorer(folder: Path, body: str) -> Path:
    path = folder / "scorer.py"
    path.write_text(f"def lambda_handler(event, context):\n    {body}\n")
    return path


def ends(pid: int) -> bool:
    for _ in range(50):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False


def test_the_function_to_start_from_scores_the_right_answer_and_the_wrong(tmp_path):
    path = tmp_path / "my_scorer.py"
    path.write_text(read_starter_function())

    assert try_out(path) == [Tried("right", 1.0), Tried("wrong", 0.0)]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 1", "returned 1 instead of one result for each sample"),
        ("return []", "returned [] instead of"),
        ("return [{}, {}]", "returned {}, which has no sample id"),
        (
            "return [{'id': 'right', 'aggregate_reward_score': 1} for s in event]",
            "instead of one result for each sample",
        ),
        (
            "return [{'id': s['id'], 'aggregate_reward_score': 'good'} for s in event]",
            "with an aggregate_reward_score that is not a number",
        ),
        ("raise KeyError('gold')", "failed: line 2: KeyError: 'gold'"),
        ("return object()", "failed: TypeError"),
        (
            "return [{'id': s['id'], 'aggregate_reward_score': float('nan')} for s in event]",
            "with an aggregate_reward_score that is not a number",
        ),
        ("import sys; sys.exit(3)", "failed: line 2: SystemExit: 3"),
        ("import os; os._exit(7)", "ended with exit status 7"),
        ("return ['x' * 2_000_000, 1]", "returned more than 1 MB"),
        ("return input()", "failed: line 2: EOFError"),
    ],
)
def test_what_is_wrong_with_a_scorer_is_said(tmp_path, body, said):
    with pytest.raises(AnswerRejected) as caught:
        try_out(a_scorer(tmp_path, body))

    assert said in caught.value.message


def test_results_are_told_apart_by_their_ids_whatever_their_order(tmp_path):
    score = "float(s['id'] == 'right')"
    path = a_scorer(
        tmp_path,
        f"return [{{'id': s['id'], 'aggregate_reward_score': {score}}} for s in event[::-1]]",
    )

    assert try_out(path) == [Tried("right", 1.0), Tried("wrong", 0.0)]


def test_what_a_scorer_prints_is_not_its_answer(tmp_path):
    path = a_scorer(
        tmp_path,
        "print('hello'); return [{'id': s['id'], 'aggregate_reward_score': 1} for s in event]",
    )

    assert try_out(path) == [Tried("right", 1.0), Tried("wrong", 1.0)]


RUNS = "scorer.py runs, but"
ALIKE = (
    f"{RUNS} does not tell right from wrong: both the right and the wrong sample answer score 0."
)


@pytest.mark.parametrize(
    ("score", "said"),
    [
        ("0", ALIKE),
        (
            "float(s['id'] == 'wrong')",
            f"{RUNS} scores the wrong sample answer higher (1) than the right one (0).",
        ),
        (
            "score(s)",
            f"{ALIKE} It caught an error without reporting it: line 3: KeyError: 'ground_truth'.",
        ),
    ],
)
def test_a_scorer_that_does_not_tell_right_from_wrong_does_not_work(tmp_path, score, said):
    path = tmp_path / "scorer.py"
    path.write_text(
        "def score(s):\n"
        "    try:\n"
        "        return float(s['ground_truth'] == s['messages'][-1]['content'])\n"
        "    except Exception:\n"
        "        return 0.0\n"
        "def lambda_handler(event, context):\n"
        f"    return [{{'id': s['id'], 'aggregate_reward_score': {score}}} for s in event]\n"
    )

    assert verdict("scorer.py", try_out(path)) == said


def test_a_scorer_that_forks_is_rejected(tmp_path):
    path = tmp_path / "forking.py"
    path.write_text(
        "import os\n\ndef lambda_handler(event, context):\n    child = os.fork()\n"
        "    child and os.waitpid(child, 0)\n"
        "    return [{'id': it['id'], 'aggregate_reward_score': 1.0} for it in event]\n"
    )

    with pytest.raises(AnswerRejected, match="returned more often than it was called: it forks"):
        try_out(path)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (b"def lambda_handler(event, context)\n", "failed: line 1: SyntaxError: expected ':'"),
        (b"def handler(event, context): ...\n", "it has no function lambda_handler"),
        (b"x = 'caf\xe9'\n", "SyntaxError: (unicode error) 'utf-8' codec can't decode"),
        (b"import no_such_module\n", "failed: line 1: ModuleNotFoundError"),
    ],
)
def test_a_file_that_cannot_be_loaded_is_said_why(tmp_path, source, said):
    path = tmp_path / "scorer.py"
    path.write_bytes(source)

    with pytest.raises(AnswerRejected) as caught:
        try_out(path)

    assert said in caught.value.message


def test_a_scorer_that_never_ends_keeps_what_it_scored_and_leaves_nothing_running(
    tmp_path, monkeypatch
):
    monkeypatch.setattr(scorers, "TRY_SECONDS", 2)
    path = a_scorer(
        tmp_path,
        "import subprocess, sys; open('pid', 'w').write(str("
        "subprocess.Popen([sys.executable, '-c', 'while True: print(1)']).pid)); "
        "event[0]['id'] == 'wrong' and [print(1) for _ in iter(int, 1)]; "
        "return [{'id': s['id'], 'aggregate_reward_score': 1} for s in event]",
    )
    monkeypatch.chdir(tmp_path)

    assert try_on(path, SAMPLES) == [
        Tried("right", 1.0),
        Tried("wrong", None, "did not end within 2 seconds"),
    ]
    assert ends(int((tmp_path / "pid").read_text()))


def test_a_sample_that_fails_leaves_the_others(tmp_path):
    path = a_scorer(
        tmp_path,
        "return [{'id': s['id'], 'aggregate_reward_score': int(s['messages'][-1]['content'])} "
        "for s in event]",
    )

    right, wrong = try_on(path, SAMPLES)

    assert right == Tried("right", 7.0)
    assert wrong.problem is not None
    assert wrong.problem.startswith("failed: line 2: ValueError: invalid literal for int()")
