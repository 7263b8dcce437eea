"""What the notebook is rendered from, taken from the answers."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from evalbook.workflow import slots
from evalbook.workflow.copies import effective_dataset
from evalbook.workflow.estimate import estimate
from evalbook.workflow.facts import PromptFacts
from evalbook.workflow.interview import Interview
from evalbook.workflow.steps.agent import training_job
from evalbook.workflow.steps.inspect_tasks import task_names, tasks_folder
from evalbook.workflow.steps.names import default_run_name
from evalbook.workflow.steps.scope import BASE_ONLY, BOTH, scope_of

if TYPE_CHECKING:
    from evalbook.notebook.settings import EvaluationSettings


def settings_of(interview: Interview) -> EvaluationSettings:
    from evalbook.notebook.settings import EvaluationSettings

    scope, model, expected = scope_of(interview), interview.model, estimate(interview)
    vpc, trained_by = interview.facts(slots.VPC), training_job(interview)
    parts, sample = interview.facts(slots.PILOT), interview.facts(slots.DATA_SAMPLE)
    records = sample.rows if isinstance(sample, PromptFacts) else expected.records
    pilot = parts.records[0] if parts is not None and parts.pilot else 0
    return EvaluationSettings(
        evaluation_type=interview.type.name,
        answers=_answers(interview),
        dataset=effective_dataset(interview) if interview.facts(slots.DATASET) else None,
        records=sum(parts.records) if parts else records,
        parts=parts.uris if parts else (),
        pilot=pilot,
        pilot_only=pilot > 0 and interview.value(slots.PILOT) != "rest",
        model_package_arn=None if scope == BASE_ONLY else model.arn,
        base_model_name=model.base_model.name,
        evaluate_base_model=scope == BOTH,
        is_nova=interview.nova_alone,
        training_job=trained_by.job if trained_by else None,
        networking={"subnets": [*vpc.subnets], "security_group_ids": [*vpc.security_groups]}
        if vpc
        else None,
        run_name=interview.value(slots.RUN_NAME) or default_run_name(interview),
        partition=model.partition,
        profile=interview.aws.profile,
        minutes=expected.minutes,
    )


def _answers(interview: Interview) -> dict[str, Any]:
    """Return the answer of each step of the type, or what stands for one that was not given."""
    answered = {step: interview.value(step.slot) for step in interview.steps}
    values = {step.name: step.unasked if it is None else it for step, it in answered.items()}
    if metrics := values.get(slots.CUSTOM_METRICS.name):
        values[slots.CUSTOM_METRICS.name] = json.loads(metrics)
    if compute := values.get(slots.COMPUTE.name):
        values[slots.COMPUTE.name] = asdict(compute)
    if slots.ANSWERED_BY.name in values:
        values["tasks_folder"] = tasks_folder(interview)
        values["task_names"] = task_names(interview)
        values["answering"] = _answering(interview)
    return values


def _answering(interview: Interview) -> dict[str, dict[str, Any]]:
    """Return the SDK's arguments that say what answers, by each model's label in the cells."""
    alone = interview.model.base_only
    named, other = interview.facts(slots.ANSWERED_BY), interview.facts(slots.BASE_ANSWERED_BY)
    facts = {"base": named} if alone else {"fine-tuned": named, "base": other}
    instances = interview.value(slots.HOSTING_INSTANCES)
    hosted: dict[str, Any] = {"inference_image_uri": interview.value(slots.HOSTING_IMAGE)}
    if instances is not None:
        hosted["endpoint_instance_type"] = instances.instance_type
        hosted["endpoint_instance_count"] = instances.instance_count
    arguments = {
        "endpoint": lambda name: {"endpoint_name": name},
        "bedrock": lambda name: {"bedrock_model_id": name},
        "hosted": lambda name: {"model_s3_uri": name, **hosted},
    }
    return {label: arguments[it.kind](it.name) for label, it in facts.items() if it is not None}
