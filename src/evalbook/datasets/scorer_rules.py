"""What the preset scorers want of a record beyond its format.

Source: https://docs.aws.amazon.com/sagemaker/latest/dg/model-customize-evaluation-preset-custom-scorers.html,
read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from evalbook.datasets.invalid import InvalidRecord, described, quoted, wrong_type
from evalbook.datasets.understanding import Understood

LONGEST_ANSWER = 100
"""Characters; a bare answer is a number, a formula or a few words."""

# What tells of a worked solution, which the scorer would compare with the answer whole.
_WORKED = ("####", "\\boxed", "answer is", "answer:")


def bare_answer(meant: Understood) -> None:
    """Want the reference to be the answer alone.

    Raises:
        InvalidRecord: it is a text around the answer.
    """
    answer = (meant.reference or "").strip()
    worked = next((mark for mark in _WORKED if mark in answer.lower()), None)
    if worked or "\n" in answer or len(answer) > LONGEST_ANSWER:
        raise InvalidRecord(
            "not_bare",
            f"the reference answer is {quoted(answer)}; expected the bare answer, such as 42, "
            "without the working",
        )


def cases_to_run(meant: Understood) -> None:
    """Want ``metadata`` with as many outputs as inputs, all texts.

    Raises:
        InvalidRecord: there is none, or it is in another shape.
    """
    metadata = meant.metadata
    if metadata is None:
        raise InvalidRecord("no_metadata", "no metadata with the test cases' inputs and outputs")
    inputs, outputs = (_texts(metadata, name) for name in ("inputs", "outputs"))
    if len(inputs) != len(outputs):
        raise InvalidRecord(
            "unequal_metadata",
            f"metadata has {len(inputs)} inputs and {len(outputs)} outputs; expected as many",
        )


def _texts(metadata: Mapping[str, Any], name: str) -> list[str]:
    found = metadata.get(name)
    if isinstance(found, list) and found and all(isinstance(text, str) for text in found):
        return found
    if isinstance(found, list) and found:
        other = next(text for text in found if not isinstance(text, str))
        raise InvalidRecord("wrong_type", f"metadata.{name} holds {described(other)}; texts only")
    raise wrong_type(f"metadata.{name}", found, "a list of texts, at least one")


RULES: dict[str, Callable[[Understood], None]] = {
    "prime_math": bare_answer,
    "prime_code": cases_to_run,
}
"""By the preset's name."""
