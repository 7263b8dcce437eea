"""What a dataset's report means: can it be used, and will the scores be worth anything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from evalbook.checks import Check, Status, passed
from evalbook.datasets.formats import format_named
from evalbook.datasets.invalid import invalid_of
from evalbook.datasets.report import REMEMBERED, VERY_LONG, Report
from evalbook.texts import joined, plural

ASSUMED_DEVIATION = 0.4
"""Standard deviation of the differences between two models' scores of a record, on 0 to 1.

Assumed, before anything is measured: judges score in few steps, and two models agree on many
records.
"""
WANTED_DIFFERENCE = 0.1
"""Mean difference, on a score from 0 to 1, that an evaluation should be able to show."""

# Normal quantiles for a two-sided test at 5 % and for 80 % power.
_QUANTILES = 1.959964 + 0.841621
_SAME_SHARE = 0.9
_WITH_REFERENCE = ("Correctness", "Completeness")
_GROUND_TRUTH = "{{ground_truth}}"


class Doubt(NamedTuple):
    """What would make the scores worth less, and what helps."""

    found: str
    remedy: str
    status: Status = "warning"


Found = Doubt | str | None
"""A doubt, or a sentence that all is well."""


def estimate_detectable_difference(records: int) -> float:
    """Return the smallest mean difference, on a score from 0 to 1, that paired records can show.

    At 80 % power and 5 % significance (two-sided), by the normal approximation, with
    ``ASSUMED_DEVIATION``.
    """
    return _QUANTILES * ASSUMED_DEVIATION / math.sqrt(records)


def estimate_records_needed(difference: float) -> int:
    """Return how many paired records can show a mean difference, as assumed above."""
    return math.ceil((_QUANTILES * ASSUMED_DEVIATION / difference) ** 2)


def report_checks(report: Report, *, metrics: Sequence[str] = ()) -> list[Check]:
    """Return what a report means for the evaluation, as checks.

    Args:
        report: what ``validate`` found.
        metrics: the chosen metrics: names of built-in ones, with or without ``Builtin.``, and the
            instructions of custom ones (or their whole definition as text).
    """
    found = {"dataset.records": _records(report)}
    if report.records:
        found["dataset.format"] = _format(report)
    if report.max_records is not None:
        found["dataset.rows"] = _rows(report, report.max_records)
    if report.valid:
        found |= _doubts(report, metrics)
    return [
        passed(check, it) if isinstance(it, str) else Check(check, it.status, it.found, it.remedy)
        for check, it in found.items()
        if it
    ]


def _doubts(report: Report, metrics: Sequence[str]) -> dict[str, Found]:
    return {
        "dataset.repeated_prompts": _repeated_prompts(report),
        "dataset.same_reference": _same_reference(report),
        "dataset.long_texts": _long_texts(report),
        "dataset.empty_texts": _empty_texts(report),
        "dataset.thinking": _thinking(report),
        "dataset.turns": _turns(report),
        "dataset.references": _references(report, metrics),
        "dataset.power": _power(report.valid),
    }


def _records(report: Report) -> Found:
    if not report.records:
        message = "No record could be read; expected at least one."
        remedy = report.container_remedy or "Give another dataset."
        return Doubt(report.container_problem or message, remedy, "failed")
    if not report.invalid:
        count = plural(report.records, "record")
        return f"{count}, {'valid' if report.records == 1 else 'all valid'}."
    shown = "; ".join(
        f"{report.place} {row.line:,}: {row.reason}" for row in report.invalid_shown[:3]
    )
    return Doubt(
        f"{invalid_of(report.invalid, report.records)}. {shown}.",
        f"{_remedy_for_records(report)} or give another dataset.",
        "failed",
    )


def _remedy_for_records(report: Report) -> str:
    if report.valid:
        count = plural(report.valid, "valid record")
        return f"Let evalbook write a new object with {count},"
    if report.several_questions:
        return "Let evalbook write a copy with each first question,"
    # What all records have in common.
    kinds = [kind for kind, _ in report.reasons]
    return _REMEDIES.get(kinds[0], _CORRECT) if len(kinds) == 1 else _CORRECT


_CORRECT = "Correct the records,"
_REMEDIES = {
    "not_object": 'Write each record as an object, such as {"query": "…", "response": "…"};',
    "one_message": "Write one record for each conversation, its messages in a list (`evalbook"
    " example dataset openai` writes a file to imitate);",
    "no_prompt": "Name the question field query and the reference answer field response (`evalbook"
    " example dataset` writes a sample);",
}
"""By the kind of what is wrong."""
_CONVERT = "Let evalbook convert it to a new object, or give another dataset."


def _format(report: Report) -> Found:
    can_be = report.valid or report.several_questions
    remedy = _CONVERT if can_be else report.container_remedy or "Give another dataset."
    if report.container_problem:
        return Doubt(report.container_problem, remedy, "failed")
    known = format_named(report.format) if report.format else None
    if report.as_it_is == report.valid and known is not None:
        return f"The format is {known.label} ({known.expected})."
    if not report.valid:
        return Doubt("No record is in a format that can be read.", remedy, "failed")
    keeps = report.keepable and not report.losing("prompt")
    return Doubt(" ".join(lost_lines(report)), remedy, "warning" if keeps else "failed")


_LOST = {
    "record": "could not read {count}",
    "reference": "would read no reference answer in {count}",
    "reference_wrong": "would read something else as the reference answer in {count}",
    "system": "would read no system prompt in {count}",
    "prompt": "would misread the prompt in {count}",
    "category": "would read no category in {count}",
    "metadata": "would not read the metadata in {count}",
}


def lost_lines(report: Report) -> list[str]:
    """Return what a job would not read of the dataset as it is, as sentences."""
    lines = []
    for what, count in report.lost:
        line = f"As it is, a job {_LOST[what].format(count=plural(count, 'record'))}"
        if what == "record" and report.unread:
            line += f" ({report.place} {report.unread.line:,}: {report.unread.reason})"
        lines.append(line + ".")
    return lines


def _rows(report: Report, limit: int) -> Found:
    jobs = f", so they take {-(-report.records // limit)}" if report.over_limit else ""
    return f"{plural(report.records, 'record')}; one job takes up to {limit:,}{jobs}."


def _repeated_prompts(report: Report) -> Found:
    among = f" among the first {REMEMBERED:,} different ones" if report.repeats_bounded else ""
    if not report.repeated_prompts:
        return f"No prompt is repeated{among}."
    count = plural(report.repeated_prompts, "record")
    verb = "repeats" if report.repeated_prompts == 1 else "repeat"
    return Doubt(
        f"{count} of {report.valid:,} {verb} an earlier record's prompt{among}: they count several"
        " times in the scores, and the uncertainty looks smaller than it is.",
        "Remove the repeats, unless they are intended.",
    )


def _same_reference(report: Report) -> Found:
    most, have = report.commonest_reference, report.with_reference
    if have < 2:
        return "No two records have reference answers that could be the same."
    if most <= _SAME_SHARE * have:
        return f"{plural(report.distinct_references, 'different reference answer')}."
    share = "All" if most == have else f"{most:,} of"
    return Doubt(
        f"{share} {plural(have, 'reference answer')} are the same: a model that always says this"
        " would score best.",
        "Check that the reference answers are in the right field.",
    )


def _long_texts(report: Report) -> Found:
    if not report.very_long:
        return f"The longest text has {plural(report.longest, 'character')}."
    return Doubt(
        f"{_have(report.very_long)} a prompt or reference of more than {VERY_LONG:,} characters"
        f" (the longest: {report.longest:,}), which the model or the judge may cut off or refuse.",
        "Shorten or remove them, or choose a judge with a large context window.",
    )


def _empty_texts(report: Report) -> Found:
    empty = _counted(report.empty_prompts, report.empty_references, "empty ")
    if not empty:
        return "No prompt or reference answer is empty."
    return Doubt(
        f"{empty}: their scores say nothing about the model.", "Fill or remove these records."
    )


def _thinking(report: Report) -> Found:
    found = _counted(report.thinking_prompts, report.thinking_references)
    return found and Doubt(
        f"{found} contain markers of a thinking model (such as /no_think or"
        " <think>): other models read them as words, and the judge compares them too.",
        "Remove the markers, unless both models know them.",
    )


def _counted(prompts: int, references: int, which: str = "") -> str:
    """Return how many prompts and references, in words; nothing for none."""
    pairs = ((prompts, "prompt"), (references, "reference answer"))
    return joined([plural(count, which + what) for count, what in pairs if count])


def _have(records: int) -> str:
    return f"{plural(records, 'record')} {'has' if records == 1 else 'have'}"


def _turns(report: Report) -> Found:
    if not report.multi_turn:
        return None
    return Doubt(
        f"{_have(report.multi_turn)} several user turns. AWS documents only"
        " a prompt and its answer, not what happens to earlier turns.",
        "Let evalbook write a copy with the earlier turns in the queries, or keep one turn per"
        " record.",
    )


def _references(report: Report, metrics: Sequence[str]) -> Found:
    users = _reference_users(metrics)
    if not users:
        return None
    missing = report.valid - report.with_reference + report.empty_references
    if missing <= 0:
        return f"Every record has a reference answer for {joined(users)}."
    verb = "has" if missing == 1 else "have"
    return Doubt(
        f"{missing:,} of {plural(report.valid, 'record')} {verb} no reference answer, which"
        f" {joined(users)} would compare with: without one, the judge relies on its own"
        " knowledge.",
        "Add reference answers, or choose other metrics.",
    )


def _reference_users(metrics: Sequence[str]) -> list[str]:
    users = []
    for metric in metrics:
        name = metric.strip()
        plain = name[len("builtin.") :] if name.lower().startswith("builtin.") else name
        users += [known for known in _WITH_REFERENCE if plain.lower() == known.lower()]
        if _GROUND_TRUTH in "".join(metric.split()):
            users.append("a custom metric with " + _GROUND_TRUTH)
    return list(dict.fromkeys(users))


def _power(records: int) -> Found:
    smallest = estimate_detectable_difference(records)
    count = plural(records, "record")
    if smallest <= WANTED_DIFFERENCE:
        return f"With {count}, differences of {smallest:.2f} will probably show."
    which = f"differences below about {smallest:.2f} will probably not"
    needed = estimate_records_needed(WANTED_DIFFERENCE)
    return Doubt(
        f"With {count}, {which if smallest < 1 else 'no difference will'} show.",
        f"About {needed} records would show {WANTED_DIFFERENCE}.",
    )
