from __future__ import annotations

from typing import Any

import pytest
from notebook_builders import some_settings

from evalbook.notebook.render import inert, render_cells


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "`plain`"),
        ("", "` `"),
        ("<script>alert(1)</script>", "`<script>alert(1)</script>`"),
        ("**bold** [a](http://b) $x$", "`**bold** [a](http://b) $x$`"),
        ("line\n\n# heading\n- item", "`line # heading - item`"),
        ("```python\ncode\n```", "```` ```python code ``` ````"),
        ("a`b", "``a`b``"),
        ("`", "`` ` ``"),
        ("a\u2028b\x00c\x85d", "`a b c d`"),
        ("\ud800", "`\N{REPLACEMENT CHARACTER}`"),
        ("\u202eturned", "`\N{REPLACEMENT CHARACTER}turned`"),
        ("x" * 400, "`" + "x" * 300 + "…`"),
    ],
)
def test_text_is_shown_as_code_that_nothing_ends(text: str, shown: str) -> None:
    assert inert(text) == shown


def test_header_tells_what_is_evaluated_and_how_to_run_it() -> None:
    header = render_cells(some_settings())[0].source

    assert header.startswith("# Model evaluation: is the fine-tuned model better than its base")
    assert "- **Task:** `Answer questions of a support desk`\n" in header
    assert "- **Dataset:** `s3://support-data/eval.jsonl` (200 records)\n" in header
    assert "- **Metrics:** `Correctness`, `Helpfulness`\n" in header
    assert "about 50 to 80 minutes" in header


@pytest.mark.parametrize(
    ("evaluation_type", "changes", "same"),
    [
        ("multi_turn_rl", {"agent_config": "arn:a"}, "prompts"),
        ("custom_scorer", {"scorer": "prime_math"}, "records"),
        ("benchmark", {"dataset": None, "benchmark": "gpqa"}, "questions"),
    ],
)
def test_header_calls_what_both_models_are_given_by_its_name(
    evaluation_type: str, changes: dict[str, Any], same: str
) -> None:
    settings = some_settings(evaluation_type=evaluation_type, **changes)

    assert f", evaluated on the same {same}\n" in render_cells(settings)[0].source


def test_header_of_one_model_does_not_promise_a_comparison() -> None:
    header = render_cells(some_settings(evaluate_base_model=False, records=None))[0].source

    assert header.startswith("# Model evaluation: how good is the fine-tuned model?\n")
    assert "(records not counted)" in header
    assert "compares" not in header


def test_header_of_a_nova_model_names_the_two_runs_and_their_cost() -> None:
    header = render_cells(some_settings(is_nova=True))[0].source

    assert "this notebook starts two runs.\nEach also costs a training" in header
