"""What the evaluation runs on: serverless, or training jobs on the person's own instances."""

from __future__ import annotations

from evalbook import aws
from evalbook.checks import Check, Remedy, warning
from evalbook.errors import AnswerRejected
from evalbook.workflow import hearing, slots
from evalbook.workflow.copies import effective_dataset
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step
from evalbook.workflow.optional import if_given, unless_none
from evalbook.workflow.steps.scope import BASE_ONLY, BOTH, check_scope_base, scope_of
from evalbook.workflow.turn import Question

SERVERLESS = "serverless"


def _read(text: str, _question: Question, interview: Interview) -> aws.found.Instances:
    return aws.instances.read_instances(interview.aws, text, interview.region, "compute")


def _check(
    value: aws.found.Instances, interview: Interview
) -> Outcome[aws.found.Instances | None, None]:
    _refuse_what_would_be_lost(interview)
    interview.progress("Looking for a recipe for your own instances", None, None)
    model, region = interview.model, interview.region
    base = model.base_model.name
    recipe, checks = aws.own_instances.find_own_recipe(
        interview.aws, region, base, interview.type.name
    )
    checks += aws.own_instances.check_instances(recipe, value, model.billions)
    checks += _model_checks(base, interview)
    if recipe is not None:
        parameters = interview.value(slots.INFERENCE_PARAMETERS) or {}
        key = interview.value(slots.KMS_KEY)
        checks += aws.own_instances.check_recipe(recipe, parameters, key)
    checks.append(aws.permissions.check_job_permissions(interview.aws, region))
    checks.append(aws.quotas.check_instance_quota(interview.aws, region, value, "training job"))
    return Accepted(value, checks=(*checks, *_doubts(interview)))


def _refuse_what_would_be_lost(interview: Interview) -> None:
    """Refuse settings that the SDK would silently drop.

    It passes neither to ModelTrainer.from_recipe (_write_and_submit_smtj_recipe in
    train/evaluate/base_evaluator.py, 3.27.0).
    """
    for slot, what, them in ((slots.VPC, "the VPC", "it"), (slots.TAGS, "the tags", "them")):
        if interview.value(slot):
            raise AnswerRejected(
                f"compute.{slot.name}",
                f"On your own instances, {what} would be dropped: the SDK does not pass {them} on "
                "to the training job.",
                Remedy(f"Answer serverless, or leave {what} out:", step=slot.name, answer="none"),
            )
    dataset = interview.facts(slots.DATASET)
    if dataset is not None and effective_dataset(interview).startswith("arn:"):
        raise AnswerRejected(
            "compute.dataset",
            "On your own instances, the SDK accepts only an S3 URI as the dataset, and "
            f"{effective_dataset(interview)} is the ARN of a registered one.",
            f"Give {dataset.uri} as the dataset, or answer serverless.",
        )


def _model_checks(base: str, interview: Interview) -> list[Check]:
    """Check that each model can be evaluated by itself, as the SDK does."""
    model, scope = interview.model, scope_of(interview)
    if scope != BASE_ONLY:
        aws.own_instances.refuse_archive(base, model.model_data)
    if scope != BOTH:
        return []
    if not model.base_by_name:
        raise AnswerRejected(
            "compute.base",
            "On your own instances, the SDK evaluates one model at a time, and it can't find "
            f"{base} by name.",
            "Set the scope to fine_tuned_only, or answer serverless.",
        )
    return check_scope_base(interview)


def _doubts(interview: Interview) -> list[Check]:
    doubts = [
        warning(
            "compute.hour",
            "The SDK stops a job on your own instances after "
            f"{aws.own_instances.MINUTES} minutes, and this can't be changed: a job that takes "
            "longer has no results.",
            "Use fewer subtasks or records, or larger instances.",
        ),
        warning(
            "compute.dry_run",
            "The SDK has no dry run for your own instances: it would start the paid jobs.",
            "evalbook has already made the checks of a dry run, such as role and caller.",
        ),
    ]
    if (interview.value(slots.SCORER) or "").startswith("arn:"):
        doubts.append(
            warning(
                "compute.scorer",
                "The SDK passes the job the ARN of the scorer's registration, not of its function; "
                "whether the container accepts that can't be known beforehand.",
                "Try it with a few records first.",
            )
        )
    return doubts


STEP = Step(
    slots.COMPUTE,
    "Compute",
    ask=lambda _: Question(
        "What should the evaluation run on?",
        default=SERVERLESS,
        help="serverless, or your own instances, such as ml.g5.12xlarge or 2 x ml.g5.12xlarge: "
        "one training job per model, billed by the hour.",
        reference="references/advanced-settings.md",
    ),
    hears=hearing.machines,
    read=unless_none(_read, word=SERVERLESS),
    check=if_given(_check),
    describe=lambda value, _: f"{value}, one training job per model" if value else SERVERLESS,
    advanced=True,
    depends_on=(
        slots.EVALUATION_TYPE,
        slots.MODEL,
        slots.DATASET,
        slots.DATA_FIX,
        slots.SCORER,
        slots.REGION,
        slots.SCOPE,
        slots.KMS_KEY,
        slots.VPC,
        slots.TAGS,
        slots.INFERENCE_PARAMETERS,
    ),
    example="2 x ml.g5.12xlarge",
    example_meaning="Your own instances, billed by the hour. The default, serverless, is billed "
    "by use.",
)
