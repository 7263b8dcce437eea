"""Custom metrics: none, a file, or JSON in Bedrock's format."""

from __future__ import annotations

from evalbook.errors import AnswerRejected
from evalbook.workflow import hearing, slots
from evalbook.workflow.facts import CustomMetricsFacts
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step, Wants
from evalbook.workflow.replies.words import says_none, yes_or_no
from evalbook.workflow.steps.dataset import effective_report
from evalbook.workflow.turn import Question

_EMPTY = ("[]", "{}", "[null]")


def _read(text: str, _question: Question, interview: Interview) -> str:
    """Return the JSON that was given or that the file holds; empty for none."""
    from evalbook.metrics.custom_text import read_custom_metrics_file

    if text.strip() in _EMPTY:
        return text.strip()
    if says_none(text):
        return ""
    if yes_or_no(text):
        raise AnswerRejected(
            "custom_metrics.which",
            "Yes, but which? The metrics themselves are needed.",
            "Give the path of a JSON file, or its content.",
        )
    if "```" in text or text.lstrip("\ufeff \t\r\n").startswith(("[", "{")):
        return text
    path = interview.file_named(text)
    found = read_custom_metrics_file(path)
    if not found.strip():
        raise AnswerRejected(
            "custom_metrics.empty",
            f"The file {path} is empty.",
            "Give a file with custom metrics, or answer none.",
        )
    return found


def _check(value: str, interview: Interview) -> Outcome[str, CustomMetricsFacts | None]:
    from evalbook.metrics.custom import custom_metrics_text, parse_custom_metrics

    if not value:
        return Accepted("")
    if value in _EMPTY:
        return Accepted("", notices=(f"No custom metrics: {value} holds none.",))
    parsed = parse_custom_metrics(value, has_reference=has_reference(interview))
    facts = CustomMetricsFacts(parsed.names, parsed.uses_reference)
    return Accepted(custom_metrics_text(parsed.metrics), facts, parsed.warnings)


def has_reference(interview: Interview) -> bool | None:
    """Return whether records have reference answers; None if the dataset was not read."""
    report = effective_report(interview)
    return None if report is None else report.with_reference > 0


STEP = Step(
    slots.CUSTOM_METRICS,
    "Custom metrics",
    longest=1_000_000,
    ask=lambda _: Question(
        "Do you have custom metrics?",
        default="none",
        help="none, the path of a JSON file, or the JSON itself, in Bedrock's format.",
        reference="references/custom-metrics.md",
    ),
    hears=hearing.metrics_file,
    read=_read,
    check=_check,
    describe=lambda _, facts: f"{len(facts.names)}: {', '.join(facts.names)}" if facts else "none",
    depends_on=(slots.DATASET, slots.DATA_SAMPLE, slots.DATA_FIX),
    unasked=(),
    example="politeness.json",
    example_meaning="A file of instructions to the judge, in Bedrock's format. Each custom metric "
    "costs judge calls just as a built-in one does.",
    wants=Wants(long=True, files=(".json",)),
)
