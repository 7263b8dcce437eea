"""What there is to say of a run: sentences and tables, drawn by each front end as it can."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

Part = str | Sequence[Mapping[str, str]]
"""Text, or the rows of a table: each has a cell for each column's title."""


def in_words(parts: Iterable[Part]) -> str:
    """Return parts as plain text, in lines of any length."""
    return "\n\n".join(it if isinstance(it, str) else render_text_table(it) for it in parts)


def render_text_table(rows: Sequence[Mapping[str, str]]) -> str:
    """Return a table: columns of numbers to the right, of words to the left."""
    columns = []
    for title in rows[0] if rows else ():
        cells = [" ".join(row[title].split()) for row in rows]
        numbers = all(it[:1] in "+-0123456789" for it in cells)
        wide = max(map(len, (title, *cells)))
        columns.append([f"{it:{'>' if numbers else '<'}{wide}}" for it in (title, *cells)])
    return "\n".join("  ".join(line).rstrip() for line in zip(*columns, strict=True))
