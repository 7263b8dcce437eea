"""What a recipe lets be set, read and refused as the SDK's own FineTuningOptions does."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

import pytest
from sdk_source import sdk_file
from test_base_models import REGION, a_hub

from evalbook.aws.recipes import Parameter, check_parameter_doubts, read_parameter, read_parameters
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected, AwsUnavailable
from evalbook.evaluation_types import BENCHMARK, CUSTOM_SCORER, LLM_AS_JUDGE, MULTI_TURN_RL

WHOLE = {"default": 8, "type": "integer", "min": 1, "max": 64}
SHARE = {"default": 1.0, "type": "float", "min": 0, "max": 1}
WORD = {"default": "mean", "type": "string", "enum": ["mean", "max"]}
TEXT = {"default": "1,4", "type": "string"}


def in_recipe(aws: Aws, file: bytes | None, *, base: str = "meta-llama", **more: Any) -> Any:
    """The parameters offered where the recipe's file has this content."""
    kinds = ("DeterministicEvaluation", "DeterministicTextBenchmark", "MTRLEvaluation")
    recipes: list[dict[str, Any]] = [
        {
            "Type": "Evaluation",
            "EvaluationType": kind,
            "SmtjOverrideParamsS3Uri": f"s3://recipes/{kind}",
        }
        for kind in kinds
    ]
    a_hub(aws, {"RecipeCollection": recipes})
    s3 = aws.client("s3", REGION)
    s3.create_bucket(Bucket="recipes")
    if file is not None:
        s3.put_object(Bucket="recipes", Key=more.pop("kind", kinds[0]), Body=file)
    return read_parameters(aws, REGION, base, "benchmark", **more)


def sdk_refuses(spec: dict[str, Any], value: Any) -> bool:
    """Whether FineTuningOptions._validate_value of the installed SDK raises."""
    tree = ast.parse(sdk_file("train/common.py"))
    (check,) = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef) and node.name == "_validate_value"
    )
    names: dict[str, Any] = {"Any": Any, "Dict": dict}
    exec(compile(ast.Module([check], []), "train/common.py", "exec"), names)  # noqa: S102
    try:
        names["_validate_value"](None, "it", value, spec)
    except ValueError:
        return True
    return False


def test_parameters_with_a_default_are_offered_in_their_order(aws: Aws) -> None:
    file = {"top_p": SHARE, "max_new_tokens": WHOLE, "top_k": {"type": "integer"}, "other": WHOLE}

    offered, checks = in_recipe(aws, json.dumps(file).encode())

    assert [it.name for it in offered] == ["max_new_tokens", "top_p"]
    assert checks == []


def test_a_nova_models_recipe_for_texts_is_read_for_a_benchmark_of_texts(aws: Aws) -> None:
    file, kind = json.dumps({"top_p": SHARE}).encode(), "DeterministicTextBenchmark"

    offered, _ = in_recipe(aws, file, base="nova-lite", kind=kind, benchmark="mmlu")

    assert [it.name for it in offered] == ["top_p"]


def test_a_nova_models_recipe_for_pictures_is_read_for_mmmu(aws: Aws) -> None:
    file, kind = json.dumps({"top_p": SHARE}).encode(), "DeterministicTextBenchmark"

    offered, _ = in_recipe(aws, file, base="nova-lite", kind=kind, benchmark="mmmu")

    assert offered == []


@pytest.mark.parametrize("file", [None, b"{", b"\xff"])
def test_a_file_that_can_not_be_read_is_said(aws: Aws, file: bytes | None) -> None:
    offered, [check] = in_recipe(aws, file)

    assert offered is None
    assert (check.id, check.status) == ("parameters.recipe", "skipped")
    assert "s3://recipes/DeterministicEvaluation" in check.message


@pytest.mark.parametrize(
    "spec",
    [
        None,
        8192,
        {},
        {"type": "integer"},
        {"default": 1, "min": None},
        {"default": 1, "max": "9"},
        {"default": 1, "enum": 9},
    ],
)
def test_what_the_sdk_would_stumble_over_is_not_offered(spec: Any) -> None:
    assert read_parameter("it", spec) is None


@pytest.mark.parametrize("code", ["AccessDeniedException", "ResourceNotFound"])
def test_a_hub_that_does_not_tell_is_said(aws: Aws, code: str) -> None:
    a_hub(aws, code)

    offered, [check] = read_parameters(aws, REGION, "meta-llama", "benchmark")

    assert offered is None
    assert check.status == "skipped"


def test_a_hub_that_can_not_be_asked_is_no_answer(aws: Aws) -> None:
    a_hub(aws, "ThrottlingException")

    with pytest.raises(AwsUnavailable):
        read_parameters(aws, REGION, "meta-llama", "benchmark")


@pytest.mark.parametrize(
    ("spec", "text", "value"),
    [
        (WHOLE, "64", 64),
        (WHOLE, "+1", 1),
        (SHARE, "0", 0),
        (SHARE, ".5", 0.5),
        (SHARE, "1e-3", 0.001),
        (WORD, "MAX", "max"),
        (TEXT, "1,8", "1,8"),
        ({"default": False, "type": "boolean"}, "True", True),
        ({"default": False, "type": "bool"}, "no", False),
        ({"default": 1, "enum": [1, 2]}, "2", 2),
        ({"default": 1}, "2.5", 2.5),
        ({"default": 1}, "many", "many"),
        ({"default": [1, 4], "type": "list"}, "1,4", "1,4"),
    ],
)
def test_a_value_is_read_as_the_recipe_and_the_sdk_want_it(
    spec: dict[str, Any], text: str, value: Any
) -> None:
    parameter = read_parameter("it", spec)
    assert parameter is not None

    read = parameter.read(text)

    assert (read, type(read)) == (value, type(value))
    assert not sdk_refuses(spec, read)


@pytest.mark.parametrize(
    ("spec", "text", "as_typed"),
    [
        (WHOLE, "0", 0),
        (WHOLE, "65", 65),
        (WHOLE, "1.5", 1.5),
        (WHOLE, "many", "many"),
        (SHARE, "1.01", 1.01),
        (SHARE, "-1", -1),
        (SHARE, "half", "half"),
        (WORD, "sum", "sum"),
        ({"default": 1, "min": 0}, "-1", -1),
        ({"default": 1, "enum": [1, 2]}, "3", 3),
    ],
)
def test_what_the_sdk_refuses_is_refused(spec: dict[str, Any], text: str, as_typed: Any) -> None:
    parameter = read_parameter("it", spec)
    assert parameter is not None

    with pytest.raises(AnswerRejected) as caught:
        parameter.read(text)

    assert caught.value.code == "parameters.value"
    assert sdk_refuses(spec, as_typed)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("{{ 7 }}", "text.template"),
        ('a"b', "text.template"),
        ("${oc.env:HOME}", "parameters.value"),
    ],
)
def test_a_text_that_the_sdk_would_resolve_is_refused(text: str, code: str) -> None:
    with pytest.raises(AnswerRejected) as caught:
        Parameter("it", "", "string").read(text)

    assert caught.value.code == code


@pytest.mark.parametrize("text", ["nan", "inf", "1_000", "٣", "0x10", ""])
def test_what_is_no_plain_number_is_refused(text: str) -> None:
    with pytest.raises(AnswerRejected, match="a number"):
        Parameter("it", 1.0, "float").read(text)


def test_an_unread_recipe_leaves_numbers_numbers() -> None:
    unread = Parameter("temperature", "as in the recipe")

    assert [unread.read(text) for text in ("1", "0.5", "warm")] == [1, 0.5, "warm"]


def test_a_message_says_what_the_recipe_takes() -> None:
    with pytest.raises(AnswerRejected) as caught:
        Parameter("temperature", 0, "float", 0, 2).read("3")

    assert caught.value.message == (
        "temperature=3 does not fit the base model's recipe: a number from 0 to 2."
    )
    assert caught.value.remedy == "Give such a value, or leave temperature out to use 0."


@pytest.mark.parametrize("text", ["1,2,x", "0", "1,,4", "", "-1", "1.5", "all"])
def test_what_lists_no_numbers_of_passes_is_refused(text: str) -> None:
    with pytest.raises(AnswerRejected, match="recipe: whole numbers of at least 1, separated by"):
        Parameter("pass_k_values", "1,4", "string").read(text)


@pytest.mark.parametrize("text", ["1", "1,4,16", "1, 4", "[1, 4]"])
def test_numbers_of_passes_are_taken_as_they_are_written(text: str) -> None:
    assert Parameter("pass_k_values", "1,4", "string").read(text) == text


@pytest.mark.parametrize(
    ("offered", "values", "doubts"),
    [
        ([], {}, []),
        ([Parameter("eval_group_size", 4)], {"pass_k_values": "1,4"}, []),
        ([Parameter("eval_group_size", 4)], {"pass_k_values": "1,8"}, ["parameters.pass_k"]),
        ([Parameter("pass_k_values", [1, 4])], {"eval_group_size": 2}, ["pass_k", "defaults"]),
        ([Parameter("max_model_len", 8192)], {"max_new_tokens": 8192}, ["parameters.length"]),
        ([Parameter("max_model_len", 8192)], {"max_new_tokens": 4096}, []),
        ([Parameter("top_k", None)], {"top_p": 0.5}, ["parameters.defaults"]),
        ([Parameter("top_k", None)], {"top_k": 5}, []),
        ([Parameter("top_k", None)], {}, []),
    ],
)
def test_what_does_not_go_together_is_doubted(
    offered: list[Parameter], values: dict[str, Any], doubts: list[str]
) -> None:
    found = [
        check.id.removeprefix("parameters.") for check in check_parameter_doubts(offered, values)
    ]

    assert found == [doubt.removeprefix("parameters.") for doubt in doubts]


def test_the_names_are_those_that_the_sdk_looks_for() -> None:
    found = re.search(
        r"param_names = \[(.*?)\]", sdk_file("train/common_utils/recipe_utils.py"), re.S
    )
    assert found is not None
    names = tuple(re.findall(r'"(\w+)"', found[1]))
    rollouts = re.search(
        r"for k in \((.*?)\):", sdk_file("train/evaluate/multi_turn_rl_evaluator.py"), re.S
    )
    assert rollouts is not None

    assert BENCHMARK.parameters == CUSTOM_SCORER.parameters == names
    assert MULTI_TURN_RL.parameters == tuple(re.findall(r'"(\w+)"', rollouts[1]))


def test_what_the_sdk_sends_for_a_judged_run_is_what_is_said() -> None:
    source = sdk_file("train/evaluate/llm_as_judge_evaluator.py")

    sent = re.findall(r"\"(max_new_tokens|temperature|top_k|top_p)\": str\((.+?)\)", source)
    assert LLM_AS_JUDGE.fixed_parameters == ", ".join(" ".join(pair) for pair in sent)


def test_no_pipeline_of_the_sdk_carries_a_name_of_the_mlflow_run() -> None:
    # It is why the name is not asked for: when one does, a step for it has a purpose.
    templates = sdk_file("train/evaluate/pipeline_templates.py")

    assert "MlflowExperimentName" in templates
    assert "run_name" not in templates.lower().replace("mlflow_experiment_name", "")


@pytest.mark.parametrize(
    ("longest", "values", "said"),
    [
        (7000, {}, "an estimated 7,000 tokens. Of max_model_len, 12,000, 8,192 are reserved"),
        (7000, {"max_new_tokens": 4096}, None),
        (3808, {}, None),
        (None, {}, None),
        (None, {"max_new_tokens": 11900}, "an answer of that length leaves 100 tokens for its"),
    ],
)
def test_the_longest_prompt_is_held_against_what_an_answer_leaves(longest, values, said):
    offered = [Parameter("max_model_len", 12000), Parameter("max_new_tokens", 8192)]

    found = [it.message for it in check_parameter_doubts(offered, values, longest)]

    assert [said in it for it in found] == ([] if said is None else [True])
