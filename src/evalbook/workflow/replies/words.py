"""The words of a reply: yes, no and none as people say them, and what is doubt rather than answer.

Words decide, never single characters: a name that begins with "no-" is a name.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from itertools import dropwhile

from evalbook.workflow.replies.reading import Doubt
from evalbook.workflow.replies.vocabulary import VOCABULARY, vocabulary

_YES, _NO, POLITE = vocabulary("yes"), vocabulary("no"), vocabulary("polite")


def folded(text: str) -> str:
    """Return a text with what does not matter to its words made alike: case, width, apostrophes."""
    text = unicodedata.normalize("NFKC", text).casefold()
    text = re.sub("['\u2019\u2018`\u00b4]", "", text)
    return re.sub("[\u200b-\u200d\u2060\ufeff\ufe0f]", "", text)


def words_of(text: str) -> list[str]:
    """Return the words in lower case; hyphens, dots and slashes inside one belong to it."""
    spaced = re.sub(
        r"[,;!?()\[\]{}\"\u201c\u201d\u00ab\u00bb…]+|\.{2,}|\s[-–—]+\s|—", " ", folded(text)
    )
    return [word for part in spaced.split() if (word := part.strip(".:*~")) and word != "&"]


def plain(text: str) -> str:
    """Return the words in one line."""
    return " ".join(words_of(text))


def without_match(found: re.Match[str]) -> str:
    """Return the text that was searched, without what was found."""
    return f"{found.string[: found.start()]} {found.string[found.end() :]}"


def only(text: str) -> str:
    """Return the one value of a JSON array of one text or number; any other text as it is."""
    if not re.fullmatch(r"\s*\[.*\]\s*", text, re.DOTALL):
        return text
    try:
        parts = json.loads(text)
    except (ValueError, RecursionError):
        return text
    if len(parts) == 1 and isinstance(parts[0], str | int):
        one = parts[0]
        return {True: "yes", False: "no"}[one] if isinstance(one, bool) else str(one)
    return text


def without_preamble(text: str) -> str:
    """Return the text without what only leads to it: "as I said", "oh sorry"."""
    return re.sub(_PREAMBLE, "", text, flags=re.IGNORECASE)


_PREAMBLE = (
    r"^\s*(?:(?:and|oh|ah|sorry|again|(?:as|like|same as) (?:i|we) (?:already )?"
    r"(?:said|told you|mentioned)(?: before| already| earlier)?)[\s,:]+(?=\S))+"
)


def without_courtesy(text: str) -> str:
    """Return the text without the conditions that only soften a wish: "if possible"."""
    return re.sub(_COURTESY, "", text, flags=re.IGNORECASE)


_COURTESY = (
    r",?\s*\bif\s+(?:(?:that['’]?s|that is|it['’]?s|it is|at all)\s+)?(?:possible|there|allowed|an option|ok(?:ay)? with you)\b"
    r"|,?\s*\bif (?:you|u) (?:can|could|don['’]?t mind|do not mind|please|like)\b(?=\s*(?:[.,;!?]|$))"
    r"|,?\s*\bif (?:i|we) may\b"
)


def with_no_first(text: str) -> str:
    """Return the text with what is said not to be needed denied in short: "no judge"."""
    return re.sub(_NOT_NEEDED, r"no \g<what>", text, flags=re.IGNORECASE)


_NOT_NEEDED = (
    r"(?P<what>[^\s,;.][^,;.]*?)\s+(?:is|are)(?:n['’]?t|\s+not)\s+"
    r"(?:needed|necessary|required|wanted|what (?:i|we) (?:need|want))\b"
)


def yes_or_no(text: str, *, strict: bool = False) -> bool | None:
    """Return what the text says as a whole: yes, no, or None if it says something else.

    A condition or a question ("yes, but what does it cost?") is neither. A ``strict`` yes is
    explicit, as to terms: letters only, no name of a choice.
    """
    if strict and re.search(r"[^\w\s.,!?'\u2019\u2018\"\u201c\u201d-]|\d|_|(?<!\w)-(?=\S)", text):
        return None
    if not strict and text.strip().casefold() in ("1", "0"):
        return text.strip() == "1"
    # Signs between words are none; within one they make a name of it: "no-prod-key".
    words = words_of(text)
    said = " ".join(words)
    if said in _NO or said in vocabulary("no_phrases") or _polite(words) in _NO:
        return False
    return True if _affirms(words, asks="?" in text, strict=strict) else None


def _polite(words: list[str]) -> str:
    polite = ("please", "thanks", "thank", "you", "sorry", "oh")
    return " ".join(word for word in words if word not in polite)


def _affirms(words: list[str], *, asks: bool, strict: bool) -> bool:
    if asks or not words:
        return False
    said = " ".join(words)
    if said in vocabulary("irony") or (strict and words in (["k"], ["true"])):
        return False
    phrases = {said, _polite(words)}
    if phrases & vocabulary("yes_phrases"):
        return True
    if not strict and words[0] in _YES:
        phrases.add(" ".join(words[1:]))
    if not strict and phrases & vocabulary("yes_in_passing"):
        return True
    beside = vocabulary("beside_yes")
    beside = beside if strict else beside | vocabulary("beside_yes_in_passing")
    known = all(word in _YES or word in beside for word in words)
    opens = words[0] in vocabulary("opens_question")
    return known and not opens and not _YES.isdisjoint(words)


def asked_beside(text: str) -> tuple[str, str]:
    """Part the questions of a reply from what it states, where they do not doubt what it states."""
    sentences = re.split(r"(?<=[.!?])\s+(?=\S)|\n", text.strip())
    asked = [it for it in sentences if doubt_in(it) == "question"]
    if any(re.search(_DOUBTS_IT, plain(it)) for it in asked):
        return text, ""
    stated = [it for it in sentences if it not in asked]
    asked = [it for it in asked if not re.match(FOR_HELP, plain(it))]
    return " ".join(stated), " ".join(asked)


_DOUBTS_IT = (
    r"^(?:and |but |so |or )*(?:or\b|is (?:that|this|it)\b|are (?:those|these|they)\b|should|would|does (?:that|this|it)\b|"
    r"will (?:that|this|it)\b|can (?:that|this|it)\b|ok\b|okay\b)|\b(?:right|correct|enough|sure|better|good one|instead)\b"
)
FOR_HELP = r"(?:and |so |please )*(?:can|could|would|will) you (?:please )?(?:help|sort|do|handle|take care|look|set)\b"
KEEPS = r"^(?:keep|leave|thats|that is|its|everything is)\b(?!.*\b(?:use|take|add|with|but|and)\b)"
"""What follows a no where it only means the same."""
_COMMENT = r"[,;]\s+(?=(?:because|since|so that|it['’]?s|that['’]?s|they|we|i|our|my)\b)"
"""Where a clause begins that says why, and answers nothing itself."""


def said_first(text: str) -> tuple[str, str]:
    """Return the answer that a reply begins with, and the rest if it takes nothing of it back.

    It is the first sentence, an opening yes or no, or what stands before a comment: ", it's our best".
    """
    parts = re.split(r"(?<=[.!])[ \t]+(?=\S)", text.strip(), maxsplit=1)
    comments = len(parts) < 2 and re.search(_COMMENT, text, re.IGNORECASE)
    if comments and yes_or_no(text[: comments.start()]) is not False:
        parts = [text[: comments.start()], text[comments.end() :]]
    elif len(parts) < 2:
        clause = re.split(r"[,;]\s", text, maxsplit=1)[0]
        more = text[len(clause) + 1 :].strip()
        if yes_or_no(clause) or (yes_or_no(clause) is False and re.match(KEEPS, plain(more))):
            parts = [clause, more]
    first, more = parts if len(parts) > 1 else ("", "")
    limits = re.search(
        r"\b(?:only|just|but|except|unless|first|wait|instead|rather|after|when|later|tomorrow|before)\b",
        plain(more),
    )
    yes = yes_or_no(first) and (limits or names_something(more))
    doubted = doubt_in(more) not in (None, "you_decide" if comments else None)
    return (first, more) if more and not (doubted or negates(more) or yes) else ("", "")


def says_yes(text: str) -> bool:
    """Return whether the text agrees in words; where there are choices, a number is one of them."""
    return not any(map(str.isdigit, text)) and yes_or_no(text) is True


def consents(text: str) -> bool:
    """Return whether the text agrees in the words that terms are agreed to in."""
    return says_yes(text) and not vocabulary("consent").isdisjoint(words_of(text))


def yes_and_more(text: str) -> str | None:
    """Return what follows a yes that a reply begins with; None if it begins with none."""
    words = words_of(text)
    if " ".join(words) in vocabulary("irony"):
        return None
    more = list(dropwhile((_YES - {"go", "please", "correct", "continue"}).__contains__, words))
    return None if more == words else " ".join(more)


def refuses(text: str) -> bool:
    """Return whether a reply begins with a no that nothing behind it takes back."""
    words = words_of(text)
    words = list(dropwhile("oh well sorry um hm eh please".split().__contains__, words))
    if words[:2] == ["do", "not"]:
        words = ["dont", *words[2:]]
    first, rest = words[:1], words[1:]
    more, harmless = " ".join(rest), vocabulary("undo_dont")
    if first in (["dont"], ["never"]):
        agrees = rest[:1] and rest[0] in harmless
    else:
        worries = rest[:1] == ["dont"] and not harmless.isdisjoint(rest[1:2])
        undone = worries or more.isdigit() or not vocabulary("undo_no").isdisjoint(rest[:1])
        says_yes = more in vocabulary("yes_phrases") | vocabulary("yes_in_passing")
        agrees = undone or says_yes or bool(re.search(_GO, more)) or _REFUSES.isdisjoint(first)
    return not (agrees or set(rest) & (_YES - {"go", "true", "correct"}))


_REFUSES = _NO - {"stop", "cancel", "reject", "false", "decline"}
_GO = r"\b(?:go ahead|go on|please do|do it|do so)\b"


def says_none(text: str, about: Iterable[str] = ()) -> bool:
    """Return whether the text declines something optional; what names something never does.

    ``about`` are words of the question, which name nothing: "no KMS key" declines.
    """
    if text.strip().casefold() in ("-", "[]", "{}", '""', "''", "[null]"):
        return True
    words = words_of(text)
    about = set(about)
    named = " ".join(word for word in text.split() if word.casefold().strip(".,;:!?") not in about)
    if not words or names_something(named) or doubt_in(text):
        return False
    if yes_or_no(text) is False:
        return True
    said, none = plain(text), vocabulary("none")
    declines = not none.isdisjoint(words) or any(it in said for it in vocabulary("none_phrases"))
    known = vocabulary("beside_none") | none | _NO | about | {f"{word}s" for word in about}
    return declines and set(words) <= known


def names_something(text: str) -> bool:
    """Return whether a word of the text can be a name: digits or signs in it, or a capital."""
    return any(
        re.search(r"\d|\w[-_./:]\w|^[./~]|/", word) and word.casefold() != "n/a"
        for part in text.split()
        if (word := part.strip(".,;:!?\"'()"))
    ) or bool(re.search(r"[a-z][A-Z]", text))


def doubt_in(text: str, *, free: bool = False) -> Doubt | None:
    """Return what keeps a reply from being an answer: it asks, sets a condition, is unsure.

    Where any text may be the answer, which is ``free``, its own words mean nothing: "tells when a
    ticket is closed" sets no condition.
    """
    text = text if free else without_courtesy(text)
    said = plain(text)
    words = said.split()
    if not words:
        return None
    if _asks(text, said, words, free=free):
        return "question"
    if len(words) == 1 and names_something(text):
        return None
    if free and len(words) > 6:
        return None
    for doubt, phrases in VOCABULARY.facts["doubts"].items():
        if re.search(rf"\b(?:{'|'.join(phrases)})\b", said):
            return None if free and doubt == "condition" else doubt
    return None


def _asks(text: str, said: str, words: list[str], *, free: bool) -> bool:
    words = list(dropwhile(vocabulary("before_asking").__contains__, words))
    if " ".join(words) in vocabulary("yes_in_passing") and "?" not in text:
        return False
    first = words[0] if words else ""
    others = (word for word in text.split() if not re.search(r"\w[?]\w|://", word))
    if re.search(r"\?\s*[\"')”]*\s*$", text) or (not free and "?" in " ".join(others)):
        return not free or first in vocabulary("asking_first") | {"do", "any"} or len(words) <= 3
    if any(said == phrase or (said.startswith(f"{phrase} ") and (not free or len(words) < 9))
           for phrase in vocabulary("asking")):  # fmt: skip
        return True
    asks = first in vocabulary("asking_first") and len(words) > 1
    if not free and first in vocabulary("asking_words"):
        return asks and words[1] != "you"
    if not free and first in vocabulary("asking_is"):
        return len(words) > 2
    return asks and words[1] in vocabulary("auxiliaries") and not (free and len(words) > 6)


def politely_asked(text: str) -> tuple[bool, str]:
    """Return whether a wish is put as a question, and the wish: "could you take nova pro?"."""
    asked = re.match(_POLITELY_ASKED, text, re.IGNORECASE)
    return (True, text[asked.end() :].rstrip(" ?.")) if asked else (False, text)


_POLITELY_ASKED = (
    r"\s*(?:(?:please|ok|so|and|but|actually),?\s+)*(?:(?:can|could|may)\s+(?:it|that|this|the \w+)\s+be\s+|"
    r"(?:can|could|would|will|may|shall|should)\s+(?:you|we|i)\s+(?:(?:please|maybe|just)\s+)*"
    r"(?=(?:also\s+)?(?:use|take|have|go|add|put|write|call|name|make|choose|pick|keep|try|set|change|evaluate|"
    r"remove|drop|leave|include|get|do|skip|swap|switch)\b))"
)


def means_default(text: str) -> bool:
    """Return whether the text asks for what is proposed, or for what was before."""
    said = re.sub(r"^(?:please|just|ok|okay|yes|sure|then|well) ", "", plain(text))
    said = re.sub(r" (?:please|thanks|thank you|then)$", "", said)
    return any(re.fullmatch(it, said) for it in VOCABULARY.facts["the_default"])


def means_another_time(text: str) -> bool:
    """Return whether the text refers to what was answered another time, which is not known."""
    said = plain(text)
    return any(re.fullmatch(it, said) for it in VOCABULARY.facts["another_time"])


def negates(text: str) -> bool:
    """Return whether the text has a word that denies."""
    return bool(vocabulary("negations") & set(words_of(text)))


def content(text: str, about: Iterable[str] = ()) -> list[str]:
    """Return the words of a reply that are neither polite nor words of the question."""
    about = set(about)
    return [word for word in words_of(text) if word not in POLITE and word not in about]
