from __future__ import annotations

import pytest
from judged import a_line, compared, lines

from evalbook.runs.summaries import Figure, compare_figures
from evalbook.runs.words import basis, figures_headline, headline, signed


def test_says_what_is_better_and_what_could_be_chance() -> None:
    names = ["Correctness", "Relevance"]
    base = lines([0.5] * 20, [0.5, 0.25] * 10, metrics=names)
    tuned = lines([1.0, 0.5] * 10, [0.25, 0.5] * 10, metrics=names)

    assert headline(compared(base, tuned)) == (
        "The fine-tuned model is better than the base model on Correctness "
        "(+0.250, 95 % interval +0.150 to +0.350). "
        "No difference that could not be chance on Relevance."
    )


def test_says_that_nothing_could_be_told_apart() -> None:
    comparison = compared(lines([0.5, 0.25] * 10), lines([0.25, 0.5] * 10))

    assert headline(comparison) == (
        "Between the fine-tuned model and the base model there is no difference that could not be "
        "chance, on Metric1."
    )


def test_says_worse_as_plainly_as_better() -> None:
    assert headline(compared(lines([1.0] * 9), lines([0.5] * 9))).startswith(
        "The fine-tuned model is worse than the base model on Metric1 (-0.500"
    )


def test_without_a_common_record_nothing_is_claimed() -> None:
    comparison = compared([a_line({"A": 1.0}, "one")], [a_line({"A": 1.0}, "two")])

    assert headline(comparison) == (
        "The fine-tuned model and the base model have no record in common: they can't be compared."
    )


def test_basis_names_test_correction_and_what_was_left_out() -> None:
    said = " ".join(basis(compared(lines([0.5] * 8 + [None]), lines([1.0] * 8 + [0.5]))))

    assert "Compared on 9 records that both models answered." in said
    assert "the chance that any of one metric were called so is below 5 % (sign-flip test" in said
    assert "Holm" not in said
    assert "fewer than 20 records the intervals are rough" in said
    assert "Metric1: 1 record left out, not counted as 0, for want of a score (base 1, " in said


def test_basis_warns_where_one_model_lacks_many_more_scores() -> None:
    missing: list[float | None] = [None] * 10
    said = " ".join(basis(compared(lines([*[0.5] * 20, *missing]), lines([0.5] * 30))))

    assert "what is left may be one-sided" in said


def test_figures_without_errors_are_not_called_better() -> None:
    rows = compare_figures({"accuracy": Figure(0.5)}, {"accuracy": Figure(0.9)})

    assert figures_headline(rows, "fine-tuned", "base") == (
        "Not tested, because the files tell no standard error: accuracy (+0.400)."
    )


@pytest.mark.parametrize(
    ("number", "text"), [(0.1234, "+0.123"), (-0.5, "-0.500"), (-0.0001, "0.000"), (0, "0.000")]
)
def test_signed(number: float, text: str) -> None:
    assert signed(number) == text
