"""The notebook's cells in a real kernel, run by the installed SDK against the sandbox.

They show that the cells do what they promise with the SDK that is installed, whichever version that
is: to try the oldest one, put it first on PYTHONPATH (see `evalbook.notebook.sdk`).
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from notebook_builders import some_settings

from evalbook.notebook.settings import EvaluationSettings
from evalbook.notebook.write import write_notebook, write_script
from evalbook.sandbox.process import Sandbox

pytestmark = pytest.mark.e2e

SETTINGS = some_settings(
    evaluation_type="llm_as_judge",
    task="Answer questions of a support desk",
    dataset="s3://evalbook-data/support/eval.jsonl",
    records=60,
    builtin_metrics=["Correctness", "Helpfulness", "Refusal"],
    custom_metrics=(
        {
            "customMetricDefinition": {
                "name": "Tone",
                "instructions": "Is it friendly?\n{{prompt}}\n{{prediction}}",
                "ratingScale": [
                    {"definition": "friendly", "value": {"floatValue": 5.0}},
                    {"definition": "rude", "value": {"floatValue": 1.0}},
                ],
            }
        },
    ),
    model_package_arn="arn:aws:sagemaker:us-east-1:123456789012:model-package/support-bot/2",
    base_model_name="meta-textgeneration-llama-3-2-1b-instruct",
    judge_model="amazon.nova-pro-v1:0",
    region="us-east-1",
    execution_role="arn:aws:iam::123456789012:role/EvaluationRole",
    s3_output="s3://evalbook-results/cells/",
    run_name="support-bot",
    evaluate_base_model=True,
    minutes=(50, 80),
)
NOVA = some_settings(
    SETTINGS,
    model_package_arn="arn:aws:sagemaker:us-east-1:123456789012:model-package/nova-support/1",
    base_model_name="nova-textgeneration-lite",
    is_nova=True,
)
BASE_ALONE: dict[str, Any] = {"model_package_arn": None, "evaluate_base_model": False}

BENCHMARK = some_settings(
    SETTINGS, evaluation_type="benchmark", benchmark="mmlu", subtasks=["anatomy"], dataset=None
)
SCORER = some_settings(
    SETTINGS,
    evaluation_type="custom_scorer",
    scorer="prime_math",
    dataset="s3://evalbook-data/scorer/math.jsonl",
)
AGENT = some_settings(
    SETTINGS,
    evaluation_type="multi_turn_rl",
    model_package_arn="arn:aws:sagemaker:us-east-1:123456789012:model-package/travel-agent/1",
    base_model_name="huggingface-llm-qwen2-5-7b-instruct",
    dataset="s3://evalbook-data/agents/trips.jsonl",
    training_job="travel-agent-rft-1",
    agent_config="arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/travel_agent-a1b2c3d4e5",
    agent_qualifier="PROD",
)

# One run also where an LLM as judge would take two.
GPQA = some_settings(
    NOVA, evaluation_type="benchmark", benchmark="gpqa", dataset=None, is_nova=False
)
ROLLOUTS = some_settings(AGENT, training_job=None, agent_qualifier=None)

CONFIGURATION, START, POLL, RESULTS = 1, 2, 3, 4
INJECTED = 2
"""Where papermill puts its own cell; the others come one later then."""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(step_seconds=0.2) as sandbox:
        yield sandbox


def asked(sandbox: Sandbox, operation: str) -> int:
    """How often the sandbox was asked for something so far."""
    return [call["operation"] for call in sandbox.calls()].count(operation)


class Failed(Exception):
    """A cell raised; the text is its last message."""


class Kernel:
    """A kernel, and the notebook whose cells run in it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.notebook = nbformat.v4.new_notebook()
        self._client = NotebookClient(self.notebook, timeout=180)
        self._running = self._client.setup_kernel(env={**os.environ, **sandbox.environment})
        self._running.__enter__()

    def end(self) -> None:
        self._running.__exit__(None, None, None)

    def open(self, path: Path) -> Kernel:
        """Turn to a notebook and its folder, where Jupyter would run it."""
        self.notebook = self._client.nb = nbformat.read(path, as_version=4)
        self.run_code(f"%cd {path.parent}")
        return self

    def run_code(self, code: str) -> str:
        """Run code that is in none of the cells."""
        self.notebook.cells.append(nbformat.v4.new_code_cell(code))
        return self.run(len(self.notebook.cells) - 1)

    def run(self, *places: int) -> str:
        """Run cells; return what the last one showed as text.

        Raises:
            Failed: a cell raised.
        """
        try:
            for place in places:
                self._client.execute_cell(self.notebook.cells[place], place)
        except CellExecutionError as error:
            raise Failed(error.evalue) from error
        return "\n".join(
            output.get("text") or output.get("data", {}).get("text/plain", "")
            for output in self.notebook.cells[places[-1]].outputs
        )

    def interrupt_once(self, sandbox: Sandbox, operation: str) -> None:
        """Interrupt the kernel, as a person would, when it has asked for something once more."""
        pid = int(self.run_code("import os; print(os.getpid())"))
        before = asked(sandbox, operation)

        def interrupt() -> None:
            while asked(sandbox, operation) == before:
                time.sleep(0.1)
            os.kill(pid, signal.SIGINT)

        threading.Thread(target=interrupt, daemon=True).start()

    def inject(self, path: Path, parameters: dict[str, Any]) -> None:
        """Turn to a notebook with parameters, as papermill makes it."""
        from papermill.iorw import load_notebook_node
        from papermill.parameterize import parameterize_notebook

        notebook = parameterize_notebook(load_notebook_node(str(path)), parameters)
        self.notebook = self._client.nb = notebook

    def set(self, name: str, value: str) -> None:
        """Change a setting in cell 1, as a person would."""
        cell = self.notebook.cells[CONFIGURATION]
        cell.source = re.sub(rf"^({name}: .+?) = .*$", rf"\1 = {value}", cell.source, flags=re.M)


@pytest.fixture(scope="module")
def warm_kernel(sandbox: Sandbox) -> Iterator[Kernel]:
    """A kernel that most tests share: importing the SDK takes seconds."""
    kernel = Kernel(sandbox)
    yield kernel
    kernel.end()


@pytest.fixture
def restarted(sandbox: Sandbox) -> Iterator[Kernel]:
    """A kernel that knows nothing."""
    kernel = Kernel(sandbox)
    yield kernel
    kernel.end()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "bot.ipynb"


@pytest.fixture
def kernel(warm_kernel: Kernel, path: Path) -> Any:
    """Write a notebook from settings, and turn the shared kernel to it."""

    def opened(settings: EvaluationSettings) -> Kernel:
        return warm_kernel.open(write_notebook(path, settings, poll_seconds=0.3))

    return opened


def session(sandbox: Sandbox) -> Any:
    import boto3

    names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
    keys: dict[str, Any] = {name: sandbox.environment[name.upper()] for name in names}
    return boto3.Session(region_name="us-east-1", **keys)


def sagemaker(sandbox: Sandbox) -> Any:
    return session(sandbox).client("sagemaker", endpoint_url=sandbox.endpoint)


def bucket(name: str, sandbox: Sandbox) -> Any:
    return session(sandbox).resource("s3", endpoint_url=sandbox.endpoint).Bucket(name)


def executions(sandbox: Sandbox, run_name: str) -> list[str]:
    """ARNs of the executions whose display name begins with a run's name."""
    api = sagemaker(sandbox)
    return [
        execution["PipelineExecutionArn"]
        for pipeline in api.list_pipelines()["PipelineSummaries"]
        for execution in api.list_pipeline_executions(PipelineName=pipeline["PipelineName"])[
            "PipelineExecutionSummaries"
        ]
        if execution["PipelineExecutionDisplayName"].startswith(f"{run_name}-")
    ]


def states(sandbox: Sandbox, run_name: str) -> set[str]:
    """In which states the executions of a run are."""
    api = sagemaker(sandbox)
    return {
        api.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionStatus"]
        for arn in executions(sandbox, run_name)
    }


def recorded(tmp_path: Path, number: str = "1") -> dict[str, Any]:
    record = json.loads((tmp_path / "bot.run.json").read_text(encoding="utf-8"))
    run: dict[str, Any] = record["runs"][number]
    return run


def test_four_cells_compare_the_two_models(kernel: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    output = "s3://evalbook-results/whole"
    running = kernel(some_settings(SETTINGS, run_name="whole", s3_output=output))

    started = running.run(CONFIGURATION, START)
    [arn] = executions(sandbox, "whole")
    assert f"\n{arn}: " in started
    assert recorded(tmp_path)["executions"]["evaluation"]["arn"] == arn
    assert_that_it_carries_what_was_chosen(sandbox, arn)

    watched = running.run(POLL)
    assert re.search(r"EvaluateCustomModelMetrics +Succeeded +\d+\.\d", watched)
    assert watched.endswith("The evaluation succeeded. Cell 4 shows the results.\n")

    shown = running.run(RESULTS)
    assert "Model Comparison - Aggregate Metrics" in re.sub(r"\x1b\[[0-9;]*m", "", shown)
    lines = [line.split()[:1] for line in re.split(r"\nMetric +\n", shown)[1].split("\n")[:4]]
    assert lines == [["Correctness"], ["Helpfulness"], ["Refusal"], ["Tone"]]
    verdict, *_ = shown.split("\n")
    assert verdict.startswith("The fine-tuned model against the base model, over 60 records: ")
    outputs = running.notebook.cells[RESULTS].outputs
    [picture] = [it for it in outputs if "image/png" in it.get("data", ())]
    assert f'alt="{verdict}"' in picture.data["text/html"]
    said = str([cell.outputs for cell in running.notebook.cells[1:5]])
    assert "Warning" not in said
    assert not re.search("[\U0001f000-\U0001ffff]", said), "many a font has no emoji"

    bucket("evalbook-results", sandbox).objects.filter(Prefix="whole/").delete()
    with pytest.raises(Failed, match=r"No scores of .* under s3://evalbook-results/whole"):
        running.run(RESULTS)


def assert_that_it_carries_what_was_chosen(sandbox: Sandbox, arn: str) -> None:
    answer = sagemaker(sandbox).describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)
    steps = {
        step["Name"]: step["Arguments"]
        for step in json.loads(answer["PipelineDefinition"])["Steps"]
    }
    judging = steps["EvaluateCustomModelMetrics"]["HyperParameters"]
    assert judging["judge_model_id"] == "amazon.nova-pro-v1:0"
    assert json.loads(judging["llmaj_metrics"]) == ["Correctness", "Helpfulness", "Refusal"]
    assert judging["custom_metrics"].endswith("/custom-metrics.json")
    assert SETTINGS.dataset in json.dumps(steps["EvaluateBaseInferenceModel"])
    assert SETTINGS.model_package_arn in json.dumps(steps["EvaluateCustomInferenceModel"])
    assert steps["EvaluateCustomInferenceModel"]["RoleArn"] == SETTINGS.answers["execution_role"]


def test_what_papermill_injects_takes_effect(kernel: Any, path: Path, tmp_path: Path) -> None:
    running = kernel(some_settings(SETTINGS, run_name="papermill", profile="nobody"))
    given = {"PROFILE": None, "EVALUATE_BASE_MODEL": False, "RUN_NUMBER": 2}
    running.inject(path, {**given, "BUILTIN_METRICS": ["Coherence"], "CUSTOM_METRICS": []})

    started = running.run(CONFIGURATION, INJECTED, START + 1)
    assert "builtin_metrics: ['Coherence']\n" in started
    assert "evaluate_base_model: False\n" in started
    assert list(recorded(tmp_path, "2")["executions"]) == ["evaluation"]
    shown = running.run(POLL + 1, RESULTS + 1)
    assert "The fine-tuned model alone, over 60 records: mean Coherence 0." in shown
    assert re.search(r"^Coherence +0\.\d{3} +0\.\d{3} to 0\.\d{3} ", shown, flags=re.M)


@pytest.mark.parametrize(
    ("settings", "label", "step", "said"),
    [
        (SETTINGS, "evaluation", "EvaluateBaseModelMetrics", "alone, over 60 records: mean "),
        (NOVA, "base", "EvaluateWithJudge", "alone, over 60 records: mean "),
        (GPQA, "evaluation", "EvaluateBaseModel", "alone, over 40 records: mean accuracy 0."),
        (ROLLOUTS, "evaluation", "EvaluateBaseModel", "alone: pass@1 0."),
    ],
    ids=["judge", "nova", "benchmark", "agent"],
)
def test_a_base_model_alone_is_started_once_and_its_scores_shown(
    kernel: Any, sandbox: Sandbox, settings: EvaluationSettings, label: str, step: str, said: str,
    request: Any, tmp_path: Path,
) -> None:  # fmt: skip
    name = f"alone-{request.node.callspec.id}"
    running = kernel(some_settings(settings, run_name=name, **BASE_ALONE))

    assert "WARNING: another start" not in running.run(CONFIGURATION, START)
    running.run(START)
    assert executions(sandbox, name) == [recorded(tmp_path)["executions"][label]["arn"]]
    polled = running.run(POLL)
    assert f"{step} " in polled
    assert "Custom" not in polled
    shown = running.run(RESULTS)
    assert f"The base model {said}" in shown
    assert "fine-tuned" not in shown.lower()


@pytest.mark.parametrize(
    ("scorer", "dataset"),
    [("prime_math", "scorer/math.jsonl"), ("prime_code", "scorer/code.jsonl")],
)
def test_a_preset_scorers_own_score_stands_beside_f1_rouge_and_bleu(
    kernel: Any, scorer: str, dataset: str
) -> None:
    dataset = f"s3://evalbook-data/{dataset}"
    running = kernel(
        some_settings(SCORER, run_name=scorer.replace("_", "-"), scorer=scorer, dataset=dataset)
    )

    shown = running.run(CONFIGURATION, START, POLL, RESULTS)
    for metric in (scorer, "f1", "rougeL", "bleu"):
        assert f"\n{metric} " in shown


def test_starting_again_finds_the_run_even_after_a_restart(
    kernel: Any, restarted: Kernel, sandbox: Sandbox, path: Path
) -> None:
    running = kernel(some_settings(SETTINGS, run_name="again"))
    running.run(CONFIGURATION, START)
    [arn] = executions(sandbox, "again")
    assert f"\n{arn}: " in running.run(START)

    restarted.open(path)
    assert restarted.run(CONFIGURATION, POLL).endswith("Cell 4 shows the results.\n")
    assert "The fine-tuned model against the base model, over 60" in restarted.run(RESULTS)
    assert f"\n{arn}: " in restarted.run(START)
    assert len(executions(sandbox, "again")) == 1


def test_start_that_was_interrupted_is_found_by_its_name(
    kernel: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    running = kernel(some_settings(SETTINGS, run_name="interrupted"))
    running.run(CONFIGURATION)
    running.interrupt_once(sandbox, "StartPipelineExecution")
    with suppress(Failed):
        running.run(START)
    (tmp_path / "bot.run.json").unlink(missing_ok=True)

    running.run(START)
    assert [recorded(tmp_path)["executions"]["evaluation"]["arn"]] == executions(
        sandbox, "interrupted"
    )


def test_question_that_is_not_answered_leads_to_no_start(kernel: Any, sandbox: Sandbox) -> None:
    running = kernel(some_settings(SETTINGS, run_name="unanswered"))
    running.run(CONFIGURATION)
    sandbox.fail("sagemaker:ListPipelineExecutions", "AccessDeniedException", times=1)

    with pytest.raises(Failed, match=r"AccessDeniedException.*ListPipelineExecutions"):
        running.run(START)
    assert executions(sandbox, "unanswered") == []


def test_of_two_runs_of_one_name_the_younger_is_stopped(kernel: Any, sandbox: Sandbox) -> None:
    # As where AWS knows no tokens, and two kernels started at the same moment.
    running = kernel(some_settings(SETTINGS, run_name="stuck-runs-twin"))
    running.run(CONFIGURATION, START)
    [arn] = executions(sandbox, "stuck-runs-twin")
    api = sagemaker(sandbox)
    name = api.describe_pipeline_execution(PipelineExecutionArn=arn)["PipelineExecutionDisplayName"]
    twin = api.start_pipeline_execution(
        PipelineName=arn.split("/")[1],
        PipelineExecutionDisplayName=name,
        ClientRequestToken="t" * 32,
    )["PipelineExecutionArn"]

    assert f"\n{arn}: Executing" in running.run(START)
    found = [api.describe_pipeline_execution(PipelineExecutionArn=it) for it in (arn, twin)]
    assert found[0]["PipelineExecutionStatus"] == "Executing"
    assert found[1]["PipelineExecutionStatus"] in ("Stopping", "Stopped")


def test_damaged_record_is_named_for_what_it_is(
    kernel: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    running = kernel(some_settings(SETTINGS, run_name="damaged"))
    (tmp_path / "bot.run.json").write_text('{"runs": ')

    with pytest.raises(Failed, match=r"bot.run.json is damaged. Delete it"):
        running.run(CONFIGURATION, START)
    assert executions(sandbox, "damaged") == []


def test_changed_settings_need_a_new_run_number(kernel: Any, sandbox: Sandbox) -> None:
    running = kernel(some_settings(SETTINGS, run_name="changed"))
    running.run(CONFIGURATION, START)
    running.set("BUILTIN_METRICS", '["Coherence"]')

    with pytest.raises(Failed, match=r"Run 1 had other settings; raise RUN_NUMBER"):
        running.run(CONFIGURATION, START)
    assert len(executions(sandbox, "changed")) == 1
    running.set("RUN_NUMBER", "2")
    assert "WARNING: another start" not in running.run(CONFIGURATION, START)
    assert len(executions(sandbox, "changed")) == 2

    # As if another start had put its dataset into the shared pipeline in between.
    check = "definition = " + running.notebook.cells[START].source.partition("\ndefinition = ")[2]
    told = running.run_code(f"DATASET = 's3://other/set.jsonl'\n{check}")
    assert told.startswith("WARNING: another start changed what this run evaluates. Stop it: ")


def test_waiting_outlasts_throttling_and_ends_where_the_run_or_the_right_to_see_it_is_gone(
    kernel: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    running = kernel(some_settings(SETTINGS, run_name="waiting"))
    running.run(CONFIGURATION, START)

    sandbox.fail("sagemaker:DescribePipelineExecution", "ExpiredTokenException", times=1)
    with pytest.raises(
        Failed,
        match=r"ExpiredTokenException.* Sign in if necessary, and run this cell again\.",
    ):
        running.run(POLL)
    sandbox.fail("sagemaker:DescribePipelineExecution", "ThrottlingException", times=4)
    assert running.run(POLL).endswith("The evaluation succeeded. Cell 4 shows the results.\n")

    record = tmp_path / "bot.run.json"
    record.write_text(re.sub(r"/execution/\w+", "/execution/nothing", record.read_text()))
    with pytest.raises(Failed, match=r"arn:aws:sagemaker:.*/nothing.* does not exist"):
        running.run(POLL)


def test_profile_that_does_not_exist_here_is_named(kernel: Any) -> None:
    running = kernel(some_settings(SETTINGS, profile="nobody"))

    with pytest.raises(Failed, match=r"The config profile \(nobody\) could not be found"):
        running.run(CONFIGURATION, START)


def test_start_that_fails_without_raising_is_raised(
    kernel: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    running = kernel(some_settings(SETTINGS, run_name="fail-start"))

    with pytest.raises(Failed, match="The evaluation was not started: AWS service error: "):
        running.run(CONFIGURATION, START)
    assert not (tmp_path / "bot.run.json").exists()
    with pytest.raises(Failed, match=r"No run 1 in bot\.run\.json: run cell 2\."):
        running.run(POLL)
    assert executions(sandbox, "fail-start") == []


def test_refused_dry_run_starts_nothing(kernel: Any, sandbox: Sandbox, tmp_path: Path) -> None:
    role = "arn:aws:iam::123456789012:role/NoTrustRole"
    running = kernel(some_settings(SETTINGS, run_name="refused", execution_role=role))

    with pytest.raises(Failed, match="NoTrustRole"):
        running.run(CONFIGURATION, START)
    assert executions(sandbox, "refused") == []
    assert not (tmp_path / "bot.run.json").exists()


@pytest.mark.parametrize("settings", [SETTINGS, NOVA], ids=["usual", "nova"])
def test_failed_run_tells_why_in_bedrocks_words(kernel: Any, settings: EvaluationSettings) -> None:
    running = kernel(some_settings(settings, run_name="fail-judge"))

    with pytest.raises(Failed) as caught:
        running.run(CONFIGURATION, START, POLL)
    told = str(caught.value).split("\n")
    assert " ended as Failed." in told[0]
    assert all(line.startswith(("The run (", "Evaluate", "Bedrock job ")) for line in told)
    [*_, bedrock] = [line for line in told if line.startswith("Bedrock job ")]
    assert bedrock.endswith(
        "This model version has reached the end of its life: amazon.nova-pro-v1:0."
    )
    with pytest.raises(Failed, match="No results: "):
        running.run(RESULTS)


@pytest.mark.parametrize(
    "settings", [SETTINGS, BENCHMARK, AGENT], ids=["judge", "benchmark", "agent"]
)
def test_the_sdk_stops_the_run_alone_where_it_is_told_to(
    kernel: Any, sandbox: Sandbox, settings: EvaluationSettings, request: Any
) -> None:
    name = f"stuck-run-{request.node.callspec.id}"
    running = kernel(some_settings(settings, run_name=name))
    running.run(CONFIGURATION, START)
    running.interrupt_once(sandbox, "ListPipelineExecutionSteps")
    with pytest.raises(Failed, match=r"^$"):
        running.run(POLL)
    assert states(sandbox, name) == {"Executing"}
    before = asked(sandbox, "StopPipelineExecution")

    running.run_code("execution.stop()")
    assert asked(sandbox, "StopPipelineExecution") - before == len(executions(sandbox, name))
    with pytest.raises(Failed, match="ended as Stopped"):
        running.run(POLL)
    assert states(sandbox, name) == {"Stopped"}


def test_nova_models_are_compared_over_two_runs(
    kernel: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    running = kernel(some_settings(NOVA, run_name="nova-pair"))

    running.run(CONFIGURATION, START, POLL)
    assert sorted(recorded(tmp_path)["executions"]) == ["base", "fine-tuned"]
    assert len(executions(sandbox, "nova-pair")) == 2
    shown = running.run(RESULTS)
    assert "The fine-tuned model against the base model, over 60 records: " in shown
    assert re.search(r"^Correctness +0\.\d{3} +0\.\d{3} ", shown, flags=re.M)


def test_rollouts_compare_two_models_in_the_agent_of_the_attached_training_job(
    kernel: Any, sandbox: Sandbox, tmp_path: Path
) -> None:
    running = kernel(some_settings(AGENT, run_name="agent"))

    started = running.run(CONFIGURATION, START)
    (tmp_path / "bot.run.json").unlink()
    running.run(START)
    package = AGENT.model_package_arn
    assert f"Attached to training job travel-agent-rft-1, which made {package}\n" in started
    [arn] = executions(sandbox, "agent")
    answer = sagemaker(sandbox).describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)
    steps = {step["Name"]: step for step in json.loads(answer["PipelineDefinition"])["Steps"]}
    job = json.loads(steps["EvaluateFineTunedModel"]["Arguments"]["JobConfigDocument"])
    assert job["ModelPackageConfig"] == {"InputModelPackageArn": package}
    # Of the attached job the SDK overlooks the qualifier.
    assert job["AgentConfig"] == {
        "BedrockAgentCoreConfig": {
            "AgentRuntimeArn": AGENT.answers["agent_config"],
            "Qualifier": "PROD",
        }
    }

    shown = running.run(POLL, RESULTS)
    assert re.search(r"^pass@1 +0\.319 +0\.700 +\+0\.381 .* better$", shown, flags=re.M)
    assert re.search(r"^mean reward +0\.45[23] +0\.76[23] ", shown, flags=re.M)
    assert re.search(r" turns/mean +\d\.\d+ +\d\.\d+ .* not tested$", shown, flags=re.M)
    assert "SageMaker Studio opens run base-model-eval (base), run fine-tuned" in shown
    assert "authToken" not in started + shown


def test_what_mlflow_or_the_training_job_can_not_tell_is_said_and_the_rest_is_shown(
    kernel: Any, sandbox: Sandbox
) -> None:
    running = kernel(some_settings(AGENT, run_name="untold", agent_qualifier=None))
    sandbox.fail("sagemaker:DescribeJob", "AccessDeniedException", times=1)
    assert "; using the ARN: " in running.run(CONFIGURATION, START)
    running.run(POLL)
    sandbox.fail("sagemaker-mlflow:GetRun", "AccessDeniedException", status=403)

    with pytest.raises(
        Failed,
        match=r"MLflow could not be asked for run .*fine-tuned-model-eval.*PERMISSION_DENIED",
    ):
        running.run(RESULTS)


def test_a_training_job_that_made_another_package_starts_nothing(
    kernel: Any, sandbox: Sandbox
) -> None:
    other = AGENT.model_package_arn.replace("travel-agent", "medical-notes")
    running = kernel(some_settings(AGENT, run_name="mixed", model_package_arn=other))

    with pytest.raises(Failed, match=rf"made {AGENT.model_package_arn}, not {other}\. Correct"):
        running.run(CONFIGURATION, START)
    assert executions(sandbox, "mixed") == []


def test_model_package_of_another_partition_is_handed_over_as_an_object(
    kernel: Any, sandbox: Sandbox
) -> None:
    # The sandbox has the partition "aws" only: this shows the way, not that AWS takes it there.
    kernel(some_settings(SETTINGS, run_name="partition", partition="aws-cn")).run(
        CONFIGURATION, START
    )

    [arn] = executions(sandbox, "partition")
    answer = sagemaker(sandbox).describe_pipeline_definition_for_execution(PipelineExecutionArn=arn)
    assert (
        '"ModelPackageGroupArn": "arn:aws:sagemaker:us-east-1:123456789012:model-package-group/'
        in (answer["PipelineDefinition"])
    )
    assert (
        f'"SourceModelPackageArn": "{SETTINGS.model_package_arn}"' in answer["PipelineDefinition"]
    )


def test_script_does_the_same_without_a_notebook(sandbox: Sandbox, tmp_path: Path) -> None:
    path = write_script(tmp_path / "bot.py", some_settings(SETTINGS, run_name="script"))
    path.write_text(path.read_text().replace("POLL_SECONDS = 30", "POLL_SECONDS = 0.3"))

    environment = {**os.environ, **sandbox.environment}
    done = subprocess.run(
        [sys.executable, path], cwd="/", env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert "The fine-tuned model against the base model, over 60 records: " in done.stdout
    assert not re.search(r"\bcell \d", done.stdout, flags=re.I)
    assert (tmp_path / "bot.run.png").read_bytes().startswith(b"\x89PNG")
