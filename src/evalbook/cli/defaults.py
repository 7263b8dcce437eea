"""Defaults that a person or project sets once, read from their files."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from evalbook.errors import UsageError
from evalbook.whole_files import is_a_file, read_whole, reason
from evalbook.workflow.turn import Default

_LARGEST_FILE = 4 << 20
_MEND = "Fix it, or move it away."
PROJECTS = "[tool.evalbook] of "
"""Prefix of the source of a project's default."""

_CONSENT = frozenset({"bedrock_terms", "confirm", "data_sample", "yes"})
_ENVIRONMENT = {
    # Keys in the environment already name a caller, which a profile would replace.
    "profile": ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_ACCESS_KEY_ID"),
    "region": ("AWS_REGION", "AWS_DEFAULT_REGION"),
}
"""Variables that boto3 reads; they override a file's default."""


def locate_config_file() -> Path:
    """Return the file with a person's own defaults."""
    home = os.environ.get("XDG_CONFIG_HOME")
    # Not Path.expanduser, which raises if the home folder is unknown.
    folder = home or os.path.expanduser("~/.config")  # noqa: PTH111
    return Path(folder) / "evalbook" / "config.toml"


def find_defaults() -> dict[str, Default]:
    """Return the defaults that files set and no AWS variable overrides.

    Raises:
        UsageError: a file of defaults can't be used.
    """
    found = read_defaults()
    return {name: found[name] for name in found if not _first_set(_ENVIRONMENT.get(name, ()))}


def list_defaults() -> dict[str, Default | None]:
    """Return every possible default; None if nothing sets it.

    Raises:
        UsageError: a file of defaults can't be used.
    """
    found: dict[str, Default | None] = dict.fromkeys(_SETTINGS)
    found.update(read_defaults())
    for name, variables in _ENVIRONMENT.items():
        variable = _first_set(variables)
        if variable == "AWS_ACCESS_KEY_ID":
            found[name] = Default("none", f"{variable}, which replaces a profile")
        elif variable:
            found[name] = Default(os.environ[variable], variable)
    return found


def read_defaults() -> dict[str, Default]:
    """Return the settings of the person's and the project's file; the project's wins.

    Raises:
        UsageError: one can't be used.
    """
    found: dict[str, Default] = {}
    own = locate_config_file()
    if is_a_file(own):
        found.update(_read(own, _toml(own)))
    project = _project_file()
    if project is not None and _is_own(project):
        table = _toml(project).get("tool", {}).get("evalbook", {})
        found.update(_read(project, table, PROJECTS))
    return found


def somebody_elses() -> Path | None:
    """Return the project's file if it is ignored because it belongs to somebody else."""
    project = _project_file()
    return None if project is None or _is_own(project) else project


def _is_own(path: Path) -> bool:
    """Tell whether only the caller or root can have put a file, or a link to it, there."""
    trusted = {os.geteuid(), 0} if os.name == "posix" else {0}
    return {path.lstat().st_uid, path.stat().st_uid} <= trusted


def _project_file() -> Path | None:
    """Return the nearest pyproject.toml with our table, from this folder upwards.

    On Windows, where a file's owner is hard to tell, only this folder counts.
    """
    here = Path.cwd()
    for folder in (here, *(here.parents if os.name == "posix" else ())):
        path = folder / "pyproject.toml"
        if is_a_file(path):
            return path if b"[tool.evalbook" in _content(path) else None
    return None


def _toml(path: Path) -> dict[str, Any]:
    import sys

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    try:
        document: dict[str, Any] = tomllib.loads(_content(path).decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise _unusable(path, f"can't be read: {error}.", _MEND) from error
    return document


def _content(path: Path) -> bytes:
    try:
        return read_whole(path, _LARGEST_FILE)
    except OSError as error:
        raise _unusable(path, f"can't be read: {reason(error)}.", _MEND) from error


def _read(path: Path, table: Any, where: str = "") -> dict[str, Default]:
    from evalbook.texts import did_you_mean, nearest

    if not isinstance(table, dict):
        raise _unusable(path, "has no table for evalbook's defaults.", "Write it as name = value.")
    found = {}
    for name, value in table.items():
        if name in _CONSENT:
            raise _unusable(
                path, f"sets {name}, but consent is asked for every time.", "Remove that line."
            )
        if name not in _SETTINGS:
            meant = did_you_mean(nearest(name.lower(), _SETTINGS, cutoff=0.7))
            known = f"The defaults are {', '.join(_SETTINGS)}."
            raise _unusable(path, f"sets {name}, which is not a default.", meant or known)
        text = _SETTINGS[name](value)
        if text is None:
            expected = 'a table, such as {team = "search"}' if name == "tags" else "a string"
            raise _unusable(path, f"sets {name} to {value!r}.", f"{name} is {expected}.")
        found[name] = Default(text, f"{where}{path}")
    return found


def _unusable(path: Path, found: str, remedy: str) -> UsageError:
    return UsageError("config.file", f"{path} {found}", remedy)


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value.strip() else None


def _tags(value: Any) -> str | None:
    """Return tags in the form that the step tags reads."""
    if isinstance(value, dict) and value and all(isinstance(it, str) for it in value.values()):
        return json.dumps(value, ensure_ascii=False)
    return None


def _first_set(variables: tuple[str, ...]) -> str | None:
    return next((name for name in variables if os.environ.get(name)), None)


_SETTINGS: Mapping[str, Callable[[Any], str | None]] = {
    **dict.fromkeys(("role", "output", "region", "profile"), _text),
    "tags": _tags,
}
"""The possible defaults, each with the function that reads its value."""
