"""An evaluation type is data in several layers; what one of them lacks is named here."""

import ast
import importlib
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest
from interviews import ALL_STEPS, ANSWERS_BY_TYPE
from sdk_sites import MODULES
from sdk_source import sdk_file

from evalbook.evaluation_types import EVALUATION_TYPES
from evalbook.workflow.kinds import STEPS_BY_TYPE
from evalbook.workflow.step_names import StepName
from evalbook.workflow.steps import evaluation_type

ROOT = Path(__file__).resolve().parents[2]
STEPS = ROOT / "src" / "evalbook" / "workflow" / "steps"
PARTS = ("settings.py.j2", "arguments.py.j2", "header.md.j2")
every_kind = pytest.mark.parametrize(
    "kind", [EVALUATION_TYPES[name] for name in STEPS_BY_TYPE], ids=lambda kind: kind.name
)


@every_kind
def test_a_type_is_known_in_every_layer(kind):
    cells = files("evalbook.notebook") / "cells" / kind.name
    guide = (ROOT / "references" / "choosing-an-evaluation.md").read_text(encoding="utf-8")
    refusing = "".join(map(sdk_file, MODULES.values()))
    wanted = {
        "the suggestions of steps/evaluation_type.py": kind.name
        in evaluation_type._SUGGESTED.values(),
        "references/choosing-an-evaluation.md": kind.label.casefold() in guide.casefold(),
        "ANSWERS_BY_TYPE in tests/workflow/interviews.py": kind.name in ANSWERS_BY_TYPE,
        "MODULES of tests/workflow/sdk_sites.py": f"class {kind.class_name}(" in refusing,
        **{f"notebook/cells/{kind.name}/{part}": (cells / part).is_file() for part in PARTS},
    }

    missing = [place for place, there in wanted.items() if not there]
    assert not missing, f"{kind.name} is missing in {', '.join(missing)}; see CONTRIBUTING.md"


@every_kind
def test_a_types_class_and_pipeline_are_the_sdks_own(kind):
    assert f'"{kind.class_name}"' in sdk_file("train/evaluate/__init__.py")
    assert f': "{kind.pipeline}"' in sdk_file("train/evaluate/constants.py")


@every_kind
def test_terms_are_asked_for_exactly_where_bedrock_judges(kind):
    asked = {step.name for step in STEPS_BY_TYPE[kind.name]} & {"judge_model", "bedrock_terms"}

    assert asked == ({"judge_model", "bedrock_terms"} if kind.bedrock_judges else set())


def test_steps_depend_on_steps_that_are_asked():
    known = {step.name for step in ALL_STEPS}

    assert {step.name: {it.name for it in step.depends_on} - known for step in ALL_STEPS} == {
        step.name: set() for step in ALL_STEPS
    }


def test_the_names_of_steps_are_those_that_are_declared():
    assert set(get_args(StepName)) == {step.name for step in ALL_STEPS}


def test_every_step_is_asked_by_some_type():
    modules = [
        importlib.import_module(f"evalbook.workflow.steps.{path.stem}")
        for path in STEPS.glob("*.py")
    ]

    left_out = [it.__name__ for it in modules if getattr(it, "STEP", ALL_STEPS[0]) not in ALL_STEPS]
    assert not left_out, f"{left_out} stand in no entry of workflow/kinds.py"


def test_no_step_asks_which_type_it_serves():
    for path in STEPS.glob("*.py"):
        compared = [
            constant.value
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            if isinstance(node, ast.Compare)
            for constant in ast.walk(node)
            if isinstance(constant, ast.Constant)
        ]
        assert not STEPS_BY_TYPE.keys() & set(compared), path.name
