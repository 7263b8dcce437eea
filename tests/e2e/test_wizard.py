"""The wizard as a person meets it: the real command, a real terminal, the simulated AWS."""

from __future__ import annotations

import json
import re
import runpy
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from evalbook.sandbox.process import Sandbox
from evalbook.workflow.workflow import Workflow
from real_terminal import CTRL_B, CTRL_C, CTRL_U, DOWN, ENTER, UP, RealTerminal

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
STATE = "workflow_state.json"
NOTEBOOK = "support-bot/notebooks/support-bot_model-evaluation.ipynb"


@dataclass(frozen=True)
class Visit:
    """One question: how it is known, a bad answer and what comes of it, and a good answer."""

    step: str
    question: str
    bad: tuple[str, ...]
    complaint: str
    good: tuple[str, ...]
    plain: str


VISITS = (
    Visit(
        "evaluation_type",
        "Which kind of evaluation?",
        ("poetry",),
        "'poetry' is not one of the choices",
        (CTRL_U, "llm"),
        "llm_as_judge",
    ),
    Visit(
        "task",
        "What task is this model trained to do?",
        ("!!",),
        "'!!' does not describe a task",
        (CTRL_U, "Answers billing questions."),
        "Answers billing questions.",
    ),
    Visit(
        "dataset",
        "Where in S3 is your evaluation dataset?",
        ("s3://evalbook-data/broken/notes.txt",),
        "notes.txt ends in .txt",
        (CTRL_U, "s3://evalbook-data/support/eval.jsonl"),
        "s3://evalbook-data/support/eval.jsonl",
    ),
    Visit(
        "data_sample",
        "May I read the dataset",
        ("yrs",),
        "'yrs' is neither yes nor no",
        (CTRL_U, "yes"),
        "yes",
    ),
    Visit(
        "custom_metrics",
        "Do you have custom metrics?",
        (CTRL_U, "missing.json"),
        "There is no file",
        (CTRL_U, "none"),
        "none",
    ),
    Visit(
        "builtin_metrics",
        "Which built-in metrics?",
        # Nothing ticked is no answer where there are no custom metrics.
        ("\x01", "\x01"),
        "You chose no metric",
        ("corr", " "),
        "Correctness",
    ),
    Visit(
        "model",
        "Which fine-tuned model?",
        ("old-style",),
        'group "old-style" has no version that can be evaluated',
        (CTRL_U, "support-bot"),
        "support-bot",
    ),
    Visit(
        "model_confirm",
        "Is this the model to evaluate?",
        ("yrs",),
        "'yrs' is neither yes nor no",
        (CTRL_U, "y"),
        "y",
    ),
    Visit(
        "judge_model",
        "Which judge model?",
        ("amazon.titan-text-express-v1",),
        "is not on the list of 11 judge models",
        (CTRL_U, "nova-pro"),
        "1",
    ),
    Visit(
        "region",
        "Which AWS region",
        (CTRL_U, "us-west-2"),
        "The model package is in us-east-1",
        (CTRL_U, "us-east-1"),
        "",
    ),
    Visit(
        "execution_role",
        "Which IAM role",
        (CTRL_U, "NoTrustRole"),
        "may not assume NoTrustRole",
        (CTRL_U, "EvaluationRole"),
        "EvaluationRole",
    ),
    Visit(
        "s3_output",
        "Where in S3 should the results go?",
        (CTRL_U, "s3://evalbook-west/runs/"),
        "is in us-west-2",
        (CTRL_U, "s3://evalbook-results/run1/"),
        "s3://evalbook-results/run1/",
    ),
    Visit(
        "advanced",
        "Do you want to change any advanced settings?",
        ("yrs",),
        "'yrs' is not yes, no",
        (CTRL_U, "no"),
        "",
    ),
    Visit(
        "confirm",
        "Is this configuration right?",
        ("yrs",),
        "'yrs' is neither yes nor no",
        (CTRL_U, "yes"),
        "yes",
    ),
    Visit(
        "bedrock_terms",
        "Do you acknowledge and agree to proceed?",
        ("yrs",),
        "is not an explicit yes",
        (CTRL_U, "I agree"),
        "I agree",
    ),
    Visit(
        "project",
        "What should the project folder be called?",
        (CTRL_U, "My Project"),
        "'My Project' is not a valid project name",
        (CTRL_U, "support-bot"),
        "",
    ),
    Visit(
        "notebook",
        "or append to an existing one?",
        ("other.ipynb",),
        "There is no notebook",
        (CTRL_U,),
        "",
    ),
)


@pytest.fixture
def folder(in_sandbox: Sandbox, tmp_path: Path) -> Path:
    in_sandbox.reset()
    return tmp_path


def answered_until(step: str | None) -> None:
    """Answer the interview in this folder until a step is asked, without a terminal."""
    workflow = Workflow.load(Path(STATE))
    for visit in VISITS:
        if visit.step == step:
            return
        turn = workflow.answer(visit.plain)
        assert turn.status != "rejected", turn.error


def question_of(step: str) -> str:
    return next(visit.question for visit in VISITS if visit.step == step)


def saved_answers() -> dict[str, object]:
    document = json.loads(Path(STATE).read_text())
    return {name: answer["value"] for name, answer in document["evalbook"]["answers"].items()}


def test_each_step_takes_a_rejected_answer_back_and_the_notebook_is_written(folder: Path) -> None:
    with RealTerminal(folder=folder) as terminal:
        for visit in VISITS:
            terminal.waits_for(visit.question).waits_for("explains")
            terminal.types(*visit.bad, ENTER).waits_for(visit.complaint)
            terminal.waits_for("explains").types(*visit.good, ENTER)
        terminal.waits_for(f"Written: {NOTEBOOK}").waits_for("jupyter lab").waits_for("code ")
        assert terminal.ends() == 0

    assert (folder / NOTEBOOK).is_file()
    assert list(saved_answers()) == [visit.step for visit in VISITS]
    assert saved_answers()["builtin_metrics"] == ["Correctness"]


def test_a_rejected_answer_is_there_to_be_edited(folder: Path) -> None:
    answered_until("dataset")
    with RealTerminal(folder=folder) as terminal:
        terminal.waits_for("Continue").types(ENTER).waits_for(question_of("dataset"))
        terminal.types("s3://evalbook-data/support/eval.json", ENTER).waits_for("Did you mean")
        terminal.types("l", ENTER).waits_for(question_of("data_sample"))

    assert saved_answers()["dataset"] == "s3://evalbook-data/support/eval.jsonl"


def test_ctrl_c_at_every_prompt_keeps_every_answer_and_goes_on_there(folder: Path) -> None:
    for visit in VISITS:
        with RealTerminal(folder=folder) as terminal:
            if Path(STATE).exists():
                terminal.waits_for("Continue").types(ENTER)
            terminal.waits_for(visit.question).waits_for("explains").types(CTRL_C)
            terminal.waits_for("Continue any time with: evalbook")
            assert terminal.ends() == 130
        Workflow.load(Path(STATE)).answer(visit.plain)

    assert (folder / NOTEBOOK).is_file()


def test_ctrl_c_during_a_check_changes_nothing_and_keeps_what_was_typed(
    folder: Path, in_sandbox: Sandbox
) -> None:
    answered_until("dataset")
    in_sandbox.fail("s3:HeadBucket", delay=3)
    in_sandbox.fail("s3:HeadObject", delay=3)
    before = Path(STATE).read_bytes()
    with RealTerminal(folder=folder) as terminal:
        terminal.waits_for("Continue").types(ENTER).waits_for(question_of("dataset"))
        terminal.types("s3://evalbook-data/support/eval.jsonl", ENTER)
        terminal.waits_for("Looking for the dataset in S3").types(CTRL_C)
        terminal.waits_for("What you were typing is saved too")
        assert terminal.ends() == 130
    assert Path(STATE).read_bytes() == before

    in_sandbox.heal()
    with RealTerminal(folder=folder) as terminal:
        terminal.waits_for("Continue").types(ENTER).waits_for("is still there")
        terminal.waits_for("> s3://evalbook-data/support/eval.jsonl").types(ENTER)
        terminal.waits_for(question_of("data_sample"))


def test_a_closed_terminal_loses_nothing(folder: Path) -> None:
    answered_until("dataset")
    before = Path(STATE).read_bytes()
    with RealTerminal(folder=folder) as terminal:
        terminal.waits_for("Continue").types(ENTER).waits_for(question_of("dataset"))
        terminal.types("s3://half-").waits_for("> s3://half-")
        terminal.process.kill(signal.SIGHUP)
        assert terminal.ends() == 130

    assert Path(STATE).read_bytes() == before
    assert json.loads(Path(f".{STATE}.draft").read_text()) == {"dataset": "s3://half-"}


def test_an_earlier_answer_is_changed_from_any_prompt_and_what_depends_on_it_is_asked_again(
    folder: Path,
) -> None:
    answered_until("confirm")
    with RealTerminal(folder=folder) as terminal:
        terminal.waits_for("Continue").types(ENTER).waits_for(question_of("confirm"))
        terminal.types("<").waits_for("Which answer do you want to change?")
        terminal.types("judge model").waits_for("/ judge model").types(ENTER).waits_for(
            "Which judge model?"
        )
        terminal.types("llama", ENTER).waits_for("Judge model  meta.llama3-3-70b-instruct-v1:0")

    assert saved_answers()["judge_model"] == "meta.llama3-3-70b-instruct-v1:0"


def test_a_number_at_the_review_changes_that_answer_and_comes_back(folder: Path) -> None:
    answered_until("confirm")
    with RealTerminal(folder=folder, size=(100, 60)) as terminal:
        terminal.waits_for("Continue").types(ENTER).waits_for(question_of("confirm"))
        terminal.waits_for("2 Task").types("2", ENTER).waits_for("> Answers billing questions.")
        terminal.types(CTRL_U, "Sorts mail.", ENTER).waits_for("2 Task Sorts mail.")
        terminal.waits_for(question_of("confirm"))


def test_no_to_the_configuration_opens_the_answers_and_going_back_keeps_the_question(
    folder: Path,
) -> None:
    answered_until("confirm")
    with RealTerminal(folder=folder) as terminal:
        terminal.waits_for("Continue").types(ENTER).waits_for(question_of("confirm"))
        terminal.types("no", ENTER).waits_for("Which answer do you want to change?")
        terminal.types("<").waits_for("(yes or no, or the number of an answer to change)")
        terminal.types("yes", ENTER).waits_for(question_of("bedrock_terms"))


def test_what_is_typed_survives_a_look_at_another_answer(folder: Path) -> None:
    answered_until("dataset")
    with RealTerminal(folder=folder) as terminal:
        terminal.waits_for("Continue").types(ENTER).waits_for(question_of("dataset"))
        terminal.types("s3://evalbook-data/support/", CTRL_B).waits_for("Which answer")
        terminal.types(ENTER).waits_for("> Answers billing questions.").types(ENTER)
        terminal.waits_for("is still there").waits_for("> s3://evalbook-data/support/")
        terminal.types("eval.jsonl", ENTER).waits_for(question_of("data_sample"))


def test_where_aws_gives_no_answer_the_typed_one_is_kept_and_can_be_tried_again(
    folder: Path, in_sandbox: Sandbox
) -> None:
    answered_until("model")
    in_sandbox.fail("sagemaker:*", "ExpiredTokenException", times=None)
    with RealTerminal(folder=folder) as terminal:
        terminal.waits_for("Continue").types(ENTER).waits_for(question_of("model"))
        terminal.types("support-bot", ENTER).waits_for("The AWS credentials have expired")
        terminal.waits_for("How do you want to continue?").types(ENTER)
        # The same words stand there already: a second failure below the first one is what is new.
        terminal.waits_for("try again. ✗ The AWS credentials have expired")
        terminal.waits_for("How do you want to continue?").types(DOWN, ENTER).waits_for(
            "? explains"
        )
        terminal.waits_for("> support-bot")
        in_sandbox.heal()
        terminal.types(ENTER).waits_for(question_of("model_confirm"))


def test_without_credentials_another_profile_can_be_chosen_on_the_spot(
    folder: Path, in_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = in_sandbox.environment
    config = folder / "aws-config"
    config.write_text(
        "[profile work]\n"
        f"aws_access_key_id = {keys['AWS_ACCESS_KEY_ID']}\n"
        f"aws_secret_access_key = {keys['AWS_SECRET_ACCESS_KEY']}\n"
        f"aws_session_token = {keys['AWS_SESSION_TOKEN']}\n"
    )
    answered_until("dataset")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name)
    with RealTerminal(folder=folder, AWS_CONFIG_FILE=str(config)) as terminal:
        terminal.waits_for("Continue").types(ENTER).waits_for(question_of("dataset"))
        terminal.waits_for("explains").types("s3://evalbook-data/support/eval.jsonl", ENTER)
        terminal.waits_for("No AWS credentials were found.").waits_for("Try again")
        terminal.types("profile", ENTER).waits_for("Which AWS profile?").types(ENTER)
        terminal.waits_for(question_of("data_sample")).types(CTRL_C)
        terminal.waits_for("Continue any time with: evalbook wizard --profile work")


def test_judges_are_never_chosen_beforehand(folder: Path) -> None:
    answered_until("judge_model")
    with RealTerminal(folder=folder) as terminal:
        terminal.waits_for("Continue").types(ENTER).waits_for("Which judge model?")
        terminal.waits_for("» —").types(ENTER, DOWN).waits_for("» Amazon Nova Pro")
        terminal.types(UP, ENTER, ENTER).waits_for("» —")

    assert "judge_model" not in saved_answers()


def test_recommended_metrics_are_ticked_and_the_list_narrows_as_one_types(folder: Path) -> None:
    answered_until("builtin_metrics")
    with RealTerminal(folder=folder) as terminal:
        terminal.waits_for("Continue").types(ENTER).waits_for("● Correctness  (recommended)")
        terminal.types("harm").waits_for("» ○ Harmfulness")
        assert "Correctness" not in terminal.screen.split("Space ticks")[1].split("\n 5 of")[0]
        terminal.types(" ", ENTER).waits_for(question_of("model"))

    assert "Harmfulness" in saved_answers()["builtin_metrics"]  # type: ignore[operator]


def test_ticking_a_subtask_unticks_all_and_the_question_stays_in_sight(folder: Path) -> None:
    workflow = Workflow.load(Path(STATE))
    for said in ("benchmark", "Answers questions.", "support-bot", "yes", "mmlu"):
        asked = workflow.answer(said)
    with RealTerminal(folder=folder, size=(80, 24)) as terminal:
        terminal.waits_for("Continue").types(ENTER).waits_for("● ALL").waits_for(asked.question)
        assert asked.question in terminal.screen
        terminal.types("anat").waits_for("» ○ anatomy").types(" ").waits_for("» ● anatomy")
        terminal.types(ENTER).waits_for(question_of("region"))

    assert saved_answers()["subtasks"] == ["anatomy"]


def test_the_short_questions_can_be_left_for_the_one_they_help_with(folder: Path) -> None:
    with RealTerminal(folder=folder) as terminal:
        terminal.waits_for("Which kind of evaluation?").waits_for("explains").types("help", ENTER)
        terminal.waits_for("Does the model work as an agent").waits_for("explains").types("<")
        terminal.waits_for("The answer that led to this question").types(ENTER)
        terminal.waits_for("» LLM as judge")


def test_tab_completes_the_name_of_a_file_with_custom_metrics(folder: Path) -> None:
    definition = {"name": "tone", "instructions": "Rate the tone of {{prediction}}."}
    (folder / "my-metrics.json").write_text(json.dumps([{"customMetricDefinition": definition}]))
    (folder / "my-notes.txt").write_text("no metrics")
    answered_until("custom_metrics")
    with RealTerminal(folder=folder) as terminal:
        terminal.waits_for("Continue").types(ENTER).waits_for(question_of("custom_metrics"))
        terminal.waits_for("explains").types(CTRL_U, "my-", "\t").waits_for("> my-metrics.json")
        terminal.types(ENTER).waits_for(question_of("builtin_metrics"))


def test_a_finished_interview_shows_again_how_to_run_its_notebook(folder: Path) -> None:
    answered_until(None)
    with RealTerminal(folder=folder) as terminal:
        terminal.waits_for(f"The evaluation in {STATE} is finished").waits_for("» Show how to run")
        terminal.types(ENTER).waits_for(f"Written: {NOTEBOOK}").waits_for("evalbook status --watch")
        assert terminal.ends() == 0


def test_the_pictures_of_the_documentation_show_what_the_wizard_shows(folder: Path) -> None:
    script = runpy.run_path(str(ROOT / "scripts" / "record_wizard.py"))

    for name, picture in script["pictures"](folder):
        kept = (ROOT / "docs" / "pictures" / f"{name}.svg").read_text(encoding="utf-8")
        assert script["said"](picture) == script["said"](kept), name


def test_the_window_may_change_its_size_at_any_prompt(folder: Path) -> None:
    answered_until("judge_model")
    with RealTerminal(folder=folder, size=(120, 40)) as terminal:
        terminal.waits_for("Continue").types(ENTER).waits_for("Which judge model?")
        terminal.resized(80, 24).types(DOWN).waits_for("» Amazon Nova Pro")
        terminal.resized(50, 12).types(DOWN).waits_for("» Anthropic Claude 3.5 Haiku")
        terminal.resized(100, 30).types(ENTER).waits_for(question_of("region"))

    assert "judge_model" in saved_answers()


def test_no_color_means_no_color(folder: Path) -> None:
    with RealTerminal(folder=folder, NO_COLOR="1") as terminal:
        terminal.waits_for(question_of("evaluation_type")).types("llm", ENTER)
        terminal.waits_for(question_of("task")).types("!!", ENTER).waits_for("does not describe")
        terminal.types(CTRL_U, "Answers.", ENTER).waits_for(question_of("dataset"))

    codes = set(b";".join(re.findall(rb"\x1b\[([\d;]*)m", terminal.raw)).split(b";"))
    colours = {str(code).encode() for code in (*range(30, 39), *range(40, 49), *range(90, 108))}
    assert not codes & colours


def test_plain_lines_lead_to_the_same_notebook_without_one_control_sequence(folder: Path) -> None:
    with RealTerminal("wizard", "--plain", folder=folder) as terminal:
        for visit in VISITS:
            terminal.waits_for(visit.question, scrolled=True).waits_for(
                "(? explains, < goes back):"
            )
            terminal.types(visit.plain, ENTER)
        terminal.waits_for(f"Written: {NOTEBOOK}")
        assert terminal.ends() == 0

    assert b"\x1b" not in terminal.raw
    assert (folder / NOTEBOOK).is_file()


def test_a_newcomer_gets_to_an_executed_notebook_in_one_terminal(tmp_path: Path) -> None:
    with RealTerminal(
        "wizard", "--sandbox", folder=tmp_path, EVALBOOK_SANDBOX_STEP_SECONDS="0.2"
    ) as terminal:
        for visit in VISITS:
            terminal.waits_for(visit.question).waits_for("explains").types(*visit.good, ENTER)
        terminal.waits_for("The simulated AWS is still running.").types(ENTER)
        terminal.waits_for("The fine-tuned model against the base model", patience=120)
        terminal.waits_for(f"Executed notebook, with its outputs: {NOTEBOOK}")
        assert terminal.ends() == 0

    cells = json.loads((tmp_path / NOTEBOOK).read_text())["cells"]
    assert [cell["execution_count"] for cell in cells[1:]] == [1, 2, 3, 4]
