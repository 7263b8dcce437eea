"""The words and phrases by which replies are read; what each list is for stands beside it."""

from __future__ import annotations

from functools import cache
from typing import Literal, TypedDict

from evalbook.packaged import DataFile
from evalbook.workflow.replies.reading import Doubt
from evalbook.workflow.step_names import StepName

Meaning = Literal[
    "yes", "beside_yes", "beside_yes_in_passing", "opens_question", "yes_phrases", "yes_in_passing",
    "irony", "no", "no_phrases", "undo_no", "undo_dont", "negations", "none", "none_phrases",
    "beside_none", "beside_default", "asking_first", "before_asking", "asking_words", "asking_is",
    "auxiliaries", "asking", "polite", "after_no", "beside_repeated", "number_words", "recommended",
    "beside_recommended", "kinds_of_things", "beside_listed", "vague", "bounds", "beside_number",
    "counted", "no_folder", "around_folder", "around_data", "beside_name", "placeholders", "no_model",
    "matters", "linking", "consent",
]  # fmt: skip


class _List(TypedDict):
    about: str
    listed: list[str]
    """Each several words or phrases, separated by commas."""


class _Vocabulary(TypedDict):
    words: dict[Meaning, _List]
    doubts: dict[Doubt, list[str]]
    """Patterns of what is said where there is no answer yet, by what that means; the first counts."""
    the_default: list[str]
    """Patterns of replies that ask for what is proposed, or for what was before."""
    another_time: list[str]
    """Patterns of replies that mean what was answered another time; at most the proposal is meant."""
    numbers: dict[str, int]
    counts: dict[str, int]
    """Numbers that are not put together: once, a couple."""
    multiples: dict[str, int]
    ordinals: dict[str, int]
    synonyms: dict[str, list[str]]
    """What people say for choices that are always the same, by value: words that all must be there."""
    titles: dict[str, StepName]
    """What people call the answers to the steps."""


VOCABULARY = DataFile("data/vocabulary.json", _Vocabulary)


@cache
def vocabulary(meaning: Meaning) -> frozenset[str]:
    """Return the words and phrases that have a meaning."""
    lines = VOCABULARY.facts["words"][meaning]["listed"]
    return frozenset(it for line in lines for it in line.split(", "))
