from __future__ import annotations

import random
import xml.etree.ElementTree as ElementTree
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from judged import a_line, a_report, lines

from evalbook.errors import UsageError
from evalbook.runs.gate import Evidence, GateDocument, RuleResult, decide, more_records
from evalbook.runs.gate_files import render_gate_markdown, render_junit
from evalbook.runs.policy import Policy, policy_of, read_policy
from evalbook.runs.store import RecordStore

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)


def decided(
    base: Sequence[bytes], tuned: Sequence[bytes], policy: Mapping[str, Any] | None = None
) -> tuple[str, str, tuple[RuleResult, ...]]:
    with RecordStore() as store:
        told = Policy() if policy is None else policy_of(policy, "test")
        return decide(a_report(store, base, tuned), told)


def around(gain: float, records: int = 100) -> tuple[list[bytes], list[bytes]]:
    """Two models whose gains are 0.2 apart from a mean."""
    gains = [gain - 0.2, gain + 0.2] * (records // 2)
    return lines([0.5] * records), lines([round(0.5 + it, 3) for it in gains])


@pytest.mark.parametrize(
    ("gain", "policy", "outcome"),
    [
        (0.1, None, "pass"),
        (-0.2, None, "fail"),
        (0.0, None, "undecided"),
        (0.02, {"metrics": {"Metric1": {"lose": 0.05}}}, "pass"),
        (-0.02, {"metrics": {"Metric1": {"lose": 0.05}}}, "undecided"),
        (-0.2, {"metrics": {"Metric1": {"lose": 0.05}}}, "fail"),
        (0.1, {"metrics": {"Metric1": {"gain": 0.05}}}, "pass"),
        (0.1, {"metrics": {"*": {"gain": 0.2}}}, "fail"),
        (0.1, {"metrics": {"*": {"gain": 0.1}}}, "undecided"),
        (0.1, {"metrics": {"*": {"gain": 0.0, "records": 101}}}, "undecided"),
        (0.1, {"metrics": {"*": {"gain": 0.0}}, "records": 100, "left_out": 0}, "pass"),
    ],
)
def test_the_whole_interval_has_to_keep_to_the_policy(
    gain: float, policy: Mapping[str, Any] | None, outcome: str
) -> None:
    assert decided(*around(gain), policy)[0] == outcome


def test_an_interval_that_ends_just_at_the_bound_keeps_to_it() -> None:
    # To a computer, a tenth of a scale to 3 is a bit more than 0.3, where the interval begins.
    base, tuned = [0.0] * 6 + [1.0] * 4, [0.0] * 4 + [1.0] * 2 + [3.0] * 4
    policy = {"metrics": {"*": {"gain": 0.1}}}

    assert decided(lines(base), lines(tuned), policy)[0] == "pass"


def test_undecided_says_how_many_records_would_decide() -> None:
    _, sentence, rules = decided(*around(-0.02), {"metrics": {"*": {"lose": 0.05}}})

    # 0.2 is the deviation, 0.03 the distance: ((1.960 + 0.842) * 0.2 / 0.03) ** 2 = 349.
    assert more_records(rules) == 349 - 100
    assert sentence == (
        "Undecided. Metric1 loses at most 0.050: gain -0.020, 95 % interval -0.060 to +0.020. "
        "About 249 more records would decide, if the models differ as they did here."
    )


@pytest.mark.thorough
def test_the_number_that_would_decide_decides_four_times_of_five() -> None:
    draw, decisions = random.Random(8), 0
    for _ in range(200):
        # ((1.960 + 0.842) * 0.12 / 0.03) ** 2 = 126
        tuned = lines([0.5 + draw.gauss(-0.02, 0.12) for _ in range(126)])
        outcome, *_ = decided(lines([0.5] * 126), tuned, {"metrics": {"*": {"lose": 0.05}}})
        decisions += outcome == "pass"

    assert 0.7 <= decisions / 200 <= 0.9


def test_left_out_records_beyond_the_policy_fail() -> None:
    base = lines([None] * 3 + [0.0] * 30)

    outcome, sentence, _ = decided(
        base, lines([1.0] * 33), {"metrics": {"*": {"gain": 0.1}}, "left_out": 2}
    )
    assert (outcome, sentence) == ("fail", "Fail. Metric1 at most 2 left out: 3 left out.")


def test_a_category_has_limits_of_its_own() -> None:
    def side(bills: float) -> list[bytes]:
        return [
            a_line({"A": bills if n % 2 else 0.5}, f"{n}", category="bills" if n % 2 else "travel")
            for n in range(80)
        ]

    policy = {
        "metrics": {"A": {"gain": -0.0}},
        "categories": {"travel": {"A": {"lose": 0.1}}, "bills": {"*": {"gain": 0.2}}},
    }
    outcome, _, rules = decided(side(0.0), side(1.0), policy)
    assert outcome == "pass"
    assert [(rule.category, rule.outcome) for rule in rules] == [
        (None, "pass"), ("travel", "pass"), ("bills", "pass")
    ]  # fmt: skip
    with pytest.raises(UsageError, match="the category 'food'"):
        decided(side(0.0), side(1.0), {"categories": {"food": {"A": {"lose": 0.1}}}})


def test_not_one_record_that_differs_is_no_gain_and_no_proof_of_no_loss() -> None:
    few, many = ([0.5] * records for records in (20, 200))

    assert [it.outcome for it in decided(lines(few), lines(few))[2]] == ["undecided", "fail"]
    assert [it.outcome for it in decided(lines(many), lines(many))[2]] == ["pass", "fail"]


@pytest.mark.parametrize(
    ("policy", "said"),
    [
        ("metrics.Tone.lose = 0.1", "the metric 'Tone'"),
        ("metrics.Metric1.loose = 0.1", "'loose'"),
        ("metrics.Metric1.lose = -1", "lose is not a number from 0"),
        ("metrics.Metric1.records = 1.5", "records is not a whole number"),
        ("metrics = 3", "metrics is not a table"),
        ("one_gains = 1", "one_gains is not true or false"),
        ("= 3", "can't be read as TOML"),
    ],
)
def test_a_policy_that_says_nothing_sure_is_refused(tmp_path: Path, policy: str, said: str) -> None:
    (tmp_path / "policy.toml").write_text(policy)

    with RecordStore() as store:
        report = a_report(store, lines([0.5] * 9), lines([0.5] * 9))
        with pytest.raises(UsageError, match=said):
            decide(report, read_policy(tmp_path / "policy.toml"))


@pytest.mark.thorough
@pytest.mark.parametrize("records", [40, 200])
def test_a_model_against_itself_seldom_passes(records: int) -> None:
    draw, runs, passed = random.Random(records), 200, 0
    policies = [Policy(), policy_of({"metrics": {"*": {"gain": 0.0}}}, "test")]
    names = ("A", "B", "C")
    for number in range(runs):
        base, tuned = (
            lines(*(draw.choices(LEVELS, (1, 2, 3, 4, 3), k=records) for _ in names), metrics=names)
            for _ in range(2)
        )
        with RecordStore() as store:
            outcome, *_ = decide(a_report(store, base, tuned), policies[number % 2])
        passed += outcome == "pass"

    # At most 2.5 % of 200, which is 5; 12 are three standard deviations more.
    assert passed <= 12


def a_document(**changes: Any) -> GateDocument:
    with RecordStore() as store:
        report = a_report(store, *around(-0.02))
        outcome, sentence, rules = decide(report, Policy())
        run = replace(report.runs[0], **changes)
    evidence = Evidence(
        run, "ab12", "base", "fine-tuned", 100, ("Metric1",), "1", "3", "2026-11-27"
    )
    return GateDocument(outcome, sentence, rules, more_records(rules), Policy(), evidence, ())


def test_junit_has_a_case_for_each_rule_and_takes_undecided_for_no_pass() -> None:
    suite = ElementTree.fromstring(render_junit(a_document(name="a<b>\x00")))  # noqa: S314 - ours

    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("2", "0", "2")
    assert suite.get("name") == "evalbook gate a<b>\ufffd"
    assert [case.get("name") for case in suite] == [
        "Metric1: loses at most 0.050",
        "all metrics: at least one metric has clearly gained",
    ]


def test_markdown_has_the_decision_and_what_it_rests_on_and_no_markup_of_others() -> None:
    text = render_gate_markdown(a_document(name="<img src=x> | [a](b)"))

    assert text.startswith("## ❓ undecided: \\<img src=x\\> \\| \\[a\\](b)\n\nUndecided. ")
    assert "| ❓ undecided | Metric1 | loses at most 0.050 | gain -0.020" in text
    assert "- dataset's SHA-256: ab12" in text
