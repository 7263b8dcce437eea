"""Which of the choices a reply names, yes and no among them; a question or condition names none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from evalbook.errors import AnswerRejected
from evalbook.texts import Notice, nearest, shortened
from evalbook.workflow.replies.numbers import place_of
from evalbook.workflow.replies.reading import AskBack, Doubt, Hesitates, Incomplete, Reading, Taken
from evalbook.workflow.replies.vocabulary import VOCABULARY, vocabulary
from evalbook.workflow.replies.words import (
    POLITE,
    doubt_in,
    folded,
    means_another_time,
    means_default,
    negates,
    only,
    politely_asked,
    refuses,
    says_yes,
    with_no_first,
    words_of,
    yes_and_more,
    yes_or_no,
)
from evalbook.workflow.turn import Choice, Question

LONGEST = 300
"""Characters; who chooses among what is listed says less."""


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
    """Return the value of the one choice that the text names.

    Raises:
        AnswerRejected: it names none of them.
    """
    value = named_choice(only(text), choices)
    if value is not None:
        return value
    message = f"{shortened(text)!r} is not one of the choices."
    number, count = text.strip().rstrip(".").lstrip("#"), len(choices)
    if number.isascii() and number.isdigit():
        there = "there is only 1" if count == 1 else f"they are numbered 1 to {count}"
        message = f"There is no choice {shortened(number)}; {there}."
    raise AnswerRejected("answer.choice", message, name_one(choices))


def read_one_choice(text: str, question: Question, _: object) -> str:
    """Return the value of the one choice that is named, for a step to read by."""
    return read_choice(text, question.choices)


def read_choice_or_text(text: str, choices: Sequence[Choice]) -> str:
    """Return the value of the choice that the text names; the text itself where it names none.

    The number of no choice is rejected.

    Raises:
        AnswerRejected: it is the number of no choice.
    """
    value = named_choice(text, choices)
    if value is None and choices and text.strip().isdigit():
        return read_choice(text, choices)
    return text if value is None else value


def read_arn_or_choice(text: str, question: Question, _: object) -> str:
    """Return the ARN that the text is, or what it names of the choices; any text without them."""
    plain = text.strip("'\"<> ")
    if plain.startswith("arn:") or not question.choices:
        return plain
    return read_choice(text, question.choices)


def name_one(choices: Sequence[Choice]) -> str:
    """Return in one sentence which answers there are."""
    # Nobody types an ARN where its name does.
    shown = ", ".join(
        choice.label if choice.value.startswith(("arn:", "help.")) else choice.value
        for choice in choices[:12]
    )
    more = f" and {len(choices) - 12} more" if len(choices) > 12 else ""
    return Notice(f"Answer with a number, or one of: {shown}{more}.")


def how_to_answer(question: Question) -> str:
    """Return in one sentence what an answer to the question looks like."""
    if question.kind == "confirm":
        return "Answer yes or no."
    if question.choices and question.kind != "text":
        return name_one(question.choices)
    return question.help or "Answer the question in a few words."


def understand_choice(reply: str, question: Question) -> Reading:
    """Read the whole reply to a question with choices."""
    choices = question.choices
    said = with_no_first(only(reply))
    if (value := named_choice(said, choices)) is not None:
        label = next(choice.label for choice in choices if choice.value == value)
        return Taken(value, exact=said.strip().casefold() in (value.casefold(), label.casefold()))
    # The path of a file is not one of the words that tell choices apart.
    if len(said) > LONGEST or re.match(r"['\"]?(?:[~./][^\s,]*/|arn:|s3:)\S+$", said.strip()):
        return None
    denied = _denies(said) and doubt_in(said) is None
    if denied and (value := _by_synonyms(said, choices)) is not None:
        return Taken(value)
    return _understood(reply, said, question)


def _understood(reply: str, said: str, question: Question) -> Reading:
    choices = question.choices
    if "?" not in said and (value := _by_name(said, choices)) is not None:
        return Taken(value)
    asked, wish = politely_asked(said)
    said = _without_what_is_not(wish)
    doubt = doubt_in(said)
    if doubt and not (asked and doubt == "question"):
        return undecided(doubt, question)
    if means_another_time(said) or (asked and means_default(said)):
        return from_another_time(question)
    if says_yes(said) or means_default(said):
        return Taken(question.default) if question.default else None
    if means_recommended(words_of(said)):
        marked = [choice.value for choice in choices if choice.recommended]
        return Taken(marked[0]) if len(marked) == 1 else undecided("you_decide", question)
    said = re.sub(_REFUSED_FIRST, "", said, flags=re.IGNORECASE)
    found = _by_order(said, choices) or _by_name(said, choices) or _by_synonyms(said, choices)
    if found and asked:
        return AskBack(found, what_was_said(reply))
    if found:
        but = re.search(r"\b(?:but|except)\s.+", said, re.IGNORECASE)
        return Taken(found, left=but[0] if but else "")
    fitting = _by_words(said, choices, described=question.kind == "text")
    if len(fitting) == 1 and not _denies(said):
        return AskBack(fitting[0], what_was_said(said))
    return None


_REFUSED_FIRST = r"^\W*(?:no|nope|nah)\b[^,;.]*(?:[,;:]\s*|[.!]\s+)(?=\w)"
"""What a reply refuses before it names something else: "no, ", "no judge, "."""


def from_another_time(question: Question) -> Reading:
    """Return what "the same as last time" comes to, where nothing is known of that time."""
    if question.default:
        return AskBack(question.default)
    return Incomplete("evalbook does not know what was answered another time. Say it in full.")


def undecided(doubt: Doubt, question: Question) -> Reading:
    """Return a doubt, or where the person leaves it to the default, the default asked back."""
    if doubt == "you_decide" and question.default:
        return AskBack(question.default)
    return Hesitates(doubt)


def what_was_said(reply: str) -> str:
    """Return the words that count of a reply, as they were said."""
    words = [it for part in re.split(r"[\s,;!?]+", reply) if (it := part.strip(".\"'()"))]
    count = [place for place, word in enumerate(words) if folded(word) not in POLITE]
    kept = words[count[0] : count[-1] + 1] if count else [reply.strip()]
    return shortened(" ".join(kept), 60)


def _without_what_is_not(text: str) -> str:
    """Return the text without a clause that says what is not meant: "the second, not the first"."""
    clause = (
        r"(?:,\s*(?:and |but )?(?:not|no(?! problem))\b|\brather than\b|\binstead of\b|\band not\b|"
        r"\bbut not\b).*$"
    )
    meant = re.sub(clause, "", text, count=1, flags=re.IGNORECASE | re.DOTALL)
    denied = r"^\s*(?:not|(?:(?:i|we)\s+)?(?:don['’]?t|do not) (?:need|want))\s+[^,;]+[,;]"
    meant = re.sub(rf"{denied}\s*(?:but\s+)?(?=\S)", "", meant, flags=re.IGNORECASE)
    return meant if meant.strip() else text


def _denies(text: str) -> bool:
    denials = "not|no|never|dont|isnt|arent|doesnt|without|anything but|except|neither"
    return bool(re.search(rf"\b(?:{denials})\b", folded(text)))


def means_recommended(words: Iterable[str]) -> bool:
    """Return whether words ask for what is marked as recommended, and for nothing else."""
    recommended, said = vocabulary("recommended"), set(words)
    beside = POLITE | vocabulary("beside_recommended")
    return bool(said & recommended) and said <= recommended | beside


def _by_order(text: str, choices: Sequence[Choice]) -> str | None:
    """Return the choice named by its place: "the second one", "option 2", "the last"."""
    if any(sign.isdigit() and not sign.isascii() for sign in text):
        return None
    words = [word.lstrip("#") for word in words_of(text)]
    if re.fullmatch(r"(?:number |option |choice |no |nr )?one(?: please)?", " ".join(words)):
        return choices[0].value
    told = [word for word in words if word not in (POLITE | vocabulary("number_words"))]
    places = [place_of(word, len(choices)) for word in told]
    place = places[0] if len(places) == 1 else None
    return choices[place - 1].value if place and place <= len(choices) else None


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


def _by_synonyms(text: str, choices: Sequence[Choice]) -> str | None:
    said = set(_tokens(text)) | {_key(word) for word in _tokens(text)}
    denied = said & {"no", "without", "not"}
    if _denies(text) and not denied:
        return None
    found = [
        choice.value
        for choice in choices
        if any(
            denied <= set(words.split()) <= said
            for words in VOCABULARY.facts["synonyms"].get(choice.value, ())
        )
    ]
    return found[0] if len(found) == 1 else None


def find_alike(text: str, choices: Sequence[Choice]) -> list[str]:
    """Return the choices that may be meant by words that are the name of none."""
    synonym = _by_synonyms(text, choices)
    return [synonym] if synonym else _by_words(text, choices, described=False)


def _by_words(text: str, choices: Sequence[Choice], *, described: bool) -> list[str]:
    """Return the choices that fit all that was said: each word is one of theirs, or nearly.

    Where they are ``described``, the words of their descriptions count as well.
    """
    said = _keys(text)
    if described:
        words = {it.value: _keys(f"{it.label} {it.description}", frozenset()) for it in choices}
        if fitting := [value for value, its in words.items() if said and said <= its]:
            return fitting
    if not any(sign.isalpha() for word in said for sign in word):
        return []
    parted = (re.sub(r"(?<=[a-z])(?=[A-Z])", " ", it.label) for it in choices)
    labels = {it.value: f"{it.label} {words}" for it, words in zip(choices, parted, strict=True)}
    # What a choice is called tells more than its value does: most values of a list are alike.
    for called in (labels, {value: f"{label} {value}" for value, label in labels.items()}):
        keys = {value: _keys(names, frozenset()) for value, names in called.items()}
        if fitting := [it for it, its in keys.items() if all(_nearly(word, its) for word in said)]:
            return fitting
        # What belongs to no choice ("the new llama model") counts for nothing where a word tells.
        known = {word for word in said if any(word in its - POLITE for its in keys.values())}
        if known and said - known <= vocabulary("kinds_of_things"):
            return [it for it, its in keys.items() if known <= its]
    return []


def _nearly(word: str, names: set[str]) -> bool:
    if word in names:
        return True
    if any(name.startswith(word) for name in names if len(word) > 3):
        return True
    return len(word) > 4 and bool(nearest(word, names, 1, 0.8))


def read_yes_or_no(text: str, *_: object) -> bool:
    """Return the verdict, for a step to read by.

    Raises:
        AnswerRejected: the text is neither yes nor no.
    """
    verdict = yes_or_no(text)
    if verdict is None:
        raise AnswerRejected(
            "answer.yes_or_no", f"{shortened(text)!r} is neither yes nor no.", "Answer yes or no."
        )
    return verdict


def understand_yes_or_no(reply: str, question: Question) -> Reading:
    """Read the reply to a question that is answered by yes or no.

    "OK, version 2 then" is a yes where version 2 is what was shown, and none where it is not.
    """
    said = only(reply)
    verdict = yes_or_no(said)
    if verdict is not None:
        return Taken("yes" if verdict else "no", exact=True)
    if doubt := doubt_in(said):
        return Hesitates(doubt)
    more = yes_and_more(said)
    if more and not negates(more) and _repeats(more, question):
        return Taken("yes", exact=True)
    if more and words_of(more)[:1] == ["but"] and negates(more):
        return Hesitates("condition")
    if refuses(said) and not _of_something_else(said, question):
        more = re.sub(_LEADING_NO, "", reply.strip(), flags=re.IGNORECASE)
        return Taken("no", exact=True, left=more)
    return None


_LEADING_NO = r"^\W*(?:no|nope|nah|nein|wrong)\b\W*"


def _of_something_else(text: str, question: Question) -> bool:
    """Return whether a no denies what was not asked: "no custom ones" to whether data are read."""
    named = re.findall(r"(?:^|[,.;]\s*)(?:and\s+)?no\s+([^\W\d_]+)", text.strip(), re.IGNORECASE)
    known = POLITE | vocabulary("after_no") | _words_shown(question)
    return any(word.casefold() not in known for word in named)


def _words_shown(question: Question) -> set[str]:
    return {
        word
        for text in (question.text, question.help or "", *question.notices)
        for word in re.split(r"[^\w.-]+", text.casefold())
    }


def _repeats(words: str, question: Question) -> bool:
    """Return whether all that was said beside the yes stands in what was asked."""
    shown = _words_shown(question)
    told = [word for word in words_of(words) if word not in POLITE | vocabulary("beside_repeated")]
    return set(told) <= shown | {word.strip(".") for word in shown}
