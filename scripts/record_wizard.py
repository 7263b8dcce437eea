"""Draw pictures of the wizard from a real session: docs/pictures/*.svg.

The real command runs in a real pseudo-terminal against the sandbox; what its screen shows at a few
moments is drawn as SVG. Run it again after the wizard has changed; a test compares what the
pictures say:

    python scripts/record_wizard.py
"""

from __future__ import annotations

import os
import re
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "pictures"
SIZE = (84, 24)
"""Columns and lines; a README shows some 90 columns at a readable size."""

sys.path.insert(0, str(ROOT / "tests"))

if TYPE_CHECKING:
    from pyte.screens import Char
    from rich.text import Text


ENTER, DOWN, CTRL_U, SPACE = "\r", "\x1b[B", "\x15", " "


@dataclass(frozen=True)
class Scene:
    """Keys to type, what the screen shows then, and the picture to take of it."""

    keys: tuple[str, ...]
    shows: str
    picture: str | None = None


SCENES = (
    Scene((), "Which kind of evaluation?"),
    Scene((ENTER,), "What task is this model trained to do?"),
    Scene(("Answers customers' billing questions, politely.", ENTER), "Where in S3"),
    Scene(("s3://evalbook-data/support/eval.json", ENTER), "Did you mean"),
    Scene(("l", ENTER), "May I read the dataset", "wizard-rejected"),
    Scene(("yes", ENTER), "Do you have custom metrics", "wizard-preview"),
    Scene((ENTER,), "Which built-in metrics?"),
    Scene((*[DOWN] * 5, SPACE), "● Faithfulness", "wizard-metrics"),
    Scene((ENTER,), "Which fine-tuned model?"),
    Scene(("support-bot", ENTER), "Is this the model to evaluate?"),
    Scene(("yes", ENTER), "Which judge model?"),
    Scene((DOWN,), "» Amazon Nova Pro", "wizard-judges"),
    Scene((ENTER,), "Which AWS region"),
    Scene((ENTER,), "Which IAM role"),
    Scene((ENTER,), "Where in S3 should the results go?"),
    Scene((CTRL_U, "s3://evalbook-results/run1/", ENTER), "advanced settings?"),
    Scene((ENTER,), "Is this configuration right?", "wizard-confirm"),
    Scene(("<",), "Which answer do you want to change?", "wizard-back"),
    Scene(("<",), "? explains"),
    Scene(("yes", ENTER), "Do you acknowledge and agree to proceed?", "wizard-terms"),
    Scene(("I agree", ENTER), "What should the project folder be called?"),
    Scene((ENTER,), "or append to an existing one?"),
    Scene((ENTER,), "evalbook status --watch", "wizard-done"),
)


def main() -> None:
    """Run the session and write a picture for each scene that has one."""
    from evalbook.sandbox import Sandbox

    PICTURES.mkdir(parents=True, exist_ok=True)
    taken: dict[str, str] = {}
    # On a busy machine the price may come too late.
    while "dollars" not in taken.get("wizard-confirm", ""):
        with tempfile.TemporaryDirectory() as folder, Sandbox() as sandbox:
            os.environ.update(sandbox.environment)
            taken.update(pictures(Path(folder)))
    for name, picture in taken.items():
        path = PICTURES / f"{name}.svg"
        path.write_text(picture, encoding="utf-8")
        print(path.relative_to(ROOT))


def pictures(folder: Path) -> Iterator[tuple[str, str]]:
    """Run the session in a folder, in the sandbox that is set; yield names and SVGs."""
    from real_terminal import RealTerminal  # type: ignore[import-not-found]

    with RealTerminal(folder=folder, size=SIZE) as terminal:
        for scene in SCENES:
            terminal.types(*scene.keys).waits_for(scene.shows)
            if scene.keys[-1:] != ("<",) and scene.picture != "wizard-done":
                terminal.waits_for("explains")
            if scene.picture:
                yield scene.picture, drawn(terminal, scene.picture)


def said(picture: str) -> list[str]:
    """Return what a picture says, but for days, hours and what depends on how fast AWS answers."""
    texts = re.findall(r"<text[^>]*>([^<]*)</text>", picture)
    fleeting = ("Time", "Price", "SageMaker", "Judge&#160;tokens")
    return [
        re.sub(r"\d{4}-\d\d-\d\d|\d\d:\d\d", "…", it) for it in texts if not it.startswith(fleeting)
    ]


def drawn(terminal: Any, name: str) -> str:
    """Return what the screen shows now as a picture."""
    import io

    from rich.console import Console
    from rich.terminal_theme import SVG_EXPORT_THEME

    columns, _ = SIZE
    console = Console(
        record=True, width=columns, file=io.StringIO(), force_terminal=True, highlight=False
    )
    for line in _lines(terminal):
        console.print(line, no_wrap=True, overflow="crop")
    # A fixed id keeps a picture the same where the screen is the same.
    return console.export_svg(title="evalbook", theme=SVG_EXPORT_THEME, unique_id=name)


def _lines(terminal: Any) -> Iterator[Text]:
    """Yield the lines of the screen in the colours they have."""
    from rich.text import Text

    for cells in terminal.cells:
        line = Text()
        for cell in cells:
            line.append(cell.data, style=_style(cell))
        yield line


def _style(cell: Char) -> str:
    words = [word for word in ("bold", "reverse") if getattr(cell, word)]
    words += ["italic"] if cell.italics else []
    words += ["underline"] if cell.underscore else []
    if cell.fg != "default":
        # One of the 256 colours, by its red, green and blue.
        words.append(f"#{cell.fg}" if re.fullmatch("[0-9a-f]{6}", cell.fg) else cell.fg)
    return " ".join(words)


if __name__ == "__main__":
    main()
