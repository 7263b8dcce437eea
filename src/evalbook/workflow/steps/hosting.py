"""On which image and instances artefacts are hosted for a run."""

from __future__ import annotations

from evalbook import aws
from evalbook.workflow.facts import (
    ANSWERED_BY,
    BASE_ANSWERED_BY,
    HOSTING_IMAGE,
    HOSTING_INSTANCES,
    MODEL,
    REGION,
)
from evalbook.workflow.interview import Example, Interview, Step
from evalbook.workflow.outcomes import Accepted, Outcome
from evalbook.workflow.steps.answered_by import hosted
from evalbook.workflow.turn import Question


def _ask_image(interview: Interview) -> Question:
    model = interview.model
    return Question(
        "Which container image should host the artefacts?",
        default=aws.answering.nova_image(interview.region) if model.nova else None,
        help="Its URI in Amazon ECR, in the region of the run, such as AWS's images for DJL or "
        "vLLM: https://aws.github.io/deep-learning-containers/",
    )


def _check_image(value: str, interview: Interview) -> Outcome[str, None]:
    image, check = aws.answering.check_image(interview.aws, value, interview.region)
    return Accepted(image, checks=(check,))


def _ask_instances(interview: Interview) -> Question:
    return Question(
        "On which instances should they be hosted?",
        default=aws.gpus.smallest_for(interview.model.billions),
        help="Such as ml.g5.12xlarge, or 2 x ml.g5.12xlarge: an endpoint for each model that is "
        "hosted, paid by the hour while the run goes on.",
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
        "What serves the model while the run goes on.",
    ),
)
INSTANCES_STEP = Step(
    HOSTING_INSTANCES,
    "Hosted on",
    ask=_ask_instances,
    read=_read_instances,
    check=_check_instances,
    applies=hosted,
    depends_on=(ANSWERED_BY, BASE_ANSWERED_BY, MODEL, REGION),
    example=Example(
        "ml.g5.12xlarge",
        "An endpoint for each model, paid by the hour until the run is over.",
    ),
)
