"""What an answer is compared with, and whether anybody called that reference a bad one."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from itertools import chain, product
from typing import Any

from evalbook.datasets import fields as known
from evalbook.datasets.choices import Choices, right_choice
from evalbook.datasets.conversations import is_conversation, is_message, part_text, read_turns
from evalbook.datasets.fields import plain_name
from evalbook.datasets.record_fields import Fields, text_of
from evalbook.datasets.strictjson import parsed
from evalbook.datasets.uses import PROMPT, REFERENCE, UNUSED, Use


def reference_of(
    it: Fields, said: str | None, choices: Choices | None
) -> tuple[str | None, str | None]:
    """Return the reference, and why the record is no test case where it is none.

    Args:
        it: the record, in which the prompt is taken.
        said: the answer at a conversation's end.
        choices: of a multiple-choice question.
    """
    if choices:
        right = right_choice(it, choices)
        if right is not None:
            return right, None
    if any(it.plain(use.field) == "userinput" for use in it.uses):
        # Where RAG frameworks keep what the system under test once said.
        for name, _ in it.by_name(("response",)):
            it.take(name, UNUSED, known.MADE)
    explicit = _first(it, known.REFERENCE)
    if explicit is None:
        explicit = _inside(it)
    if explicit is None:
        explicit = _first(it, known.CHOSEN)
    if explicit is not None:
        if said is not None:
            it.answers_are(known.MADE, "[")
        return _judged(it, explicit, explicit=True)
    answered = said if said is not None else _first(it, known.ANSWERED)
    if answered is not None:
        return _judged(it, answered, explicit=False)
    return _last_resort(it), None


def _last_resort(it: Fields) -> str | None:
    for name, replies in it.by_name(("replies",)):
        if isinstance(replies, list) and replies:
            it.take(name, REFERENCE, "the first of the replies")
            return text_of(replies[0])
    for name, value in chain(_named_alike(it), _only_output(it), it.by_name(known.LABEL)):
        text = answer_text(value, it.plain(name))
        if text is not None:
            it.take(name, REFERENCE)
            return text
    return None


def _named_alike(it: Fields) -> Iterator[tuple[str, Any]]:
    """Yield what is named as references are, though not by a name that many use."""
    for name, value in it.values.items():
        plain = it.plain(name)
        alike = known.LIKE_A_REFERENCE.fullmatch(plain) and known.told(plain) == known.UNKNOWN
        if alike and name not in it.taken and not isinstance(value, bool):
            yield name, value
    asked = {it.plain(use.field) for use in it.uses if use.use == PROMPT}
    yield from it.by_name([ANSWERS[plain] for plain in asked if plain in ANSWERS])
    mirrored = (
        plain.replace(question, answer)
        for plain in sorted(asked)
        for question, answer in product(_QUESTIONS, _ANSWERED)
        if question in plain
    )
    yield from it.by_name(mirrored)


ANSWERS = {"q": "a", "patient": "doctor", "human": "ai"}
"""Names that say something only beside another one, which is what is asked."""
_QUESTIONS = ("question", "prompt", "query", "instruction", "input")
_ANSWERED = ("answer", "response", "completion", "output")
"""What names of questions have in the place of what those of their answers have."""


def _only_output(it: Fields) -> Iterator[tuple[str, Any]]:
    """Yield what stands alone among the outputs that are expected."""
    found = [
        name
        for name in it.values
        if plain_name(name.partition(".")[0]) in ("outputs", "expectations") and "." in name
    ]
    if len(found) == 1 and found[0] not in it.taken:
        yield found[0], it.values[found[0]]


def _first(it: Fields, table: Iterable[str]) -> str | None:
    """Return the first answer of these names."""
    for name, value in it.by_name(table):
        if isinstance(value, bool) and it.plain(name) in known.GOOD:
            continue
        several = parsed(value)
        if isinstance(several, dict) and not _OF_A_SERVICE.isdisjoint(several):
            it.take(name, UNUSED, known.MADE)
            continue
        if value == ["None"] and "." not in name:
            it.take(name, UNUSED, "empty")
            continue
        if isinstance(value, str) and _ADDRESS.fullmatch(value.strip()) and has_answer(it, name):
            it.take(name, UNUSED, "an address, not an answer")
            continue
        if it.plain(name) not in _PLURAL and it.called.get(name) != "chosen":
            value = several if is_conversation(several) else value
        elif isinstance(several, list) and not _calls(several):
            value = several
        if it.asked > 1 and isinstance(value, list) and len(value) == it.asked:
            value = value[0]
        text = answer_text(value, it.plain(name))
        if text is not None:
            annotated = it.called.get(name) == "reference"
            which = "the first annotator's" if annotated else _which(value, it.plain(name))
            it.take(name, REFERENCE, which)
            return text
    return None


def _which(value: Any, plain: str) -> str:
    """Say of an answer that is a part of its field which part it is."""
    if isinstance(value, dict) and len(value) > 1 and not _is_whole(value):
        return "the text of it"
    if not isinstance(value, list) or len(value) < 2:
        return ""
    if is_conversation(value):
        return "its last answer"
    ranked = any(isinstance(one, dict) and "rank" in one for one in value)
    several = "the best of several" if ranked else "the first of several"
    return several if plain in _PLURAL else ""


def _is_whole(value: dict[str, Any]) -> bool:
    """Tell whether an object is an answer with all that is in it, as JSON or as a message."""
    return is_message(value) or _object_answer(value, "") == json.dumps(value, ensure_ascii=False)


_ADDRESS = re.compile(r"https?://\S+")


def has_answer(it: Fields, beside: str = "") -> bool:
    """Tell whether a field may hold the answer, other than one."""
    tables = (known.REFERENCE, known.CHOSEN, known.ANSWERED)
    return any(other != beside for table in tables for other, _ in it.by_name(table))


_OF_A_SERVICE = frozenset(
    "choices candidates outputBodyJson status_code stopReason stop_reason generation usage".split()
)
"""What tells the whole response of an inference service from an answer."""


def _inside(it: Fields) -> str | None:
    """Return the reference that stands in what is kept for scorers."""
    # Of verl's two places AWS's page has extra_info take precedence.
    for name, value in sorted(it.values.items(), key=lambda item: item[0] != "extra_info"):
        inner = parsed(value)
        plain = it.plain(name)
        if plain == "assert" and isinstance(inner, list):
            for item in inner:
                kind = item.get("type") if isinstance(item, dict) else None
                if kind in ("equals", "similar", "factuality", "icontains", "contains"):
                    text = answer_text(item.get("value"), plain)
                    if text is not None:
                        it.take(name, REFERENCE, f"the value of {kind}")
                        return text
        if not isinstance(inner, dict) or plain not in known.METADATA:
            continue
        for key in ("answer", "ground_truth", *inner):
            if key in inner and plain_name(key) in known.REFERENCE:
                text = answer_text(inner[key], plain_name(key))
                if text is not None:
                    it.uses.append(Use(f"{name}.{key}", REFERENCE))
                    return text
    return None


def _judged(it: Fields, answer: str, *, explicit: bool) -> tuple[str | None, str | None]:
    """Return the answer if nobody called it a bad one; of an explicit one only true or false say.

    A mark says it of what a model once answered, where that stands in the record too.
    """
    made = any(known.is_made(it.plain(name)) for name in it.values)
    if explicit and (made or any(True for _ in it.by_name(known.ANSWERED))):
        return answer, None
    for name, value in list(it.values.items()):
        plain = it.plain(name)
        if name in it.taken or plain not in known.GOOD:
            continue
        if not isinstance(value, (bool, int, str)):
            continue
        good = _TRUTH.get(value.strip().lower() if isinstance(value, str) else value)
        by_number = plain in ("label", "ktotag") and not explicit
        if good is None or not (by_number or isinstance(value, bool)):
            continue
        it.take(name, UNUSED, "it says which answers are good; only these are references")
        if not good:
            it.answers_are(known.REJECTED)
            return None, f"{name} says that its answer is bad"
    return answer, None


_TRUTH: dict[Any, bool] = {
    True: True, False: False, "true": True, "false": False, "1": True, "0": False,
    "good": True, "bad": False, "desirable": True, "undesirable": False,
}  # fmt: skip


def answer_text(value: Any, plain: str) -> str | None:
    """Return an answer as text; what is no text is written as JSON."""
    if isinstance(value, str):
        return value
    if value is None or value == [] or value == {}:
        return None
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    if isinstance(value, dict):
        return _object_answer(value, plain)
    if is_conversation(value):
        turns = [turn for turn in read_turns(value, plain) if turn.text is not None]
        answers = [turn for turn in turns if turn.role == "assistant"]
        return answers[-1].text if answers else None
    if _calls(value):
        return json.dumps(value, ensure_ascii=False)
    if len(value) == 1 or plain in _PLURAL:
        return _one_of(value, plain)
    if all(part_text(item) is not None and isinstance(item, dict) for item in value):
        return "\n".join(str(part_text(item)) for item in value)
    return json.dumps(value, ensure_ascii=False)


def _calls(value: list[Any]) -> bool:
    """Tell whether a list calls functions, which are an answer all together."""
    return any(isinstance(it, dict) and "arguments" in it for it in value)


def _one_of(answers: list[Any], plain: str) -> str | None:
    """Return the answer that was accepted, or is ranked first, else the first."""
    marked = ("is_accepted", "accepted", "selected", "isAccepted")
    objects = [it for it in answers if isinstance(it, dict)]
    kept = [it for it in objects if any(it.get(key) for key in marked)]
    ranked = [it for it in objects if type(it.get("rank")) in (int, float)]
    first = kept[0] if kept else min(ranked, key=lambda it: it["rank"]) if ranked else answers[0]
    if isinstance(first, dict) and plain in _PLURAL:
        for key in ("text", "answer", "body", "content", "value", "response"):
            if isinstance(first.get(key), str):
                return str(first[key])
        if isinstance(first.get("output"), dict):
            return text_of(first["output"])
    return answer_text(first, plain)


_PLURAL = frozenset(
    "answers references groundtruths goldanswers referenceanswers referenceresponses targets"
    " correctanswers referenceoutputs solutions".split()
)


_HOLD_ANSWERS = ("output", "expectedoutput", "expected", "target")
_ANSWERS = frozenset((*known.REFERENCE, *known.ANSWERED))


def _object_answer(value: dict[str, Any], plain: str) -> str | None:
    if "input_text" in value:
        value = {"text": value["input_text"]}
    if value.keys() <= {"text", "answer_start", "answer_end", "start", "end", "answer_id", "a_id",
                        "score", "text_urls"}:  # fmt: skip
        texts = value.get("text")
        first = texts[0] if isinstance(texts, list) and texts else texts
        return first if isinstance(first, str) else None
    if isinstance(value.get("spans"), list) and value["spans"]:
        return answer_text(value["spans"][0], plain)
    if is_message(value):
        return answer_text([value], plain)
    if len(value) == 1 and plain in _HOLD_ANSWERS:
        name, text = next(iter(value.items()))
        if isinstance(text, str) and plain_name(name) in _ANSWERS:
            return text
    if value.keys() <= {"text", "type", "content", "value", "aliases", "normalized_aliases",
                        "normalized_value", "matched_wiki_entity_name", "role",
                        "normalized_matched_wiki_entity_name"}:  # fmt: skip
        text = text_of(value)
        if text is not None:
            return text
    return json.dumps(value, ensure_ascii=False)
