"""What `evalbook status --watch` draws on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from evalbook.runs.status import RunStatus, StepStatus, clock

if TYPE_CHECKING:
    from rich.text import Text

_LOOKS = {
    "Succeeded": ("✓", "green"),
    "Failed": ("✗", "red"),
    "Stopped": ("■", "yellow"),
    "Stopping": ("■", "yellow"),
    "Executing": ("●", "cyan"),
    "Starting": ("●", "cyan"),
}
_BAR = 30


def progress_text(seen: Sequence[RunStatus], now: datetime | None = None) -> Text:
    """Return runs as a drawing: a bar of expected time, and a line for each step."""
    from rich.text import Text

    now = now or datetime.now(timezone.utc)
    text = Text()
    for run in seen:
        _run(text, run, now)
    if not seen:
        text.append("Looking …")
    return text


def _run(text: Any, run: RunStatus, now: datetime) -> None:
    text.append(run.name, "bold")
    text.append(f"  {run.status}\n")
    seconds = run.seconds(now)
    if run.expected:
        low, high = run.expected
        # Full at the high estimate; what takes longer stays full.
        filled = min(_BAR, round(_BAR * seconds / (high * 60)))
        text.append("  " + "━" * filled, "cyan")
        text.append("━" * (_BAR - filled), "bright_black")
        text.append(f"  {clock(seconds)} of about {low} to {high} minutes\n")
    else:
        text.append(f"  {clock(seconds)}\n")
    for step in run.steps:
        _step(text, step, now)


def _step(text: Any, step: StepStatus, now: datetime) -> None:
    mark, colour = _LOOKS.get(step.status, ("·", "bright_black"))
    seconds = step.seconds(now)
    took = clock(seconds) if seconds is not None else ""
    text.append(f"  {mark} ", colour)
    text.append(f"{step.name:<30} {took:>8}")
    if step.bedrock:
        text.append(f"  Bedrock: {step.bedrock.status}", "bright_black")
    text.append("\n")
