"""What a custom scorer's interview offers and refuses."""

from pathlib import Path

import pytest
from interviews import answer_until, answered_until

from evalbook.aws.registry import name_registry_hub
from evalbook.sandbox import world
from evalbook.workflow import slots

pytestmark = pytest.mark.usefixtures("in_sandbox")

HUB = f"arn:aws:sagemaker:us-east-1:{world.ACCOUNT}:hub-content/" + name_registry_hub(
    world.ACCOUNT, "us-east-1"
)
REGISTERED = f"{HUB}/JsonDoc/exact-match/1.0.0"


def asked_for(step: str, **instead: str):
    return answered_until(step, evaluation_type="custom_scorer", **instead)


def test_presets_and_the_registrys_scorers_are_offered_and_prompts_are_not():
    _, turn = asked_for("scorer")

    assert [choice.value for choice in turn.choices] == [
        "prime_math",
        "prime_code",
        REGISTERED,
        "own",
    ]


@pytest.mark.parametrize("said", [REGISTERED, "exact-match", "3"])
def test_a_registered_scorer_is_taken_by_arn_name_or_number(said):
    workflow, _ = asked_for("scorer")

    assert workflow.answer(said).step == "data_sample"
    assert workflow.interview.value(slots.SCORER) == REGISTERED


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("prime_poetry", "answer.choice"),
        (f"arn:aws:lambda:us-east-1:{world.ACCOUNT}:function:score", "scorer.lambda"),
        (f"arn:aws:s3:::{world.DATA_BUCKET}", "scorer.arn"),
        (f"{HUB}/JsonDoc/nobody/1.0.0", "scorer.missing"),
        (f"{HUB}/JsonDoc/exact-match/9.9.9", "scorer.missing"),
        (f"{HUB}/JsonDoc/politeness-prompt/1.0.0", "scorer.kind"),
        (f"{HUB}/JsonDoc/orphaned/1.0.0", "scorer.missing"),
        (f"{HUB}/DataSet/exact-match/1.0.0", "scorer.arn"),
        (f"{HUB}/JsonDoc", "scorer.arn"),
        (REGISTERED.replace("us-east-1", "mars-1"), "scorer.arn"),
        (REGISTERED.replace(world.ACCOUNT, "999999999999"), "scorer.account"),
        (f"{HUB}/JsonDoc/{{{{7*7}}}}/1.0.0", "text.template"),
        ("missing.py", "scorer.file"),
    ],
)
def test_what_is_no_usable_scorer_is_refused(said, code):
    workflow, _ = asked_for("scorer")

    turn = workflow.answer(said)

    assert turn.error is not None
    assert turn.error.code.endswith(code)


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("scorer.txt", "The name of {here}/scorer.txt does not end in .py."),
        ("./scorer.txt on dataset", "The name of {here}/scorer.txt does not end in .py."),
        ("scorers", "{here}/scorers is a folder."),
        ("scorers.py", "{here}/scorers.py is a folder."),
        ("scorer.ipynb", "There is no file {here}/scorer.ipynb."),
        ("s3://evalbook-data/scorer.py", "s3://evalbook-data/scorer.py is not on this computer."),
    ],
)
def test_what_is_no_python_file_is_named_for_what_it_is(said, found):
    workflow, _ = asked_for("scorer")
    Path("scorer.txt").write_text("def lambda_handler(event, context): ...\n")
    Path("scorers").mkdir()
    Path("scorers.py").mkdir()

    turn = workflow.answer(said)

    assert turn.error is not None
    assert turn.error.message == (
        f"{found.format(here=Path.cwd())} To try your own function, evalbook needs a Python file "
        "such as my_scorer.py."
    )
    assert turn.error.remedy == "Give the file's path, or own to have one written."


def test_a_lambda_functions_arn_is_told_how_to_register_it():
    workflow, _ = asked_for("scorer")

    turn = workflow.answer(f"arn:aws:lambda:us-east-1:{world.ACCOUNT}:function:score")

    assert turn.error is not None
    assert "Evaluator.create(" in (turn.error.remedy or "")


def test_a_function_to_start_from_is_written_and_tried_but_not_taken():
    workflow, _ = asked_for("scorer")

    turn = workflow.answer("own")

    assert (turn.status, turn.step) == ("question", "scorer")
    assert turn.notices[0] == (
        "my_scorer.py works on two samples: 1 for the right answer, 0 for the wrong answer."
    )
    assert turn.notices[1].startswith("An evaluation accepts only registered scorers. Register it:")
    assert "def lambda_handler" in Path("my_scorer.py").read_text()


def test_a_function_is_tried_on_the_datasets_first_records_on_a_yes(in_sandbox):
    workflow, _ = asked_for("scorer")
    offered = workflow.answer("own")
    before = len(in_sandbox.calls())
    assert offered.choices[0].label.endswith(
        "on the first 5 records of s3://evalbook-data/scorer/math.jsonl"
    )

    turn = workflow.answer("yes")

    assert next(call["operation"] for call in in_sandbox.calls()[before:]) == "GetObject"
    assert turn.notices[:3] == (
        "my_scorer.py on s3://evalbook-data/scorer/math.jsonl:",
        "Record  Reference as answer  Another answer",
        "1       1                    0",
    )
    assert len(turn.notices) == 8
    assert workflow.answer("exact-match").step == "data_sample"


def test_local_records_are_tried_and_each_failure_is_told_with_its_line():
    workflow, _ = asked_for("scorer")
    Path("counting.py").write_text(
        "def lambda_handler(event, context):\n"
        "    right = [int(s['reference_answer']) for s in event]\n"
        "    return [{'id': s['id'], 'aggregate_reward_score': right[0]} for s in event]\n"
    )
    Path("own.jsonl").write_text(
        '{"query": "How many?", "response": "4"}\n'
        '{"query": "How many?", "response": "four"}\n'
        '{"query": "How many?"}\n'
        "{broken\n"
    )

    turn = workflow.answer("counting.py on own.jsonl")

    assert turn.notices[:2] == (
        "counting.py on own.jsonl:",
        "Record  Reference as answer  Another answer",
    )
    assert turn.notices[2] == "1       4                    4"
    assert turn.notices[3].startswith("2       failed: line 2: ValueError: invalid literal for int")
    assert turn.notices[4] == "3       no reference answer"
    assert turn.notices[5].startswith("4       ")
    assert turn.notices[6].startswith("1 of 4 records score their own reference no higher")


@pytest.mark.parametrize(
    "records", ["missing.jsonl", "empty.jsonl", "s3://evalbook-data/none.jsonl"]
)
def test_records_that_cannot_be_tried_are_refused(records):
    workflow, _ = asked_for("scorer")
    Path("empty.jsonl").write_text("")
    workflow.answer("own")

    turn = workflow.answer(f"my_scorer.py on {records}")

    assert turn.status == "rejected"
    assert records.rpartition("/")[2] in turn.error.message


def test_a_changed_function_is_tried_and_never_overwritten():
    workflow, _ = asked_for("scorer")
    Path("my_scorer.py").write_text("def lambda_handler(event, context):\n    return 7\n")

    turn = workflow.answer("own")

    assert turn.error is not None
    assert turn.error.code == "scorer.try_out"
    assert "return 7" in Path("my_scorer.py").read_text()


@pytest.mark.parametrize(
    ("scorer", "dataset", "reason"),
    [
        ("exact-match", "doubtful/no-references", "no reference answer"),
        ("prime_math", "scorer/worked", "expected the bare answer"),
        ("prime_math", "doubtful/no-references", "no reference answer"),
        ("prime_code", "scorer/math", "no metadata"),
        ("prime_code", "scorer/code-as-text", "would not read the metadata"),
    ],
)
def test_records_that_the_scorer_cannot_use_are_named(scorer, dataset, reason):
    workflow, _ = asked_for("data_sample", scorer=scorer)
    workflow.answer(f"s3://evalbook-data/{dataset}.jsonl", step="dataset")

    turn = workflow.answer("yes")

    assert turn.step == "data_fix"
    assert any(reason in check.message for check in turn.checks)


def test_metadata_as_text_is_corrected_in_a_copy():
    workflow, _ = asked_for("data_sample", scorer="prime_code")
    workflow.answer("s3://evalbook-data/scorer/code-as-text.jsonl", step="dataset")
    workflow.answer("yes")

    turn = workflow.answer("convert")

    assert turn.step == "region"
    assert workflow.interview.facts(slots.DATA_FIX).report.valid == 40


def test_more_rows_than_a_judge_takes_are_taken():
    workflow, _ = asked_for("data_sample", scorer="exact-match")
    workflow.answer("s3://evalbook-data/broken/too-many.jsonl", step="dataset")

    assert workflow.answer("yes").step == "region"


def test_another_scorer_asks_for_the_records_again():
    workflow, _ = asked_for("region")

    turn = workflow.answer("prime_code", step="scorer")

    assert turn.step == "data_sample"


def test_the_role_is_asked_whether_it_may_invoke_the_scorer():
    workflow, _ = asked_for("s3_output", scorer="exact-match")

    checks = workflow.interview.answers["execution_role"].checks
    (found,) = [check for check in checks if check.id == "role.permissions.lambda"]
    assert found.status == "passed"
    assert found.message.endswith(f"lambda:InvokeFunction on {world.EVALUATORS[0].reference}.")


def test_neither_judge_nor_bedrocks_terms_are_asked_for():
    workflow, turn = asked_for("confirm")

    assert answer_until(workflow, "project", evaluation_type="custom_scorer").step == "project"
    assert "judge" not in "\n".join(turn.notices).lower()


def test_a_dataset_in_words_guides_no_metrics_where_there_are_none_to_choose():
    _, turn = asked_for("data_description", data_sample="no")

    assert turn.help == "In your own words. Records are neither counted nor validated."
