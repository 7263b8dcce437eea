from __future__ import annotations

import random
from collections.abc import Sequence

from judged import lines

from evalbook.runs.comparison import compare, means
from evalbook.runs.forest import version_drawing
from evalbook.runs.leaderboard import Entrant, Leaderboard, leaderboard, pairs_of
from evalbook.runs.store import Arm, RecordStore
from evalbook.runs.table import version_lines

LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)


def a_board(store: RecordStore, **means: float) -> Leaderboard:
    draw = random.Random(7)
    arms = [
        store.add_arm(name, lines([min(1.0, max(0.0, draw.gauss(mean, 0.1))) for _ in range(100)]))
        for name, mean in means.items()
    ]
    return board_of(store, arms)


def board_of(store: RecordStore, arms: Sequence[Arm]) -> Leaderboard:
    compared = compare(store, pairs_of(arms))
    entrants = [Entrant(it.name, means(store, it)) for it in arms]
    return leaderboard(entrants, [it.rows for it in compared], compared[0].tests, ())


def test_models_that_can_not_be_told_apart_share_a_letter() -> None:
    with RecordStore() as store:
        board = a_board(store, v1=0.3, v2=0.7, v3=0.705, v4=0.5)

    assert [it.name for it in board.standings] == ["v2", "v3", "v4", "v1"]
    assert [it.cells["Metric1"].group for it in board.standings] == ["a", "a", "b", "c"]
    assert [(it.better, it.worse) for it in board.standings] == [(2, 0), (2, 0), (1, 2), (0, 3)]
    assert board.headline == ("Of 4 models, v2 and v3 lead, and can't be told apart, on Metric1.")
    [line] = version_lines(board)
    assert [cell.split()[-1] for name, cell in line.items() if name != "Metric"] == [*"caab"]
    drawn = version_drawing(board, 343).shapes
    assert sum(it.kind == "dot" for it in drawn) == 4
    assert all(0 <= it.x <= 343 for it in drawn)


def test_a_model_between_two_others_may_have_two_letters() -> None:
    with RecordStore() as store:
        board = a_board(store, low=0.5, middle=0.515, high=0.545)

    assert {it.name: it.cells["Metric1"].group for it in board.standings} == {
        "high": "a", "middle": "ab", "low": "b"
    }  # fmt: skip


def test_equal_models_are_seldom_ranked() -> None:
    draw, ranked = random.Random(3), 0
    for _ in range(60):
        with RecordStore() as store:
            arms = [
                store.add_arm(f"v{n}", lines(draw.choices(LEVELS, (1, 2, 3, 2, 1), k=60)))
                for n in range(5)
            ]
            board = board_of(store, arms)
        ranked += any(it.better for it in board.standings)

    # At most 5 % of 60, which is 3; 8 are three standard deviations more.
    assert ranked <= 8
