"""How answers are read: yes and no in people's words, choices by value, label or number."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence

from evalbook.errors import AnswerRejected
from evalbook.workflow.turn import Choice, Question

_YES = frozenset(
    "y yes yeah yep yup sure ok okay k true 1 agree agreed accept accepted approve approved "
    "confirm confirmed correct proceed continue go please ja oui si sí sim da hai 是 好 "
    "はい".split()
)
# With these around it, a yes is still one: "Yes, I agree to the terms", "sure, looks good to me".
# A word of doubt, of condition or of asking is not among them, and neither is a no.
_BESIDE_YES = frozenset(
    "i we do to the this that these those it its all with and of is looks sounds good great fine "
    "right me us them terms conditions everything acknowledge ahead on thanks thank you very well "
    "now course lets absolutely definitely certainly".split()
)
# What opens a question where the question mark was left out.
_NOT_FIRST = frozenset("do is to with and of".split())
_YES_PHRASES = frozenset(
    {
        "absolutely",
        "certainly",
        "definitely",
        "do it",
        "i acknowledge",
        "i do",
        "lets go",
        "looks good",
        "looks good to me",
        "of course",
        "sounds good",
        "that is right",
        "thats right",
    }
)
_NO = frozenset(
    "n no nope nah never false 0 disagree decline declined reject stop cancel wrong nein non não "
    "nao nej いいえ 不 否".split()
)
_NO_PHRASES = frozenset(
    {
        "do not",
        "i disagree",
        "i do not",
        "i dont",
        "no thank you",
        "no thanks",
        "not now",
        "not yet",
    }
)
_NONE = frozenset({"none", "no", "nothing", "null", "n", "no thanks", "[]", "-"})


def _plain_words(text: str) -> str:
    folded = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("\u2019", "")
    return " ".join(re.sub(r"[^\w\s]", " ", folded).split())


def yes_or_no(text: str) -> bool | None:
    """Return what the text says as a whole: yes, no, or None where it says something else.

    A condition or a question ("yes, but what does it cost?") is neither.
    """
    words = _plain_words(text)
    if words in _NO or words in _NO_PHRASES:
        return False
    return True if _affirms(words.split(), asks="?" in text) else None


def _affirms(words: list[str], *, asks: bool) -> bool:
    if asks or not words:
        return False
    if " ".join(words) in _YES_PHRASES:
        return True
    known = all(word in _YES or word in _BESIDE_YES for word in words)
    return known and words[0] not in _NOT_FIRST and any(word in _YES for word in words)


def says_yes(text: str) -> bool:
    """Return whether the text agrees in words; where there are choices, a number is one of them."""
    return not any(map(str.isdigit, text)) and yes_or_no(text) is True


def says_none(text: str) -> bool:
    """Return whether the text declines something optional."""
    words = _plain_words(text).split()
    # "No, I don't have any" declines; "none/such.json" is a path, and so is "no.json".
    in_a_sentence = bool(words) and words[0] in _NONE and not re.search(r"[./\\{\[:]\S", text)
    return in_a_sentence or text.strip().casefold() in _NONE or yes_or_no(text) is False


def only_says_none(text: str) -> bool:
    """Return whether the text does no more than decline; names may begin with "no-" or "none "."""
    return text.strip().casefold() in _NONE or yes_or_no(text) is False


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


def read_choice(text: str, choices: Sequence[Choice]) -> str:
    """Return the value of the one choice that the text names by value, label or number.

    Raises:
        AnswerRejected: it names none of them.
    """
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
        raise AnswerRejected(
            "answer.choice",
            f"There is no choice {shortened(number)}; they are numbered 1 to {len(choices)}.",
            _name_one(choices),
        )
    raise AnswerRejected(
        "answer.choice", f"{shortened(text)!r} is not one of the choices.", _name_one(choices)
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
            'Separate the names by commas, or write ["one", "two"].',
        )
    return [str(part) for part in parts]


def how_to_answer(question: Question) -> str:
    """Return in one sentence what an answer to the question looks like."""
    if question.kind == "confirm":
        return "Answer yes or no."
    if question.choices:
        return _name_one(question.choices)
    return question.help or "Answer the question in a few words."


def shortened(text: str, limit: int = 120) -> str:
    """Return the text cut to a length that fits into a message."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _name_one(choices: Sequence[Choice]) -> str:
    # Nobody types an ARN where its name does.
    shown = ", ".join(
        choice.label if choice.value.startswith("arn:") else choice.value for choice in choices[:12]
    )
    more = f" and {len(choices) - 12} more" if len(choices) > 12 else ""
    return f"Answer with a number, or one of: {shown}{more}."
