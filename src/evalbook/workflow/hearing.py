"""How a step hears a whole reply: which part of it answers the question, if any."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from evalbook.checks import Remedy
from evalbook.errors import AnswerRejected
from evalbook.texts import on_one_line, put_in_a_row, shortened
from evalbook.whole_files import is_a_file
from evalbook.workflow.asked import answer_to
from evalbook.workflow.interview import Interview, Step
from evalbook.workflow.replies import places, values
from evalbook.workflow.replies.choices import how_to_answer, understand_choice, understand_yes_or_no
from evalbook.workflow.replies.lists import understand_choices
from evalbook.workflow.replies.numbers import understand_number, with_digits
from evalbook.workflow.replies.pieces import find_pieces, is_one_name
from evalbook.workflow.replies.reading import AskBack, Hesitates, Incomplete, Reading, Taken
from evalbook.workflow.replies.words import (
    content,
    doubt_in,
    negates,
    says_none,
    without_preamble,
    words_of,
    yes_or_no,
)
from evalbook.workflow.turn import Question

Hears = Callable[[str, Question, Interview], Reading]

_FILE = r"(?<![\w./~-])[\w./~-]+\.(?:jsonl?|ndjson|csv|tsv|parquet)(?:\.gz)?\b"
_NAMED = "judge|role|region|results|dataset|metrics?|bucket|project|notebook|key|use"
NO_ANSWER = "evalbook has no answer to that question."
_LINE = 120
"""Characters of a reply that a rejection repeats."""
_LONGEST_MESSAGE = 2000
"""Characters of a message about a long answer, such as all problems of custom metrics."""


def by_kind(reply: str, question: Question, _: Interview) -> Reading:
    if question.kind == "confirm":
        return understand_yes_or_no(reply, question)
    if question.kind == "multichoice":
        return understand_choices(reply, question)
    if question.choices:
        if {choice.label for choice in question.choices} == {"Yes", "No"}:
            reading = understand_yes_or_no(reply, question)
            if not isinstance(reading, Taken):
                return reading
            return Taken(reading.text.capitalize(), exact=True)
        return understand_choice(reply, question)
    return values.understand_text(reply, question)


def answers_elsewhere(text: str) -> bool:
    """Return whether all that is said evidently answers other steps."""
    found = find_pieces(text, "task", "project", "run_name")
    return bool(found.pieces) and not found.rest


def free_text(reply: str, question: Question, _: Interview) -> Reading:
    """Hear any text, unless it plainly answers something else."""
    reading = values.understand_free(without_preamble(reply), question)
    if not isinstance(reading, Taken):
        return reading
    parts: list[str] = []
    for sentence in re.split(r"(?<=[.!?])\s+(?=\S)|\n", reading.text):
        # A clause that names what it is for is none of a task's own: ", judge should be nova pro".
        clauses = re.split(rf"[,;]\s+(?=[^,;]*\b(?:{_NAMED})\b)", sentence)
        parts += [sentence] if answers_elsewhere(sentence) else clauses
    others = [part for part in parts if answers_elsewhere(part)]
    own = [part for part in parts if part not in others]
    if not own:
        return Incomplete("That does not describe it.")
    if not others:
        return reading
    left = f"{'. '.join(others)} {reading.left}".strip()
    return Taken(without_preamble(" ".join(own)), left=left)


def listed(reply: str, question: Question) -> Reading:
    """Hear which choice is meant if other answers are possible too."""
    if not question.choices:
        return None
    newest = {"newest", "latest", "recent"} & set(content(reply, ("most",)))
    if newest and len(content(reply, ("most",))) == 1 and "newest first" in question.text:
        return Taken(question.choices[0].value)
    reading = understand_choice(reply, question)
    # A name that merely resembles a listed one is a different one.
    another = isinstance(reading, AskBack) and question.kind == "text" and " " not in reply.strip()
    return None if another else reading


def place(reply: str, question: Question, _: Interview) -> Reading:
    reading = listed(reply, question)
    proposed = isinstance(reading, AskBack) and reading.text == question.default
    if isinstance(reading, Taken) or proposed:
        return reading
    return places.understand_s3(reply, question) or reading


def notebook(reply: str, question: Question, interview: Interview) -> Reading:
    """Hear a choice, or the path of a notebook in a sentence."""
    paths = re.findall(r"[\w./~-]+\.ipynb\b", reply)
    if len(paths) == 1 and paths[0] != reply.strip() and not doubt_in(reply):
        return Taken(paths[0])
    return by_kind(reply, question, interview)


def dataset(reply: str, question: Question, interview: Interview) -> Reading:
    """Hear a place in S3, or that there are no data yet."""
    if says_none(reply, ("dataset", "data", "file", "records", "yet")):
        return Incomplete(
            "You need records; a few dozen will do. `evalbook example dataset` writes some to "
            "start from."
        )
    reading = place(reply, question, interview)
    if isinstance(reading, AskBack | Taken) and re.search(r"\.\w+$", reading.text):
        return reading
    named = re.findall(_FILE, reply)
    if len(named) == 1 and " " in reply.strip() and "://" not in reply and not negates(reply):
        if is_a_file(interview.file_named(named[0])):
            return Taken(named[0])
        if "/" in named[0]:
            return AskBack(f"s3://{named[0]}", named[0])
    searched = places.search_in_bucket(reply, question)
    return Taken(searched) if searched else reading


def by(understand: Callable[[str, Question], Reading]) -> Hears:
    return lambda reply, question, _: understand(reply, question)


region = by(places.understand_region)
project = by(values.understand_project)
metrics_file = by(values.understand_metrics_file)


def name(*about: str) -> Hears:
    """Return a function that hears a name; ``about``: words of the question that name nothing."""

    def hears(reply: str, question: Question, _: Interview) -> Reading:
        if reading := listed(reply, question):
            return reading
        if question.choices and yes_or_no(reply) is False:
            return Incomplete("Say which one you want instead.")
        return values.understand_name(reply, question, about)

    return hears


def free_name(*about: str) -> Hears:
    """Return what hears a name that may be any, unless it evidently answers another step."""

    def hears(reply: str, question: Question, _: Interview) -> Reading:
        # A run may be called like a model, or like an evaluation type.
        if answers_elsewhere(reply) and not is_one_name(reply):
            return Incomplete("That is no name for it.")
        return values.understand_free_name(reply, question, about)

    return hears


def _found(find: Callable[[str, Interview], Reading], *about: str) -> Hears:
    """Return what hears an answer found in a sentence, unless the whole reply says it otherwise."""

    def hears(reply: str, question: Question, interview: Interview) -> Reading:
        return values.understand_text(reply, question, about) or find(reply, interview)

    return hears


def number(
    *about: str, units: Mapping[str, float] = MappingProxyType({}), whole: str = ""
) -> Hears:
    """Return what hears a number; see `understand_number`."""
    return _found(lambda reply, _: understand_number(reply, about, units, whole), *about)


def assigned(names: Callable[[Interview], Sequence[str]], *about: str) -> Hears:
    """Return what hears values given to names, as they are said."""
    return _found(lambda reply, it: values.understand_assignments(reply, names(it)), *about)


def ids(pattern: str, *about: str) -> Hears:
    """Return what hears IDs in a sentence."""

    def find(reply: str, _: Interview) -> Reading:
        found = re.findall(pattern, reply)
        sentence = any(word.isalpha() for word in reply.split())
        return Taken(", ".join(found)) if found and sentence else None

    return _found(find, *about)


def _machines_in(reply: str, _: Interview) -> Reading:
    """Find instances: how many, and of which type."""
    said = with_digits(reply)
    kinds = re.findall(r"\b(?:ml\.)?[a-z]+\d\w*(?:\.\w+)+\b", said, re.IGNORECASE)
    if len(kinds) != 1 or reply.lstrip().startswith("{"):
        return None
    beside = said.replace(kinds[0], " ")
    if words_of(said) == words_of(kinds[0]) or "-" in beside:
        return None
    count = re.search(r"(?<![\w.-])\d+(?=x?\b)(?!\.)", beside)
    return Taken(f"{count[0] if count else 1} x {kinds[0]}")


machines = _found(_machines_in)


def exact_agreement(reply: str, _question: Question, _: Interview) -> Reading:
    """Hear only a plain yes or no, or a question."""
    verdict = yes_or_no(reply)
    if verdict is not None:
        return Taken("yes" if verdict else "no", exact=True)
    doubt = doubt_in(reply)
    return Hesitates(doubt) if doubt else None


def to_the_letter(reply: str, _question: Question, _: Interview) -> Reading:
    """Leave a reply to the step as it is, unless it is a question."""
    return Hesitates("question") if doubt_in(reply) == "question" else None


def rejection(
    reading: Hesitates | Incomplete, said: str, step: str, question: Question
) -> AnswerRejected:
    """Return why a reply is not an answer, and how to give one."""
    if isinstance(reading, Incomplete):
        return AnswerRejected("answer.incomplete", reading.wanted, how_to_answer(question))
    known = answer_to(said, step, question)
    how = how_to_answer(question)
    if reading.how == "question":
        remedy = put_in_a_row("The question is still open.", how)
        return AnswerRejected("answer.question", known or NO_ANSWER, remedy)
    words = on_one_line(said, 60)
    message = {
        "condition": f"“{words}” sets a condition, so it is not an answer. {known or ''}".strip(),
        "hesitation": f"“{words}” is not an answer yet; take your time.",
        "you_decide": "The choice is yours: evalbook decides nothing for you.",
    }[reading.how]
    return AnswerRejected(f"answer.{reading.how}", message, how)


def as_list(text: str) -> str:
    return ", ".join(json.loads(text)) if text.startswith('["') else text


def refuse_too_long(step: Step[Any, Any], said: str) -> str:
    if len(said) > step.longest:
        raise AnswerRejected(
            "answer.long",
            f"The answer has {len(said):,} characters; {step.name} accepts at most "
            f"{step.longest:,}.",
            "Answer the question in a few words.",
        )
    return said


def quote_a_line(rejection: AnswerRejected, said: str) -> AnswerRejected:
    """Return a rejection that repeats at most one line of the reply."""
    said = said.strip()
    forms = {said, said.strip("'\"<> "), repr(said)[1:-1]}
    long = [form for form in forms if len(form) > _LINE]
    if not long:
        return rejection

    def cut(text: str) -> str:
        for form in long:
            text = text.replace(form, shortened(form, _LINE))
        return shortened(text, _LONGEST_MESSAGE)

    def cut_remedy(remedy: str | Remedy | None) -> str | Remedy | None:
        if isinstance(remedy, Remedy):
            return replace(remedy, text=cut(remedy.text))
        return None if remedy is None else cut(remedy)

    checks = [
        replace(it, message=cut(it.message), remedy=cut_remedy(it.remedy))
        for it in rejection.checks
    ]
    return AnswerRejected(
        rejection.code, cut(rejection.message), cut_remedy(rejection.remedy), checks
    )
