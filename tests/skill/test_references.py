import json
import re
import subprocess
import sys

import build_references
import pytest
from skill_folder import ROOT

from evalbook.datasets.formats import format_of
from evalbook.metrics.custom import parse_custom_metrics

DOCUMENTS = build_references.DOCUMENTS


def blocks_of(name: str, language: str) -> list[str]:
    text = (ROOT / "references" / name).read_text(encoding="utf-8")
    return re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_a_reference_says_what_the_code_does(path):
    text = path.read_text(encoding="utf-8")

    assert text == build_references.with_facts(text)


def test_a_reference_that_has_drifted_is_noticed():
    text = "<!-- facts: judges -->\nAny model will do.\n<!-- /facts -->\n"

    assert "30 days" in build_references.with_facts(text)


def test_a_block_that_has_no_facts_is_an_error():
    with pytest.raises(KeyError):
        build_references.with_facts("<!-- facts: weather -->\n<!-- /facts -->\n")


def test_every_block_of_facts_stands_in_some_reference():
    texts = "".join(path.read_text(encoding="utf-8") for path in DOCUMENTS)

    assert set(re.findall(r"<!-- facts: ([a-z-]+) -->", texts)) == set(build_references.BLOCKS)


def test_the_check_passes_on_the_references_as_they_are():
    script = ROOT / "scripts" / "build_references.py"
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)

    assert (done.returncode, done.stdout) == (0, "")


def test_the_example_records_are_in_the_formats_described():
    (block,) = blocks_of("dataset-formats.md", "jsonl")
    formats = [format_of(json.loads(line)) for line in block.splitlines()]

    assert [found.name for found in formats if found] == [
        "sagemaker",
        "openai",
        "hf_prompt_completion",
        "hf_preference",
        "verl",
        "prompt_only",
    ]


def test_the_example_of_a_custom_metric_is_one():
    (block,) = blocks_of("custom-metrics.md", "json")

    metrics = parse_custom_metrics(block, has_reference=True)

    assert metrics.names == ("refund_policy",)
    assert metrics.warnings == ()


def test_the_role_policy_grants_what_the_sdk_asks_for_and_no_wildcard_actions():
    _, role = (json.loads(block) for block in blocks_of("execution-role.md", "json"))
    granted = {action for statement in role["Statement"] for action in statement["Action"]}

    assert {"bedrock:CreateEvaluationJob", "bedrock:InvokeModel", "iam:PassRole"} <= granted
    assert not any("*" in action for action in granted)


def test_no_placeholder_of_the_known_causes_is_left():
    text = (ROOT / "references" / "troubleshooting.md").read_text(encoding="utf-8")

    assert "Bedrock may not assume the execution role." in text
    assert not re.search(r"\{\w+\}|text below", text)


def test_the_trust_policy_lets_both_services_in():
    trust, *_ = (json.loads(block) for block in blocks_of("execution-role.md", "json"))

    assert trust["Statement"][0]["Principal"] == {
        "Service": ["sagemaker.amazonaws.com", "bedrock.amazonaws.com"]
    }
