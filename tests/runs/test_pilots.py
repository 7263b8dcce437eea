"""Looking early does not cheat; what a pilot promises of the whole comes true as often as said."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from evalbook.aws.session import Aws
from evalbook.runs.comparison import MetricRow
from evalbook.runs.find import Target, targets
from evalbook.runs.jobs import PILOTS_LEVEL, WHOLES_LEVEL, Look, find_whole_dataset, job_of
from evalbook.runs.prospect import add_prospect, estimate_chance_to_settle
from evalbook.runs.report import read_report
from evalbook.runs.statistics import Tally, compute_chance_of_no_difference
from evalbook.runs.status import look, together_words
from evalbook.runs.store import RecordStore
from evalbook.runs.verdicts import BETTER, UNCLEAR, WORSE, judge_rows

PILOT = "bot-0a1b2c3d-1-of-2-pilot-60-of-180"
NOWHERE = Path("no-state.json")
REST = "bot-0a1b2c3d-2-of-2"


@cache
def chance(wins: int, ties: int, losses: int) -> float:
    """Of so many wins and losses as far out, were the models equally good."""
    return compute_chance_of_no_difference(
        Tally(Counter({1.0: wins, 0.0: ties, -1.0: losses}), wins + ties + losses)
    )


def a_row(metric: str, wins: int, ties: int, losses: int) -> MetricRow:
    n = wins + ties + losses
    gain = (wins - losses) / n
    deviation = ((wins + losses) / n - gain**2) ** 0.5
    return MetricRow(
        metric, True, 0.5, 0.5, gain, None, None, wins, ties, losses, n, 0, (0, 0), deviation, 1.0,
        chance(wins, ties, losses),
    )  # fmt: skip


def counted(gains: np.ndarray) -> tuple[int, int, int]:
    return int((gains > 0).sum()), int((gains == 0).sum()), int((gains < 0).sum())


def test_equal_models_are_called_different_at_either_look_as_rarely_as_said() -> None:
    draws = np.random.default_rng(16).choice([-1, 0, 1], (2000, 2, 240), p=[0.2, 0.6, 0.2])
    wrong = [0, 0]
    for metrics in draws:
        looks = [
            judge_rows([a_row(str(at), *counted(it[:n])) for at, it in enumerate(metrics)], level)
            for n, level in ((60, PILOTS_LEVEL), (240, WHOLES_LEVEL))
        ]
        early, late = (any(row.verdict in (BETTER, WORSE) for row in rows) for rows in looks)
        wrong[0] += early
        wrong[1] += early or late
    # 20 and 100 of 2,000 are allowed, and two and a half standard deviations more for chance.
    assert wrong[0] <= 31
    assert 40 <= wrong[1] <= 124


def test_the_chance_that_the_whole_settles_is_kept() -> None:
    chosen, draw = random.Random(3), np.random.default_rng(3)
    promised, settled = [], []
    seen = Look(100, 500, early=True)
    for _ in range(1500):
        # Any effect is as likely as another, as the prediction has it.
        p = chosen.uniform(0.15, 0.45)
        gains = draw.choice([-1, 0, 1], 500, p=[0.6 - p, 0.4, p])
        row = a_row("m", *counted(gains[:100]))
        promised.append(estimate_chance_to_settle(row, seen, 1))
        [whole] = judge_rows([a_row("m", *counted(gains))], WHOLES_LEVEL)
        settled.append(whole.verdict != UNCLEAR)
    told, came = np.array(promised), np.array(settled)
    for low in (0.3, 0.5, 0.7, 0.9):
        among = (told >= low) & (told < low + 0.2)
        assert came[among].mean() == pytest.approx(told[among].mean(), abs=0.13)


def test_names_tell_the_evaluation_the_part_and_the_pilot() -> None:
    job = job_of(PILOT)

    assert (job.evaluation, job.part, job.parts, job.pilot, job.whole) == (
        "bot-0a1b2c3d", 1, 2, 60, 180,
    )  # fmt: skip
    assert job_of("bot-0a1b2c3d-base-2-of-2").base
    assert job_of("support-bot-v2").evaluation == "support-bot-v2"
    assert find_whole_dataset("s3://b/e-0a1b2c3d-1-of-2-pilot-60-of-180.jsonl") == "s3://b/e.jsonl"
    assert find_whole_dataset("s3://b/e.jsonl") == "s3://b/e.jsonl"


def test_parts_are_one_evaluation_by_whichever_name_or_arn(
    evaluated: Callable[..., str], live_aws: Aws
) -> None:
    pilot = evaluated(PILOT)
    with RecordStore() as store:
        report = read_report(live_aws, targets(live_aws, [pilot], NOWHERE), store)
        add_prospect(live_aws, report)
    assert report.look == Look(60, 180, early=True)
    assert {row.confidence for row in report.comparisons[0].rows} == {0.99}
    assert report.prospect is not None
    assert report.prospect.price is not None
    assert "120 records are left; judging them costs about" in report.prospect.sentence

    rest = evaluated(REST, dataset="s3://evalbook-data/support/categories.jsonl")
    for said in (pilot, rest, PILOT, "bot-0a1b2c3d"):
        found = targets(live_aws, [said], NOWHERE)
        assert found == [Target(pilot, "part 1"), Target(rest, "part 2")]
    with RecordStore() as store:
        report = read_report(live_aws, found[1:], store)
    assert "Of the 2 parts of bot-0a1b2c3d, only 2 was run." in report.notes
    with RecordStore() as store:
        report = read_report(live_aws, found, store)
    [run], [comparison] = report.runs, report.comparisons
    assert (run.name, run.jobs, comparison.paired) == ("bot-0a1b2c3d", 2, 180)
    assert comparison.level == WHOLES_LEVEL
    seen = [look(live_aws, it) for it in found]
    assert together_words(seen) == "bot-0a1b2c3d, 2 jobs: 2 Succeeded"
