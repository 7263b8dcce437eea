from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from notebook_builders import INSPECT_AI, constants_in, some_settings, without_magics

from evalbook.notebook.render import render_cells, render_script
from evalbook.notebook.settings import EvaluationSettings
from evalbook.notebook.write import write_notebook

HOSTILE = (
    "');import os;os.system('x')#\"\"\"\n"
    "# %%\n# %% [markdown]\n%pip install x\n!ls\n"
    "{{ 7*7 }}{% raw %}{# c #}\\\u2028\u2029\r\x00\ud800\u202e😀\n"
    "</script>```\n# heading == a=b=c\n=====" + " long" * 60
)

BASE_ONLY: dict[str, Any] = {"model_package_arn": None, "evaluate_base_model": False}
ON_INSTANCES: dict[str, Any] = {
    "compute": {"instance_type": "ml.g5.12xlarge", "instance_count": 1},
    "minutes": None,
}
PARTS = ("s3://support-data/eval-1-of-2.jsonl", "s3://support-data/eval-2-of-2.jsonl")
VARIANTS: list[dict[str, Any]] = [
    {},
    {"evaluate_base_model": False},
    {"is_nova": True},
    {"is_nova": True, "evaluate_base_model": False},
    {"parts": PARTS},
    {"parts": PARTS, "pilot": 100, "pilot_only": True},
    {"parts": PARTS, "pilot": 100, "is_nova": True},
    {"parts": PARTS, "evaluate_base_model": False},
    {"partition": "aws-cn"},
    {"parts": PARTS, "partition": "aws-us-gov"},
    {"partition": "aws-us-gov", "is_nova": True},
    BASE_ONLY,
    {**BASE_ONLY, "is_nova": True, "partition": "aws-cn"},
    {**BASE_ONLY, "evaluation_type": "custom_scorer", "scorer": "prime_math"},
    {**BASE_ONLY, "evaluation_type": "multi_turn_rl", "agent_config": "arn:a", "minutes": None},
    {"evaluation_type": "custom_scorer", "scorer": "prime_math", "minutes": None},
    {"evaluation_type": "multi_turn_rl", "agent_config": "arn:a", "minutes": None},
    {
        "evaluation_type": "multi_turn_rl",
        "agent_config": "arn:a",
        "training_job": "job",
        "minutes": None,
    },
    {"evaluation_type": "benchmark", "benchmark": "mmlu", "subtasks": ["ALL"], "minutes": None},
    {**ON_INSTANCES, "evaluation_type": "benchmark", "benchmark": "mmlu", "is_nova": True},
    {**ON_INSTANCES, "evaluation_type": "custom_scorer", "scorer": "prime_math"},
    {**ON_INSTANCES, "evaluation_type": "benchmark", "benchmark": "gpqa", "partition": "aws-cn"},
    {**ON_INSTANCES, **BASE_ONLY, "evaluation_type": "benchmark", "benchmark": "mmlu"},
    {
        **ON_INSTANCES,
        "evaluation_type": "custom_scorer",
        "scorer": "prime_code",
        "evaluate_base_model": False,
    },
    INSPECT_AI,
    {**INSPECT_AI, "tasks": ["sums"], "sample_limit": 20, "epochs": 4, "partition": "aws-us-gov"},
    {
        **INSPECT_AI,
        **BASE_ONLY,
        "answering": {"base": {"bedrock_model_id": "us.amazon.nova-lite-v1:0"}},
        "generation": {"temperature": 0.0},
    },
]

# Which constant of cell 1 carries which setting.
CARRIED = {
    "task": "TASK",
    "dataset": "DATASET",
    "model_package_arn": "MODEL_PACKAGE_ARN",
    "judge_model": "JUDGE_MODEL",
    "region": "REGION",
    "execution_role": "ROLE_ARN",
    "s3_output": "S3_OUTPUT",
    "run_name": "RUN_NAME",
    "mlflow": "MLFLOW_RESOURCE_ARN",
    "mlflow_experiment": "MLFLOW_EXPERIMENT",
    "kms_key": "KMS_KEY",
    "profile": "PROFILE",
}


def hostile_settings() -> EvaluationSettings:
    return some_settings(
        **dict.fromkeys(CARRIED, HOSTILE),
        builtin_metrics=[HOSTILE],
        custom_metrics=[{"customMetricDefinition": {"name": HOSTILE, HOSTILE: float("inf")}}],
        networking={"subnets": [HOSTILE], "security_group_ids": [HOSTILE]},
        tags={HOSTILE: HOSTILE},
    )


def shape(source: str) -> str:
    """The code without its literals: what it would do, whatever the values."""

    class WithoutValues(ast.NodeTransformer):
        def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
            node.value = ast.Constant(None)
            return node

    return ast.dump(WithoutValues().visit(ast.parse(without_magics(source))))


def test_header_and_four_code_cells_each_open_with_number_and_name() -> None:
    header, *code = render_cells(some_settings())

    assert (header.kind, header.tags) == ("markdown", ())
    assert [cell.source.split("\n")[0] for cell in code] == [
        "# Cell 1 — Configuration and SDK install",
        "# Cell 2 — Start the evaluation: a paid run, once, by a name made of its settings",
        "# Cell 3 — Poll until the evaluation ends",
        "# Cell 4 — Results (after a restart: cells 1 and 4)",
    ]
    assert [cell.tags for cell in code] == [("parameters",), (), (), ()]


@pytest.mark.parametrize(("field", "constant"), CARRIED.items())
def test_hostile_text_comes_back_from_cell_1_exactly(field: str, constant: str) -> None:
    cell = render_cells(some_settings(**{field: HOSTILE}))[1]

    assert constants_in(cell.source)[constant] == HOSTILE


def test_hostile_text_in_every_field_changes_no_code() -> None:
    plain, hostile = render_cells(some_settings()), render_cells(hostile_settings())

    assert shape(hostile[1].source) == shape(plain[1].source)
    assert hostile[2:] == plain[2:]


def test_hostile_text_leaves_the_header_its_lines() -> None:
    plain, hostile = render_cells(some_settings())[0], render_cells(hostile_settings())[0]

    beginnings = [line[:12] for line in plain.source.split("\n")]
    assert [line[:12] for line in hostile.source.split("\n")] == beginnings


def test_custom_metrics_and_network_are_carried_as_they_are() -> None:
    metric: dict[str, Any] = {
        "customMetricDefinition": {
            "name": "Tone",
            "instructions": "Is it friendly?\nPrompt: {{prompt}}\nAnswer: {{prediction}}" * 9,
            "ratingScale": [{"definition": "yes", "value": {"floatValue": 1.0}}],
        }
    }
    network = {"subnets": ["subnet-1"], "security_group_ids": ["sg-1", "sg-2"]}
    settings = some_settings(custom_metrics=[metric], networking=network)

    constants = constants_in(render_cells(settings)[1].source)
    assert constants["CUSTOM_METRICS"] == [metric]
    assert constants["NETWORKING"] == network


def test_tags_and_parameters_are_carried_by_the_types_that_take_them() -> None:
    chosen: dict[str, Any] = {"temperature": 0.2, HOSTILE: HOSTILE}
    settings = some_settings(
        evaluation_type="custom_scorer",
        scorer="prime_math",
        tags={HOSTILE: ""},
        inference_parameters=chosen,
    )

    constants = constants_in(render_cells(settings)[1].source)
    assert constants["TAGS"] == {HOSTILE: ""}
    assert constants["INFERENCE_PARAMETERS"] == chosen
    assert "INFERENCE_PARAMETERS" not in constants_in(render_cells(some_settings())[1].source)


def test_first_cell_installs_and_sets_and_does_nothing_else() -> None:
    source = render_cells(some_settings())[1].source

    magics = [line for line in source.split("\n") if line.startswith("%")]
    assert magics == ['%pip install -qq "sagemaker>=3.24.0" "matplotlib>3.5.3"']
    statements = ast.parse(without_magics(source)).body
    assert {type(it) for it in statements} == {ast.AnnAssign, ast.Pass}


@pytest.mark.parametrize("settings", [*({} | it for it in VARIANTS), None])
def test_papermill_lists_every_setting_with_its_type(
    settings: dict[str, Any] | None, caplog: pytest.LogCaptureFixture
) -> None:
    from papermill.translators import PythonTranslator

    cells = render_cells(hostile_settings() if settings is None else some_settings(**settings))
    source = cells[1].source
    listed = [
        (it.name, it.inferred_type_name) for it in PythonTranslator.inspect({"source": source})
    ]

    assert listed == re.findall(r"^([A-Z0-9_]+): (\w+) = ", source, flags=re.M)
    assert not caplog.records


@pytest.mark.parametrize("changes", VARIANTS)
def test_cells_are_short(changes: dict[str, Any]) -> None:
    settings = some_settings(**changes)
    cells = [cell.source for cell in render_cells(settings)[2:]]

    lengths = [len(cell.split("\n")) for cell in cells]
    assert sum(lengths) <= 350
    if settings.evaluation_type == "llm_as_judge" and not settings.is_nova:
        assert all(map(int.__le__, lengths, (90, 80, 140)))
    functions = [
        node
        for cell in cells
        for node in ast.walk(ast.parse(cell))
        if isinstance(node, ast.FunctionDef)
    ]
    assert max(1 + (it.end_lineno or 0) - it.lineno for it in functions) <= 25


@pytest.mark.parametrize("changes", VARIANTS)
def test_cells_pass_the_linter_and_the_formatter(changes: dict[str, Any], tmp_path: Path) -> None:
    settings = some_settings(**changes)
    (tmp_path / "bot.py").write_text(render_script(settings), encoding="utf-8")
    write_notebook(tmp_path / "bot.ipynb", settings)
    # E402, F811, A004: every cell imports what it uses, and "display" is known to notebooks.
    rules = ["--select", "A,ARG,B,BLE,C4,C90,E,F,I,PERF,PIE,RET,RUF,S,SIM,UP,W"]
    rules += ["--ignore", "A004,E402,F811"]
    common = ["--isolated", "--target-version", "py310", "--line-length", "100"]

    ruff = [sys.executable, "-m", "ruff"]
    for command in ([*ruff, "check", *rules, *common], [*ruff, "format", "--check", *common]):
        done = subprocess.run(
            [*command, str(tmp_path)], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout


def test_a_base_model_alone_is_named_by_its_id_and_compared_with_nothing() -> None:
    header, configuration, start, _, results = render_cells(some_settings(**BASE_ONLY))

    constants = constants_in(configuration.source)
    assert constants["BASE_MODEL_NAME"] == "meta-textgeneration-llama-3-2-1b-instruct"
    assert "MODEL_PACKAGE_ARN" not in constants
    assert '"model": BASE_MODEL_NAME,' in start.source
    assert header.source.startswith("# Model evaluation: how good is the base model?\n")
    assert "EVALUATE_BASE_MODEL" not in start.source + results.source


@pytest.mark.parametrize("changes", VARIANTS)
def test_no_setting_is_without_effect(changes: dict[str, Any]) -> None:
    _, configuration, *cells = render_cells(some_settings(**changes))

    names = {node.id for it in cells for node in ast.walk(ast.parse(it.source))
             if isinstance(node, ast.Name)}  # fmt: skip
    assert constants_in(configuration.source).keys() <= names


def test_cells_never_name_evalbook_in_code() -> None:
    for cell in render_cells(some_settings(is_nova=True, partition="aws-cn"))[1:]:
        assert "import evalbook" not in cell.source
        assert "from evalbook" not in cell.source


def test_script_opens_as_the_same_cells() -> None:
    import jupytext

    settings = hostile_settings()
    notebook = jupytext.reads(render_script(settings), fmt="py:percent")

    sources = [cell.source for cell in render_cells(settings, script=True)]
    sources[1] = sources[1].replace("# %pip", "%pip")
    assert [cell.source for cell in notebook.cells] == sources
    assert notebook.cells[1].metadata["tags"] == ["parameters"]
