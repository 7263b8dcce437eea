"""Which image and instances host the artefacts for a run."""

from __future__ import annotations

from evalbook import aws
from evalbook.workflow import hearing
from evalbook.workflow.facts import (
    ANSWERED_BY,
    BASE_ANSWERED_BY,
    HOSTING_IMAGE,
    HOSTING_INSTANCES,
    MODEL,
    REGION,
)
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step
from evalbook.workflow.steps.answered_by import hosted
from evalbook.workflow.turn import Question


def _ask_image(interview: Interview) -> Question:
    model = interview.model
    return Question(
        "Which container image should host the artefacts?",
        default=aws.answering.nova_image(interview.region) if model.nova else None,
        help="Its Amazon ECR URI in the run's region, such as one of AWS's images for DJL or vLLM: "
        "https://aws.github.io/deep-learning-containers/",
    )


def _check_image(value: str, interview: Interview) -> Outcome[str, None]:
    image, check = aws.answering.check_image(interview.aws, value, interview.region)
    return Accepted(image, checks=(check,))


def _ask_instances(interview: Interview) -> Question:
    return Question(
        "Which instances should host them?",
        default=aws.gpus.smallest_for(interview.model.billions),
        help="Such as ml.g5.12xlarge or 2 x ml.g5.12xlarge: one endpoint per hosted model, billed "
        "by the hour during the run.",
    )


def _read_instances(text: str, _question: Question, interview: Interview) -> aws.found.Instances:
    return aws.own_instances.read_instances(interview.aws, text, interview.region)


def _check_instances(
    value: aws.found.Instances, interview: Interview
) -> Outcome[aws.found.Instances, None]:
    model = interview.model
    name = model.base_model.name
    checks = aws.answering.check_hosting(
        interview.aws, interview.region, value, model.billions, name
    )
    return Accepted(value, checks=tuple(checks))


IMAGE_STEP = Step(
    HOSTING_IMAGE,
    "Hosting image",
    ask=_ask_image,
    check=_check_image,
    applies=hosted,
    depends_on=(ANSWERED_BY, BASE_ANSWERED_BY, MODEL, REGION),
    example=Example(
        "763104351884.dkr.ecr.us-east-1.amazonaws.com/djl-inference:0.33.0-lmi15.0.0-cu128",
        "The container that serves the model during the run.",
    ),
)
INSTANCES_STEP = Step(
    HOSTING_INSTANCES,
    "Hosted on",
    ask=_ask_instances,
    hears=hearing.machines,
    read=_read_instances,
    check=_check_instances,
    applies=hosted,
    depends_on=(ANSWERED_BY, BASE_ANSWERED_BY, MODEL, REGION),
    example=Example(
        "ml.g5.12xlarge",
        "One endpoint per model, billed by the hour until the run ends.",
    ),
)
