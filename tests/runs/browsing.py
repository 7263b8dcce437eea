"""A real browser, without a window, for pages that are to be looked at and not only parsed."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Opened:
    """A page in the browser, and what happened that should not have."""

    page: Any
    said: list[str] = field(default_factory=list)
    """The console's words, uncaught errors, and dialogs that opened."""
    fetched: list[str] = field(default_factory=list)
    """Addresses asked for beside the page's own file."""


def a_browser() -> str:
    """The browser on this machine; without one, the test is skipped, or fails where CI is set."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found is None:
        reason = f"no browser: none of {', '.join(NAMES)} is installed (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@contextmanager
def browser() -> Iterator[Any]:
    """A browser with an empty profile of its own."""
    path = a_browser()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield started
        finally:
            started.close()


def opened(started: Any, path: Path, *, width: int = 1200, **settings: Any) -> Opened:
    """Open a page in a window of its own."""
    page = started.new_page(viewport={"width": width, "height": 900}, **settings)
    found = Opened(page)
    page.on("console", lambda message: found.said.append(message.text))
    page.on("pageerror", lambda error: found.said.append(str(error)))
    page.on("dialog", lambda dialog: (found.said.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: found.fetched.append(request.url))
    page.goto(path.as_uri())
    found.fetched.remove(path.as_uri())
    return found
