import json
from pathlib import Path

import pytest
from interviews import ANSWERS_BY_TYPE, GOOD_ANSWERS, an_interview, answer_until, answered_until

from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected, AwsUnavailable, UsageError
from evalbook.sandbox import world
from evalbook.workflow import slots
from evalbook.workflow.answers_file import as_text, read_answers
from evalbook.workflow.brief import say

pytestmark = pytest.mark.usefixtures("in_sandbox")

STATE = Path("workflow_state.json")
WEST = "arn:aws:sagemaker:us-west-2:123456789012:model-package-group"


def test_a_question_that_was_kept_is_told_in_as_few_words_and_read_from_before_there_were_any():
    workflow, turn = answered_until("confirm")
    told = say(workflow.turn())
    state = json.loads(STATE.read_text())
    kept = state["evalbook"]["pending"]["question"].pop("brief")
    few_words = [text for text, few in kept.items() if few != text]
    STATE.write_text(json.dumps(state))

    assert told == say(turn)
    assert set(few_words) <= set(turn.notices)
    assert len(few_words) > 3
    assert not any(notice in told for notice in few_words)
    assert all(notice in say(workflow.turn()) for notice in few_words)


def test_a_whole_interview_asks_the_contracts_steps_in_their_order():
    workflow = an_interview()
    asked = []
    turn = workflow.turn()
    while turn.status == "question":
        asked.append(turn.step)
        turn = workflow.answer(GOOD_ANSWERS[turn.step or ""])

    assert asked == list(GOOD_ANSWERS)
    assert turn.status == "complete"
    assert turn.notebook == "support-bot/notebooks/support-bot_model-evaluation.ipynb"
    assert Path(turn.notebook).is_file()
    assert (turn.step, turn.kind, turn.position) == (None, None, None)


def test_showing_a_turn_changes_nothing():
    workflow, _ = answered_until("dataset")
    before = STATE.read_bytes()

    turn = workflow.turn()

    assert turn == workflow.turn()
    assert STATE.read_bytes() == before


def test_a_rejected_answer_leaves_the_state_and_shows_the_same_turn():
    workflow, asked = answered_until("dataset")
    before = STATE.read_bytes()

    turn = workflow.answer("s3://evalbook-data/support/evil.jsonl")

    assert (turn.status, turn.step, turn.question) == ("rejected", "dataset", asked.question)
    assert turn.error is not None
    assert turn.error.code == "s3.missing"
    assert STATE.read_bytes() == before


def test_where_aws_cannot_be_asked_nothing_changes(in_sandbox, monkeypatch):
    answered_until("dataset")
    before = STATE.read_bytes()
    for name, value in in_sandbox.environment_of(world.EXPIRED).items():
        monkeypatch.setenv(name, value)

    with pytest.raises(AwsUnavailable) as caught:
        an_interview(aws=Aws()).answer(GOOD_ANSWERS["dataset"])

    assert caught.value.code == "expired_credentials"
    assert STATE.read_bytes() == before


def test_an_abbreviation_stays_one_in_the_confirmation_of_what_was_said_earlier():
    workflow, _ = answered_until("advanced")
    workflow.answer("alias/evalbook", step="kms_key")

    turn = answer_until(workflow, "kms_key")

    assert turn.question == "You said earlier: KMS key 'alias/evalbook'. Use it?"


def test_a_volunteered_answer_is_confirmed_when_its_turn_comes():
    workflow, _ = answered_until("dataset")

    noted = workflow.answer("s3://evalbook-results/early/", step="s3_output")
    turn = answer_until(workflow, "s3_output")

    assert (noted.status, noted.step) == ("question", "dataset")
    assert turn.kind == "confirm"
    assert turn.question == "You said earlier: results 's3://evalbook-results/early/'. Use it?"
    assert workflow.answer("yes").step == "advanced"
    assert workflow.interview.value(slots.S3_OUTPUT) == "s3://evalbook-results/early"


def test_a_volunteered_answer_that_is_declined_is_asked_for():
    workflow, _ = answered_until("dataset")
    workflow.answer("us-east-1", step="region")
    answer_until(workflow, "region")

    turn = workflow.answer("no")

    assert (turn.step, turn.kind, turn.default) == ("region", "text", "us-east-1")


@pytest.mark.parametrize(
    ("said", "known"),
    [
        ("4.5", "'4.5' matches several: "),
        ("gemini", "'gemini' is not one of the choices."),
        ("opus 4.5", "This model can't be the judge in us-east-1: anthropic.claude-opus-4-5"),
    ],
)
def test_a_volunteered_answer_that_fits_no_choice_is_asked_for_and_shown(said, known):
    workflow, _ = answered_until("dataset")
    workflow.answer(said, step="judge_model")

    turn = answer_until(workflow, "judge_model")

    assert turn.kind == "choice"
    assert turn.notices[0].startswith(f"Known so far: {said!r}. {known}")


@pytest.mark.parametrize("step", ["confirm", "bedrock_terms"])
def test_consent_cannot_be_given_before_it_is_asked_for(step):
    workflow, _ = answered_until("dataset")

    turn = workflow.answer("I agree", step=step)

    assert turn.status == "rejected"
    assert turn.error is not None
    assert turn.error.code == "step.not_yet"


def test_an_earlier_answer_can_be_given_again_out_of_turn():
    workflow, _ = answered_until("builtin_metrics")

    turn = workflow.answer("Writes medical summaries.", step="task")

    assert turn.step == "builtin_metrics"
    assert workflow.interview.value(slots.TASK) == "Writes medical summaries."


def test_a_number_names_one_metric_and_is_no_yes_to_those_recommended():
    workflow, turn = answered_until("builtin_metrics")
    assert len((turn.default or "").split(",")) > 1

    workflow.answer("1")

    assert workflow.interview.value(slots.BUILTIN_METRICS) == [turn.choices[0].value]


def test_an_unknown_step_is_wrong_usage():
    with pytest.raises(UsageError, match="There is no step 'datset'") as caught:
        an_interview().answer("x", step="datset")

    assert str(caught.value.remedy).startswith("Did you mean dataset")


def test_another_model_asks_again_what_no_longer_holds_and_keeps_the_rest():
    workflow, _ = answered_until("confirm")

    turn = workflow.answer(f"{WEST}/contract-review-en", step="model")
    assert turn.step == "model_confirm"
    turn = workflow.answer("yes")

    # The region's answer was the other package's; the judge exists there too and stays.
    assert turn.step == "region"
    assert turn.default == "us-west-2"
    assert any("no longer holds" in check.message for check in turn.checks)
    assert workflow.interview.value(slots.JUDGE_MODEL) == "amazon.nova-pro-v1:0"


def test_any_change_after_the_terms_asks_for_confirmation_and_terms_again():
    workflow, _ = answered_until("project")

    turn = workflow.answer("Writes poems.", step="task")

    assert turn.step == "confirm"
    assert workflow.answer("yes").step == "bedrock_terms"


def test_the_same_answer_again_changes_nothing_that_follows():
    workflow, _ = answered_until("project")

    turn = workflow.answer(GOOD_ANSWERS["task"], step="task")

    assert turn.step == "project"


def test_going_back_shows_the_earlier_answer_as_the_default():
    workflow, _ = answered_until("builtin_metrics")

    turn = workflow.back("dataset")

    assert (turn.step, turn.default) == ("dataset", GOOD_ANSWERS["dataset"])
    assert workflow.answer("").step == "builtin_metrics"


def test_going_back_without_a_name_goes_back_one_step_at_a_time():
    workflow, _ = answered_until("data_sample")

    assert workflow.back().step == "dataset"
    assert workflow.back().step == "task"
    assert workflow.back().step == "evaluation_type"
    turn = workflow.back()
    assert turn.status == "rejected"
    assert turn.error is not None
    assert turn.error.code == "step.first"


def test_another_dataset_forgets_what_was_read_of_the_first():
    workflow, _ = answered_until("model")

    turn = workflow.answer("s3://evalbook-data/formats/openai.jsonl", step="dataset")

    assert turn.step == "data_sample"
    assert workflow.interview.value(slots.DATA_SAMPLE) is None


def test_declining_the_model_asks_for_it_again():
    workflow, _ = answered_until("model_confirm")

    turn = workflow.answer("no")

    assert (turn.step, turn.default) == ("model", "support-bot")


def test_what_other_tools_found_out_is_confirmed_instead_of_asked():
    context = {
        "training": {"model_package_group_name": "support-bot"},
        "dataset_path": GOOD_ANSWERS["dataset"],
    }
    STATE.write_text(json.dumps(context))
    workflow, turn = answered_until("dataset")

    assert turn.question == (
        "Found in workflow_state.json: evaluation dataset "
        "'s3://evalbook-data/support/eval.jsonl'. Use it?"
    )
    assert workflow.answer("").step == "data_sample"
    turn = answer_until(workflow, "model")
    assert turn.kind == "confirm"
    assert workflow.answer("yes").step == "model_confirm"
    assert json.loads(STATE.read_text())["training"] == context["training"]


def test_what_other_tools_found_out_can_be_dismissed_for_good():
    STATE.write_text(json.dumps({"dataset_path": "s3://evalbook-data/none.jsonl"}))
    workflow, _ = answered_until("dataset")

    turn = workflow.answer("no")

    assert turn.kind == "text"
    assert workflow.turn().kind == "text"


def test_another_text_at_a_confirmation_is_the_answer_itself():
    STATE.write_text(json.dumps({"dataset_path": "s3://evalbook-data/none.jsonl"}))
    workflow, _ = answered_until("dataset")

    assert workflow.answer(GOOD_ANSWERS["dataset"]).step == "data_sample"


def test_the_judges_are_shown_again_without_asking_aws(in_sandbox):
    answered_until("judge_model")
    in_sandbox.fail("bedrock:*", "AccessDeniedException", times=None)
    try:
        turn = an_interview(aws=Aws()).turn()
    finally:
        in_sandbox.heal()

    assert "amazon.nova-pro-v1:0" in [choice.value for choice in turn.choices]


def test_check_runs_every_check_again_and_changes_nothing():
    workflow, _ = answered_until("confirm")
    before = STATE.read_bytes()

    found = dict(workflow.check())

    assert {check.id for check in found["execution_role"]} >= {
        "role.trust.sagemaker",
        "role.trust.bedrock",
    }
    assert not [check for checks in found.values() for check in checks if check.status == "failed"]
    assert STATE.read_bytes() == before


def test_generating_before_the_end_is_not_ready():
    workflow, _ = answered_until("model")

    with pytest.raises(AnswerRejected) as caught:
        workflow.generate()

    assert caught.value.code == "not_ready"


def test_a_completed_interview_writes_its_notebook_again():
    workflow, turn = answered_until(None)
    path = Path(turn.notebook or "")
    written = json.loads(path.read_text())
    path.unlink()

    assert workflow.generate() == path
    assert json.loads(path.read_text())["cells"] == written["cells"]


def test_a_notebook_to_append_to_is_named_as_people_name_files(tmp_path, monkeypatch):
    import nbformat

    monkeypatch.setenv("HOME", str(tmp_path))
    nbformat.write(nbformat.v4.new_notebook(), "mine.ipynb")
    workflow, _ = answered_until("notebook")

    turn = workflow.answer("'~/mine.ipynb'")
    assert (turn.status, turn.notebook) == ("complete", "mine.ipynb")


@pytest.mark.parametrize("name", ["~nobody-has-this-name/a", "a\0b", "It was good. " * 300])
@pytest.mark.parametrize(
    ("kind", "step", "ending", "code"),
    [
        ("llm_as_judge", "custom_metrics", ".json", "custom_metrics.file"),
        ("llm_as_judge", "notebook", ".ipynb", "notebook.missing"),
        ("custom_scorer", "scorer", ".py", "scorer.file"),
        ("custom_scorer", "scorer", "", "scorer.records"),
    ],
)
def test_what_can_be_no_files_name_is_rejected_as_such(name, kind, step, ending, code):
    Path("mine.py").touch()
    workflow, _ = answered_until(step, evaluation_type=kind)

    turn = workflow.answer(name + ending if ending else f"mine.py on {name}")
    assert turn.error is not None
    assert turn.error.code == code
    assert len(turn.error.message) < 400


@pytest.mark.parametrize("step", ["region", "execution_role", "project"])
def test_a_rejection_repeats_at_most_a_line_of_what_was_said(step):
    workflow, _ = answered_until(step, evaluation_type="benchmark")
    shown = [workflow.answer(said).error for said in ("What a name! " * 300, "x" * 1_000_000)]

    assert [problem.code == "answer.long" for problem in shown if problem] == [False, True]
    assert all(len(problem.message) < 500 for problem in shown if problem)


def test_a_file_of_answers_may_hold_what_only_toml_has():
    Path("answers.toml").write_text("task = 2026-11-25\nbuiltin_metrics = [07:30:00]\n")
    values = read_answers(Path("answers.toml"))

    assert [as_text(value) for value in values.values()] == ["2026-11-25", '["07:30:00"]']


def test_the_configuration_names_judge_calls_and_what_was_not_checked():
    workflow, turn = answered_until("confirm", data_sample="no", data_description="messages")

    text = "\n".join(turn.notices)

    assert "Records: not counted" in text
    assert "Not checked: The dataset was not read" in text
    assert workflow.back("data_sample").step == "data_sample"
    text = "\n".join(answer_until(workflow, "confirm").notices)
    assert "Judge calls: 240 (60 records x 2 metrics x 2 models)." in text


def test_one_metric_is_one_metric():
    _, turn = answered_until("confirm", builtin_metrics="Correctness")

    assert "Judge calls: 120 (60 records x 1 metric x 2 models)." in turn.notices


def test_a_name_that_is_refused_is_suggested_without_its_accents():
    workflow, _ = answered_until("project")

    turn = workflow.answer("Größe Été")

    assert turn.question == "You said Größe Été. That is grosse-ete. Use it?"


def test_checks_that_only_help_are_skipped_where_aws_fails_at_them(in_sandbox):
    for operation in (
        "bedrock:ListInferenceProfiles",
        "iam:SimulatePrincipalPolicy",
        "iam:ListRoles",
        "sagemaker:ListMlflowApps",
        "sagemaker:DescribeHubContent",
    ):
        in_sandbox.fail(operation, "InternalFailure", status=500, times=None)
    try:
        workflow, turn = answered_until("confirm")
    finally:
        in_sandbox.heal()

    not_checked = {check.id for check in workflow.summary().not_checked}
    assert {"role.permissions", "caller.permissions", "mlflow.plan"} <= not_checked
    assert "Not checked: " in "\n".join(turn.notices)


@pytest.mark.parametrize(
    ("key", "records", "left"),
    [
        ("broken/lines", 60, 58),
        ("broken/mixed", 40, 40),
        ("broken/array", 20, 20),
    ],
)
def test_a_dataset_that_cannot_be_used_is_corrected_in_a_copy(key, records, left):
    import boto3

    s3 = boto3.client("s3")
    original = {"Bucket": "evalbook-data", "Key": f"{key}.jsonl"}
    before = s3.get_object(**original)["Body"].read()
    workflow, turn = answered_until("data_fix", dataset=f"s3://evalbook-data/{key}.jsonl")
    assert [choice.value for choice in turn.choices] == ["convert", "another"]

    turn = workflow.answer("convert")

    assert turn.step == "custom_metrics"
    copy = workflow.interview.facts(slots.DATA_FIX)
    assert (copy.report.valid, copy.report.invalid) == (left, 0)
    assert workflow.interview.facts(slots.DATA_SAMPLE).report.records == records
    assert s3.get_object(**original)["Body"].read() == before
    # Going back and converting again finds the copy.
    workflow.back("data_fix")
    assert workflow.answer("convert").step == "custom_metrics"


def test_another_dataset_can_be_given_at_once_where_one_cannot_be_used():
    workflow, _ = answered_until("data_fix", dataset="s3://evalbook-data/broken/lines.jsonl")

    turn = workflow.answer(GOOD_ANSWERS["dataset"])

    assert turn.step == "data_sample"
    assert workflow.interview.value(slots.DATASET) == GOOD_ANSWERS["dataset"]


def test_a_nova_model_asks_for_records_that_its_run_can_read():
    workflow, _ = answered_until("model", dataset="s3://evalbook-data/formats/openai.jsonl")

    turn = workflow.answer("nova-support")

    assert turn.step == "data_fix"
    assert "a Nova model needs a prompt or query field" in turn.notices[0]
    workflow.answer("convert")
    assert workflow.interview.facts(slots.DATA_FIX).report.format == "sagemaker"


def test_a_copy_that_a_nova_run_cannot_read_is_asked_for_again():
    import boto3

    lines = [json.dumps({"messages": [{"role": "user", "content": f"{n}?"}]}) for n in range(6)]
    body = "\n".join([*lines, "{broken"]).encode()
    boto3.client("s3").put_object(Bucket="evalbook-data", Key="prepared/chat.jsonl", Body=body)
    workflow, _ = answered_until(
        "model", dataset="s3://evalbook-data/prepared/chat.jsonl", data_fix="convert"
    )
    first = workflow.interview.answers["data_fix"].facts

    assert workflow.answer("support-bot").step == "model_confirm"
    assert workflow.interview.answers["data_fix"].facts == first

    turn = workflow.answer("nova-support", step="model")
    assert turn.step == "data_fix"
    assert "no longer holds" in turn.checks[-1].message
    assert "a Nova model needs a prompt or query field" in turn.checks[-1].message
    workflow.answer("convert")
    again = workflow.interview.answers["data_fix"].facts
    assert (first.report.format, again.report.format) == ("openai", "sagemaker")
    assert again.uri != first.uri


def test_a_dataset_that_was_changed_has_to_be_named_again():
    import boto3

    def write(records):
        lines = [json.dumps({"query": f"{n}?"}) for n in range(records)]
        body = "\n".join([*lines, "{broken"]).encode()
        boto3.client("s3").put_object(Bucket="evalbook-data", Key="prepared/new.jsonl", Body=body)

    write(6)
    uri = "s3://evalbook-data/prepared/new.jsonl"
    workflow, _ = answered_until("custom_metrics", dataset=uri, data_fix="convert")
    write(9)
    workflow.back("data_sample")

    turn = workflow.answer("yes")
    assert turn.error is not None
    assert turn.error.code == "dataset.changed"
    assert [c.id for step, cs in workflow.check() if step == "data_sample" for c in cs] == [
        "dataset.changed"
    ]

    workflow.answer(uri, step="dataset")
    assert workflow.answer("yes").step == "data_fix"
    write(12)
    assert workflow.answer("convert").error.code == "dataset.changed"
    workflow.answer(uri, step="dataset")
    workflow.answer("yes")
    assert workflow.answer("convert").step == "custom_metrics"
    assert workflow.interview.facts(slots.DATA_FIX).report.valid == 12


@pytest.mark.parametrize("code", ["AccessDenied", "NoSuchKey"])
def test_without_the_list_of_judges_an_id_can_be_typed_and_is_checked_alone(in_sandbox, code):
    in_sandbox.fail(
        "s3:GetObject", code, status=403 if code == "AccessDenied" else 404, times=None,
        match={"Bucket": "jumpstart-cache-prod-us-east-1"},
    )  # fmt: skip
    try:
        workflow, turn = answered_until("judge_model")
        assert (turn.kind, turn.choices) == ("text", ())
        assert turn.checks[-1].id == "judge.list"
        refused = workflow.answer("anthropic.claude-3-5-sonnet-20240620-v1:0")
        accepted = workflow.answer("amazon.nova-pro-v1:0")
    finally:
        in_sandbox.heal()

    assert refused.error is not None
    assert "end of life" in refused.error.message
    assert accepted.step == "region"


def test_the_python_api_is_the_package_itself():
    import evalbook

    assert evalbook.Workflow.load("workflow_state.json").turn().step == "evaluation_type"


@pytest.mark.parametrize("said", ["", "yes", "default", "ok"])
def test_a_yes_to_a_proposed_name_takes_it(said):
    workflow, turn = answered_until("region")

    assert workflow.answer(said).step == "execution_role"
    assert workflow.interview.value(slots.REGION) == turn.default


@pytest.mark.parametrize("said", ["1", "-1", "true 1"])
def test_a_number_is_no_yes_where_a_text_is_asked_for(said):
    workflow, _ = answered_until("region")

    turn = workflow.answer(said)

    assert turn.error is not None
    assert turn.error.code == "region.unknown"


def test_what_will_never_be_asked_for_is_not_kept():
    workflow, _ = answered_until("region", evaluation_type="benchmark", benchmark="gpqa")
    before = STATE.read_bytes()

    turn = workflow.answer("anatomy", step="subtasks")

    assert turn.error is not None
    assert turn.error.code == "step.not_asked"
    assert turn.error.remedy == "Change benchmark first, or leave it out."
    assert STATE.read_bytes() == before


def test_a_dataset_named_without_a_version_is_kept_with_its_newest():
    hub = f"arn:aws:sagemaker:us-east-1:{world.ACCOUNT}:hub-content/{world.DATASET_HUB}"

    workflow, _ = answered_until("data_sample", dataset=f"{hub}/DataSet/support-questions")

    found = workflow.interview.value(slots.DATASET)
    assert found == f"{hub}/DataSet/support-questions/1.0.0"


def test_another_type_asks_again_for_an_output_path_that_bedrock_does_not_take():
    output = "s3://evalbook-results/a b"
    workflow, _ = answered_until("confirm", evaluation_type="benchmark", s3_output=output)

    workflow.answer("llm_as_judge", step="evaluation_type")
    turn = answer_until(workflow, "s3_output")

    assert turn.step == "s3_output"


def test_a_dataset_registered_in_another_region_than_the_models_is_refused():
    hub = f"arn:aws:sagemaker:us-east-1:{world.ACCOUNT}:hub-content/{world.DATASET_HUB}"
    dataset = f"{hub}/DataSet/support-questions/1.0.0"
    workflow, _ = answered_until("region", dataset=dataset, model=f"{WEST}/contract-review-en")

    turn = workflow.answer("us-west-2")

    assert turn.error is not None
    assert turn.error.message == (
        f"The dataset {dataset} is registered in us-east-1; the SDK looks for it in us-west-2 only."
    )


def test_back_from_several_models_asks_for_the_model_afresh():
    workflow, asked = answered_until("model", model="support")
    workflow.answer("llama")
    assert workflow.turn().choices

    assert workflow.back().question == asked.question


@pytest.mark.parametrize("kind", ["benchmark", "multi_turn_rl"])
def test_an_arn_says_the_region_where_none_is_configured(kind, monkeypatch):
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name)
    group = ANSWERS_BY_TYPE[kind]["model"]
    model = f"arn:aws:sagemaker:us-east-1:{world.ACCOUNT}:model-package-group/{group}"

    workflow, _ = answered_until("confirm", evaluation_type=kind, model=model)

    assert workflow.interview.value(slots.REGION) == "us-east-1"
