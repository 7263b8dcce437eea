"""The installed SDK's source: its facts are compared without the seconds of importing it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType


def _path(name: str) -> Path:
    package = importlib.util.find_spec("sagemaker")
    assert package is not None
    for folder in package.submodule_search_locations or ():
        if (Path(folder) / name).is_file():
            return Path(folder) / name
    raise AssertionError(f"the installed SDK has no {name}")


def sdk_file(name: str) -> str:
    """Return the text of a file of the package ``sagemaker``."""
    return _path(name).read_text(encoding="utf-8")


def sdk_module(name: str) -> ModuleType:
    """Load one file of the SDK that imports nothing of it."""
    spec = importlib.util.spec_from_file_location("sdk_module", _path(name))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
