"""What a pilot says of the whole: how likely it settles what is open, and what that costs."""

from __future__ import annotations

import math
from collections.abc import Iterator
from statistics import NormalDist

from evalbook.aws.session import Aws
from evalbook.runs.comparison import MetricRow
from evalbook.runs.costs import judging
from evalbook.runs.jobs import PILOTS_LEVEL, WHOLES_LEVEL, Look, Prospect
from evalbook.runs.report import Results
from evalbook.runs.verdicts import BETTER, WORSE
from evalbook.runs.words import percent
from evalbook.texts import joined, plural


def estimate_chance_to_settle(row: MetricRow, look: Look, questions: int) -> float:
    """Return the chance that a metric's difference is clear over the whole.

    From the gain and the deviation that were seen, how sure they are taken into account: given
    them, the mean over the whole is normal about the pilot's. Of Holm's corrections the strictest
    is taken.
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
    """Add to a report of a pilot what the rest would bring, and cost."""
    look = report.look
    if look is None or not look.early or not report.comparisons:
        return
    comparison = report.comparisons[0]
    chances = {
        row.metric: estimate_chance_to_settle(row, look, comparison.tests)
        for row in comparison.rows
        if row.verdict not in (BETTER, WORSE)
    }
    cost = judging(aws, report, look.whole - look.pilot)
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
