"""What the notebook is rendered from, taken from the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evalbook.workflow.estimate import estimate
from evalbook.workflow.interview import Interview
from evalbook.workflow.steps.dataset import effective_dataset
from evalbook.workflow.steps.run_name import default_run_name
from evalbook.workflow.steps.scope import BASE_ONLY, base_model_too, scope_of
from evalbook.workflow.steps.stopping_condition import DEFAULT
from evalbook.workflow.training import training_job

if TYPE_CHECKING:
    from evalbook.notebook.settings import EvaluationSettings, Instances


def settings_of(interview: Interview) -> EvaluationSettings:
    """Return the settings of a completed interview."""
    from evalbook import __version__
    from evalbook.notebook.settings import EvaluationSettings, Vpc

    model = interview.facts("model")
    expected = estimate(interview)
    vpc = interview.facts("vpc")
    return EvaluationSettings(
        evaluation_type=interview.kind.name,
        task=interview.value("task"),
        model_package_arn=None if scope_of(interview) == BASE_ONLY else model["arn"],
        base_model_name=model["base_model"]["name"],
        region=interview.value("region"),
        role_arn=interview.value("execution_role"),
        s3_output=interview.value("s3_output"),
        evaluate_base_model=base_model_too(interview),
        is_nova=expected.nova,
        mlflow_resource_arn=interview.value("mlflow"),
        mlflow_experiment=interview.value("mlflow_experiment"),
        kms_key=interview.value("kms_key"),
        tags=interview.value("tags") or {},
        vpc=Vpc(tuple(vpc["subnets"]), tuple(vpc["security_groups"])) if vpc else None,
        run_name=interview.value("run_name") or default_run_name(interview),
        profile=interview.aws.profile,
        partition=model["partition"],
        minutes=expected.minutes,
        evalbook_version=__version__,
        **_of_some_types(interview, expected.records),
    )


def _of_some_types(interview: Interview, records: int | None) -> dict[str, Any]:
    """Return the settings that only some types ask for, as far as they were answered."""
    found: dict[str, Any] = {
        "judge_model": interview.value("judge_model"),
        "builtin_metrics": tuple(interview.value("builtin_metrics", ())),
        "custom_metrics": tuple(interview.value("custom_metrics", ())),
        "scorer": interview.value("scorer"),
        "agent_config": interview.value("agent_config"),
        "agent_qualifier": interview.value("agent_qualifier"),
        "training_job": (training_job(interview) or {}).get("job"),
        "stopping_condition": interview.value("stopping_condition", DEFAULT),
        "inference_parameters": interview.value("inference_parameters") or {},
        "instances": _instances(interview),
        "benchmark": interview.value("benchmark"),
        "subtasks": tuple(interview.value("subtasks", ())),
    }
    if interview.facts("dataset"):
        found["dataset"] = effective_dataset(interview)
        found["records"] = interview.facts("data_sample").get("rows", records)
    return found


def _instances(interview: Interview) -> Instances | None:
    from evalbook.notebook.settings import Instances

    chosen = interview.value("compute")
    return Instances(chosen["instance_type"], chosen["instance_count"]) if chosen else None
