"""Which of the choices a reply names: by value, label, number, order, or what tells them apart."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence

from evalbook.errors import AnswerRejected
from evalbook.texts import nearest, shortened
from evalbook.workflow.replies.reading import (
    AskBack,
    Hesitates,
    Incomplete,
    NotUnderstood,
    Reading,
    Taken,
)
from evalbook.workflow.replies.words import (
    POLITE,
    doubt_in,
    folded,
    means_another_time,
    means_default,
    only,
    says_none,
    says_yes,
    words_of,
)
from evalbook.workflow.turn import Choice, Question

ALL = "ALL"
"""The value of a choice that stands for all the others."""
LONGEST = 300
"""Characters; who chooses among what is listed says less."""

_ORDINALS = {
    word: number
    for number, words in enumerate(
        (
            "one 1st first", "two 2nd second", "three 3rd third", "four 4th fourth",
            "five 5th fifth", "six 6th sixth", "seven 7th seventh", "eight 8th eighth",
            "nine 9th ninth", "ten 10th tenth", "eleven 11th eleventh", "twelve 12th twelfth",
        ),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
_NUMBER_WORDS = frozenset("number no nr option choice num item answer the one".split())
_RECOMMENDED = frozenset(
    "recommended recommendation recommendations recommend suggested suggestions suggestion marked "
    "proposed defaults default starred".split()
)
_BESIDE_RECOMMENDED = POLITE | frozenset(
    "ones those these all you your are is metrics set selection what youve only of as them "
    "marked".split()
)
_ADD = r"add|also|plus|include|including|and|as well as|along with|together with|additionally"
_DROP = (
    r"(?:i |we )*(?:don['’]?t|do not) (?:want|need|use|take|add|include)|without|remove|drop|except(?: for)?|excluding|minus|leave out|skip|not|no|but not|"
    r"omit|delete|take out|get rid of|exclude|kick out|lose|forget|but|less|other than|apart from"
)


def named_choice(text: str, choices: Sequence[Choice]) -> str | None:
    """Return the value of the choice that a text is, by value, label or number; None for none."""
    wanted = text.strip()
    for attribute in ("value", "label"):
        for same in (str.__eq__, lambda one, other: one.casefold() == other.casefold()):
            matching = [c for c in choices if same(getattr(c, attribute), wanted)]
            if len(matching) == 1:
                return matching[0].value
    number = wanted.rstrip(".").lstrip("#")
    if number.isascii() and number.isdigit():
        # Python refuses to read thousands of digits; no list is as long as nine say.
        place = int(number) if len(number) < 10 else 0
        if 1 <= place <= len(choices):
            return choices[place - 1].value
    return None


def read_choice(text: str, choices: Sequence[Choice]) -> str:
    """Return the value of the one choice that the text names by value, label or number.

    Raises:
        AnswerRejected: it names none of them.
    """
    value = named_choice(only(text), choices)
    if value is not None:
        return value
    number = text.strip().rstrip(".").lstrip("#")
    if number.isascii() and number.isdigit():
        raise AnswerRejected(
            "answer.choice",
            f"There is no choice {shortened(number)}; "
            + (
                "there is only 1."
                if len(choices) == 1
                else f"they are numbered 1 to {len(choices)}."
            ),
            name_one(choices),
        )
    raise AnswerRejected(
        "answer.choice", f"{shortened(text)!r} is not one of the choices.", name_one(choices)
    )


def read_one_choice(text: str, question: Question, _: object) -> str:
    """Return the value of the one choice that is named, for a step to read by."""
    return read_choice(text, question.choices)


def read_choice_or_text(text: str, choices: Sequence[Choice]) -> str:
    """Return the value of the choice that the text names; the text itself where it names none.

    Raises:
        AnswerRejected: it is the number of no choice.
    """
    value = named_choice(text, choices)
    if value is None and choices and text.strip().isdigit():
        return read_choice(text, choices)
    return text if value is None else value


def name_one(choices: Sequence[Choice]) -> str:
    """Return in one sentence which answers there are."""
    # Nobody types an ARN where its name does.
    shown = ", ".join(
        choice.label if choice.value.startswith(("arn:", "help.")) else choice.value
        for choice in choices[:12]
    )
    more = f" and {len(choices) - 12} more" if len(choices) > 12 else ""
    return f"Answer with a number, or one of: {shown}{more}."


def how_to_answer(question: Question) -> str:
    """Return in one sentence what an answer to the question looks like."""
    if question.kind == "confirm":
        return "Answer yes or no."
    if question.choices and question.kind != "text":
        return name_one(question.choices)
    return question.help or "Answer the question in a few words."


def understand_choice(
    reply: str, question: Question, synonyms: Mapping[str, Sequence[str]] | None = None
) -> Reading:
    """Read the reply to a question with choices.

    Args:
        reply: the whole reply.
        question: with its choices and its default.
        synonyms: for values, what people say for them: words that all have to be there.
    """
    choices = question.choices
    said = only(reply)
    if (value := named_choice(said, choices)) is not None:
        return Taken(value, exact=_is(said, value, choices))
    # The path of a file is none of the words that tell choices apart.
    if len(said) > LONGEST or re.match(r"['\"]?(?:[~./][^\s,]*/|arn:|s3:)\S+$", said.strip()):
        return NotUnderstood()
    denied = _denies(said) and doubt_in(said) is None
    if denied and (value := _by_synonyms(said, choices, synonyms or {})) is not None:
        return Taken(value, exact=False)
    return _understood(reply, said, question, synonyms or {})


def _understood(
    reply: str, said: str, question: Question, synonyms: Mapping[str, Sequence[str]]
) -> Reading:
    choices = question.choices
    if "?" not in said and (value := _by_name(said, choices)) is not None:
        return Taken(value, exact=False)
    asked, wish = _politely_asked(said)
    said = _without_what_is_not(wish)
    doubt = doubt_in(said)
    if doubt not in (None, "question") or (doubt and not asked):
        return _undecided(doubt, question)
    if means_another_time(said) or (asked and means_default(said)):
        return from_another_time(question)
    if says_yes(said) or means_default(said):
        return Taken(question.default, exact=False) if question.default else NotUnderstood()
    if _means_recommended(said):
        marked = [choice.value for choice in choices if choice.recommended]
        one = len(marked) == 1
        return Taken(marked[0], exact=False) if one else _undecided("you_decide", question)
    for read in (_by_order, _by_name, lambda text, of: _by_synonyms(text, of, synonyms)):
        found = read(said, choices)
        if found is not None:
            if asked:
                return AskBack(found, _what_was_said(reply))
            return Taken(found, exact=False)
    fitting = _by_words(said, choices, described=question.kind == "text")
    if len(fitting) == 1 and not _denies(said):
        return AskBack(fitting[0], _what_was_said(said))
    return NotUnderstood()


def from_another_time(question: Question) -> Reading:
    """Return what "the same as last time" comes to, where nothing is known of that time."""
    if question.default:
        return AskBack(question.default)
    return Incomplete("What was answered another time is not known here. Say it in full.")


def _undecided(doubt: object, question: Question) -> Reading:
    """Return a doubt, or where the person leaves it to the default, the default asked back."""
    if doubt == "you_decide" and question.default:
        return AskBack(question.default)
    return Hesitates(doubt)  # type: ignore[arg-type]


def _is(said: str, value: str, choices: Sequence[Choice]) -> bool:
    label = next(choice.label for choice in choices if choice.value == value)
    return said.strip().casefold() in (value.casefold(), label.casefold())


def _what_was_said(reply: str) -> str:
    """Return the words that count of a reply, as they were said."""
    kept = [
        word
        for part in re.split(r"[\s,;!?]+", reply.strip())
        if (word := part.strip(".\"'()")) and folded(word) not in POLITE
    ]
    return shortened(" ".join(kept) or reply.strip(), 60)


def _politely_asked(text: str) -> tuple[bool, str]:
    """Return whether a wish is put as a question, and the wish: "could you take nova pro?"."""
    asked = re.match(
        r"\s*(?:please\s+|ok,?\s+|so,?\s+)?(?:can|could|would|will|may|shall|should)\s+(?:you|we|i)\s+"
        r"(?:please\s+|maybe\s+|also\s+|just\s+)*"
        r"(?=(?:use|take|have|go|add|put|write|call|name|make|choose|pick|keep|try|set|change|"
        r"evaluate|remove|drop|leave|include|get|do|skip)\b)",
        text,
        re.IGNORECASE,
    )
    return (True, text[asked.end() :].rstrip(" ?.")) if asked else (False, text)


def _without_what_is_not(text: str) -> str:
    """Return the text without a clause that says what is not meant: "the second, not the first"."""
    clause = (
        r"(?:,\s*(?:and |but )?(?:not|no(?! problem))\b|\brather than\b|\binstead of\b|\band not\b|"
        r"\bbut not\b).*$"
    )
    meant = re.sub(clause, "", text, count=1, flags=re.IGNORECASE | re.DOTALL)
    return meant if meant.strip() else text


def _denies(text: str) -> bool:
    return bool(
        re.search(r"\b(?:not|no|never|dont|without|anything but|except|neither)\b", folded(text))
    )


def _means_recommended(text: str) -> bool:
    words = set(words_of(text))
    return bool(words & _RECOMMENDED) and words <= _RECOMMENDED | _BESIDE_RECOMMENDED


def _by_order(text: str, choices: Sequence[Choice]) -> str | None:
    """Return the choice named by its place: "the second one", "option 2", "the last"."""
    if any(sign.isdigit() and not sign.isascii() for sign in text):
        return None
    words = [word.lstrip("#") for word in words_of(text)]
    if re.fullmatch(r"(?:number |option |choice |no |nr )?one(?: please)?", " ".join(words)):
        return choices[0].value
    told = [word for word in words if word not in (POLITE | _NUMBER_WORDS)]
    places = [_place(word, len(choices)) for word in told]
    place = places[0] if len(places) == 1 else None
    return choices[place - 1].value if place and place <= len(choices) else None


def _place(word: str, count: int) -> int | None:
    """Return the 1-based place that a word names among so many; None for a word that names none."""
    if word == "last" or (count == 2 and word == "latter"):
        return count
    if count == 2 and word == "former":
        return 1
    if word.isascii() and word.isdigit() and len(word) < 4:
        return int(word)
    return _ORDINALS.get(word)


def _tokens(text: str) -> list[str]:
    return [word for word in re.split(r"[^\w]+|_", folded(text)) if word]


def _key(word: str) -> str:
    """Return a word without the endings that do not tell choices apart."""
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) > 3:
            return word[: -len(ending)]
    return word


def _keys(text: str, beside: frozenset[str] = POLITE) -> set[str]:
    return {_key(word) for word in _tokens(text) if word not in beside}


def _by_name(text: str, choices: Sequence[Choice]) -> str | None:
    """Return the choice whose whole label or value is said, with nothing beside it."""
    said = _keys(text, POLITE | {"append", "existing", "notebook"})
    found = [
        choice.value
        for choice in choices
        if said and said in (_keys(choice.label), _keys(choice.value))
    ]
    return found[0] if len(found) == 1 else None


def _by_synonyms(
    text: str, choices: Sequence[Choice], synonyms: Mapping[str, Sequence[str]]
) -> str | None:
    said = set(_tokens(text)) | {_key(word) for word in _tokens(text)}
    denied = said & {"no", "without", "not"}
    if _denies(text) and not denied:
        return None
    found = [
        choice.value
        for choice in choices
        if any(denied <= set(words.split()) <= said for words in synonyms.get(choice.value, ()))
    ]
    return found[0] if len(found) == 1 else None


def _by_words(text: str, choices: Sequence[Choice], *, described: bool = False) -> list[str]:
    """Return the choices that fit all that was said: each word is one of theirs, or nearly.

    Args:
        text: what was said.
        choices: to choose from.
        described: whether the words of their descriptions count as well.
    """
    said = _keys(text)
    if described:
        words = {it.value: _keys(f"{it.label} {it.description}", frozenset()) for it in choices}
        if fitting := [value for value, its in words.items() if said and said <= its]:
            return fitting
    if not any(sign.isalpha() for word in said for sign in word):
        return []
    fitting = [
        choice.value
        for choice in choices
        if all(_nearly(word, _keys(f"{choice.label} {choice.value}", frozenset())) for word in said)
    ]
    if fitting:
        return fitting
    # What belongs to no choice ("the new llama model") counts for nothing where a word tells.
    names = {choice.value: _keys(f"{choice.label} {choice.value}") for choice in choices}
    known = {word for word in said if any(word in its for its in names.values())}
    beside = said - known <= _KINDS
    return [value for value, its in names.items() if known and beside and known <= its]


_KINDS = frozenset("model judge version aws amazon kind evaluation type bucket role group".split())


def _nearly(word: str, names: set[str]) -> bool:
    if word in names:
        return True
    if any(name.startswith(word) for name in names if len(word) > 3):
        return True
    return len(word) > 4 and bool(nearest(word, names, 1, 0.8))


# Several choices --------------------------------------------------------------------------------


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
            'Separate the names by commas, or write ["one", "two"].',
        )
    return [str(part) for part in parts]


def read_all_or_some(text: str, question: Question, _: object) -> list[str]:
    """Return what is named of a list that may be taken whole; `ALL` alone where it is.

    Raises:
        AnswerRejected: nothing is named, or what is not in the list.
    """
    parts = split_answers(text)
    names = [ALL if says_yes(part) else read_choice(part, question.choices) for part in parts]
    if not names:
        raise AnswerRejected(
            "answer.none", "Nothing is named.", "Name at least one, or answer ALL."
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

    Args:
        reply: the whole reply.
        question: with its choices, and a comma-separated default.
        current: what "add" and "without" start from, where it is not the default.
    """
    said = reply.strip()
    if said.startswith("[") or not words_of(said):
        return NotUnderstood()
    asked, said = _politely_asked(said)
    doubt = doubt_in(said)
    if _only_edits(said):
        doubt = "condition" if doubt == "condition" else None
    if doubt not in (None, "question") or (doubt and not asked):
        return _undecided(doubt, question)
    if means_another_time(said):
        return from_another_time(question)
    if says_none(said, ("metrics", "metric", "built-in", "builtin", "subtasks", "subtask")):
        return NotUnderstood()
    default = [name.strip() for name in (question.default or "").split(",") if name.strip()]
    if (says_yes(said) or means_default(said)) and default:
        return Taken(json.dumps(default), exact=False)
    edit = _Edit(question.choices, list(current if current is not None else default))
    chosen = edit.apply(said)
    if edit.unknown or (not chosen and not edit.dropped):
        return NotUnderstood(", ".join(edit.unknown))
    answer = json.dumps(chosen)
    if edit.guessed or asked:
        return AskBack(answer, _what_was_said(said))
    return Taken(answer, exact=_same_list(reply, chosen))


def _only_edits(text: str) -> bool:
    return (
        bool(re.match(rf"\s*(?:{_ADD}|{_DROP}|all|only|just)\b", text, re.IGNORECASE))
        and "?" not in text
    )


def _same_list(reply: str, chosen: Sequence[str]) -> bool:
    return [part.casefold() for part in split_answers(reply)] == [
        name.casefold() for name in chosen
    ]


class _Edit:
    """A list that a reply sets, adds to and takes from, clause by clause."""

    def __init__(self, choices: Sequence[Choice], start: list[str]) -> None:
        self.choices = choices
        self.start = start
        self.unknown: list[str] = []
        self.guessed = False
        self.dropped = False

    def apply(self, text: str) -> list[str]:
        text = re.sub(r"(\d)\s*(?:to|through|until|–)\s*(\d)", r"\1-\2", text)
        text = re.sub(r"\b(?:all|everything) but\b", "all without", text, flags=re.IGNORECASE)
        text = re.sub(
            r"^\s*(?:ok(?:ay)?|yes|yeah|sure|well|and|so)[,.!]?\s+(?=\S)",
            "",
            text,
            flags=re.IGNORECASE,
        )
        swapped = re.fullmatch(
            r"\s*(?:replace|swap|exchange|change)\s+(?P<old>.+?)\s+(?:with|for|by|to)\s+(?P<new>.+?)[.!]?\s*"
            r"|\s*(?P<new2>.+?)\s+(?:instead of|rather than|in place of)\s+(?P<old2>.+?)[.!]?\s*"
            r"|\s*instead of\s+(?P<old3>.+?)[,:]?\s+(?:use|take|i want)?\s*(?P<new3>\S+)[.!]?\s*",
            text,
            re.IGNORECASE,
        )  # fmt: skip
        if swapped:
            groups = swapped.groupdict()
            old = self._named(groups["old"] or groups["old2"] or groups["old3"] or "")
            new = self._named(groups["new"] or groups["new2"] or groups["new3"] or "")
            kept = [name for name in self.start if name not in old]
            return self._ordered([*kept, *new]) if old and new else []
        parts = re.split(
            rf"(?:^|[\s,;.]+)((?:and |but |or )?(?:{_DROP}|{_ADD}|too|as well|only|just))\b"
            r"(?=[\s,;.:]|$)",
            text,
            flags=re.IGNORECASE,
        )
        return self._ordered(self._followed(parts))

    def _followed(self, parts: Sequence[str]) -> list[str]:
        """Return what is chosen after all clauses; each is a word for what to do, and names."""
        opening = parts[0]
        names_first = bool(opening.strip(" ,.;:"))
        more = bool(
            re.search(r"\b(?:too|as well|also|additionally|add)\b", " ".join(parts), re.IGNORECASE)
        )
        chosen = self._named(opening) if opening.strip(" ,.;:") else None
        dropping = False
        if chosen is None or (not chosen and not self.unknown) or (more and not _sets(opening)):
            chosen = [*self.start, *(chosen or [])]
        for word, names in zip(parts[1::2], parts[2::2], strict=True):
            does = re.sub(r"^(?:and|but|or) ", "", word.casefold())
            if does in ("only", "just"):
                found = self._named(names)
                chosen, dropping = (found or chosen), False
                continue
            if does in ("too", "as well"):
                chosen += self._named(names)
                continue
            drops = bool(re.fullmatch(_DROP, does, re.IGNORECASE))
            # "without Harmfulness and Refusal": an "and" goes on with what was begun.
            dropping = drops or (dropping and does == "and")
            found = self._named(names)
            if dropping and chosen == [ALL]:
                chosen = [choice.value for choice in self.choices if choice.value != ALL]
            if dropping:
                self.dropped = True
                # What is not chosen can't be dropped: something else may be meant.
                self.guessed = self.guessed or not (set(found) & set(chosen) or names_first)
            chosen = (
                [name for name in chosen if name not in found] if dropping else [*chosen, *found]
            )
        return chosen

    def _named(self, text: str) -> list[str]:
        found: list[str] = []
        for part in re.split(r"[,;\n&+/]|\s+and\s+|\s+or\s+", text):
            found += self._one(part.strip(" .!:\"'"))
        return found

    def _one(self, part: str) -> list[str]:
        words = words_of(part)
        left = [word for word in words if word not in _FILLER]
        if not left:
            return []
        values = [choice.value for choice in self.choices]
        if left in (["all"], ["all", str(len(values))]) or left[0] == "everything":
            return [ALL] if ALL in values else values
        if set(left) & _RECOMMENDED and set(left) <= _RECOMMENDED | _BESIDE_RECOMMENDED:
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
        if (numbers := _numbers(left, len(values))) is not None:
            return [values[number - 1] for number in numbers]
        name = "".join(re.sub(r"^builtin\.", "", word) for word in left)
        return self._by_letters(re.sub(r"[\W_]+", "", name), part)

    def _by_letters(self, wanted: str, part: str) -> list[str]:
        by_letters = {
            re.sub(r"[\W_]+", "", folded(text)): choice.value
            for choice in self.choices
            for text in (choice.value, choice.label)
        }
        if wanted in by_letters:
            return [by_letters[wanted]]
        near = {by_letters[it] for it in by_letters if len(wanted) > 2 and it.startswith(wanted)}
        near = near or {by_letters[it] for it in by_letters if len(wanted) > 3 and wanted in it}
        near = near or {by_letters[it] for it in nearest(wanted, by_letters, 2, 0.8)}
        words = [word for word in words_of(part) if word not in _FILLER]
        begins = words[0][:5] if len(words) == 1 and len(words[0]) > 4 else None
        near = near or {by_letters[it] for it in by_letters if it[:5] == begins}
        if len(near) != 1:
            self.unknown.append(part)
            return []
        self.guessed = True
        return list(near)

    def _ordered(self, names: Sequence[str]) -> list[str]:
        return [choice.value for choice in self.choices if choice.value in names]


_FILLER = POLITE - {"all"} | frozenset(
    "metric metrics built-in builtin ones too additionally them those these of ones with both "
    "subtask subtasks want like well everything's included stuff thing things setting settings".split()
) - {"one"}


def _sets(opening: str) -> bool:
    """Return whether a clause names the whole list: "all", "the recommended ones"."""
    return bool(set(words_of(opening)) & (_RECOMMENDED | {"all", "everything", "only"}))


def _numbers(words: Sequence[str], most: int) -> list[int] | None:
    """Return the places that words name: "2", "#2", "the first three", "1-3"; None for a name."""
    said = " ".join(word.lstrip("#") for word in words)
    span = re.fullmatch(r"(\d{1,2})\s*(?:-|–|to|through|until)\s*(\d{1,2})", said)
    if span and 1 <= int(span[1]) <= int(span[2]) <= most:
        return list(range(int(span[1]), int(span[2]) + 1))
    first = re.fullmatch(r"(first|last) (\w+)", said)
    if first and (count := _ORDINALS.get(first[2]) or (int(first[2]) if first[2].isdigit() else 0)):
        count = min(count, most)
        return (
            list(range(1, count + 1))
            if first[1] == "first"
            else list(range(most - count + 1, most + 1))
        )
    places = []
    for word in said.split():
        if word in ("number", "numbers", "option", "options", "no", "nr", "item", "items"):
            continue
        if word == "last":
            places.append(most)
        elif word in _ORDINALS:
            places.append(_ORDINALS[word])
        elif word.isascii() and word.isdigit() and len(word) < 4:
            places.append(int(word))
        else:
            return None
    return places if places and all(1 <= place <= most for place in places) else None
