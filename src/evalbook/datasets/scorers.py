"""What the preset scorers want of a record beyond its format, and records as scorers get them.

Source of the rules: https://docs.aws.amazon.com/sagemaker/latest/dg/model-customize-evaluation-preset-custom-scorers.html,
read 2026-11-21.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from evalbook.datasets.invalid import InvalidRecord, described, quoted, wrong_type
from evalbook.datasets.reading import Row, read_head
from evalbook.datasets.understanding import Understood, understand

LONGEST_ANSWER = 100
"""Characters; a bare answer is a number, a formula or a few words."""

HEAD_BYTES = 65536
"""What is read of a dataset: a few records, whatever its size."""
MOST_RECORDS = 5
OTHER_ANSWER = "I am not sure."
"""What no record's reference is."""

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


@dataclass(frozen=True)
class RecordToTry:
    """One record, once with its reference as the model's answer, once with another answer."""

    place: int
    """Its line, counted from 1."""
    right: dict[str, Any] | None
    other: dict[str, Any] | None
    problem: str | None = None
    """Why there is nothing to try."""


def records_to_try(head: bytes, *, complete: bool) -> list[RecordToTry]:
    """Return the first records of a dataset.

    Args:
        head: its first bytes; the last record may be cut.
        complete: whether they are all there is.
    """
    _, rows = read_head(head, complete=complete)
    return [_to_try(row) for row in rows[:MOST_RECORDS]]


def _to_try(row: Row) -> RecordToTry:
    try:
        if row.record is None:
            raise row.problem or InvalidRecord("not_json", "it is not a record")
        read = understand(row.record)
    except InvalidRecord as error:
        return RecordToTry(row.place, None, None, error.reason)
    if read.reference is None:
        return RecordToTry(row.place, None, None, "no reference answer")
    asked = [{"role": "system", "content": read.system}] if read.system else []
    asked.append({"role": "user", "content": read.prompt})

    def sample(kind: str, answer: str | None) -> dict[str, Any]:
        return {
            "id": f"record-{row.place}-{kind}",
            "messages": [*asked, {"role": "assistant", "content": answer}],
            "reference_answer": read.reference,
        }

    return RecordToTry(row.place, sample("right", read.reference), sample("other", OTHER_ANSWER))
