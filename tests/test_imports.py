"""No module leads back to itself, by whatever import: each can be understood without the others."""

import ast
import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "src"


def modules() -> dict[str, Path]:
    found = {}
    for path in SOURCE.rglob("*.py"):
        parts = path.relative_to(SOURCE).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported_by(path: Path, known: dict[str, Path]) -> set[str]:
    """Return the modules that a file imports: at its top, in functions, or for types alone."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            full = {f"{node.module}.{alias.name}" for alias in node.names}
            names.update(full & known.keys() or {node.module or ""})
    return names & known.keys()


def test_no_import_leads_back():
    known = modules()
    left = {name: imported_by(path, known) - {name} for name, path in known.items()}

    while leaves := {name for name, imports in left.items() if not imports}:
        left = {name: it - leaves for name, it in left.items() if name not in leaves}

    ring = {name: sorted(it & left.keys()) for name, it in left.items()}
    assert ring == {}, "these modules import each other, or what does"


def test_showing_a_turn_loads_nothing_heavy(tmp_path):
    heavy = {
        *("boto3", "botocore", "difflib", "hashlib", "importlib.resources", "jinja2", "jupytext"),
        *("nbformat", "prompt_toolkit", "pydantic", "rich", "tempfile"),
    }
    show = (
        "import sys; from evalbook.cli.main import main\n"
        "try: main(['next'])\n"
        f"finally: print(*{heavy} & sys.modules.keys(), file=sys.stderr)"
    )

    done = subprocess.run(
        [sys.executable, "-c", show], cwd=tmp_path, check=True, capture_output=True, text=True
    )

    assert done.stderr.split() == []
