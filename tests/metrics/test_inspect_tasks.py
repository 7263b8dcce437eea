"""Which tasks files hold, as Inspect AI itself finds them, and what its container can't run."""

from __future__ import annotations

import ast
import sys
from typing import Any

import pytest

from evalbook.datasets.formats import format_of
from evalbook.metrics.inspect_tasks import (
    FoundTask,
    chosen_checks,
    is_task_file,
    own_task,
    read_tasks,
)

FUNCTION = "asked_and_expected"

IMPORT = "from inspect_ai import Task, task\n"
QA = IMPORT + "\n@task\ndef qa():\n    return Task()\n"


def found(**sources: str) -> tuple[list[str], list[tuple[str, str]]]:
    """Names of the tasks, and what stands against them or is doubtful."""
    tasks, checks = read_tasks({f"{name}.py": text.encode() for name, text in sources.items()})
    doubts = [(it.id, it.status) for it in checks if it.status != "passed"]
    return [task.name for task in tasks], doubts


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ("@task\ndef qa(): ...", ["qa"]),
        ("@task(name='quiz')\ndef qa(): ...", ["quiz"]),
        ("@task(version=2)\ndef qa(limit=3): ...", ["qa"]),
        ("@other\n@task\ndef qa(): ...\n@task\ndef two(): ...", ["qa", "two"]),
        ("print('run')\nraise SystemExit\n@task\ndef qa(): ...", ["qa"]),
    ],
)
def test_tasks_are_read_and_not_run(body: str, names: list[str]) -> None:
    assert found(a=IMPORT + body) == (names, [])


@pytest.mark.parametrize(
    "body",
    [
        "import inspect_ai\n@inspect_ai.task\ndef qa(): ...",
        "if True:\n    @task\n    def qa(): ...",
        "@task\nasync def qa(): ...",
    ],
)
def test_what_only_looks_like_a_task_is_named(body: str) -> None:
    names, doubts = found(a=QA, b=IMPORT + body)

    assert names == ["qa"]
    assert doubts == [("tasks.not_found", "warning")]


@pytest.mark.parametrize(
    ("path", "looked_at"),
    [
        ("a.py", True),
        ("deep/er/a.py", True),
        ("_a.py", False),
        ("_shared/a.py", False),
        ("tests/a.py", False),
        (".git/a.py", False),
        ("a.txt", False),
    ],
)
def test_files_that_inspect_passes_over(path: str, looked_at: bool) -> None:
    assert is_task_file(path) is looked_at


@pytest.mark.parametrize(
    ("body", "doubt"),
    [
        ("t = Task(sandbox='docker')", ("tasks.sandbox", "failed")),
        ("t = Task(sandbox=('docker', 'compose.yaml'))", ("tasks.sandbox", "failed")),
        ("t = Task(sandbox='local')", None),
        ("from inspect_ai.tool import bash\nuse = bash()", ("tasks.sandbox", "warning")),
        ("bash()", None),
        ("import inspect_evals", ("tasks.package", "warning")),
        (
            "from inspect_ai.dataset import hf_dataset\nhf_dataset('x')",
            ("tasks.package", "warning"),
        ),
        ("import json, numpy, helper\nfrom . import other", None),
    ],
)
def test_what_the_container_lacks_is_found(body: str, doubt: tuple[str, str] | None) -> None:
    assert found(a=QA + body, helper="x = 1") == (["qa"], [doubt] if doubt else [])


def test_a_file_that_is_no_python_would_be_passed_over_in_silence() -> None:
    status = "failed" if sys.version_info >= (3, 12) else "warning"

    assert found(a=QA, b="def f(:\n") == (["qa"], [("tasks.syntax", status)])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "latin-1"])
def test_a_file_that_inspect_could_not_decode_is_refused(encoding: str) -> None:
    source = f"# -*- coding: {encoding} -*-\n{QA}# \xe9\n".encode(encoding)

    assert {"tasks.encoding"} <= {it.id for it in read_tasks({"a.py": source})[1]}


def test_no_task_at_all_stands_against_a_run() -> None:
    assert found(a="x = 1", _b=QA) == ([], [("tasks.none", "failed")])


def test_equal_names_are_named() -> None:
    assert found(a=QA, b=QA) == (["qa", "qa"], [("tasks.equal", "warning")])


def test_a_name_that_is_part_of_another_would_run_that_too() -> None:
    tasks = [FoundTask("qa", "a.py", 1), FoundTask("qa_long", "a.py", 5)]

    assert [it.id for it in chosen_checks(["qa"], tasks)] == ["tasks.substring"]
    assert list(chosen_checks(["qa", "qa_long"], tasks)) == []
    assert list(chosen_checks(["qa_long"], tasks)) == []


def test_parameters_without_a_default_are_refused() -> None:
    tasks, _ = read_tasks({"a.py": (IMPORT + "@task\ndef qa(a, b=1, *, c, d=2): ...").encode()})

    [check] = chosen_checks(["qa"], tasks)

    assert (check.id, check.status) == ("tasks.arguments", "failed")
    assert "without a default: a, c." in check.message


RECORDS = [
    {"query": "How many?", "response": "4", "system": "Be brief.", "category": "a"},
    {"messages": [{"role": "user", "content": "How many?"}, {"role": "assistant", "content": "4"}]},
    {"prompt": "How many?", "completion": "4"},
    {
        "prompt": [{"role": "user", "content": "How many?"}],
        "completion": [{"role": "assistant", "content": "4"}],
    },
    {"prompt": "How many?", "chosen": "4", "rejected": "5"},
    {"prompt": "How many?", "referenceResponse": "4"},
    {
        "prompt": [{"role": "user", "content": "How many?"}],
        "reward_model": {"ground_truth": "4"},
        "data_source": "x",
    },
    {
        "chosen": [{"role": "user", "content": "How many?"}, {"role": "assistant", "content": "4"}],
        "rejected": [
            {"role": "user", "content": "How many?"},
            {"role": "assistant", "content": "5"},
        ],
    },
]


@pytest.mark.parametrize("record", RECORDS, ids=lambda it: " ".join(it))
def test_a_task_of_ones_own_reads_records_as_evaluations_do(record: dict[str, Any]) -> None:
    known = format_of(record)
    assert known is not None
    read = known.read(record)
    tree = ast.parse(own_task("s3://b/k.jsonl", "match"))
    # What it has of Inspect AI is not installed here, and not used by these two.
    tree.body = [it for it in tree.body if getattr(it, "name", "") in ("text_of", FUNCTION)]
    names: dict[str, Any] = {"Any": Any}
    exec(compile(tree, "own_records.py", "exec"), names)  # noqa: S102 - our own file

    asked, expected = names[FUNCTION](record)

    assert asked[-1] == ("user", read.prompt)
    assert dict(asked).get("system") == read.system
    assert expected == read.reference


def test_a_task_of_ones_own_is_found_like_any_other() -> None:
    source = own_task('s3://b/a "quoted" name.jsonl', "includes")

    tasks, checks = read_tasks({"own_records.py": source.encode()})

    assert [task.name for task in tasks] == ["own_records"]
    assert [check.status for check in checks] == ["passed"]
    assert 'DATASET = "s3://b/a \\"quoted\\" name.jsonl"' in source
    assert 'SCORER = "includes"' in source
