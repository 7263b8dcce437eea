from __future__ import annotations

from typing import Any

import pytest
from judged import a_line, compared, lines

from evalbook.runs.comparison import compare, means
from evalbook.runs.store import RecordStore
from evalbook.runs.summaries import Figure, figure_rows
from evalbook.runs.verdicts import judge_rows
from evalbook.runs.words import (
    alone_basis,
    alone_sentence,
    basis,
    headline,
    reservations,
    signed,
    verdict_sentence,
)


def test_the_verdict_is_one_sentence() -> None:
    names = ["A", "B", "C", "D", "E"]
    level: list[float | None] = [0.5] * 20
    few: list[float | None] = [1.0, None, None, None, None] * 4
    base = lines(level, level, level, [0.5, 0.0] * 10, few, metrics=names)
    tuned = lines([1.0, 0.5] * 10, [0.0, 0.5] * 10, level, [0.0, 0.5] * 10, few, metrics=names)

    assert headline(compared(base, tuned)).startswith(
        "The fine-tuned model against the base model, over 20 records: better on A; worse on B; no "
        "clear difference on D; no record differs on C; too few records on E."
    )
    assert headline(compared(base, tuned, lower=["b"])).startswith(
        "The fine-tuned model against the base model, over 20 records: better on A and B; no clear"
    )


@pytest.mark.parametrize(
    ("base", "tuned", "said"),
    [
        ([1.0] * 9, [0.5] * 9, "over 9 records: worse on Metric1."),
        ([0.5] * 9, [0.5] * 9, "over 9 records: no record differs on Metric1."),
        ([0.5], [1.0], "over 1 record: too few records on Metric1."),
        ([None] * 3, [1.0] * 3, "over 3 records: no scores on Metric1."),
        (["good"] * 9, ["bad"] * 9, "over 9 records: no scores on Metric1."),
    ],
    ids=["constant", "same", "one record", "unscored", "labels"],
)
def test_says_plainly_what_there_is_to_say(base: Any, tuned: Any, said: str) -> None:
    assert headline(compared(lines(base), lines(tuned))).startswith(
        f"The fine-tuned model against the base model, {said}"
    )


def test_answers_that_are_none_are_said_beside_the_verdict() -> None:
    tuned = [a_line({"A": 0.5}, f"{n}", "<think>Hm" if n < 7 else "Fine.") for n in range(9)]
    base = [a_line({"A": 0.5}, f"{n}") for n in range(9)]

    assert [*reservations(compared(base, tuned))][-1] == (
        "But of 9 answers of the fine-tuned model 7 are unfinished thinking."
    )


def test_a_verdict_that_changes_because_more_is_compared_says_so() -> None:
    with RecordStore() as store:
        sides = ([0.5] * 7, [1.0] * 7, [0.5, 0.0] * 3 + [0.5])
        arms = [store.add_arm(f"v{n}", lines(scores)) for n, scores in enumerate(sides)]
        first, *_ = compare(store, [(arms[0], arms[1]), *[(arms[0], arms[2])] * 8])

    assert [*reservations(first)][-1] == (
        "Stricter: 9 comparisons. On its own, this one would be clear on Metric1."
    )


def test_what_would_change_a_readers_mind_stands_beside_the_claim() -> None:
    missing: list[float | None] = [None] * 10
    one_sided = compared(lines([*[0.0] * 20, *missing]), lines([1.0] * 30))
    other_judge = [it.replace(b"a-judge", b"another") for it in lines([1.0] * 30)]
    few = compared(lines([0.0] * 30), lines([1.0] * 7))

    assert [*reservations(one_sided)][-1] == (
        "But on Metric1, one model lacks many more scores than the other: the rest may favour "
        "one of them."
    )
    assert [*reservations(compared(lines([0.0] * 30), other_judge))][-1] == (
        "But the judges differ: the differences may be theirs rather than the models'."
    )
    assert [*reservations(few)][-1] == "But only 7 of 30 records could be compared."


def test_a_metric_scored_on_few_of_the_records_is_no_claim_about_all() -> None:
    level: list[float | None] = [0.5] * 30
    base = lines(level, [0.0] * 8 + [None] * 22)
    tuned = lines(level, [1.0] * 8 + [None] * 22)

    assert [*reservations(compared(base, tuned))][-1] == (
        "But of 30 records, only 8 on Metric2 have a score from both models."
    )


def test_a_model_without_records_is_said_to_have_none() -> None:
    comparison = compared(lines([0.5] * 7), [b"no record"])

    assert headline(comparison) == "There is no record of the fine-tuned model to compare."
    assert basis(comparison) == [
        "7 records of the base model had no counterpart: not compared.",
        "1 line of the fine-tuned model could not be read.",
    ]


def test_records_that_repeat_others_are_no_further_evidence() -> None:
    base, tuned = ([a_line({"A": score}, "the same")] * 20 for score in (0.0, 1.0))

    assert [*reservations(compared(base, tuned))][-1] == (
        "But 19 records repeat others: all this is less certain than it looks."
    )


def test_too_few_records_for_so_many_metrics_is_said() -> None:
    up_and_down = [[0.5, 0.0] * 3] * 4
    comparison = compared(lines(*up_and_down), lines(*[it[::-1] for it in up_and_down]))

    assert (
        "On Metric1, Metric2, Metric3 and Metric4, no difference, however large, could have passed "
        "the test: there are too few records for so many metrics."
    ) in basis(comparison)


def test_how_many_more_records_would_make_it_clear_is_said() -> None:
    base = lines([0.5] * 40)

    # ((1.960 + 0.842) * 0.4975 / 0.05) ** 2 = 778
    said = " ".join(basis(compared(base, lines([0.0] * 18 + [1.0] * 22))))
    assert "would probably make it clear, if the models differ as they did here: Metric1 738." in (
        said
    )


def test_no_difference_in_any_record_is_no_proof_of_none() -> None:
    assert (
        "If none of 56 records differs, up to 5.2 % of all such records still may (95 % "
        "confidence)."
    ) in basis(compared(lines([0.5] * 56), lines([0.5] * 56)))


def test_a_model_alone_has_its_means_and_a_word_on_what_is_missing() -> None:
    with RecordStore() as store:
        arm = store.add_arm("base", lines([0.5, 1.0] * 10, [1.0] * 20, ["good"] * 20))
        rows = means(store, arm)

    assert alone_sentence("base", 20, rows) == (
        "The base model alone, over 20 records: mean Metric1 0.750 and Metric2 1.000."
    )
    assert any(
        it.startswith("On Metric2, every record has the same") for it in alone_basis(arm, rows)
    )


def test_comparisons_of_several_runs_say_how_many_questions_were_asked() -> None:
    with RecordStore() as store:
        arms = [
            store.add_arm(name, lines([score] * 9))
            for name, score in zip("abc", (0, 0.5, 1), strict=True)
        ]
        first, _ = compare(store, [(arms[0], arms[1]), (arms[0], arms[2])])

    assert "with Holm's correction for 2 metrics of 2 comparisons" in " ".join(basis(first))


def test_without_a_common_record_nothing_is_claimed() -> None:
    comparison = compared([a_line({"A": 1.0}, "one")], [a_line({"A": 1.0}, "two")])

    assert headline(comparison) == (
        "The fine-tuned model and the base model have no record in common: they can't be compared."
    )


def test_basis_names_test_correction_and_what_was_left_out() -> None:
    said = " ".join(basis(compared(lines([0.5] * 8 + [None]), lines([1.0, 0.75] * 4 + [0.5]))))

    assert "Compared on 9 records that both models answered." in said
    assert "do not differ is at most 5 % (sign-flip test over records)" in said
    assert "Holm" not in said
    assert "fewer than 20 records the intervals are rough" in said
    assert "not counted as 0: Metric1 1 (base 1, fine-tuned 0)." in said


def test_figures_without_errors_are_not_called_better() -> None:
    rows = judge_rows(figure_rows({"accuracy": Figure(0.5)}, {"accuracy": Figure(0.9)}))

    assert verdict_sentence(rows, "fine-tuned", "base") == (
        "The fine-tuned model against the base model: not tested on accuracy."
    )


@pytest.mark.parametrize(
    ("number", "text"), [(0.1234, "+0.123"), (-0.5, "-0.500"), (-0.0001, "0.000"), (0, "0.000")]
)
def test_signed(number: float, text: str) -> None:
    assert signed(number) == text


def test_figures_of_many_tasks_are_corrected_together() -> None:
    first, second = {"accuracy": Figure(0.5, 0.02)}, {"accuracy": Figure(0.57, 0.02)}
    alone, *among = judge_rows(figure_rows(first, second) * 10)

    assert judge_rows(figure_rows(first, second))[0].verdict == "better"
    assert {row.verdict for row in (alone, *among)} == {"no clear difference"}
