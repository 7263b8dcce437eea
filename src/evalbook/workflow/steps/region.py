"""The AWS region in which everything runs."""

from __future__ import annotations

from evalbook import aws
from evalbook.checks import Remedy, passed
from evalbook.errors import AnswerRejected, reject
from evalbook.texts import Notice, joined
from evalbook.workflow import hearing, slots
from evalbook.workflow.copies import effective_dataset
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step
from evalbook.workflow.turn import Question


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
    dataset = interview.facts(slots.DATASET)
    if dataset is not None:
        _check_dataset(dataset.region, value, interview)
    judge, data = interview.value(slots.JUDGE_MODEL), "the dataset" if dataset else None
    here = [it for it in (_model(interview).capitalize(), judge, data) if it]
    are = "are" if len(here) > 1 else "is"
    return Accepted(value, checks=(passed("region", f"{joined(here)} {are} in {value}."),))


def _check_dataset(bucket_region: str, region: str, interview: Interview) -> None:
    found = aws.arns.parse_arn(effective_dataset(interview))
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
    if bucket_region != region:
        raise reject(
            "region.dataset",
            f"The dataset's bucket is in {bucket_region}; SageMaker jobs in {region} can read only "
            f"from buckets in {region}.",
            Remedy(
                f"Copy the dataset to a bucket in {region} and give the copy:",
                step=slots.DATASET.name,
            ),
        )


def _model(interview: Interview) -> str:
    return "the base model" if interview.model.base_only else "the model package"


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
    ask=lambda it: Question(
        "Which AWS region should the evaluation run in?",
        default=it.model.region,
        help=Notice(
            f"The default is the region of {_model(it)}, which can only be used from there."
        ),
    ),
    hears=hearing.region,
    read=_read,
    check=_check,
    known=_known,
    depends_on=(slots.MODEL, slots.DATASET, slots.DATA_FIX, slots.JUDGE_MODEL),
    example="us-east-1",
    example_meaning="Where the run takes place. Model, judge and buckets must be usable from "
    "there.",
)
