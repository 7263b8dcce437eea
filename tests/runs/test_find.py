from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected, StateFileError
from evalbook.runs.find import Target, targets
from evalbook.workflow.state import nothing_saved

ARN = "arn:aws:sagemaker:us-east-1:123456789012:pipeline/p/execution/"
AT = "2026-11-25T07:30:00+00:00"
NOWHERE = Path("no-state.json")
NO_AWS = Aws()
"""Asked nothing: no test names a run by its name."""


def a_record(folder: Path, runs: dict[str, dict[str, str | None]]) -> Path:
    """A notebook's record of runs: by number, label and execution."""
    path = folder / "bot.run.json"
    document = {
        "runs": {
            number: {"executions": {it: {"name": it, "arn": arn} for it, arn in labels.items()}}
            for number, labels in runs.items()
        }
    }
    path.write_text(json.dumps(document))
    return path


def a_state(folder: Path, **answers: Any) -> Path:
    """A state with some answers, each a pair of value and facts."""
    saved = {
        step: {
            "value": value,
            "facts": facts,
            "said": "",
            "at": AT,
            "checks": [],
            "in_doubt": False,
            "reopened": False,
        }
        for step, (value, facts) in answers.items()
    }
    own = {**nothing_saved(), "answers": saved, "answered": list(saved)}
    path = folder / "workflow_state.json"
    path.write_text(json.dumps({"schema_version": 1, "evalbook": own}))
    return path


def test_an_arn_that_is_said_twice_is_one_run() -> None:
    jobs = [f"arn:aws:sagemaker:us-east-1:123456789012:training-job/{it}" for it in "ab"]

    assert targets(NO_AWS, [*jobs, jobs[0]], NOWHERE) == [Target(jobs[0]), Target(jobs[1])]


def test_a_notebook_stands_for_the_newest_run_beside_it(tmp_path: Path) -> None:
    a_record(tmp_path, {"2": {"evaluation": ARN + "b"}, "10": {"evaluation": ARN + "j"}})

    assert targets(NO_AWS, [str(tmp_path / "bot.ipynb")], NOWHERE) == [Target(ARN + "j")]
    assert targets(NO_AWS, [str(tmp_path / "bot.ipynb")], NOWHERE, 2) == [Target(ARN + "b")]


def test_a_nova_record_has_a_run_for_each_model(tmp_path: Path) -> None:
    record = a_record(tmp_path, {"1": {"fine-tuned": ARN + "f", "base": ARN + "b"}})

    assert targets(NO_AWS, [str(record)], NOWHERE) == [
        Target(ARN + "f", "fine-tuned"),
        Target(ARN + "b", "base"),
    ]


def test_without_words_the_states_notebook_is_asked(tmp_path: Path) -> None:
    a_record(tmp_path, {"1": {"evaluation": ARN + "a"}})
    state = a_state(tmp_path, notebook=("new", {"path": "bot.ipynb"}))

    [target] = targets(NO_AWS, [], state)
    assert target.arn == ARN + "a"


@pytest.mark.parametrize(
    ("runs", "code"),
    [({}, "run.not_started"), ({"1": {"evaluation": None}}, "run.not_started")],
)
def test_a_run_that_was_not_started_is_said_so(
    tmp_path: Path, runs: dict[str, dict[str, str | None]], code: str
) -> None:
    with pytest.raises(AnswerRejected) as caught:
        targets(NO_AWS, [str(a_record(tmp_path, runs))], NOWHERE)

    assert caught.value.code == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "[" * 100_000,
        '{"runs": 1}',
        '{"runs": {"x": {}}}',
        '{"runs": {"1": 7}}',
        '{"runs": {"1": {"executions": 5}}}',
        '{"runs": {"1": {"executions": [1]}}}',
        '{"runs": {"1": {"executions": {"a": {"arn": 7}}}}}',
        '{"runs": {"%s": {}}}' % ("9" * 5000),
    ],
)
def test_what_is_no_record_is_said_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bot.run.json"
    path.write_text(text)

    with pytest.raises(AnswerRejected) as caught:
        targets(NO_AWS, [str(path)], NOWHERE)
    assert caught.value.code == "run.record_unusable"


def test_a_run_that_papermill_started_here_is_found_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    record = a_record(tmp_path, {"1": {"evaluation": ARN + "a"}, "2": {"evaluation": ARN + "b"}})
    os.utime(record, (1, 1))
    a_record(Path(), {"2": {"evaluation": ARN + "c"}})

    assert targets(NO_AWS, [str(tmp_path / "bot.ipynb")], NOWHERE) == [Target(ARN + "c")]
    assert targets(NO_AWS, [str(record)], NOWHERE, 1) == [Target(ARN + "a")]


def test_records_of_the_same_second_are_both_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    records = [
        a_record(tmp_path, {"1": {"evaluation": ARN + "a"}}),
        a_record(Path(), {"2": {"evaluation": ARN + "b"}}),
    ]
    for it in records:
        os.utime(it, (1, 1))

    found = [targets(NO_AWS, [str(records[0])], NOWHERE, number)[0].arn for number in (1, 2)]
    assert found == [ARN + "a", ARN + "b"]


def test_a_missing_record_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(AnswerRejected) as caught:
        targets(NO_AWS, [str(tmp_path / "bot.ipynb")], NOWHERE)

    assert caught.value.code == "run.not_started"
    assert "Run its cells 1 and 2 first" in (caught.value.remedy or "")


def test_a_state_without_a_notebook_knows_no_run(tmp_path: Path) -> None:
    with pytest.raises(AnswerRejected) as caught:
        targets(NO_AWS, [], a_state(tmp_path, task=("t", None)))

    assert caught.value.code == "run.none"


def test_a_broken_state_is_named(tmp_path: Path) -> None:
    (tmp_path / "s.json").write_text("{")

    with pytest.raises(StateFileError):
        targets(NO_AWS, [], tmp_path / "s.json")


def test_another_arn_is_named_for_what_it_is() -> None:
    with pytest.raises(AnswerRejected) as caught:
        targets(NO_AWS, ["arn:aws:iam::123456789012:role/R"], NOWHERE)

    assert "is an IAM role. The ARN of a pipeline execution is needed." in caught.value.message
