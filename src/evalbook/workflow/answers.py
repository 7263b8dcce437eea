"""How answers are read: yes and no in people's words, choices by value, label or number."""

from __future__ import annotations

from evalbook.errors import AnswerRejected
from evalbook.texts import shortened
from evalbook.workflow.replies.choices import name_one, read_choice, split_answers
from evalbook.workflow.replies.words import says_none, says_yes, yes_or_no
from evalbook.workflow.turn import Question

__all__ = [
    "how_to_answer",
    "only_says_none",
    "read_choice",
    "read_yes_or_no",
    "says_none",
    "says_yes",
    "shortened",
    "split_answers",
    "yes_or_no",
]


def only_says_none(text: str) -> bool:
    """Return whether the text does no more than decline; names may begin with "no-" or "none "."""
    return says_none(text)


def read_yes_or_no(text: str) -> bool:
    """Return the verdict.

    Raises:
        AnswerRejected: the text is neither yes nor no.
    """
    verdict = yes_or_no(text)
    if verdict is None:
        raise AnswerRejected(
            "answer.yes_or_no", f"{shortened(text)!r} is neither yes nor no.", "Answer yes or no."
        )
    return verdict


def how_to_answer(question: Question) -> str:
    """Return in one sentence what an answer to the question looks like."""
    if question.kind == "confirm":
        return "Answer yes or no."
    if question.choices:
        return name_one(question.choices)
    return question.help or "Answer the question in a few words."
