from __future__ import annotations

import random

import pytest
from judged import a_line, compared, lines

from evalbook.runs.comparison import compare, means
from evalbook.runs.one_by_one import find_lowest_records
from evalbook.runs.store import RecordStore


def test_pairs_records_by_prompt_whatever_their_order() -> None:
    base = [a_line({"Correctness": n / 10}, f"Question {n}") for n in range(10)]
    tuned = [a_line({"Correctness": n / 10 + 0.05}, f"Question {n}") for n in range(10)]
    random.Random(1).shuffle(tuned)

    [row] = compared(base, tuned).rows
    assert row.gain == pytest.approx(0.05)
    assert (row.wins, row.ties, row.losses) == (10, 0, 0)
    assert row.verdict == "better"


def test_where_a_low_score_is_good_a_lower_one_is_better() -> None:
    base, tuned = ([a_line({"Refusal": it}, f"{n}") for n in range(8)] for it in (1.0, 0.0))

    [row] = compared(base, tuned, lower=["refusal"]).rows
    assert (row.first, row.second, row.gain) == (1.0, 0.0, 1.0)
    assert row.verdict == "better"
    assert not row.higher_is_better


def test_a_record_without_a_score_is_left_out_not_counted_as_zero() -> None:
    [row] = compared(lines([None, 1.0, 0.5]), lines([1.0, None, 0.5])).rows

    assert (row.records, row.left_out, row.unscored) == (1, 2, (1, 1))
    assert row.first == row.second == 0.5


@pytest.mark.parametrize(
    ("gains", "verdict"),
    [
        ([0.5] * 5, "too few records"),
        ([0.5] * 6, "better"),
        ([-0.5] * 6, "worse"),
        ([0.5, -0.5] * 10, "no clear difference"),
        ([0.0] * 20, "no record differs"),
    ],
)
def test_verdicts(gains: list[float], verdict: str) -> None:
    [row] = compared(lines([0.5] * len(gains)), lines([0.5 + gain for gain in gains])).rows

    assert row.verdict == verdict


def test_what_passes_alone_may_not_pass_among_many() -> None:
    level, nothing = [0.5] * 7, [0.5, 0.0] * 3 + [0.5]
    alone = compared(lines(level), lines([1.0] * 7)).rows
    among = compared(lines(level, *[nothing] * 9), lines([1.0] * 7, *[nothing[::-1]] * 9)).rows

    assert (alone[0].chance, alone[0].verdict) == (pytest.approx(2 / 128), "better")
    assert (among[0].corrected, among[0].verdict) == (
        pytest.approx(20 / 128),
        "no clear difference",
    )


def test_repeated_prompts_are_paired_in_their_order_and_counted() -> None:
    base = [a_line({"A": score}, "the same") for score in (0.0, 0.5)]
    tuned = [a_line({"A": score}, "the same") for score in (0.25, 0.5, 1.0)]

    comparison = compared(base, tuned)
    assert comparison.paired == 2
    assert comparison.rows[0].gain == pytest.approx(0.125)
    assert (comparison.first.repeated, comparison.second.repeated) == (1, 2)


def test_records_it_lost_most_on_come_worst_first() -> None:
    base = lines([1.0, 1.0, 1.0, 0.0], [1.0, 1.0, 0.5, 0.5])
    tuned = lines([0.0, 0.5, 1.0, 1.0], [1.0, 0.5, 0.5, 0.5])

    with RecordStore() as store:
        pairing = (store.add_arm("base", base), store.add_arm("fine-tuned", tuned))
        [comparison] = compare(store, [pairing])
        prompts = [store.record(it.lines[1]).prompt for it in comparison.losses]

    assert prompts == ["Question 0", "Question 1"]
    assert [it.overall for it in comparison.losses] == [-0.5, -0.5]


def test_categories_are_compared_and_small_ones_left_to_the_whole() -> None:
    def side(score: float) -> list[bytes]:
        names = ["bills"] * 8 + ["travel"] * 8 + ["rare"]
        scores = [score] * 8 + [0.5] * 9
        return [
            a_line({"A": it}, f"{n}", category=name)
            for n, (name, it) in enumerate(zip(names, scores, strict=True))
        ]

    categories = compared(side(0.0), side(1.0)).categories
    assert {name: rows[0].verdict for name, rows in categories.items()} == {
        "bills": "better",
        "travel": "no record differs",
    }


def test_several_comparisons_are_corrected_together() -> None:
    with RecordStore() as store:
        arms = [store.add_arm(name, lines([score] * 7)) for name, score in _THREE]
        first, second = compare(store, [(arms[0], arms[1]), (arms[0], arms[2])])

    assert first.tests == second.tests == 2
    assert first.rows[0].corrected == pytest.approx(4 / 128)


_THREE = (("a", 0.25), ("b", 0.5), ("c", 0.75))


def test_a_metric_that_begins_late_in_the_file_is_not_shifted() -> None:
    side = [a_line({"A": 0.5}, "1"), a_line({"B": 1.0, "A": 0.25}, "2")]

    rows = {row.metric: row for row in compared(side, side).rows}
    assert (rows["A"].second, rows["A"].records) == (0.375, 2)
    assert (rows["B"].second, rows["B"].records) == (1.0, 1)


def test_metrics_that_only_other_runs_have_are_not_in_a_comparison() -> None:
    with RecordStore() as store:
        other = store.add_arm("benchmark", lines([1.0] * 7, metrics=["accuracy"]))
        sides = [([0.0] * 7, [None] * 7), ([1.0] * 7, [None] * 7)]
        pairing = [
            store.add_arm(f"{n}", lines(*side, metrics=["A", "Refused"]))
            for n, side in enumerate(sides)
        ]
        store.lower_is_better = frozenset({"refused"})
        [comparison] = compare(store, [(pairing[0], pairing[1])])
        alone = means(store, other)

    assert [row.metric for row in comparison.rows] == ["A", "Refused"]
    assert [row.metric for row in alone] == ["accuracy"]
    assert [row.higher_is_better for row in comparison.rows] == [True, False]


def test_lines_that_are_no_records_are_counted() -> None:
    comparison = compared([b"{", *lines([0.5])], [*lines([0.5]), b"\n", b"7"])

    assert (comparison.first.unreadable, comparison.second.unreadable) == (1, 1)
    assert comparison.paired == 1


def test_categories_of_all_comparisons_are_corrected_among_themselves() -> None:
    def side(score: float) -> list[bytes]:
        return [a_line({"A": score}, f"{n}", category="ab"[n % 2]) for n in range(14)]

    with RecordStore() as store:
        arms = [store.add_arm(name, side(score)) for name, score in _THREE]
        first, second = compare(store, [(arms[0], arms[1]), (arms[0], arms[2])])

    assert (first.tests, first.category_tests) == (2, 4)
    assert first.categories["a"][0].corrected == pytest.approx(4 * 2 / 128)
    assert second.rows[0].corrected == pytest.approx(2 * 2 / 2**14)


def test_a_score_beyond_all_scales_is_none() -> None:
    [row] = compared(lines([1e308, -1e308, 0.5]), lines([-1e308, 1e308, 0.5])).rows

    assert (row.records, row.left_out) == (1, 2)


def test_a_built_in_and_a_custom_metric_of_one_name_are_kept_apart() -> None:
    def side(builtin: float, custom: float) -> list[bytes]:
        return [
            a_line({"Correctness": builtin}, f"{n}").replace(
                b'"scores": [',
                b'"scores": [{"metricName": "Correctness", "result": %r}, ' % custom,
            )
            for n in range(8)
        ]

    rows = {row.metric: row for row in compared(side(0.5, 0.0), side(0.5, 1.0)).rows}
    assert {name: row.gain for name, row in rows.items()} == {
        "Correctness (custom)": 1.0,
        "Correctness": 0.0,
    }


@pytest.mark.parametrize("lower", [(), ("metric1",)])
def test_none_of_a_models_records_is_the_lowest_where_all_have_one_score(
    lower: tuple[str, ...],
) -> None:
    with RecordStore() as store:
        store.lower_is_better = frozenset(lower)
        arm = store.add_arm("fine-tuned", lines([5.0] * 8 + [None]))
        assert find_lowest_records(store, arm, 3) == []


def test_records_of_which_none_has_a_score_are_counted() -> None:
    side = [a_line({}, f"{n}") for n in range(3)]

    comparison = compared(side, side)
    assert (comparison.paired, comparison.rows, comparison.losses) == (3, (), ())
