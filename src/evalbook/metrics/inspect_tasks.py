"""Which tasks Inspect AI finds in files, read from their syntax trees: no file is ever run.

The rules are Inspect AI's own (0.3.220, ``_util/decorator.py`` and ``_eval/list.py``): a task is a
function at the top of a file whose decorator is plainly ``@task``, and files or folders whose names
begin with a dot or an underscore are passed over. The container that SageMaker runs them in has
Python 3.12 and no Docker (sagemaker 3.27.0, ``train/evaluate/inspect_ai_evaluator.py``).
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from evalbook.checks import Check, failed, passed, warning
from evalbook.packaged import read_packaged
from evalbook.texts import joined, plural

PYTHON = (3, 12)
"""What the container runs."""

_PASSED_OVER = re.compile(r"[_.].*|env|venv|tests")
# Installed with Inspect AI itself, or by the container for its models.
_INSTALLED = frozenset(
    "inspect_ai boto3 botocore aioboto3 aiohttp anyio bs4 click docstring_parser fsspec httpx "
    "ijson jsonlines jsonpatch jsonpath_ng jsonref jsonschema mmh3 numpy platformdirs psutil "
    "pydantic dotenv yaml rich s3fs semver shortuuid sniffio tenacity textual tiktoken "
    "typing_extensions upath zstandard s3transfer openai".split()
)
# Tools and calls of Inspect AI that do their work in a sandbox.
_SANDBOX_TOOLS = frozenset(
    {"bash", "python", "bash_session", "text_editor", "web_browser", "computer"}
)
_NEEDS = {"hf_dataset": "datasets"}
"""Functions of Inspect AI that import a package which does not come with it."""


@dataclass(frozen=True)
class FoundTask:
    """A task, and what its file tells of it."""

    name: str
    file: str
    """Path below the folder of tasks, with forward slashes."""
    line: int
    required: tuple[str, ...] = ()
    """Parameters without a default, which ``task_args`` has to give."""


def is_task_file(path: str) -> bool:
    """Tell whether Inspect AI looks for tasks in a file of this path below the folder."""
    return path.endswith(".py") and not any(map(_PASSED_OVER.fullmatch, path.split("/")))


def read_tasks(sources: Mapping[str, bytes]) -> tuple[list[FoundTask], list[Check]]:
    """Find the tasks in files, given by their paths below the folder of tasks.

    No run gets past a check that failed.
    """
    tasks: list[FoundTask] = []
    checks: list[Check] = []
    local = {path.split("/")[0].removesuffix(".py") for path in sources}
    local |= {path.rpartition("/")[2].removesuffix(".py") for path in sources}
    for path in sorted(filter(is_task_file, sources)):
        tree = _parse(path, sources[path])
        if isinstance(tree, Check):
            checks.append(tree)
            continue
        tasks += _find_tasks(path, tree, checks)
        checks += _sandboxes(path, tree)
        checks += _missing_packages(path, tree, local)
    if not tasks:
        none = failed(
            "tasks.none",
            f"None of {plural(len(sources), 'file')} holds a task: a function decorated with @task "
            "at the top level of a file with a name that does not begin with _ or a dot.",
            "Give the folder with the task files.",
        )
        return [], [none, *checks]
    checks += _equal_names(tasks)
    if all(check.status != "failed" for check in checks):
        names = ", ".join(task.name for task in tasks[:8]) + (", …" if len(tasks) > 8 else "")
        checks.insert(0, passed("tasks.found", f"{plural(len(tasks), 'task')} found: {names}."))
    return tasks, checks


def chosen_checks(chosen: list[str], tasks: list[FoundTask]) -> Iterator[Check]:
    """Check a choice of tasks: the container takes each name for a part of those it runs.

    So ``qa`` would run ``qa_long`` as well, unless the task's file is named with it, which is what
    the notebook does wherever one file alone holds such names.
    """
    for name in chosen:
        longer = [it.name for it in tasks if name in it.name and it.name not in chosen]
        if longer:
            yield warning(
                "tasks.substring",
                f"{name} is also part of {joined(longer)}: the container matches any task "
                "that contains the name, and may run tasks that you did not choose.",
                "Rename one of them, or choose all of them.",
            )
    for task in tasks:
        if task.name in chosen and task.required:
            yield failed(
                "tasks.arguments",
                f"{task.name} ({task.file}, line {task.line}) has parameters without a default: "
                f"{', '.join(task.required)}.",
                "Give them defaults in the file.",
            )


# --- one file -----------------------------------------------------------------------------------


def _parse(path: str, source: bytes) -> ast.Module | Check:
    # As Inspect AI decodes it (0.3.220, _util/decorator.py), whatever the file says of itself.
    text = source.decode("utf-8", "replace")
    if "\ufffd" in text and "\ufffd".encode() not in source:
        said = f"{path} is not UTF-8, which Inspect AI requires: the job would fail."
        return failed("tasks.encoding", said, "Save it as UTF-8.")
    if text.startswith("\ufeff"):
        said = f"{path} begins with a byte order mark, so its tasks would be silently skipped."
        return failed("tasks.encoding", said, "Save it as UTF-8 without one.")
    try:
        # Not every newer parser refuses what 3.12 does not read.
        return ast.parse(text, filename=path, feature_version=PYTHON)
    except (RecursionError, MemoryError):
        return failed("tasks.syntax", f"{path} is too deeply nested to be read.")
    except (SyntaxError, ValueError) as error:
        where = f", line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        said = error.msg if isinstance(error, SyntaxError) else str(error)
    if sys.version_info[:2] < PYTHON:
        here = ".".join(map(str, sys.version_info[:2]))
        return warning(
            "tasks.syntax",
            f"{path}{where} can't be read by this Python ({here}): {said}. The container "
            "has 3.12, which may read it; if not, its tasks are silently skipped.",
            "Run evalbook with Python 3.12 to find out.",
        )
    return failed(
        "tasks.syntax",
        f"{path}{where} is not valid in Python 3.12, which the container runs: {said}. "
        "Its tasks would be silently skipped.",
        "Correct the file.",
    )


def _find_tasks(path: str, tree: ast.Module, checks: list[Check]) -> Iterator[FoundTask]:
    """Yield the tasks; add a check for what looks like one, but Inspect AI does not find."""
    top = set(map(id, tree.body))
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        for decorator in node.decorator_list:
            call = decorator if isinstance(decorator, ast.Call) else None
            named = call.func if call else decorator
            plain = isinstance(named, ast.Name) and named.id == "task"
            dotted = isinstance(named, ast.Attribute) and named.attr == "task"
            if plain and id(node) in top and isinstance(node, ast.FunctionDef):
                yield FoundTask(_name_of(node, call), path, node.lineno, _required(node))
            elif plain or dotted:
                unseen = warning(
                    "tasks.not_found",
                    f"{path}, line {node.lineno}: {node.name} looks like a task, but Inspect AI "
                    "finds only top-level functions that are decorated with plain @task.",
                    "Write `from inspect_ai import task` and `@task`.",
                )
                checks.append(unseen)


def _name_of(node: ast.FunctionDef, call: ast.Call | None) -> str:
    for keyword in call.keywords if call else ():
        if keyword.arg == "name" and isinstance(keyword.value, ast.Constant):
            return str(keyword.value.value)
    return node.name


def _required(node: ast.FunctionDef) -> tuple[str, ...]:
    arguments = node.args
    plain = [*arguments.posonlyargs, *arguments.args]
    without = plain[: len(plain) - len(arguments.defaults)]
    named = zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    return tuple(it.arg for it in [*without, *(it for it, given in named if given is None)])


def _sandboxes(path: str, tree: ast.Module) -> Iterator[Check]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        for keyword in node.keywords:
            if keyword.arg == "sandbox" and not _is_local(keyword.value):
                yield failed(
                    "tasks.sandbox",
                    f"{path}, line {keyword.value.lineno}: the task runs in a sandbox, but the "
                    "container that SageMaker starts has no Docker.",
                    'Leave the task out, or give it sandbox="local" if its code may run in the '
                    "container itself.",
                )
        tool = node.func.id if isinstance(node.func, ast.Name) else None
        if tool in _SANDBOX_TOOLS and tool in _imported_from(tree, "inspect_ai.tool"):
            yield warning(
                "tasks.sandbox",
                f"{path}, line {node.lineno}: the tool {tool} runs in a sandbox, but the "
                "container that SageMaker starts has no Docker.",
                'Only sandbox="local" works there.',
            )


def _is_local(value: ast.expr) -> bool:
    if isinstance(value, ast.Tuple) and value.elts:
        value = value.elts[0]
    return isinstance(value, ast.Constant) and value.value in (None, "local")


def _imported_from(tree: ast.Module, module: str) -> set[str]:
    return {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module == module
        for alias in node.names
    }


def _missing_packages(path: str, tree: ast.Module, local: set[str]) -> Iterator[Check]:
    wanted: dict[str, int] = {}
    for node in ast.walk(tree):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names = [node.module]
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            names = [_NEEDS[node.func.id]] if node.func.id in _NEEDS else []
        for name in names:
            package = name.partition(".")[0]
            if package not in sys.stdlib_module_names | _INSTALLED | local:
                wanted.setdefault(package, getattr(node, "lineno", 1))
    for package, line in wanted.items():
        yield warning(
            "tasks.package",
            f"{path}, line {line} needs the package {package}, which does not come with Inspect "
            "AI: evalbook can't tell whether the container has it.",
            "Avoid it, or put its source beside the task.",
        )


def _equal_names(tasks: list[FoundTask]) -> Iterator[Check]:
    places: dict[str, list[str]] = {}
    for task in tasks:
        places.setdefault(task.name, []).append(task.file)
    for name, paths in places.items():
        if len(paths) > 1:
            yield warning(
                "tasks.equal",
                f"{len(paths)} tasks are called {name}, in {joined(paths)}: their results can't "
                "be told apart.",
                "Rename all but one.",
            )


# --- a task of your own records ----------------------------------------------------------------

OWN_TASK = "own_records"
OWN_FILE = f"{OWN_TASK}.py"
SCORERS = {
    "match": "The answer ends with the reference; case and punctuation don't matter.",
    "includes": "The reference is somewhere in the answer.",
    "exact": "The answer equals the reference, except for case, articles and punctuation.",
    "f1": "How many words the answer and the reference share, from 0 to 1.",
}
"""Scorers of ``inspect_ai.scorer``, by their names there."""


def own_task(dataset: str, scorer: str) -> str:
    """Return the source of a task that puts the records of a dataset to the model."""
    source = read_packaged("data/inspect_task.py")
    for name, before, value in (("DATASET", "", dataset), ("SCORER", "match", scorer)):
        source = source.replace(f'{name} = "{before}"', f"{name} = {json.dumps(value)}", 1)
    return source
