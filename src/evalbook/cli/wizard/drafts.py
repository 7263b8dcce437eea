"""What was typed and not sent: kept for its question, and beside the state file when one leaves."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

from evalbook.whole_files import is_there, read_whole, replace_whole

_MOST_BYTES = 4 << 20


class Drafts:
    """Half-typed answers by step, in a file of their own: they are no answers, so no state."""

    def __init__(self, state: Path) -> None:
        self._path = state.with_name(f".{state.name}.draft")
        kept = None
        with contextlib.suppress(OSError, ValueError, RecursionError):
            kept = json.loads(read_whole(self._path, _MOST_BYTES))
        texts = kept if isinstance(kept, dict) else {}
        self._texts = {step: text for step, text in texts.items() if isinstance(text, str)}

    def keep(self, step: str | None, text: str | None) -> None:
        """Keep what was typed for a step until its question is asked again."""
        if step and text:
            self._texts[step] = text

    def take(self, step: str | None) -> str | None:
        """Return what was typed for this step, and forget it; None where there is nothing."""
        return self._texts.pop(step, None) if step else None

    @property
    def is_kept(self) -> bool:
        return is_there(self._path)

    def save(self) -> None:
        """Write what is kept; a folder that can't be written is no reason to trouble anyone."""
        with contextlib.suppress(OSError):
            if not self._texts:
                self._path.unlink(missing_ok=True)
                return
            # Only the person's own eyes: a half-typed answer may be anything.
            replace_whole(self._path, json.dumps(self._texts).encode(), private=True)

    def forget(self) -> None:
        self._texts.clear()
        self.save()
