"""Which tags the evaluation carries, so that it and its costs can be found."""

from __future__ import annotations

from evalbook import aws
from evalbook.checks import passed
from evalbook.workflow import hearing
from evalbook.workflow.assignments import read_assignments
from evalbook.workflow.facts import EVALUATION_TYPE, REGION, TAGS
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step
from evalbook.workflow.replies.words import says_none
from evalbook.workflow.turn import Question

_EXAMPLE = "team=support, cost-center=4711"


def _ask(interview: Interview) -> Question:
    where = (
        "They reach the jobs of every run."
        if interview.type.tags_jobs
        else "The SDK sets them on the pipeline, but only when it creates it."
    )
    return Question(
        "Which tags should the evaluation carry?",
        default="none",
        help=f"Keys and values, such as {_EXAMPLE}, or a JSON object. {where}",
        reference="references/advanced-settings.md",
    )


def _read(text: str, _question: Question, interview: Interview) -> dict[str, str] | None:
    if "=" not in text and says_none(text, ("tags", "tag")):
        return None
    pairs = read_assignments(text, "tags.form", _EXAMPLE)
    return aws.tags.check_tags(pairs, keeps_empty=interview.type.tags_jobs) or None


def _check(
    value: dict[str, str] | None, interview: Interview
) -> Outcome[dict[str, str] | None, None]:
    from evalbook.evaluation_types import pipeline_prefix

    if value is None:
        return Accepted(None)
    kind = interview.type
    aws.tags.check_tags(list(value.items()), keeps_empty=kind.tags_jobs)
    if kind.tags_jobs:
        return Accepted(
            value, checks=(passed("tags.jobs", "Every run's jobs will carry the tags."),)
        )
    pipelines = pipeline_prefix(kind.name)
    check = aws.tags.check_pipeline_tags(interview.aws, interview.region, pipelines, value)
    return Accepted(value, checks=(check,))


def _describe(value: dict[str, str] | None, _: None) -> str:
    return ", ".join(f"{key}={said}" for key, said in (value or {}).items()) or "none"


STEP = Step(
    TAGS,
    "Tags",
    longest=50_000,
    ask=_ask,
    hears=hearing.assigned(lambda _: (), "tags", "tag"),
    read=_read,
    check=_check,
    describe=_describe,
    advanced=True,
    depends_on=(EVALUATION_TYPE, REGION),
    example=Example(
        "team=search, cost-center=4711",
        "The run carries these tags, so you can find its costs by them.",
    ),
)
