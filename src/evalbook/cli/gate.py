"""`evalbook gate`: may this model be released? For continuous integration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evalbook.cli.completion import takes_runs
from evalbook.cli.options import A_FILE, Settings, command
from evalbook.cli.output import Output, need_somebody_to_ask, need_yes
from evalbook.errors import AnswerRejected, UsageError
from evalbook.tables import Prose, coloured, spaced
from evalbook.texts import joined
from evalbook.whole_files import rejecting_unwritable, replace_whole

if TYPE_CHECKING:
    from rich.console import RenderableType

    from evalbook.aws.packages import Approval
    from evalbook.aws.session import Aws
    from evalbook.runs.gate import GateDocument, Outcome
    from evalbook.runs.policy import Policy

_OUTCOMES: dict[Outcome, tuple[int, Approval]] = {
    "pass": (0, "Approved"),
    "fail": (1, "Rejected"),
    "undecided": (6, "PendingManualApproval"),
}
"""The exit status of each, and how it is recorded."""


def _limits(
    _context: click.Context, option: click.Parameter, values: tuple[str, ...]
) -> dict[str, float]:
    found = {}
    for value in values:
        metric, _, share = value.rpartition("=")
        try:
            found[metric or "*"] = float(share)
        except ValueError:
            raise click.BadParameter(f"{value!r} is not METRIC=SHARE.", param=option) from None
    return found


@command(
    "gate",
    examples=[
        ("evalbook gate support-bot-v2", "No metric lost more than 0.05 of its scale; one gained."),
        ("evalbook gate --policy policy.toml --junit gate.xml", "By a policy, for a pipeline."),
    ],
)
@takes_runs
@click.option("--policy", type=A_FILE, metavar="FILE", help="Rules in TOML.")
@click.option(
    "--must-gain", multiple=True, metavar="METRIC=SHARE", callback=_limits,
    help="Share of its scale that a metric must gain; without METRIC=, every metric.",
)  # fmt: skip
@click.option(
    "--may-lose", multiple=True, metavar="METRIC=SHARE", callback=_limits,
    help="Largest share of its scale that a metric may lose; without METRIC=, every metric.",
)  # fmt: skip
@click.option(
    "--min-records", type=click.IntRange(1), metavar="N", help="Minimum number of records."
)
@click.option(
    "--max-left-out",
    type=click.IntRange(0),
    metavar="N",
    help="Maximum number of records left out.",
)
@click.option("--lower-is-better", multiple=True, metavar="METRIC", help="Low scores are good.")
@click.option("--junit", type=A_FILE, metavar="FILE", help="Write the rules as JUnit XML.")
@click.option(
    "--markdown", type=A_FILE, metavar="FILE", help="Write a summary, for a pull request."
)
@click.option(
    "--record", is_flag=True, help="Set the model package's approval status, after asking."
)
@click.option("--yes", is_flag=True, help="With --record: don't ask.")
def gate_command(
    settings: Settings,
    output: Output,
    runs: tuple[str, ...],
    run: int | None,
    lower_is_better: tuple[str, ...],
    junit: Path | None,
    markdown: Path | None,
    record: bool,
    yes: bool,
    **rules: Any,
) -> int:
    """Decide by a policy whether the fine-tuned model may be released.

    Exit status: 0 pass, 1 fail, 6 undecided, with the number of records that would decide. Without
    a policy, no metric may lose more than 0.05 of its scale, and at least one must clearly gain.
    docs/gate.md lists the policy's keys, and has workflows to copy.
    """
    from evalbook.runs.find import targets
    from evalbook.runs.gate import decided
    from evalbook.runs.report import read_report
    from evalbook.runs.store import RecordStore

    if record and not yes:
        need_somebody_to_ask(output, "gate.asks", "--record")
    policy = _policy(**rules)
    aws = settings.aws()
    wanted = targets(aws, runs, settings.state, run)
    with RecordStore() as store:
        document = decided(aws, read_report(aws, wanted, store, lower_is_better), policy)
    if record:
        document = replace(document, recorded=_record(aws, document, asked=not yes))
    document = replace(document, written=tuple(_write(document, junit, markdown)))
    output.draw(document, *spaced(_parts(document)))
    return _OUTCOMES[document.status][0]


def _policy(
    policy: Path | None,
    must_gain: dict[str, float],
    may_lose: dict[str, float],
    min_records: int | None,
    max_left_out: int | None,
) -> Policy:
    from evalbook.runs.policy import policy_of, read_policy

    common = {"records": min_records, "left_out": max_left_out}
    given = {key: value for key, value in common.items() if value is not None}
    if policy is not None:
        if must_gain or may_lose or given:
            raise UsageError(
                "usage",
                "With --policy, all rules come from the file.",
                "Put the other rules into the file.",
            )
        return read_policy(policy)
    metrics: dict[str, dict[str, float]] = {}
    for key, limits in (("gain", must_gain), ("lose", may_lose)):
        for metric, share in limits.items():
            metrics.setdefault(metric, {})[key] = share
    return policy_of({"metrics": metrics, **given}, "options" if metrics else "built in")


def _record(aws: Aws, document: GateDocument, *, asked: bool) -> str:
    from evalbook.aws.packages import set_approval

    package = document.evidence.run.model or ""
    if ":model-package/" not in package:
        raise AnswerRejected("gate.record", "The run names no model package to record this on.")
    approval = _OUTCOMES[document.status][1]
    if asked:
        question = f"{document.sentence}\nSet {package} to {approval}?"
        need_yes(question, "gate.declined", "Nothing was recorded.")
    set_approval(aws, package, approval, f"evalbook gate: {document.sentence}")
    return package


def _write(document: GateDocument, junit: Path | None, markdown: Path | None) -> list[str]:
    from evalbook.runs.gate_files import render_gate_markdown, render_junit

    if junit is not None:
        with rejecting_unwritable("gate.unwritable", junit):
            replace_whole(junit, render_junit(document))
    if markdown is not None:
        with rejecting_unwritable("gate.unwritable", markdown):
            replace_whole(markdown, render_gate_markdown(document).encode())
    return [str(path) for path in (junit, markdown) if path is not None]


def _parts(document: GateDocument) -> Iterator[RenderableType | list[dict[str, str]]]:
    rows = [
        {
            "State": rule.outcome,
            "Metric": rule.subject(),
            "Rule": rule.rule,
            "Seen": rule.why,
        }
        for rule in document.rules
    ]
    it = document.evidence
    others = dict.fromkeys(rule.against or it.first for rule in document.rules)
    yield f"{it.run.name}: {it.second} against {joined([*others])}, policy {document.policy.source}"
    yield Prose(document.sentence, str(coloured(document.status).style))
    yield rows
    yield from document.notes
    if document.recorded:
        yield f"Recorded in {document.recorded}."
