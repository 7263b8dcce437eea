from __future__ import annotations

import random
from pathlib import Path

import pytest
from judged import a_report, lines
from scipy import stats
from sklearn import metrics as reference

from evalbook.errors import AnswerRejected, UsageError
from evalbook.runs.labels import (
    LabelFile,
    Sample,
    _agreement,
    allocation,
    correct_gain,
    draw,
    estimate_gain,
    read_labels,
)
from evalbook.runs.statistics import compute_student_quantile
from evalbook.runs.store import RecordStore

NAMES = ("base", "fine-tuned")


@pytest.mark.parametrize(
    ("sizes", "records"), [((100, 50, 2), 40), ((1000, 10), 60), ((3, 3), 10), ((500,), 50)]
)
def test_every_stratum_is_drawn_from_and_none_beyond_its_size(
    sizes: tuple[int, ...], records: int
) -> None:
    drawn = allocation(sizes, records)

    assert all(min(2, size) <= it <= size for it, size in zip(drawn, sizes, strict=True))
    assert records - 2 <= sum(drawn) + max(0, records - sum(sizes)) <= records + 2


@pytest.mark.parametrize("flattering", [0.0, 0.3])
@pytest.mark.parametrize("right", [0.9, 0.5])
def test_the_corrected_gain_covers_the_truth_whatever_the_judge_is_worth(
    flattering: float, right: float
) -> None:
    draws, runs, covered = random.Random(f"{flattering}{right}"), 300, 0
    truth = 0.45 - 0.25
    for _ in range(runs):
        people = draws.choices((-1.0, 0.0, 1.0), (25, 30, 45), k=400)
        judge = [
            1.0
            if draws.random() < flattering
            else it
            if draws.random() < right
            else draws.choice((-1.0, 0.0, 1.0))
            for it in people
        ]
        strata = [int(it) + 1 for it in judge]
        sizes = [strata.count(it) for it in range(3)]
        pairs = []
        for stratum, wanted in enumerate(allocation(sizes, 60)):
            them = [n for n, it in enumerate(strata) if it == stratum]
            pairs += [(stratum, judge[n], people[n]) for n in draws.sample(them, wanted)]
        gain, error, *_ = estimate_gain(sizes, sum(judge) / 400, pairs, 1.0)
        reach = compute_student_quantile(len(pairs) - 3, 0.975)
        covered += gain - reach * error <= truth <= gain + reach * error

    # 285 of 300 are expected, give or take 3.8.
    assert covered / runs >= 0.915


def test_a_good_judge_saves_labels() -> None:
    draws = random.Random(5)
    people = draws.choices((-1.0, 0.0, 1.0), (25, 30, 45), k=1000)
    pairs = [(0, it if draws.random() < 0.95 else 0.0, it) for it in people[:80]]
    _, with_judge, weight, _ = estimate_gain([1000], 0.2, pairs, 1.0)
    _, without, _, _ = estimate_gain([1000], 0.0, [(0, 0.0, said) for _, _, said in pairs], 1.0)

    assert weight > 0.8
    assert with_judge < 0.7 * without


def test_agreement_is_that_of_scikit_learn_and_scipy() -> None:
    draws = random.Random(6)
    judge = draws.choices((-1.0, 0.0, 1.0), k=70)
    people = [it if draws.random() < 0.7 else 0.0 for it in judge]
    same, kappa = _agreement(list(zip(judge, people, strict=True)), True)
    wilson = stats.binomtest(sum(map(float.__eq__, judge, people)), 70).proportion_ci(
        method="wilson"
    )

    assert same.value == pytest.approx(reference.accuracy_score(judge, people))
    assert (same.low, same.high) == pytest.approx((wilson.low, wilson.high))
    assert kappa.value == pytest.approx(reference.cohen_kappa_score(judge, people))
    scores = [it + draws.choice((0, 0.5)) for it in people]
    pearson, spearman = _agreement(list(zip(judge, scores, strict=True)), False)
    known = stats.pearsonr(judge, scores)
    assert pearson.value == pytest.approx(known.statistic)
    ends = known.confidence_interval()
    assert (pearson.low, pearson.high) == pytest.approx((ends.low, ends.high), abs=1e-4)
    assert spearman.value == pytest.approx(stats.spearmanr(judge, scores).statistic)


def a_sample(store: RecordStore, records: int, metric: str | None = None) -> Sample:
    base = lines([0.5] * 60)
    tuned = lines([0.75] * 30 + [0.5] * 20 + [0.0] * 10)
    return draw(store, a_report(store, base, tuned).comparisons[0], metric, records, "seed")


def test_a_larger_draw_has_the_smaller_one_and_orders_are_mixed() -> None:
    with RecordStore() as store:
        few = a_sample(store, 20)
    with RecordStore() as store:
        more = a_sample(store, 40)

    assert {it.id for it in few.items} <= {it.id for it in more.items}
    assert 5 <= sum(it.flipped for it in more.items) <= 35
    assert few.sizes == (10, 20, 30)


@pytest.mark.parametrize("metric", [None, "Metric1"])
def test_who_agrees_with_the_judge_gets_the_judges_gain(metric: str | None) -> None:
    with RecordStore() as store:
        sample = a_sample(store, 40, metric)
    labels = LabelFile("arn", metric, "seed", 40)
    for it in sample.items:
        sides = (0.5, 0.5 + it.judge)
        better = "same" if it.judge == 0 else "2" if (it.judge > 0) != it.flipped else "1"
        labels.answers[it.id] = better if metric is None else sides[::-1] if it.flipped else sides
    found = correct_gain(sample, labels, NAMES)

    assert found.gain == pytest.approx(sample.mean)
    assert found.low < found.gain < found.high
    assert [it.value for it in found.agreement] == pytest.approx([1.0, 1.0])


def test_too_few_labels_are_refused(tmp_path: Path) -> None:
    with RecordStore() as store:
        sample = a_sample(store, 20)
    labels = LabelFile("arn", None, "seed", 20, {it.id: "1" for it in sample.items[:9]})
    with pytest.raises(AnswerRejected, match="There are 9 labels"):
        correct_gain(sample, labels, NAMES)

    labels.save(tmp_path / "labels.json")
    assert read_labels(tmp_path / "labels.json") == labels


@pytest.mark.parametrize(
    "content", ["", "{}", '{"evalbook_labels": 2}', '{"evalbook_labels": 1, "answers": {"a": "3"}}']
)
def test_what_is_no_file_of_labels_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "labels.json").write_text(content)

    with pytest.raises(UsageError, match=r"not a file of labels|answers that are not labels"):
        read_labels(tmp_path / "labels.json")
