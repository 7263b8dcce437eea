"""Whether a reply says yes or no to what was shown; a condition or a question says neither."""

from __future__ import annotations

import re

from evalbook.errors import AnswerRejected
from evalbook.texts import shortened
from evalbook.workflow.replies.reading import Hesitates, Reading, Taken
from evalbook.workflow.replies.vocabulary import vocabulary
from evalbook.workflow.replies.words import (
    POLITE,
    doubt_in,
    negates,
    only,
    refuses,
    words_of,
    yes_and_more,
    yes_or_no,
)
from evalbook.workflow.turn import Question


def read_yes_or_no(text: str, *_: object) -> bool:
    """Return the verdict, also for a step to read by.

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
    known = POLITE | vocabulary("after_no") | _shown(question)
    return any(word.casefold() not in known for word in named)


def _shown(question: Question) -> set[str]:
    return {
        word
        for text in (question.text, question.help or "", *question.notices)
        for word in re.split(r"[^\w.-]+", text.casefold())
    }


def _repeats(words: str, question: Question) -> bool:
    """Return whether all that was said beside the yes stands in what was asked."""
    shown = _shown(question)
    told = [word for word in words_of(words) if word not in POLITE | vocabulary("beside_repeated")]
    return set(told) <= shown | {word.strip(".") for word in shown}
