"""Numbers as people say them: in digits or in words, with a unit, or as a place in an order."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from evalbook.workflow.replies.reading import AskBack, Incomplete, Reading, Taken
from evalbook.workflow.replies.vocabulary import VOCABULARY, vocabulary
from evalbook.workflow.replies.words import POLITE, only

_NUMBERS, _COUNTS = VOCABULARY.facts["numbers"], VOCABULARY.facts["counts"]
_TIMES = VOCABULARY.facts["multiples"]
NUMBER_WORDS = "|".join(sorted({*_NUMBERS, *_COUNTS, *_TIMES} - {"k"}, key=len, reverse=True))
NUMBER = rf"(?:\d[\d,.]*k?|(?:an? )?(?:{NUMBER_WORDS})(?:[ -](?:and )?(?:{NUMBER_WORDS}))*)\b"
"""A number in digits or in words."""
# "That one" is no number.
_IN_WORDS = (
    rf"(?<!the )(?<!this )(?<!that )(?<!first )(?<!last )\b(?:an? )?"
    rf"(?:{NUMBER_WORDS})(?:[ -]+(?:and )?(?:{NUMBER_WORDS}))*\b"
)


def whole_number(text: str) -> int:
    """Return the number that a text is; 0 if it is none, or longer than any that is meant."""
    plain = text.strip().replace(",", "")
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 9 else 0


def with_digits(text: str) -> str:
    """Return a text with its numbers in digits: "two hundred and fifty" is 250, "1k" is 1000."""
    text = re.sub(r"(?<=\d),(?=\d{3}\b)", "", text)
    text = re.sub(_IN_WORDS, lambda it: str(_value(it[0])), text, flags=re.IGNORECASE)
    text = re.sub(r"\b(\d+) point (\d)\b", r"\1.\2", text)
    scaled = r"\b(\d+(?:\.\d+)?) ?(k|hundred|thousand|dozen)\b"
    return re.sub(scaled, lambda it: f"{float(it[1]) * _TIMES[it[2].lower()]:g}", text, flags=re.I)


def _value(words: str) -> int:
    whole = part = 0
    for word in re.findall(NUMBER_WORDS, words, re.IGNORECASE):
        told = word.lower()
        if told in _TIMES:
            part = (part or 1) * _TIMES[told]
            if told == "thousand":
                whole, part = whole + part, 0
        else:
            part += (_NUMBERS | _COUNTS)[told]
    return whole + part


def place_of(word: str, count: int) -> int | None:
    """Return the 1-based place that a word names among so many; None for a word that names none."""
    if word == "last" or (count == 2 and word == "latter"):
        return count
    if count == 2 and word == "former":
        return 1
    word = word.lstrip("#")
    ordinal = re.fullmatch(r"(\d{1,3})(?:st|nd|rd|th)?", word, re.ASCII)
    return int(ordinal[1]) if ordinal else (VOCABULARY.facts["ordinals"] | _NUMBERS).get(word)


def places_in(words: Sequence[str], most: int) -> list[int] | None:
    """Return the places that words name: "2", "#2", "the first three", "1-3"; None for a name."""
    said = " ".join(word.lstrip("#") for word in words)
    if span := re.fullmatch(r"(\d{1,2})\s*(?:-|–|to|through|until)\s*(\d{1,2})", said):
        places = [*range(int(span[1]), int(span[2]) + 1)]
    elif ends := re.fullmatch(r"(first|last) (\w+)", said):
        count = min(place_of(ends[2], most) or 0, most)
        first = 1 if ends[1] == "first" else most - count + 1
        places = [*range(first, first + count)]
    else:
        told = [word for word in said.split() if word not in vocabulary("counted")]
        places = [place_of(word, most) or 0 for word in told]
    return places if places and all(1 <= it <= most for it in places) else None


def understand_number(
    reply: str, about: Iterable[str], units: Mapping[str, float], whole: str
) -> Reading:
    """Read a reply that gives one number, alone or in a sentence: "three times", "two hours".

    Args:
        reply: the whole reply.
        about: words of the question beside which the number stands.
        units: what a number is multiplied by, by the word that follows it.
        whole: the answer that says that no number limits it; empty if there is none.
    """
    said = re.sub(r"\bhalf an? (?=hour|day|dozen)", "0.5 ", only(reply))
    said = with_digits(re.sub(r"\ban? (?=hour|day|minute)", "1 ", said))
    words = re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+|%", said.casefold())
    numbers = [word for word in words if word[0].isdecimal()]
    beside = [word for word in words if not word[0].isdecimal()]
    vague, bounds = vocabulary("vague"), vocabulary("bounds")
    known = POLITE | vocabulary("beside_number") | vague | {*about, *units}
    if whole and not numbers and {whole, "every", "everything"} & set(words):
        return Taken(whole) if set(words) <= known | {"of", "everything"} else None
    if re.search(r"-\s*\d", said):
        return None
    if len(numbers) > 1:
        return Incomplete("That names more than one number. Give one.")
    if not numbers or (set(beside) - known - bounds):
        return None
    if set(beside) & bounds and "no" not in beside:
        return Incomplete("Say how many exactly.")
    [number] = numbers
    factor = next((units[word] for word in beside if word in units), 1)
    answer = f"{float(number) * factor:.10g}"
    return AskBack(answer, reply.strip()) if set(beside) & vague else Taken(answer)
