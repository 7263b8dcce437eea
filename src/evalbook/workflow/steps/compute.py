"""What the evaluation runs on: serverless, or a training job on instances of one's own."""

from __future__ import annotations

from evalbook import aws
from evalbook.checks import Check, Remedy, warning
from evalbook.errors import AnswerRejected
from evalbook.workflow.facts import (
    COMPUTE,
    DATA_FIX,
    DATASET,
    EVALUATION_TYPE,
    INFERENCE_PARAMETERS,
    KMS_KEY,
    MODEL,
    REGION,
    SCOPE,
    SCORER,
    TAGS,
    VPC,
)
from evalbook.workflow.interview import Example, Interview, Step
from evalbook.workflow.outcomes import Accepted, Outcome
from evalbook.workflow.replies.words import says_none
from evalbook.workflow.steps.advanced import wanted
from evalbook.workflow.steps.dataset import effective_dataset
from evalbook.workflow.steps.scope import BASE_ONLY, BOTH, check_scope_base, scope_of
from evalbook.workflow.turn import Question

SERVERLESS = "serverless"


def _ask(_: Interview) -> Question:
    return Question(
        "What should the evaluation run on?",
        default=SERVERLESS,
        help="serverless, or instances of your own, such as ml.g5.12xlarge or 2 x ml.g5.12xlarge: "
        "one training job for each model, paid by the hour.",
        reference="references/advanced-settings.md",
    )


def _read(text: str, _question: Question, interview: Interview) -> aws.found.Instances | None:
    if says_none(text) or text.strip().casefold() == SERVERLESS:
        return None
    return aws.own_instances.read_instances(interview.aws, text, interview.region)


def _check(
    value: aws.found.Instances | None, interview: Interview
) -> Outcome[aws.found.Instances | None, None]:
    if value is None:
        return Accepted(None)
    _refuse_what_would_be_lost(interview)
    interview.progress("Looking for a recipe for instances of your own", None, None)
    model, region = interview.model, interview.region
    base = model.base_model.name
    recipe, checks = aws.own_instances.find_own_recipe(
        interview.aws, region, base, interview.type.name
    )
    checks += aws.own_instances.check_instances(recipe, value, model.billions)
    checks += _model_checks(base, interview)
    if recipe is not None:
        parameters = interview.value(INFERENCE_PARAMETERS) or {}
        key = interview.value(KMS_KEY)
        checks += aws.own_instances.check_recipe(recipe, value, parameters, key)
    checks.append(aws.permissions.check_job_permissions(interview.aws, region))
    checks.append(aws.quotas.check_training_quota(interview.aws, region, value))
    return Accepted(value, checks=(*checks, *_doubts(interview)))


def _refuse_what_would_be_lost(interview: Interview) -> None:
    """Refuse settings that the SDK would leave out without a word.

    It hands neither to ModelTrainer.from_recipe (_write_and_submit_smtj_recipe in
    train/evaluate/base_evaluator.py, 3.27.0).
    """
    for slot, what, them in ((VPC, "the VPC", "it"), (TAGS, "the tags", "them")):
        if interview.value(slot):
            raise AnswerRejected(
                f"compute.{slot.name}",
                f"On instances of your own, {what} would be left out: the SDK does not pass {them} "
                "on to the training job.",
                Remedy(f"Answer serverless, or leave {what} out:", step=slot.name, answer="none"),
            )
    dataset = interview.facts(DATASET)
    if dataset is not None and effective_dataset(interview).startswith("arn:"):
        raise AnswerRejected(
            "compute.dataset",
            "On instances of your own, the SDK takes a dataset by its place in S3 only, and "
            f"{effective_dataset(interview)} is the ARN of a registered one.",
            f"Answer dataset with {dataset.uri}, or answer serverless.",
        )


def _model_checks(base: str, interview: Interview) -> list[Check]:
    """Check that each of the models can be evaluated by itself, which is how the SDK does it."""
    model, scope = interview.model, scope_of(interview)
    if scope != BASE_ONLY:
        aws.own_instances.refuse_archive(base, model.model_data)
    if scope != BOTH:
        return []
    if not model.base_by_name:
        raise AnswerRejected(
            "compute.base",
            f"On instances of your own, the SDK evaluates one model at a time, and it can't find "
            f"{base} by its name.",
            "Answer scope with fine_tuned_only, or answer serverless.",
        )
    return check_scope_base(interview)


def _doubts(interview: Interview) -> list[Check]:
    doubts = [
        warning(
            "compute.hour",
            "The SDK lets a job on instances of your own run for "
            f"{aws.own_instances.MINUTES} minutes and can't be told otherwise: what takes longer "
            "is stopped, and has no results.",
            "Name fewer subtasks or records, or larger instances.",
        ),
        warning(
            "compute.dry_run",
            "The SDK has no dry run for instances of your own: it would start the paid jobs.",
            "What it would check then, such as role and caller, evalbook's turns have checked.",
        ),
    ]
    if (interview.value(SCORER) or "").startswith("arn:"):
        doubts.append(
            warning(
                "compute.scorer",
                "The SDK hands a registered scorer to the job by the ARN of its registration, not "
                "of its function; nobody can tell beforehand whether the container takes that.",
                "Try it with a few records first.",
            )
        )
    return doubts


def _describe(value: aws.found.Instances | None, _: None) -> str:
    return SERVERLESS if value is None else f"{value}, a training job for each model"


STEP = Step(
    COMPUTE,
    "Compute",
    ask=_ask,
    read=_read,
    check=_check,
    describe=_describe,
    applies=wanted(COMPUTE),
    advanced=True,
    depends_on=(
        EVALUATION_TYPE,
        MODEL,
        DATASET,
        DATA_FIX,
        SCORER,
        REGION,
        SCOPE,
        KMS_KEY,
        VPC,
        TAGS,
        INFERENCE_PARAMETERS,
    ),
    example=Example(
        "2 x ml.g5.12xlarge",
        "Instances of your own, paid by the hour; serverless is the default, and is paid by use.",
    ),
)
