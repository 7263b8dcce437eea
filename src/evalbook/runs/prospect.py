"""What judging costs, and what a pilot says of the whole: how likely it settles what is open."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import NormalDist

from evalbook.aws.judges import judge_name
from evalbook.aws.runs import region_of
from evalbook.aws.session import Aws
from evalbook.runs.comparison import MetricRow
from evalbook.runs.jobs import PILOTS_LEVEL, WHOLES_LEVEL, Look, Prospect
from evalbook.runs.report import Results
from evalbook.runs.status import MINUTES_A_MODEL
from evalbook.runs.store import Place
from evalbook.runs.verdicts import BETTER, WORSE
from evalbook.runs.words import percent
from evalbook.texts import joined, plural
from evalbook.workflow.estimate import Estimate, priced

_LOOKED_AT = 200
"""Records that their average size is taken from."""


def add_cost(aws: Aws, report: Results) -> None:
    """Add to a report of one evaluation what its judging cost, where a price is found."""
    if len(report.comparisons) + len(report.alone) != 1:
        return
    known = estimate_judging(aws, report, max(arm.records for arm in report.store.arms))
    report.cost = known.price if known else None


def estimate_judging(aws: Aws, report: Results, records: int) -> Estimate | None:
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


def estimate_chance_to_settle(row: MetricRow, look: Look, questions: int) -> float:
    """Return the chance that a metric's difference is clear over the whole.

    Given the gain and deviation seen in the pilot, the mean over the whole is normal about the
    pilot's. The strictest of Holm's corrections is taken.
    """
    if row.gain is None or not row.deviation or row.records < 2:
        return 0.0
    normal = NormalDist()
    n, whole = row.records, row.records * look.whole / look.pilot
    limit = normal.inv_cdf(1 - WHOLES_LEVEL / 2 / max(1, questions)) / math.sqrt(whole)
    gain = row.gain / (row.deviation * math.sqrt(n / (n - 1)))
    spread = math.sqrt((whole - n) / (whole * n))
    return normal.cdf((gain - limit) / spread) + normal.cdf((-gain - limit) / spread)


def add_prospect(aws: Aws, report: Results) -> None:
    look = report.look
    if look is None or not look.early or not report.comparisons:
        return
    comparison = report.comparisons[0]
    chances = {
        row.metric: estimate_chance_to_settle(row, look, comparison.tests)
        for row in comparison.rows
        if row.verdict not in (BETTER, WORSE)
    }
    cost = estimate_judging(aws, report, look.whole - look.pilot)
    price, minutes = (cost.price, cost.minutes) if cost else (None, None)
    sentence = " ".join(_sentences(look, chances, price, minutes))
    report.prospect = Prospect(look.pilot, look.whole, chances, price, minutes, sentence)


def _sentences(
    look: Look,
    chances: dict[str, float],
    price: tuple[float, float] | None,
    minutes: tuple[int, int] | None,
) -> Iterator[str]:
    yield (
        f"This is a pilot of {look.pilot:,} of {plural(look.whole, 'record')}. As fixed before it "
        f"began, a difference must be clear at {percent(PILOTS_LEVEL)} here and at "
        f"{percent(WHOLES_LEVEL)} over the whole, so that looking early does not make false alarms "
        "more likely (5 % at most)."
    )
    if chances:
        said = joined([f"{metric} {percent(chance)}" for metric, chance in chances.items()])
        yield f"The chance that the whole makes the rest clear, judging by the pilot: {said}."
    else:
        yield "Every metric is already clear: the whole would only make the gains more precise."
    cost = "the cost of judging them is not known"
    if price is not None:
        cost = "judging them costs about {:,.2f} to {:,.2f} US dollars".format(*price)
    time = " and takes {} to {} minutes".format(*minutes) if minutes else ""
    yield f"{look.whole - look.pilot:,} records are left; {cost}{time}."
    yield (
        "To run them: `evalbook answer --step pilot rest`, or PILOT_ONLY = False in the notebook's "
        "cell 1; then cells 1 to 4."
    )
