"""Advanced settings: which of them a type asks, and what each refuses, before anything is paid."""

import re
from pathlib import Path

import boto3
import pytest
from interviews import an_interview, answered_until

from evalbook.aws import tags as tag_rules
from evalbook.sandbox import world
from evalbook.sandbox.process import Sandbox
from evalbook.workflow import slots
from evalbook.workflow.answers_file import apply_answers
from evalbook.workflow.kinds import STEPS_BY_TYPE
from evalbook.workflow.steps import mlflow
from evalbook.workflow.workflow import Workflow

pytestmark = pytest.mark.usefixtures("in_sandbox")

SHARED = ["scope", "mlflow", "mlflow_experiment", "kms_key", "vpc", "tags", "run_name"]
TAKEN = {
    "llm_as_judge": SHARED,
    "custom_scorer": [*SHARED, "inference_parameters", "compute"],
    "benchmark": [*SHARED, "inference_parameters", "compute"],
    "multi_turn_rl": [*SHARED, "inference_parameters", "stopping_condition"],
    # Which models are evaluated is said by what answers for them.
    "inspect_ai": ["mlflow", "kms_key", "vpc", "tags", "run_name", "generation"],
}
SERVER = f"arn:aws:sagemaker:us-east-1:{world.ACCOUNT}:mlflow-tracking-server/team-tracking"


_AT_ADVANCED: dict[tuple[str, ...], bytes] = {}


def asked_for(setting: str, kind: str = "benchmark", **instead: str):
    """An interview that has come to one advanced setting, the only one wanted.

    What comes before it is answered once for each type, and kept.
    """
    state, before = Path("workflow_state.json"), (kind, *instead.values())
    if before not in _AT_ADVANCED:
        answered_until("advanced", evaluation_type=kind, **instead)
        _AT_ADVANCED[before] = state.read_bytes()
    state.write_bytes(_AT_ADVANCED[before])
    workflow = an_interview()
    turn = workflow.turn() if setting == "advanced" else workflow.answer(setting)
    assert turn.step == setting
    return workflow, turn


def refusals(workflow: Workflow, said: dict[str, str]) -> dict[str, str]:
    """The code by which each answer is refused, the state being left as it was."""
    codes = {}
    before = Path("workflow_state.json").read_bytes()
    for answer in said:
        turn = workflow.answer(answer)
        assert turn.error is not None, answer
        assert turn.error.message
        assert turn.error.remedy
        assert Path("workflow_state.json").read_bytes() == before
        codes[answer] = turn.error.code
    return codes


@pytest.fixture
def no_pipelines(in_sandbox, monkeypatch):  # noqa: ARG001
    """A sandbox without pipelines, of its own: other tests look at the past runs in theirs."""
    with Sandbox() as sandbox:
        for name, value in sandbox.environment.items():
            monkeypatch.setenv(name, value)
        sagemaker = boto3.client("sagemaker", region_name="us-east-1")
        for found in sagemaker.list_pipelines()["PipelineSummaries"]:
            name = found["PipelineName"]
            sagemaker.delete_pipeline(PipelineName=name, ClientRequestToken="t" * 32)
        yield sagemaker


def test_each_type_has_its_own_settings_in_the_order_in_which_they_are_asked():
    assert {
        kind: [step.name for step in steps if step.advanced]
        for kind, steps in STEPS_BY_TYPE.items()
    } == TAKEN


@pytest.mark.parametrize("kind", TAKEN)
def test_yes_asks_each_setting_that_the_type_takes(kind):
    workflow, turn = asked_for("advanced", kind)
    titles = [step.title for step in workflow.interview.steps if step.name in TAKEN[kind]]
    assert f"Available: {', '.join(titles)}." in (turn.help or "")
    asked = []

    turn = workflow.answer("yes")
    while turn.step != "confirm":
        asked.append(turn.step)
        turn = workflow.answer("")

    assert asked == TAKEN[kind]


@pytest.mark.parametrize(
    "said",
    [
        "tags, kms_key",
        "KMS key and tags",
        '["tags", "kms_key"]',
        "yes, the tags, kms key",
        "TAGS,KMS_KEY",
    ],
)
def test_only_the_settings_named_are_asked(said):
    workflow, _ = asked_for("advanced", "llm_as_judge")

    assert workflow.answer(said).step == "kms_key"
    assert workflow.answer("").step == "tags"
    assert workflow.answer("").step == "confirm"
    assert "Advanced settings: kms_key, tags changed below" in workflow.turn().notices


def test_what_is_set_already_is_said_when_the_settings_are_gone_through_again():
    workflow, first = answered_until("advanced")
    workflow.answer("tags")
    workflow.answer("team=support")

    again = workflow.back("advanced")

    assert first.notices == ()
    assert again.notices == ("Already set, and kept: tags. Reopen a setting to change it.",)


def test_a_file_of_answers_that_gives_settings_has_just_these_asked():
    workflow, _ = asked_for("advanced")
    settings = {"tags": {"team": "a"}, "inference_parameters": {"temperature": 0.2, "top_k": 5}}

    turn = apply_answers(workflow, settings)

    assert turn.step == "confirm"
    assert workflow.interview.value(slots.ADVANCED) == ["tags", "inference_parameters"]
    assert {name: workflow.interview.answers[name].value for name in settings} == settings


def test_what_the_sdk_does_about_mlflow_is_said_unless_it_is_asked():
    workflow, _ = asked_for("advanced", "llm_as_judge")

    assert [check.id for check in workflow.answer("tags").checks] == ["mlflow.plan"]


def test_a_setting_that_the_type_does_not_take_is_refused():
    workflow, _ = asked_for("advanced", "llm_as_judge")
    said = ["compute", "tags, colour", "stopping_condition", "tags, 7", "blue"]
    wrong = dict.fromkeys(said, "advanced.unknown")

    assert refusals(workflow, wrong) == wrong
    error = workflow.answer("tags, colour").error
    assert error is not None
    assert error.message == ("'colour' is not yes, no, or an advanced setting of LLM as judge.")
    assert error.remedy == (
        "Answer yes, no, or some of these: Scope, MLflow, MLflow experiment, KMS key, VPC, Tags, "
        "Run name."
    )


def test_settings_named_for_one_type_are_looked_at_again_for_another():
    workflow, _ = asked_for("inference_parameters")

    workflow.answer("multi_turn_rl", "evaluation_type")

    assert workflow.interview.answers["advanced"].in_doubt


def test_apps_and_tracking_servers_are_offered_beside_the_sdks_choice(in_sandbox):
    in_sandbox.reset()  # other tests make apps of their own
    workflow, turn = asked_for("mlflow")

    assert [choice.label for choice in turn.choices] == [
        "As the SDK chooses",
        "evalbook-default",
        "stopped-tracking",
        "team-tracking",
    ]
    assert turn.choices[0].description == ('The SDK will log to the MLflow app "evalbook-default".')
    assert workflow.answer("team-tracking").step == "confirm"
    assert workflow.interview.value(slots.MLFLOW) == SERVER


def test_where_there_is_no_app_the_sdks_creating_one_is_announced():
    _, turn = asked_for("mlflow", "llm_as_judge", **a_run_in("us-west-2"))

    assert turn.kind == "text"
    assert "the SDK will create one before the evaluation starts" in turn.notices[0]


def a_run_in(region: str) -> dict[str, str]:
    model = f"arn:aws:sagemaker:{region}:{world.ACCOUNT}:model-package/contract-review-de/1"
    return {
        "dataset": f"s3://{world.WEST_BUCKET}/support/eval.jsonl",
        "model": model,
        "s3_output": f"s3://{world.bucket_in(region)}/runs/",
    }


def test_what_is_no_usable_mlflow_is_refused():
    workflow, _ = asked_for("mlflow")
    wrong = {
        "stopped-tracking": "mlflow.status",
        "no-such-server": "answer.choice",
        "9": "answer.choice",
        SERVER + "-2": "mlflow.missing",
        SERVER.replace("us-east-1", "eu-west-1"): "mlflow.region",
    }

    assert refusals(workflow, wrong) == wrong


def test_an_experiments_name_that_the_pipeline_can_not_carry_is_refused():
    workflow, _ = asked_for("mlflow_experiment")
    wrong = {
        "x" * 257: "mlflow_experiment",
        "{{ 7 * 7 }}": "text.template",
        'my "best" runs': "text.template",
        "back\\slash": "text.template",
        "two\nlines": "text.template",
    }

    assert refusals(workflow, wrong) == wrong


@pytest.mark.parametrize(
    ("said", "name"),
    [("no-rag baseline", "no-rag baseline"), ("None of 2026", "None of 2026"), ("no thanks", None)],
)
def test_a_name_that_begins_with_no_is_a_name(said, name):
    workflow, _ = asked_for("mlflow_experiment")

    assert workflow.answer(said).step == "confirm"
    assert workflow.interview.value(slots.MLFLOW_EXPERIMENT) == name


def test_the_limits_of_names_and_tags_are_those_of_the_service_model():
    model = boto3.client("sagemaker", region_name="us-east-1").meta.service_model
    longest = {
        name: model.shape_for(name).metadata["max"]
        for name in ("MlflowExperimentName", "TagKey", "TagValue", "TagList")
    }

    assert longest == {
        "MlflowExperimentName": mlflow.LONGEST,
        "TagKey": tag_rules.LONGEST_KEY,
        "TagValue": tag_rules.LONGEST_VALUE,
        "TagList": tag_rules.MOST_TAGS + 1,
    }
    assert model.shape_for("TagKey").metadata["pattern"] == ("([\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*)")


@pytest.mark.parametrize(
    "said",
    [
        "team=support bot, stage=a=b",
        '{"team": "support bot", "stage": "a=b"}',
        '[{"Key": "team", "Value": "support bot"}, {"Key": "stage", "Value": "a=b"}]',
        "team = support bot\nstage=a=b;",
    ],
)
def test_tags_are_read_as_people_and_as_aws_write_them(said):
    workflow, _ = asked_for("tags")

    assert workflow.answer(said).step == "confirm"
    assert workflow.interview.value(slots.TAGS) == {"team": "support bot", "stage": "a=b"}


def test_tags_that_sagemaker_or_the_sdk_would_not_set_are_refused():
    workflow, _ = asked_for("tags")
    wrong = {
        "team": "tags.form",
        "=support": "tags.form",
        "team=a, stage": "tags.characters",
        '{"team": ': "tags.form",
        '{"team": {"a": 1}}': "tags.form",
        '{"team": null}': "tags.form",
        '["team"]': "tags.form",
        '[{"Key": "team"}]': "tags.form",
        '{"": "a"}': "tags.length",
        "k" * 129 + "=a": "tags.length",
        "team=" + "v" * 257: "tags.length",
        "team=50%": "tags.characters",
        "te{{am=a": "tags.characters",
        "aws:team=a": "tags.reserved",
        "AWS:team=a": "tags.reserved",
        "SagemakerModelEvaluation=false": "tags.reserved",
        "team=a, team=b": "tags.twice",
        '{"team": "a", "team": "b"}': "tags.twice",
        "team=": "tags.empty",
        ", ".join(f"k{number}=v" for number in range(50)): "tags.count",
    }

    assert refusals(workflow, wrong) == wrong


def test_tags_reach_a_pipeline_only_when_it_is_created(no_pipelines):
    workflow, _ = asked_for("tags")
    assert [it.status for it in workflow.answer("team=a").checks] == ["passed"]
    pipeline = no_pipelines.create_pipeline(
        PipelineName="SagemakerEvaluation-BenchmarkEvaluation-1",
        ClientRequestToken="c" * 32,
        RoleArn=world.ROLES[0].arn,
        PipelineDefinition='{"Version": "2020-12-01", "Steps": []}',
        Tags=[{"Key": "SagemakerModelEvaluation", "Value": "true"}, {"Key": "old", "Value": "b"}],
    )["PipelineArn"]

    [check] = workflow.answer("team=a, old=b", "tags").checks

    assert check.status == "warning"
    assert check.message == (
        "team will not be set: the SDK sets tags only on a pipeline that it creates, and "
        "SagemakerEvaluation-BenchmarkEvaluation-1, which all runs of this type share, exists."
    )
    assert check.remedy == (
        f"To tag it: aws sagemaker add-tags --region us-east-1 --resource-arn {pipeline} "
        "--tags 'Key=team,Value=a'"
    )
    assert [it.status for it in workflow.answer("old=b", "tags").checks] == ["passed"]


def test_tags_of_multi_turn_rl_reach_its_jobs_an_empty_value_too():
    workflow, _ = asked_for("tags", "multi_turn_rl")

    [check] = workflow.answer("team=").checks

    assert (check.id, check.status) == ("tags.jobs", "passed")


def test_parameters_are_shown_as_the_models_recipe_has_them():
    _, turn = asked_for("inference_parameters")

    assert turn.notices[:2] == (
        "max_new_tokens: 8192 unless changed; a whole number from 1 to 8192.",
        "temperature: 0 unless changed; a number from 0 to 2.",
    )
    assert turn.notices[4] == "aggregation: mean unless changed; one of mean, median, max."
    assert turn.help == (
        "Names and values, such as max_new_tokens=8192, temperature=0, or a JSON object; default "
        "changes none."
    )


def test_another_models_recipe_has_other_parameters():
    _, turn = asked_for("inference_parameters", model="nova-support", benchmark="gpqa")

    assert [notice.partition(":")[0] for notice in turn.notices] == [
        "max_new_tokens",
        "temperature",
        "top_k",
        "top_p",
    ]


@pytest.mark.parametrize("said", ["temperature=0.2, top_k=40", '{"temperature": 0.2, "top_k": 40}'])
def test_parameters_get_the_types_that_the_recipe_asks(said):
    workflow, _ = asked_for("inference_parameters")

    assert workflow.answer(said).step == "confirm"
    assert workflow.interview.value(slots.INFERENCE_PARAMETERS) == {"temperature": 0.2, "top_k": 40}
    assert "Inference parameters: temperature=0.2, top_k=40" in workflow.turn().notices


def test_parameters_that_the_recipe_does_not_take_are_refused():
    workflow, _ = asked_for("inference_parameters")
    wrong = {
        "temperature": "parameters.form",
        "temperature=2.1": "parameters.value",
        "temperature=-0.1": "parameters.value",
        "temperature=warm": "parameters.value",
        "temperature=nan": "parameters.value",
        "temperature=": "parameters.value",
        "max_new_tokens=20.5": "parameters.value",
        "max_new_tokens=8193": "parameters.value",
        "aggregation=sum": "parameters.value",
        "temperature=0.1, temperature=0.2": "parameters.twice",
        "sampling_temperature=0.5": "parameters.unknown",
        "Temperature=0.5": "parameters.unknown",
    }

    assert refusals(workflow, wrong) == wrong


def test_a_registered_scorer_has_its_postprocessing_always():
    scored = {"scorer": "exact-match", "dataset": "s3://evalbook-data/formats/openai.jsonl"}

    workflow, _ = asked_for("inference_parameters", "custom_scorer", **scored)
    wrong = {"postprocessing=False": "parameters.postprocessing"}

    assert refusals(workflow, wrong) == wrong


def test_rollouts_take_parameters_of_their_own_lists_included():
    workflow, _ = asked_for("inference_parameters", "multi_turn_rl")

    turn = workflow.answer("pass_k_values=1,4,8, eval_group_size=8")

    assert workflow.interview.value(slots.INFERENCE_PARAMETERS) == {
        "pass_k_values": "1,4,8",
        "eval_group_size": 8,
    }
    assert turn.checks == ()


def test_pass_at_more_than_the_group_has_rollouts_is_doubted():
    workflow, _ = asked_for("inference_parameters", "multi_turn_rl")

    [check] = workflow.answer("pass_k_values=1,8").checks

    assert check.status == "warning"
    assert check.remedy == "Set eval_group_size to 8, or leave out values above 4."


def test_parameters_chosen_for_one_model_are_held_against_anothers_recipe():
    workflow, _ = asked_for("inference_parameters", model="medical-notes")
    workflow.answer("max_new_tokens=20000")

    workflow.answer("support-bot", "model")
    turn = workflow.answer("yes")

    assert turn.step == "inference_parameters"
    [check] = [check for check in turn.checks if check.id == "parameters.value"]
    assert re.search(r"no longer holds: max_new_tokens=20000 .* from 1 to 8192", check.message)
