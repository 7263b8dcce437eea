"""The AWS region in which everything runs."""

from __future__ import annotations

from evalbook import aws
from evalbook.checks import Remedy, passed
from evalbook.errors import AnswerRejected, reject
from evalbook.texts import joined
from evalbook.workflow import hearing, slots
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step
from evalbook.workflow.steps.dataset import effective_dataset
from evalbook.workflow.turn import Question


def _ask(interview: Interview) -> Question:
    return Question(
        "Which AWS region should the evaluation run in?",
        default=interview.model.region,
        help=f"The default is the region of {_model(interview)}, which can only be used from "
        "there.",
    )


def _read(text: str, _question: Question, _: Interview) -> str:
    name = text.strip().lower()
    if not aws.regions.is_region(name):
        near = ", ".join(aws.regions.find_similar_regions(name))
        raise AnswerRejected(
            "region.unknown",
            f"{text!r} is not an AWS region.",
            f"Did you mean {near}?" if near else "Give a region's code, such as us-east-1.",
        )
    return name


def _check(value: str, interview: Interview) -> Outcome[str, None]:
    home = interview.model.region
    if value != home:
        raise reject(
            "region.model",
            f"{_model(interview).capitalize()} is in {home}; it can't be used from {value}.",
            Remedy(
                f"Answer {home}, or choose a model of {value}{_such_as(interview, value)}:",
                step=slots.MODEL.name,
            ),
        )
    _refuse_dataset_registered_elsewhere(value, interview)
    dataset = interview.facts(slots.DATASET)
    if dataset is not None and dataset.region != value:
        raise reject(
            "region.dataset",
            f"The dataset's bucket is in {dataset.region}; SageMaker jobs in {value} can read only "
            f"from buckets in {value}.",
            Remedy(
                f"Copy the dataset to a bucket in {value} and give the copy:",
                step=slots.DATASET.name,
            ),
        )
    return Accepted(value, checks=(passed("region", f"{_what_is_there(interview)} in {value}."),))


def _refuse_dataset_registered_elsewhere(region: str, interview: Interview) -> None:
    """Refuse a dataset ARN from another region, where the SDK would not look for it."""
    found = (
        aws.arns.parse_arn(effective_dataset(interview)) if interview.facts(slots.DATASET) else None
    )
    if found is not None and found.region != region:
        raise reject(
            "region.dataset",
            f"The dataset {found} is registered in {found.region}; the SDK looks for it in "
            f"{region} only.",
            Remedy(
                f"Give one registered in {region}, or the S3 URI of its object:",
                step=slots.DATASET.name,
            ),
        )


def _what_is_there(interview: Interview) -> str:
    """Return what was found in the region, as the beginning of a sentence."""
    things = [_model(interview).capitalize()]
    if judge := interview.value(slots.JUDGE_MODEL):
        things.append(judge)
    if interview.facts(slots.DATASET):
        things.append("the dataset")
    return f"{joined(things)} {'are' if len(things) > 1 else 'is'}"


def _model(interview: Interview) -> str:
    base_only = interview.model.base_only
    return "the base model" if base_only else "the model package"


def _such_as(interview: Interview, region: str) -> str:
    """Return an example of a base model in another region, as part of a sentence."""
    model = interview.answer(slots.MODEL)
    if not model.facts.base_only:
        return ""
    there = model.value.replace(f":{model.facts.region}:", f":{region}:", 1)
    return f", such as {there}"


def _known(interview: Interview) -> str | None:
    found = interview.found("region")
    # The default says the same; confirming it would be one more question.
    model = interview.facts(slots.MODEL)
    return found if model is None or found != model.region else None


STEP = Step(
    slots.REGION,
    "Region",
    ask=_ask,
    hears=hearing.region,
    read=_read,
    check=_check,
    known=_known,
    depends_on=(slots.MODEL, slots.DATASET, slots.DATA_FIX, slots.JUDGE_MODEL),
    example=Example(
        "us-east-1",
        "Where the run takes place. Model, judge and buckets must be usable from there.",
    ),
)
