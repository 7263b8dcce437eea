"""Moments as people read them."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from evalbook.texts import plural


def to_the_minute(moment: datetime | str) -> str:
    """Return a moment in UTC, such as ``2026-11-25 09:30 UTC``; a text is ISO 8601 with offset."""
    if isinstance(moment, str):
        moment = datetime.fromisoformat(moment)
    return f"{moment.astimezone(timezone.utc):%Y-%m-%d %H:%M} UTC"


def iso_utc(moment: datetime) -> str:
    """Write a moment as ISO 8601 in UTC, to the second."""
    return moment.astimezone(timezone.utc).isoformat(timespec="seconds")


def ago(then: datetime, now: datetime | None = None) -> str:
    """Return how long ago a moment was, in its largest unit, such as ``2 h ago``."""
    passed = (now or datetime.now(timezone.utc)) - then
    if passed >= timedelta(days=1):
        return f"{plural(passed.days, 'day')} ago"
    minutes = passed // timedelta(minutes=1)
    if minutes >= 60:
        return f"{minutes // 60} h ago"
    return f"{minutes} min ago" if minutes >= 1 else "just now"
