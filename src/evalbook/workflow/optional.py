"""Answers that may be none: the SDK's default, the bucket's own key, every sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from evalbook.workflow.interview import Accepted, Interview, Outcome
from evalbook.workflow.replies.words import says_none
from evalbook.workflow.turn import Question

V = TypeVar("V")
F = TypeVar("F")


def unless_none(
    read: Callable[[str, Question, Interview], V], *about: str, word: str = "none"
) -> Callable[[str, Question, Interview], V | None]:
    """Return what reads an answer, or None where there is to be none.

    Args:
        read: reads any other answer.
        about: words of the question, which name nothing.
        word: what stands for none at this question.
    """

    def reads(text: str, question: Question, interview: Interview) -> V | None:
        none = text.strip().casefold() == word or says_none(text, about)
        return None if none else read(text, question, interview)

    return reads


def if_given(
    check: Callable[[V, Interview], Outcome[V | None, F]],
) -> Callable[[V | None, Interview], Outcome[V | None, F]]:
    """Return what checks an answer, and accepts none as it is."""
    return lambda value, interview: Accepted(None) if value is None else check(value, interview)
