"""Which of several choices a reply names, adds, leaves out or swaps; a list is taken as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import field

from evalbook.errors import AnswerRejected
from evalbook.records import dataclass
from evalbook.texts import shortened
from evalbook.workflow.replies.choices import (
    find_alike,
    from_another_time,
    means_recommended,
    read_choice,
    undecided,
    what_was_said,
)
from evalbook.workflow.replies.numbers import places_in
from evalbook.workflow.replies.reading import AskBack, Reading, Taken
from evalbook.workflow.replies.vocabulary import vocabulary
from evalbook.workflow.replies.words import (
    POLITE,
    doubt_in,
    folded,
    means_another_time,
    means_default,
    politely_asked,
    says_none,
    says_yes,
    words_of,
)
from evalbook.workflow.turn import Choice, Question

ALL = "ALL"
"""The value of a choice that stands for all the others."""
HOW_TO_NAME_SEVERAL = "Names or numbers, separated by commas"
_ADD = r"add|also|plus|include|including|and|as well as|along with|together with|additionally"
_DROP = (
    r"(?:i |we )*(?:don['’]?t|do not) (?:want|need|use|take|add|include)|without|remove|drop|except(?: for)?|excluding|minus|leave out|skip|not|no|but not|"
    r"omit|delete|take out|get rid of|exclude|kick out|lose|forget|but|less|other than|apart from"
)


def split_answers(text: str) -> list[str]:
    """Return the parts of an answer that names several things: comma-separated, or a JSON array.

    Raises:
        AnswerRejected: it begins like a JSON array and is not one of strings.
    """
    if not text.lstrip().startswith("["):
        return [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        parts = None
    if not isinstance(parts, list) or not all(isinstance(p, str | int) for p in parts):
        raise AnswerRejected(
            "answer.list",
            f"{shortened(text)!r} is not a JSON array of strings.",
            'Separate the names with commas, or write ["one", "two"].',
        )
    return [str(part) for part in parts]


def ask_all_or_some(text: str, whole: str, choices: Iterable[Choice]) -> Question:
    """Return the question which of a list to run; ``whole`` says what `ALL` runs."""
    return Question(
        text,
        kind="multichoice",
        choices=(Choice(ALL, ALL, whole), *choices),
        default=ALL,
        help=f"{HOW_TO_NAME_SEVERAL}; ALL runs every one.",
    )


def read_all_or_some(text: str, question: Question, _: object) -> list[str]:
    """Return what is named of a list that may be taken whole; `ALL` alone where it is.

    Raises:
        AnswerRejected: nothing is named, or what is not in the list.
    """
    parts = split_answers(text)
    names = [ALL if says_yes(part) else read_choice(part, question.choices) for part in parts]
    if not names:
        raise AnswerRejected(
            "answer.none", "You named nothing.", "Name at least one, or answer ALL."
        )
    if ALL in names:
        return [ALL]
    return [choice.value for choice in question.choices if choice.value in names]


def describe_all_or_some(value: list[str], _: object) -> str:
    """Describe what was taken of such a list."""
    return "all" if value == [ALL] else ", ".join(value)


def understand_choices(
    reply: str, question: Question, current: Sequence[str] | None = None
) -> Reading:
    """Read the reply to a question with several choices; the answer is a JSON array of values.

    ``current`` is what "add" and "without" start from, where that is not the default.
    """
    said = reply.strip()
    if said.startswith("[") or not words_of(said):
        return None
    asked, said = politely_asked(said)
    doubt = doubt_in(said)
    edits = re.match(rf"\s*(?:{_ADD}|{_DROP}|all|only|just)\b", said, re.IGNORECASE)
    if edits and "?" not in said and doubt != "condition":
        doubt = None
    if doubt and not (asked and doubt == "question"):
        return undecided(doubt, question)
    if means_another_time(said):
        return from_another_time(question)
    if says_none(said, ("metrics", "metric", "built-in", "builtin", "subtasks", "subtask")):
        return None
    default = [name.strip() for name in (question.default or "").split(",") if name.strip()]
    if (says_yes(said) or means_default(said)) and default:
        return Taken(json.dumps(default))
    edit = _Edit(question.choices, list(current if current is not None else default))
    chosen = edit.apply(said)
    if edit.unknown or (not chosen and not edit.dropped):
        return None
    answer = json.dumps(chosen)
    if edit.guessed or asked:
        return AskBack(answer, what_was_said(said))
    listed = [part.casefold() for part in split_answers(reply)]
    return Taken(answer, exact=listed == [name.casefold() for name in chosen])


_SWAPS = (
    r"^\s*(?:replace|swap|exchange|change)\s+(?P<old>.+?)\s+(?:with|for|by|to)\s+(?P<new>.+)$",
    r"^\s*(?P<new>.+?)\s+(?:instead of|rather than|in place of)\s+(?P<old>.+)$",
    r"^\s*instead of\s+(?P<old>.+?)[,:]?\s+(?:use|take|i want)?\s*(?P<new>\S+)$",
)


@dataclass
class _Edit:
    """A list that a reply sets, adds to and takes from, clause by clause."""

    choices: Sequence[Choice]
    start: list[str]
    unknown: list[str] = field(default_factory=list)
    guessed: bool = False
    dropped: bool = False

    def apply(self, text: str) -> list[str]:
        text = re.sub(r"(\d)\s*(?:to|through|until|–)\s*(\d)", r"\1-\2", text)
        text = re.sub(r"\b(?:all|everything) but\b", "all without", text, flags=re.IGNORECASE)
        leads = r"^\s*(?:ok(?:ay)?|yes|yeah|sure|well|and|so)[,.!]?\s+(?=\S)"
        text = re.sub(leads, "", text, flags=re.IGNORECASE)
        for swap in _SWAPS:
            text = re.sub(swap, r"without \g<old>, add \g<new>", text, flags=re.IGNORECASE)
        clause = (
            rf"(?:^|[\s,;.]+)((?:and |but |or )?(?:{_DROP}|{_ADD}|too|as well|only|just))\b"
            r"(?=[\s,;.:]|$)"
        )
        chosen = self._followed(re.split(clause, text, flags=re.IGNORECASE))
        return [choice.value for choice in self.choices if choice.value in chosen]

    def _followed(self, parts: Sequence[str]) -> list[str]:
        """Return what is chosen after all clauses; each is a word for what to do, and names."""
        opening = parts[0]
        names_first = bool(opening.strip(" ,.;:"))
        more = re.search(r"\b(?:too|as well|also|additionally|add)\b", " ".join(parts), re.I)
        chosen = self._named(opening) if names_first else []
        dropping = False
        sets = names_first and (chosen or self.unknown or len(parts) == 1)
        if not sets or (more and not _sets(opening)):
            chosen = [*self.start, *chosen]
        for word, names in zip(parts[1::2], parts[2::2], strict=True):
            does = re.sub(r"^(?:and|but|or) ", "", word.casefold())
            found = self._named(names)
            if does in ("only", "just"):
                chosen, dropping = (found or chosen), False
                continue
            # "Without Harmfulness and Refusal" goes on with what was begun, "but" turns it round.
            drops = bool(re.fullmatch(_DROP, does, re.IGNORECASE))
            dropping = (drops and not (dropping and does == "but")) or (dropping and does == "and")
            if dropping and chosen == [ALL]:
                chosen = [choice.value for choice in self.choices if choice.value != ALL]
            if dropping:
                self.dropped = True
                # What is not chosen can't be dropped: something else may be meant.
                self.guessed = self.guessed or not (set(found) & set(chosen) or names_first)
                chosen = [name for name in chosen if name not in found]
            else:
                chosen = [*chosen, *found]
        return chosen

    def _named(self, text: str) -> list[str]:
        parts = re.split(r"[,;\n&+/]|\s+and\s+|\s+or\s+", text)
        return [name for part in parts for name in self._one(part.strip(" .!:\"'"))]

    def _one(self, part: str) -> list[str]:
        words = words_of(part)
        left = [word for word in words if word not in _FILLER]
        values = [choice.value for choice in self.choices]
        if not left:
            if words == ["both"] and len([it for it in values if it != ALL]) == 2:
                return [ALL] if ALL in values else values
            return list(self.start) if {"those", "these", "them", "it"} & set(words) else []
        if left in (["all"], ["all", "of"], ["all", str(len(values))]) or left[0] == "everything":
            return [ALL] if ALL in values else values
        if means_recommended(left):
            return [choice.value for choice in self.choices if choice.recommended] or self.start
        if set(left) <= {"ones", "same", "current", "previous", "before", "those"}:
            return list(self.start)
        in_order = {*left} & {"first", "last", "second", "third"}
        if in_order and ALL in values:
            # Whether the one for all is counted can't be told.
            values, self.guessed = [value for value in values if value != ALL], True
        if re.search(r"\b(?:of|than|least|most|up to|any)\b", part) and not in_order:
            self.unknown.append(part)
            return []
        if (numbers := places_in(left, len(values))) is not None:
            return [values[number - 1] for number in numbers]
        return self._by_letters(re.sub(r"\bbuiltin\.", "", " ".join(left)), part)

    def _by_letters(self, said: str, part: str) -> list[str]:
        letters = {
            re.sub(r"[\W_]+", "", folded(text)): choice.value
            for choice in self.choices
            for text in (choice.value, choice.label)
        }
        named = letters.get(re.sub(r"[\W_]+", "", said))
        if named is not None:
            return [named]
        near = find_alike(said, self.choices)
        if len(near) != 1:
            self.unknown.append(part)
            return []
        self.guessed = True
        return near


_FILLER = POLITE - {"all"} | vocabulary("beside_listed")


def _sets(opening: str) -> bool:
    """Return whether a clause names the whole list: "all", "the recommended ones"."""
    whole = vocabulary("recommended") | {"all", "everything", "only"}
    return not whole.isdisjoint(words_of(opening))
