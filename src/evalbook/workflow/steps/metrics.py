"""Which metrics a judge scores by: the person's own, and Bedrock's built-in ones.

Recommended ones are marked; the person decides.
"""

from __future__ import annotations

from evalbook.checks import Check, Remedy
from evalbook.errors import AnswerRejected
from evalbook.metrics.builtin import (
    Recommendation,
    builtin_metrics,
    parse_builtin_metric,
    recommend,
)
from evalbook.texts import Notice, put_in_a_row
from evalbook.workflow import hearing, slots
from evalbook.workflow.copies import effective_report
from evalbook.workflow.facts import CustomMetricsFacts, SampleFacts
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step, Wants
from evalbook.workflow.replies.choices import read_choice
from evalbook.workflow.replies.lists import HOW_TO_NAME_SEVERAL, split_answers, understand_choices
from evalbook.workflow.replies.words import says_none, says_yes, yes_or_no
from evalbook.workflow.turn import Choice, Question

_EMPTY = ("[]", "{}", "[null]")


def _read_custom(text: str, _question: Question, interview: Interview) -> str:
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


def _check_custom(value: str, interview: Interview) -> Outcome[str, CustomMetricsFacts | None]:
    from evalbook.metrics.custom import custom_metrics_text, parse_custom_metrics

    if not value:
        return Accepted("")
    if value in _EMPTY:
        return Accepted("", notices=(f"No custom metrics: {value} holds none.",))
    parsed = parse_custom_metrics(value, has_reference=_has_reference(interview))
    facts = CustomMetricsFacts(parsed.names, parsed.uses_reference)
    return Accepted(custom_metrics_text(parsed.metrics), facts, parsed.warnings)


def _has_reference(interview: Interview) -> bool | None:
    """Return whether records have reference answers; None if the dataset was not read."""
    report = effective_report(interview)
    return None if report is None else report.with_reference > 0


CUSTOM_STEP = Step(
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
    read=_read_custom,
    check=_check_custom,
    describe=lambda _, facts: f"{len(facts.names)}: {', '.join(facts.names)}" if facts else "none",
    depends_on=(slots.DATASET, slots.DATA_SAMPLE, slots.DATA_FIX),
    unasked=(),
    example="politeness.json",
    example_meaning="A file of instructions to the judge, in Bedrock's format. Each custom metric "
    "costs judge calls just as a built-in one does.",
    wants=Wants(long=True, files=(".json",)),
)


def _ask_builtin(interview: Interview) -> Question:
    has_custom = bool(interview.value(slots.CUSTOM_METRICS))
    sample = interview.facts(slots.DATA_SAMPLE)
    recommendations = recommend(
        interview.answer(slots.TASK).value,
        has_reference=_has_reference(interview),
        fields=sample.fields if isinstance(sample, SampleFacts) else (),
        has_custom=has_custom,
    )
    about = {metric.name: metric.description for metric in builtin_metrics()}
    choices = tuple(
        Choice(it.metric, it.metric, _about(about[it.metric], it), it.recommended)
        # First what is recommended: a list whose numbers have gaps is shown renumbered.
        for it in sorted(recommendations, key=lambda it: not it.recommended)
    )
    recommended = ", ".join(choice.value for choice in choices if choice.recommended)
    return Question(
        "Which built-in metrics?",
        kind="multichoice",
        choices=choices,
        default=recommended or None,
        help=Notice(
            HOW_TO_NAME_SEVERAL + ("; none uses only your custom metrics." if has_custom else ".")
        ),
        reference="references/builtin-metrics.md",
    )


def _about(asks: str, it: Recommendation) -> str:
    """Return what a metric asks and whether it fits; people decide by why it is recommended."""
    if it.recommended:
        return put_in_a_row(Notice(asks), it.reason)
    return put_in_a_row(asks, Notice(it.reason))


def _read_builtin(text: str, question: Question, _: Interview) -> list[str]:
    if says_none(text):
        return []
    if text.strip().casefold() == "all":
        names = {choice.value for choice in question.choices}
    elif says_yes(text) or text.strip().casefold() == "recommended":
        names = {choice.value for choice in question.choices if choice.recommended}
    else:
        names = {
            read_choice(part, question.choices) if part.isdigit() else parse_builtin_metric(part)
            for part in split_answers(text.replace(" and ", ", "))
        }
    return [metric.name for metric in builtin_metrics() if metric.name in names]


def _check_builtin(value: list[str], interview: Interview) -> Outcome[list[str], None]:
    custom = interview.facts(slots.CUSTOM_METRICS)
    if not value and custom is None:
        raise AnswerRejected(
            "metrics.none",
            "You chose no metric, and there are no custom metrics.",
            "Choose at least one built-in metric.",
        )
    taken = {name.casefold(): name for name in custom.names} if custom else {}
    if same := [name for name in value if name.casefold() in taken]:
        raise AnswerRejected(
            "metrics.same_name",
            f"{same[0]} is a built-in metric, and your custom metric {taken[same[0].casefold()]}"
            " has the same name: one would overwrite the other in the results.",
            Remedy("Leave it out, or rename the custom metric:", slots.CUSTOM_METRICS.name),
        )
    reads = ["{{ground_truth}}"] if custom and custom.uses_reference else []
    return Accepted(value, checks=_reference_checks([*value, *reads], interview))


def _reference_checks(metrics: list[str], interview: Interview) -> tuple[Check, ...]:
    """Return the warning about missing references, which depends on the chosen metrics."""
    from evalbook.datasets.findings import report_checks

    report = effective_report(interview)
    found = report_checks(report, metrics=metrics) if report is not None else ()
    return tuple(check for check in found if check.id == "dataset.references")


BUILTIN_STEP = Step(
    slots.BUILTIN_METRICS,
    "Built-in metrics",
    ask=_ask_builtin,
    hears=lambda reply, question, it: understand_choices(
        reply, question, it.value(slots.BUILTIN_METRICS)
    ),
    read=_read_builtin,
    check=_check_builtin,
    describe=lambda value, _: ", ".join(value) or "none",
    depends_on=(slots.CUSTOM_METRICS, slots.DATASET, slots.DATA_SAMPLE, slots.DATA_FIX),
    unasked=(),
    example="Correctness, Helpfulness",
    example_meaning="Each metric is one judge call per record and model: 60 records, two metrics "
    "and two models make 240 calls.",
)
