"""What judging costs, by the records that were judged and AWS's Price List."""

from __future__ import annotations

from evalbook.aws.executions import region_of
from evalbook.aws.judges import judge_name
from evalbook.aws.session import Aws
from evalbook.runs.report import Results
from evalbook.runs.status import MINUTES_A_MODEL
from evalbook.runs.store import Place
from evalbook.workflow.estimate import Estimate, priced

_LOOKED_AT = 200
"""Records that their average size is taken from."""


def add_cost(aws: Aws, report: Results) -> None:
    """Add to a report of one evaluation what its judging cost, where a price is found."""
    if len(report.comparisons) + len(report.alone) != 1:
        return
    known = judging(aws, report, max(arm.records for arm in report.store.arms))
    report.cost = known.price if known else None


def judging(aws: Aws, report: Results, records: int) -> Estimate | None:
    """Estimate the judging of so many records like those of a report's first run.

    Returns:
        None if no judge was at work.
    """
    run = report.runs[0]
    arms = [arm for arm in report.store.arms if arm.records]
    if run.judge is None or not arms:
        return None
    numbers = range(1, min(_LOOKED_AT, arms[-1].records) + 1)
    texts = [report.store.record(Place(arms[-1].number, it)) for it in numbers]
    size = sum(len(f"{it.prompt}{it.reference or ''}".encode()) for it in texts) / len(texts)
    expected = Estimate(
        judged=True,
        records=records,
        metrics=len(arms[-1].metrics),
        models=len(arms),
        minutes=(MINUTES_A_MODEL[0] * len(arms), MINUTES_A_MODEL[1] * len(arms)),
        record_bytes=size,
    )
    region = region_of(run.arn)
    name = judge_name(aws, region, run.judge)
    return priced(expected, aws, region, name) if name else expected
