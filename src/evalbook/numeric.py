"""What counts as a number where others wrote it: JSON knows integers of any length, and NaN."""

from __future__ import annotations

import sys
from typing import TypeGuard


def is_finite_number(value: object) -> TypeGuard[int | float]:
    """Tell whether a value is a number, no truth value, that a float can hold."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return abs(value) <= sys.float_info.max
