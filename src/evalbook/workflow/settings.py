"""What the notebook is rendered from, taken from the answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evalbook.aws.evaluation_types import pipeline_prefix
from evalbook.workflow.estimate import estimate
from evalbook.workflow.interview import Interview
from evalbook.workflow.steps.dataset import effective_dataset
from evalbook.workflow.steps.run_name import default_run_name
from evalbook.workflow.steps.scope import BASE_ONLY, base_model_too, scope_of
from evalbook.workflow.training import training_job

if TYPE_CHECKING:
    from evalbook.notebook.settings import EvaluationSettings


def settings_of(interview: Interview) -> EvaluationSettings:
    """Return the settings of a completed interview."""
    from evalbook import __version__
    from evalbook.notebook.settings import EvaluationSettings, Vpc

    model = interview.facts("model")
    expected = estimate(interview)
    vpc = interview.facts("vpc")
    return EvaluationSettings(
        evaluation_type=interview.kind.name,
        pipelines=pipeline_prefix(interview.kind.name),
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
        training_job=(training_job(interview) or {}).get("job"),
        answers=_answers(interview),
        **_dataset(interview, expected.records),
    )


def _answers(interview: Interview) -> dict[str, Any]:
    """Return the answer of each step of the type, or what stands for one that was not given."""
    answered = {step: interview.value(step.name) for step in interview.kind.steps}
    return {step.name: step.unasked if it is None else it for step, it in answered.items()}


def _dataset(interview: Interview, records: int | None) -> dict[str, Any]:
    if not interview.facts("dataset"):
        return {}
    return {
        "dataset": effective_dataset(interview),
        "records": interview.facts("data_sample").get("rows", records),
    }
