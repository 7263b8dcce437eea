"""Moments as people read them."""

from __future__ import annotations

from datetime import datetime, timezone


def to_the_minute(moment: datetime | str) -> str:
    """Return a moment in UTC, such as ``2026-11-25 09:30 UTC``; a text is ISO 8601 with offset."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return f"{moment.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"
