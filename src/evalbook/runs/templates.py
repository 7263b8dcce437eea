"""The templates of pages and pictures: whatever is put into one is escaped."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from typing import TYPE_CHECKING

from evalbook.packaged import read_packaged
from evalbook.runs.verdicts import BETTER, WORSE

if TYPE_CHECKING:
    from jinja2 import Template


def legal(text: object) -> str:
    """Return a text without what pages and XML can't hold; a template escapes the rest."""
    return "".join(
        character if character.isprintable() or character in " \n\t\u00a0" else "\ufffd"
        for character in str(text)
    )


def _look(title: str, first: bool, text: str = "") -> str:
    """Return the classes of a table's cell."""
    if title == "Verdict":
        return f"words {text}" if text in (BETTER, WORSE) else "words"
    return "name" if first or title == "Metric" else "number"


def page_asset(name: str) -> str:
    return read_packaged(f"runs/{name}")


@cache
def page_template(name: str) -> Template:
    """Return a page's template; what is put into it is escaped unless it says it is safe."""
    from jinja2 import DictLoader, Environment, StrictUndefined

    loader = DictLoader({name: page_asset(name)})
    pages = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    pages.filters.update(legal=legal, look=_look)
    return pages.get_template(name)


def page_policy(style: str, script: str) -> str:
    """Return the content security policy that lets a page's own style and script run alone."""
    digests = (hashlib.sha256(text.encode()).digest() for text in (style, script))
    own_style, own_script = (f"'sha256-{base64.b64encode(it).decode()}'" for it in digests)
    return (
        f"default-src 'none'; style-src {own_style}; script-src {own_script}; "
        "base-uri 'none'; form-action 'none'"
    )
