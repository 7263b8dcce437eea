import json
import subprocess
import sys
from importlib.resources import files

import pytest

from evalbook.metrics import benchmarks
from evalbook.metrics.benchmarks import find_benchmark

KEPT = json.loads((files("evalbook") / "data" / "benchmarks.json").read_text())["benchmarks"]


@pytest.mark.e2e
def test_the_kept_table_is_what_the_sdks_functions_return():
    asked = (
        "import json; from sagemaker.train.evaluate import get_benchmarks as all_of, "
        "get_benchmark_properties as of; "
        "print('\\n' + json.dumps({it.value: of(it) for it in all_of()}))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", asked],
        env={"AWS_DEFAULT_REGION": "us-east-1"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert json.loads(answer.stdout.splitlines()[-1]) == KEPT


def test_benchmarks_are_those_that_aws_lists():
    found = {known.name: len(known.subtasks) for known in benchmarks.benchmarks()}

    assert found == {
        "mmlu": 57, "mmlu_pro": 0, "bbh": 27, "gpqa": 0, "math": 7, "strong_reject": 0,
        "ifeval": 0, "mmmu": 30, "llm_judge": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "nova", "open_weights"),
    [("mmlu", True, True), ("mmmu", True, False), ("llm_judge", False, True)],
)
def test_models_are_told_apart_as_the_sdk_means_to(name, nova, open_weights):
    known = find_benchmark(name)

    assert (known.suits(nova=True), known.suits(nova=False)) == (nova, open_weights)
