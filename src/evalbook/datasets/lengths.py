"""How long texts are in tokens, estimated from their characters: no tokenizer is at hand."""

from __future__ import annotations

import math
from collections.abc import Mapping

BYTES_PER_TOKEN = 4
"""Of UTF-8. English has 4 to 5 in today's tokenizers, code and other languages fewer."""
BUCKET = 256
"""Tokens by which lengths are counted together."""


def estimate_tokens(text: str) -> int:
    """Return about how many tokens a text has."""
    size = len(text) if text.isascii() else len(text.encode("utf-8", "replace"))
    return math.ceil(size / BYTES_PER_TOKEN)


def too_long(lengths: Mapping[int, int], room: int) -> int:
    """Return how many records certainly have a longer prompt than there is room for.

    Args:
        lengths: records by their prompt's length in tokens, counted in steps of `BUCKET`.
        room: tokens.
    """
    return sum(count for bucket, count in lengths.items() if bucket * BUCKET > room)
