"""One simulated AWS for the whole run, and interviews held against it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalbook.sandbox.process import Sandbox

# Tables of hundreds of rows, whole interviews and statistics: `make test` runs them, `make check`,
# which is to be quick, does not.
THOROUGH = """
aws/test_doctor_checks aws/test_hostile_answers aws/test_policies cli/test_config cli/test_schema
cli/test_status cli/wizard/test_at_a_terminal datasets/test_reading_back mcp/test_interview
metrics/test_scorers notebook/test_one_truth notebook/test_sdk_versions runs/test_training_prompts
test_documentation workflow/test_advanced_settings workflow/test_base_model workflow/test_compute
workflow/test_custom_scorer workflow/test_damaged_states workflow/test_datasets_of_people
workflow/test_difficult_sayings workflow/test_evaluation_types workflow/test_inspect_ai
workflow/test_looking workflow/test_multi_turn_rl workflow/test_pilot workflow/test_sayings
workflow/test_sdk_refusals workflow/test_setups
""".split()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.relative_to(Path(__file__).parent).with_suffix("").as_posix() in THOROUGH:
            item.add_marker(pytest.mark.thorough)


@pytest.fixture(scope="session")
def shared_sandbox() -> Iterator[Sandbox]:
    """A sandbox whose pipeline steps take a fifth of a second."""
    with Sandbox(step_seconds=0.2) as sandbox:
        yield sandbox


@pytest.fixture
def in_sandbox(shared_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Sandbox:
    """The sandbox, its settings in this process's environment, an empty folder to work in."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in shared_sandbox.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    return shared_sandbox
