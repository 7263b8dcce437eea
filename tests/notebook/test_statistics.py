"""Cell 4's arithmetic, and that of the command line: the same to the last digit shown."""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest
from notebook_builders import some_settings
from scipy import stats

from evalbook.notebook.render import render_cells
from evalbook.runs.statistics import Tally, compute_chance_of_no_difference, interval

draws = np.random.default_rng(1)
GAINS = {
    "a judge's grades": draws.choice([-1, -0.5, 0, 0.5, 1], 200, p=[0.1, 0.1, 0.4, 0.2, 0.2]),
    "few grades": draws.choice([-0.25, 0, 0.25, 0.5], 7),
    "points from 1 to 5": draws.choice([-4.0, -3, 0, 1, 2], 150),
    "sevenths": draws.integers(-7, 8, 90) / 7,
    "right or wrong": draws.choice([0.0, 0, 0, 1], 1000),
    "any number": draws.normal(0.1, 0.3, 300),
    "few of any number": draws.normal(0.1, 0.3, 6),
    "two decimals": np.round(draws.normal(0, 1, 250), 2),
    "one other": np.array([0.0] * 30 + [1]),
    "all the same": np.full(9, 0.5),
    "none differs": np.zeros(20),
    "two": np.array([0.5, 1.0]),
    "one": np.array([0.5]),
    "none": np.array([]),
}


@pytest.fixture(scope="module")
def cell_4() -> dict[str, Any]:
    """The functions of cell 4."""
    tree = ast.parse(render_cells(some_settings())[4].source)
    tree.body = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    names: dict[str, Any] = {"np": np, "stats": stats}
    exec(compile(tree, "cell 4", "exec"), names)  # noqa: S102
    return names


@pytest.mark.parametrize("gains", GAINS.values(), ids=GAINS)
def test_interval_and_chance_are_those_of_the_command_line(
    cell_4: dict[str, Any], gains: np.ndarray[Any, Any]
) -> None:
    gains = np.array([round(float(gain), 9) for gain in gains])
    tally = Tally()
    tally.add(gains)

    ends = [f"{end:+.3f}" for end in cell_4["interval"](gains)]
    assert ends == [f"{end:+.3f}" for end in interval(tally)]
    assert cell_4["chance"](gains) == pytest.approx(
        compute_chance_of_no_difference(tally), abs=1e-9
    )


def test_interval_covers_the_truth_as_often_as_it_claims(cell_4: dict[str, Any]) -> None:
    often = [cell_4["interval"](draws.choice([0, 0.5, 1], 25)) for _ in range(400)]

    assert np.mean([low <= 0.5 <= high for low, high in often]) > 0.93
