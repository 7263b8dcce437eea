"""Each type from the first question to an executed notebook, by the SDK, in a real kernel."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from interviews import ANSWERS_BY_TYPE, answered_until

from evalbook.cli.demo import execute_notebook

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("in_sandbox")]


def executed(kind: str, **instead: str) -> list[str]:
    _, turn = answered_until(None, evaluation_type=kind, **instead)
    assert turn.notebook is not None
    return execute_notebook(Path(turn.notebook).absolute())


def test_a_benchmarks_subtasks_are_compared_one_by_one():
    results = executed("benchmark")[-1]

    for task in ("all", "anatomy", "astronomy", "virology"):
        assert re.search(rf"^{task} +0\.\d{{3}} +0\.\d{{3}} ", results, flags=re.M)
    assert "Base and fine-tuned model: accuracy\n" in results


def test_a_benchmark_without_subtasks_on_a_nova_model_is_one_run():
    _, started, _, results = executed("benchmark", model="nova-support", benchmark="gpqa")

    assert started.count("Started") == 1
    assert "accuracy" in results


@pytest.mark.parametrize(
    ("scorer", "dataset"),
    [
        ("prime_math", "scorer/math.jsonl"),
        ("prime_code", "scorer/code.jsonl"),
        ("exact-match", "formats/openai.jsonl"),
    ],
)
def test_a_scorers_own_score_stands_beside_f1_rouge_and_bleu(scorer, dataset):
    results = executed("custom_scorer", scorer=scorer, dataset=f"s3://evalbook-data/{dataset}")[-1]

    for metric in (scorer if "_" in scorer else "custom_score", "f1", "rougeL", "bleu"):
        assert f"\n{metric} " in results


def test_rollouts_end_at_rewards_and_pass_at_k_in_the_notebook_and_at_the_command_line():
    _, started, polled, results = executed("multi_turn_rl")

    assert "Attached to training job travel-agent-rft-1" in started
    assert "Base + Fine-tuned comparison" in started
    assert "EvaluateFineTunedModel" in polled
    assert "run fine-tuned-model-eval" in results
    assert re.search(r"^pass@1 +0\.425 +0\.725 +0\.300 ", results, flags=re.M)
    told = json.loads(printed("results", "--json"))
    (compared,) = told["figures"]
    assert compared["headline"].startswith("The fine-tuned model is better than the base model on")
    assert "pass@1 (+0.300" in compared["headline"]


def printed(*command: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "evalbook", *command], capture_output=True, text=True, check=True
    ).stdout


def test_every_type_has_answers_that_lead_through_it():
    assert list(ANSWERS_BY_TYPE) == ["llm_as_judge", "custom_scorer", "multi_turn_rl", "benchmark"]
