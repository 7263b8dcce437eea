"""The arithmetic of cell 4 where there are totals only: what the command line says of them too."""

from __future__ import annotations

import ast
import math
from typing import Any

import numpy as np
import pytest
from notebook_builders import some_settings
from scipy import stats

from evalbook.notebook.render import render_cells
from evalbook.runs.rollouts import LOW_IS_GOOD, rollout_figures
from evalbook.runs.summaries import compare_figures, read_figures


def cell_4(evaluation_type: str, **answers: Any) -> dict[str, Any]:
    """The functions and constants of cell 4."""
    settings = some_settings(evaluation_type=evaluation_type, **answers)
    tree = ast.parse(render_cells(settings)[4].source)
    tree.body = [
        node
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
        or (isinstance(node, ast.Assign) and ast.unparse(node.targets[0]).isupper())
    ]
    names: dict[str, Any] = {"np": np, "stats": stats, "math": math}
    exec(compile(tree, "cell 4", "exec"), names)  # noqa: S102
    return names


def recorded(**rewards: float) -> dict[str, float]:
    return {f"eval/reward/{name}": value for name, value in rewards.items()}


FEW = recorded(num_prompts=10, pass_at_4=0.6, pass_power_4=0.0, mean=0.4, std=0.3, zero_frac=0.2)
ALL = recorded(num_prompts=10, pass_at_4=1.0, pass_power_4=0.3, mean=0.7, std=0.0, zero_frac=0.0)
MANY = recorded(num_prompts=500, pass_at_4=0.7, pass_power_4=0.1, mean=0.5, std=0.4, zero_frac=0.4)


@pytest.mark.parametrize(("base", "tuned"), [(FEW, ALL), (ALL, FEW), (FEW, MANY), (MANY, MANY)])
def test_rollouts_are_compared_as_the_command_line_compares_them(
    base: dict[str, float], tuned: dict[str, float]
) -> None:
    cell = cell_4("multi_turn_rl", agent_config="arn:a")
    scores = {"base": cell["grouped"](base), "fine-tuned": cell["grouped"](tuned)}
    cell.update(scores=scores, comparing=True)

    expected = compare_figures(rollout_figures(base)[0], rollout_figures(tuned)[0], LOW_IS_GOOD)
    assert len(expected) == 4
    for row in expected:
        name = {"mean reward": "mean", "rewards of 0": "zero_frac"}.get(row.metric, row.metric)
        name = name.replace("pass@", "pass_at_").replace("pass^", "pass_power_")
        shown = cell["measure"](("reward", name))
        assert (shown["low"], shown["high"]) == pytest.approx((row.low, row.high))
        assert shown["chance"] == pytest.approx(row.chance)
        assert shown["values"][0] == pytest.approx(row.gain)


def test_all_of_a_few_prompts_is_not_certain() -> None:
    cell = cell_4("multi_turn_rl", agent_config="arn:a")
    cell.update(scores={"fine-tuned": cell["grouped"](ALL)}, comparing=False)

    row = cell["measure"](("reward", "pass_at_4"))
    assert row["values"][0] == 1
    assert row["low"] == pytest.approx(0.76, abs=0.01)
    assert row["high"] == 1


def test_one_models_metrics_are_drawn_as_neither_better_nor_worse() -> None:
    settings = some_settings(evaluation_type="multi_turn_rl", agent_config="arn:a")
    parts = ast.parse(render_cells(settings)[4].source).body
    [shown] = [it for it in parts if isinstance(it, ast.If) and ast.unparse(it.test) == "scores"]
    cell = cell_4("multi_turn_rl", agent_config="arn:a")
    drawn: list[dict[str, Any]] = []
    cell.update(
        scores={"base": cell["grouped"](MANY)},
        EVALUATE_BASE_MODEL=False,
        show_table=print,
        show_plot=drawn.extend,
    )

    exec(compile(ast.Module([shown], []), "cell 4", "exec"), cell)  # noqa: S102

    assert len(drawn) == 4
    assert [row for row in drawn if "verdict" in row] == []


@pytest.mark.parametrize(("first", "second"), [(0.02, 0.03), (0.0, 0.03), (0.0, 0.0)])
def test_benchmarks_are_compared_as_the_command_line_compares_them(
    first: float, second: float
) -> None:
    cell = cell_4("benchmark", benchmark="mmlu", subtasks=["anatomy"])
    totals = {
        model: {"results": {"all": {"accuracy": value, "accuracy_stderr": error}}}
        for model, value, error in (("base", 0.8, first), ("fine-tuned", 0.9, second))
    }
    cell["newest_totals"] = totals.get
    scores = {model: cell["totals_of"](model) for model in totals}
    cell.update(scores=scores, comparing=True)

    base, tuned = (read_figures(document)[0] for document in totals.values())
    [expected] = compare_figures(base, tuned)
    row = cell["measure"](("all", "accuracy"))
    assert row["known"] is (second > 0)
    assert (row["low"], row["high"]) == pytest.approx((expected.low, expected.high), nan_ok=True)
    if row["known"]:
        assert row["chance"] == pytest.approx(expected.chance)
