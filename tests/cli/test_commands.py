import json
import os
import subprocess
from pathlib import Path

import pytest
from commands import COMMAND, run, the_document

from evalbook.sandbox import world

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("in_sandbox")]

STATE = Path("workflow_state.json")
GOOD_ANSWERS = {
    "evaluation_type": "llm_as_judge",
    "task": "Answers customers' billing questions.",
    "dataset": "s3://evalbook-data/support/eval.jsonl",
    "data_sample": True,
    "custom_metrics": None,
    "builtin_metrics": ["Correctness", "Builtin.helpfulness"],
    "model": "support-bot",
    "model_confirm": True,
    "judge_model": "amazon.nova-pro-v1:0",
    "region": "us-east-1",
    "execution_role": "EvaluationRole",
    "s3_output": "s3://evalbook-results/run1/",
    "advanced": False,
    "confirm": "yes",
    "bedrock_terms": "I agree",
    "project": "support-bot",
    "notebook": "new",
}


def answered_until_the_dataset() -> None:
    run("answer", "LLM as judge")
    run("answer", "Answers questions.")


def a_file_of_answers(**instead: object) -> Path:
    path = Path("answers.json")
    answers = {**GOOD_ANSWERS, **instead}
    path.write_text(json.dumps({k: v for k, v in answers.items() if v != "left out"}))
    return path


def test_next_shows_a_turn_with_exactly_the_contracts_keys_and_makes_no_file():
    shown = run("next", "--json")

    assert shown.returncode == 0
    assert list(the_document(shown)) == [
        "protocol", "status", "state", "step", "position", "question", "kind", "choices",
        "default", "help", "notices", "checks", "error", "reference", "notebook",
    ]  # fmt: skip
    assert the_document(shown)["position"] == {"index": 1, "total": 17}
    assert list(Path().iterdir()) == []


def test_words_for_people_go_to_standard_output_and_complaints_to_standard_error():
    answered_until_the_dataset()

    rejected = run("answer", "https://example.com/data.csv")

    assert rejected.returncode == 3
    assert rejected.stdout.startswith("[3/17] dataset\nWhere in S3")
    assert "https://example.com/data.csv" in rejected.stderr


def test_an_answer_can_come_from_standard_input():
    run("answer", "LLM as judge")

    document = the_document(run("answer", "-", "--json", said="Writes\npoems.\n"))

    assert document["step"] == "dataset"
    saved = json.loads(STATE.read_text())["evalbook"]["answers"]["task"]
    assert saved["value"] == "Writes\npoems."


def test_where_nothing_was_checked_it_is_said_why():
    nothing = run("check").stdout
    run("answer", "LLM as judge")

    assert (nothing, run("check").stdout) == (
        "No answers yet.\n",
        "None of the answers so far has anything to check.\n",
    )


def test_what_an_encoding_has_no_letters_for_is_shown_all_the_same():
    run("answer", "LLM as judge")
    run("answer", "Fasst höflich zusammen")

    shown = run("show", env={"PYTHONIOENCODING": "ascii"})
    assert shown.returncode == 0
    assert "Task: Fasst h\\xf6flich zusammen" in shown.stdout


@pytest.mark.parametrize("redirected", ["<&-", "< answer"])
def test_standard_input_that_cannot_be_read_is_wrong_usage(redirected):
    Path("answer").write_bytes(b"Gr\xfc\xdfe")
    command = ["sh", "-c", f'exec "$@" {redirected}', "sh", *COMMAND, "answer", "-", "--json"]
    strictly = {**os.environ, "PYTHONIOENCODING": "utf-8:strict"}

    finished = subprocess.run(command, capture_output=True, text=True, env=strictly, check=False)
    assert finished.returncode == 2
    assert the_document(finished)["error"]["code"] == "answer.input"


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (["nonsense"], 2),
        (["answer"], 2),
        (["answer", "x", "--step", "datset"], 2),
        (["back", "datset"], 2),
        (["back"], 3),
        (["back", "model"], 3),
        (["generate"], 3),
        (["answer", "yes", "--step", "bedrock_terms"], 3),
        (["answer", "nonsense"], 3),
        (["apply", "missing.toml"], 2),
        (["--state", "/dev/null/state.json", "answer", "x"], 5),
    ],
)
def test_every_failure_is_one_json_document_and_its_exit_status(words, status):
    finished = run(*words, "--json")

    assert finished.returncode == status
    assert the_document(finished)["error"]["message"]
    assert "Traceback" not in finished.stderr


@pytest.mark.parametrize("text", ["{broken", '{"schema_version": 99}', "[]", "null"])
def test_a_state_file_that_cannot_be_used_is_named_and_left(text):
    STATE.write_text(text)

    finished = run("answer", "x", "--json")

    assert finished.returncode == 5
    assert "workflow_state.json" in the_document(finished)["error"]["message"]
    assert STATE.read_text() == text


@pytest.mark.parametrize(
    ("settings", "code"),
    [
        ({"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""}, "no_credentials"),
        ({"AWS_ACCESS_KEY_ID": world.EXPIRED.access_key}, "expired_credentials"),
        ({"AWS_ACCESS_KEY_ID": "AKIAUNKNOWN"}, "invalid_credentials"),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, "no_network"),
        ({"AWS_PROFILE": "nobody"}, "no_profile"),
    ],
)
def test_where_aws_cannot_be_asked_the_status_is_4_and_nothing_is_lost(settings, code):
    answered_until_the_dataset()
    before = STATE.read_bytes()

    finished = run("answer", GOOD_ANSWERS["dataset"], "--json", env=settings)

    assert finished.returncode == 4
    error = the_document(finished)["error"]
    assert error["code"] == code
    assert error["remedy"]
    assert STATE.read_bytes() == before


def test_throttling_is_retried(in_sandbox):
    answered_until_the_dataset()
    in_sandbox.fail("s3:HeadObject", "SlowDown", status=503, times=2)

    finished = run("answer", GOOD_ANSWERS["dataset"], "--json")

    assert finished.returncode == 0


def test_a_file_of_answers_leads_to_the_notebook():
    finished = run("apply", str(a_file_of_answers()), "--json")

    assert (finished.returncode, the_document(finished)["status"]) == (0, "complete")
    assert Path(the_document(finished)["notebook"]).is_file()


def test_toml_is_read_as_well_as_json():
    Path("answers.toml").write_text(
        'evaluation_type = "llm_as_judge"\ntask = "Answers questions."\n'
        'dataset = "s3://evalbook-data/support/eval.jsonl"\n'
        "data_sample = true\n"
    )

    assert the_document(run("apply", "answers.toml", "--json"))["step"] == "custom_metrics"


def test_an_answer_that_begins_with_a_hyphen_is_told_where_to_stand():
    refused = the_document(run("answer", "--json", "--step", "stopping_condition", "-1"))
    kept = the_document(run("answer", "--json", "--step", "stopping_condition", "--", "-1"))

    assert refused["error"]["message"] == "No such option '-1'."
    assert refused["error"]["remedy"].startswith(
        "Put -- before an answer that begins with a hyphen"
    )
    assert kept["notices"][0].startswith("Noted for longest job")


def test_a_file_stops_at_what_it_leaves_out():
    finished = run("apply", str(a_file_of_answers(model_confirm="left out")), "--json")

    assert finished.returncode == 0
    assert (the_document(finished)["status"], the_document(finished)["step"]) == (
        "question",
        "model_confirm",
    )


def test_a_file_stops_at_what_is_rejected_and_keeps_what_was_not():
    finished = run("apply", str(a_file_of_answers(execution_role="SageMakerOnlyRole")), "--json")

    assert finished.returncode == 3
    document = the_document(finished)
    assert (document["step"], document["error"]["code"]) == ("execution_role", "role.trust.bedrock")
    assert run("show").stdout.count("Judge model: amazon.nova-pro-v1:0") == 1


@pytest.mark.parametrize("said", ["yes", True, "i agree", "I agree.", "I agree to everything"])
def test_in_a_file_only_the_exact_words_agree_to_the_terms(said):
    finished = run("apply", str(a_file_of_answers(bedrock_terms=said)), "--json")

    assert finished.returncode == 3
    assert the_document(finished)["error"]["code"] == "bedrock_terms.in_file"


def test_a_step_that_there_is_not_is_named_before_anything_is_answered():
    finished = run("apply", str(a_file_of_answers(datset="s3://a/b.jsonl")), "--json")

    assert finished.returncode == 2
    assert the_document(finished)["error"]["remedy"] == "Did you mean dataset?"
    assert not STATE.exists()


def test_applying_a_changed_file_again_asks_again_only_what_changed():
    run("apply", str(a_file_of_answers()))

    finished = run("apply", str(a_file_of_answers(task="Writes poems.")), "--json")

    assert the_document(finished)["status"] == "complete"
    assert json.loads(STATE.read_text())["evalbook"]["answers"]["task"]["value"] == "Writes poems."


def test_generate_writes_a_script_beside_the_notebook():
    run("apply", str(a_file_of_answers()))

    finished = run("generate", "--script", "--json")

    path = Path(the_document(finished)["notebook"])
    assert path.name == "support-bot_model-evaluation.py"
    compile(path.read_text(), str(path), "exec")


def test_check_fails_when_the_world_has_changed(in_sandbox):
    run("apply", str(a_file_of_answers()))
    assert run("check", "--json").returncode == 0
    in_sandbox.fail("s3:HeadObject", "404", status=404, times=None)

    try:
        finished = run("check", "--json")
    finally:
        in_sandbox.heal()

    assert finished.returncode == 3
    assert the_document(finished)["status"] == "failed"


def test_options_may_stand_before_or_after_the_command():
    run("--state", "one.json", "answer", "LLM as judge")
    run("answer", "LLM as judge", "--state", "two.json")

    assert Path("one.json").is_file()
    assert Path("two.json").is_file()


def test_what_a_library_prints_does_not_reach_the_document(tmp_path):
    (tmp_path / "sitecustomize.py").write_text(
        "import boto3\n"
        "_session = boto3.Session\n"
        "def Session(*args, **named):\n"
        "    import os\n"
        "    print('noise'); os.system('echo louder')\n"
        "    return _session(*args, **named)\n"
        "boto3.Session = Session\n"
    )
    answered_until_the_dataset()

    finished = run("answer", GOOD_ANSWERS["dataset"], "--json", env={"PYTHONPATH": str(tmp_path)})

    assert the_document(finished)["step"] == "data_sample"
    assert "noise" in finished.stderr
    assert "louder" in finished.stderr


def test_text_from_a_dataset_cannot_control_the_terminal():
    import boto3

    boto3.client("s3").put_object(
        Bucket="evalbook-data",
        Key="hostile.jsonl",
        Body=json.dumps({"query": "a\x1b[2J\u202eb", "response": "\x07"}).encode(),
    )
    answered_until_the_dataset()
    run("answer", "s3://evalbook-data/hostile.jsonl")

    shown = run("answer", "yes").stdout

    assert "\x1b" not in shown
    assert "\u202e" not in shown
    assert "Record 1" in shown


def test_a_file_that_answers_what_only_one_type_asks_need_not_name_the_type():
    finished = run("apply", str(a_file_of_answers(evaluation_type="left out")), "--json")

    assert the_document(finished)["status"] == "complete"
    saved = json.loads(STATE.read_text())["evalbook"]["answers"]
    assert saved["evaluation_type"]["value"] == "llm_as_judge"
