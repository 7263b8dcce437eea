"""A turn refuses every wrong input that the SDK or its services would refuse after the launch."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import boto3
import pytest
from botocore.model import ListShape, ServiceModel, Shape, StructureShape
from botocore.session import get_session
from interviews import ANSWERS_BY_TYPE, an_interview, answer_until
from sdk_refusals import ARGUMENTS, REFUSED_BY_CODE, REFUSED_BY_TYPE, Refusal, make_odd_packages
from service_refusals import REFUSED_BY_SERVICE

from evalbook.aws.s3_uris import BEDROCK_URI
from evalbook.aws.session import Aws
from evalbook.sandbox.process import Sandbox
from evalbook.workflow.kinds import STEPS_BY_TYPE
from evalbook.workflow.workflow import Workflow

STATE = Path("workflow_state.json")
ROWS = (*REFUSED_BY_CODE, *REFUSED_BY_TYPE, *REFUSED_BY_SERVICE)
UNSAFE = ("zq{{7*7}}", "zq{% raw %}", 'zq"zq', "zq\\zq", "zq\nzq", "zq\x00")


@pytest.fixture(scope="module")
def odd_sandbox() -> Iterator[Sandbox]:
    """A sandbox of its own: odd packages would show in other tests' lists."""
    with Sandbox(step_seconds=0.2) as sandbox, pytest.MonkeyPatch.context() as patch:
        use(sandbox, patch)
        make_odd_packages(lambda region: boto3.client("sagemaker", region_name=region))
        yield sandbox


@pytest.fixture(scope="module")
def aws(odd_sandbox: Sandbox) -> Aws:  # noqa: ARG001
    """One for all interviews: making boto3's clients takes longer than all that is asked."""
    return Aws()


@pytest.fixture(scope="module")
def prepared() -> dict[Any, bytes]:
    """States of interviews answered until the configuration is shown, by what was answered."""
    return {}


@pytest.fixture
def interview(
    aws: Aws,
    prepared: dict[Any, bytes],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Callable[..., Workflow]:
    """Return an interview of a type, answered until the configuration is shown."""
    monkeypatch.chdir(tmp_path)

    def answered(kind: str, given: Mapping[str, str] = MappingProxyType({})) -> Workflow:
        key = (kind, *given.items())
        if key in prepared:
            STATE.write_bytes(prepared[key])
            return an_interview(aws=aws)
        workflow = an_interview(aws=aws)
        defaults = dict.fromkeys((step.name for step in STEPS_BY_TYPE[kind]), "")
        usual = {**defaults, **ANSWERS_BY_TYPE[kind], "advanced": "yes"}
        answer_until(workflow, "confirm", **{**usual, **given})
        prepared[key] = STATE.read_bytes()
        return workflow

    return answered


def use(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)


def named(row: Refusal) -> str:
    return f"{row.step}: {row.wrong} ({row.kind})"


@pytest.mark.parametrize("row", ROWS, ids=named)
def test_a_turn_refuses_what_would_be_refused_after_the_launch(row, interview):
    workflow = interview(row.kind, row.given)
    before = STATE.read_bytes()

    turn = workflow.answer(row.said, step=row.step)

    if row.code.startswith("asks "):
        assert turn.step == row.code.removeprefix("asks ")
        return
    assert turn.error is not None, f"{row.step} takes {row.said!r}"
    assert turn.error.code == row.code
    assert (row.said if row.found is None else row.found) in turn.error.message
    assert turn.error.remedy
    assert STATE.read_bytes() == before


@pytest.mark.parametrize("step", ARGUMENTS)
def test_no_step_hands_on_what_would_break_the_sdks_pipeline(step, interview):
    kind = next(name for name, steps in STEPS_BY_TYPE.items() if step in [it.name for it in steps])
    workflow = interview(kind)
    before = STATE.read_bytes()

    turns = [workflow.answer(text, step=step) for text in UNSAFE]

    assert [turn.status for turn in turns] == ["rejected"] * len(UNSAFE)
    assert STATE.read_bytes() == before


@pytest.mark.parametrize("row", REFUSED_BY_SERVICE, ids=named)
def test_the_services_model_has_no_room_for_the_value(row):
    assert fault(shape_of(row.place), row.value), f"{row.place} takes {row.value!r}"


@cache
def service_model(service: str) -> ServiceModel:
    return get_session().get_service_model(service)


def shape_of(place: str) -> Shape:
    service, operation, member = place.split(" ")
    shape = service_model(service).operation_model(operation).input_shape
    for name in member.split("."):
        if name == "[]":
            assert isinstance(shape, ListShape)
            shape = shape.member
        else:
            assert isinstance(shape, StructureShape)
            shape = shape.members[name]
    return shape


def fault(shape: Shape, value: Any) -> bool:
    """Tell whether a value breaks a limit of its shape."""
    limits = shape.metadata
    size = value if isinstance(value, int) else len(value)
    if not limits.get("min", 0) <= size <= limits.get("max", size):
        return True
    return "pattern" in limits and not re.fullmatch(limits["pattern"], str(value))


def test_bedrocks_pattern_of_places_is_that_of_its_service_model():
    uri = shape_of("bedrock CreateEvaluationJob outputDataConfig.s3Uri")

    assert uri.metadata["pattern"] == BEDROCK_URI.pattern
