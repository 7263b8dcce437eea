"""A base model alone, from the JSON command line to an executed notebook and its results."""

import json
import sys
from pathlib import Path

import pytest
from interviews import ANSWERS_BY_TYPE

from evalbook.cli.demo import execute_notebook

sys.path.append(str(Path(__file__).parents[1] / "cli"))
from commands import run, the_document

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("in_sandbox")]

LLAMA = "meta-textgeneration-llama-3-2-1b-instruct"
QWEN = "huggingface-llm-qwen2-5-7b-instruct"


def the_notebook(answers: dict[str, str]) -> Path:
    """Answer all of it from a file, by the command line; return where the notebook is."""
    Path("answers.json").write_text(json.dumps(answers), encoding="utf-8")
    turn = the_document(run("apply", "--json", "answers.json"))
    assert turn["status"] == "complete", turn["error"]
    return Path(turn["notebook"]).absolute()


def test_a_base_model_is_judged_alone():
    answers = {**ANSWERS_BY_TYPE["llm_as_judge"], "model": "llama 1b", "project": "alone"}

    _, started, polled, shown = execute_notebook(the_notebook(answers))

    assert "A higher RUN_NUMBER starts another" in started
    assert "WARNING" not in started
    assert "EvaluateBaseModelMetrics" in polled
    assert "Custom" not in polled
    assert "The base model alone, over " in shown
    assert "fine-tuned" not in shown.lower()
    results = the_document(run("results", "--json"))
    assert results["comparisons"] == []
    assert results["runs"][0]["model"].split("/")[-2] == LLAMA


def test_a_base_model_acts_alone_in_an_agent():
    answers = {**ANSWERS_BY_TYPE["multi_turn_rl"], "model": QWEN, "agent_config": "travel_agent"}

    _, _, polled, shown = execute_notebook(the_notebook(answers))

    assert "EvaluateBaseModel " in polled
    assert "EvaluateFineTunedModel" not in polled
    assert "The base model alone: pass@1 0." in shown
