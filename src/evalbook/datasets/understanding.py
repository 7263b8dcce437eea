"""What a record means: its prompt, system prompt, reference answer, and what becomes of each field.

This is what the person who made the record meant, in whatever shape; what an evaluation job reads
of the same record as it is, `formats` says. Where the two differ, a copy has to be written.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from evalbook.datasets import fields as known
from evalbook.datasets.conversations import (
    Talk,
    is_conversation,
    part_text,
    read_turns,
    talk_of,
    transcript_turns,
)
from evalbook.datasets.fields import plain_name
from evalbook.datasets.invalid import InvalidRecord, named, wrong_type
from evalbook.datasets.uses import (
    CATEGORY,
    METADATA,
    PROMPT,
    REFERENCE,
    SYSTEM,
    UNUSED,
    Use,
)

_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SQL = re.compile(r"\s*(select|with|insert|update|delete|create|alter)\s", re.IGNORECASE)


class Understood(NamedTuple):
    """What was meant by one record."""

    prompt: str
    reference: str | None
    system: str | None
    category: str | None
    metadata: Mapping[str, Any] | None
    """What only a scorer reads."""
    turns: int
    """How many turns the user has in the prompt."""
    uses: tuple[Use, ...]
    """Every field, role and part, with what it is taken for."""
    left_out: str | None = None
    """Why the record is no test case, though it is understood."""


@dataclass
class _Fields:
    """The fields of one record, and what each was taken for so far."""

    values: dict[str, Any]
    """By their names; inside of others with dots."""
    uses: list[Use] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def by_name(self, table: Iterable[str]) -> Iterator[tuple[str, Any]]:
        """Yield the fields of these names that are not taken yet, in the table's order."""
        found: dict[str, str] = {}
        for name in self.values:
            if name not in self.taken:
                found.setdefault(plain_name(name), name)
        for plain in table:
            if plain in found and self.values[found[plain]] is not None:
                yield found[plain], self.values[found[plain]]

    def take(self, name: str, use: str, meaning: str = "") -> None:
        self.taken.add(name)
        self.uses.append(Use(name, use, meaning))


def understand(record: Mapping[str, Any]) -> Understood:
    """Return what was meant by a record.

    Raises:
        InvalidRecord: there is no telling what is asked.
    """
    it = _Fields(_unwrapped(record))
    talk, prompt = _asked(it)
    choices = _choices(it)
    reference, left_out = _reference(it, talk, choices)
    prompt = _with_context(it, prompt)
    if choices:
        prompt = _with_choices(it, prompt, choices)
    system = _system(it, talk)
    category = _category(it)
    metadata = _metadata(it)
    for name, value in it.values.items():
        if name not in it.taken:
            meaning = "empty" if value is None or value in ("", [], {}) else _told(name)
            it.take(name, UNUSED, meaning)
    return Understood(
        prompt, reference, system, category, metadata or None,
        talk.turns if talk else 1, tuple(it.uses), left_out,
    )  # fmt: skip


def _told(name: str) -> str:
    plain = plain_name(name)
    if plain in known.ANSWERED:
        return known.MADE
    return known.ANOTHER if plain in known.REFERENCE else known.told(plain)


# What holds the record -----------------------------------------------------------------------


def _unwrapped(record: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a record, those inside of a wrapper by their path."""
    turns = record.get("conversationTurns")
    if isinstance(turns, list) and turns and isinstance(turns[0], dict):
        if len(turns) > 1:
            raise InvalidRecord(
                "several_turns",
                f"conversationTurns has {len(turns)} turns; a run asks one question a record",
            )
        rest = {name: value for name, value in record.items() if name != "conversationTurns"}
        return {f"conversationTurns.{name}": value for name, value in turns[0].items()} | rest
    if isinstance(record.get("role"), str) and not _has_prompt(record):
        raise InvalidRecord(
            "one_message",
            f"one message of a conversation (role {record['role']}); expected a whole record",
        )
    flat: dict[str, Any] = {}
    for name, value in record.items():
        plain = plain_name(name)
        wraps = isinstance(value, dict) and value and plain in known.WRAPPERS
        if wraps and (plain == "data" or _holds_fields(value)):
            flat.update({f"{name}.{inner}": item for inner, item in value.items()})
        else:
            flat[name] = value
    return flat


def _has_prompt(record: Mapping[str, Any]) -> bool:
    sure = ("query", "prompt", "question", "instruction", "messages", "conversations", "input")
    return any(name in record for name in sure)


def _holds_fields(value: dict[str, Any]) -> bool:
    """Tell an object of fields from one that is a text with its type."""
    return bool(value) and not part_text(value)


# What is asked -------------------------------------------------------------------------------


def _asked(it: _Fields) -> tuple[Talk | None, str]:
    """Return the conversation, if it is one, and what is asked."""
    query = it.values.get("query")
    conversations = {} if isinstance(query, str) and query.strip() else known.CONVERSATION
    for name, value in it.by_name(conversations):
        if plain_name(name) in known.HISTORY and _other_prompt(it, name):
            continue
        talk = _conversation(it, name, value)
        if talk is not None:
            return talk, talk.prompt
    for name, text in _prompt_texts(it):
        return _from_text(it, name, text)
    implicit = _implicit(it)
    if implicit is not None:
        return implicit, implicit.prompt
    for name, value in it.values.items():
        plain = plain_name(name)
        asks = "question" in plain or "prompt" in plain
        asks = asks and plain not in known.SYSTEM and known.told(plain) == known.UNKNOWN
        if asks and isinstance(value, str):
            return _from_text(it, name, value)
    raise _no_prompt(it)


def _prompt_texts(it: _Fields) -> Iterator[tuple[str, str]]:
    """Yield the fields that may be what is asked, the likeliest first."""
    for name, value in it.by_name(known.PROMPT):
        text = _prompt_text(it, name, value)
        if text is None:
            continue
        sql = plain_name(name) == "query" and _SQL.match(text) and _other_prompt(it, name)
        if not sql and not (name == "body.instructions" and "body.input" in it.values):
            yield name, text


def _no_prompt(it: _Fields) -> InvalidRecord:
    for name in ("query", "prompt", "question", "instruction", "messages", "input"):
        if name in it.values and not isinstance(it.values[name], str):
            return wrong_type(name, it.values[name], "text or a list of messages")
    found = f"the fields are {named(it.values)}" if it.values else "the record has no fields"
    return InvalidRecord("no_prompt", f"no prompt; {found}")


def _other_prompt(it: _Fields, name: str) -> bool:
    return any(
        other != name and isinstance(value, str) for other, value in it.by_name(known.PROMPT)
    )


def _conversation(it: _Fields, name: str, value: Any) -> Talk | None:
    value = _parsed(value)
    if is_conversation(value) or (plain_name(name) == "messages" and isinstance(value, list)):
        talk = talk_of(read_turns(value, name), name)
        it.taken.add(name)
        it.uses.extend(Use(*use) for use in talk.uses)
        return talk
    if plain_name(name) == "turns" and isinstance(value, list) and _all_text(value):
        if len(value) > 1:
            raise InvalidRecord(
                "several_turns",
                f"{name} has {len(value)} questions, one after the other; a run asks one a record",
            )
        it.take(name, PROMPT)
        return Talk(value[0], None, None, 1, ())
    return None


def _prompt_text(it: _Fields, name: str, value: Any) -> str | None:
    if isinstance(value, (str, int, float)):
        return value if isinstance(value, str) else json.dumps(value)
    if isinstance(value, dict):
        if isinstance(value.get("messages"), list):
            return None
        text = _text_of(value)
        if text is None and isinstance(value.get("stem"), str):
            it.values[f"{name}.choices"] = value.get("choices")
            text = value["stem"]
        if isinstance(value.get("replies"), list) and text is not None:
            it.values[f"{name}.replies"] = value["replies"]
        return text
    return None


def _from_text(it: _Fields, name: str, text: str) -> tuple[Talk | None, str]:
    plain = plain_name(name)
    bare = plain == "text" or text.lstrip().startswith("Human:")
    turns = transcript_turns(text) if bare else None
    if turns is not None and any(turn.role == "user" for turn in turns):
        it.take(name, PROMPT, "with the answer in it" if turns[-1].role == "assistant" else "")
        return (talk := talk_of(turns, name)), talk.prompt
    it.take(name, PROMPT)
    history = next(iter(it.by_name(known.HISTORY)), None)
    earlier = _earlier(history[1]) if history else None
    if not history or not earlier:
        return None, text
    it.take(history[0], PROMPT, "the turns before the question")
    said = [*earlier, ("User", text)]
    prompt = "\n\n".join(f"{role}: {line}" for role, line in said)
    asked = sum(role == "User" for role, _ in said)
    return Talk(prompt, None, None, asked, ()), prompt


def _earlier(history: Any) -> list[tuple[str, str]] | None:
    if not isinstance(history, list):
        return None
    if is_conversation(history):
        turns = read_turns(history, "history")
        return [(turn.role.capitalize(), turn.text) for turn in turns if turn.text]
    said: list[tuple[str, str]] = []
    for pair in history:
        if not isinstance(pair, list) or len(pair) != 2 or not _all_text(pair):
            return None
        said += [("User", pair[0]), ("Assistant", pair[1])]
    return said


def _implicit(it: _Fields) -> Talk | None:
    """Return the conversation that preference data repeat in both of their answers."""
    for name, value in it.by_name(known.CHOSEN):
        value = _parsed(value)
        turns = read_turns(value, name) if is_conversation(value) else None
        if isinstance(value, str):
            turns = transcript_turns(value)
        if turns is not None and any(turn.role == "user" for turn in turns):
            talk = talk_of(turns, name)
            it.taken.add(name)
            if talk.uses and is_conversation(value):
                it.uses.extend(Use(*use) for use in talk.uses)
            else:
                it.uses.append(Use(name, PROMPT, "and its answer is the reference"))
            return talk
    return None


# What it is about ----------------------------------------------------------------------------


def _with_context(it: _Fields, prompt: str) -> str:
    used = next((use.field for use in it.uses if use.use == PROMPT), "")
    tables: list[str] = list(known.CONTEXT)
    if plain_name(used) in known.INSTRUCTION:
        tables = ["input", "question", "inputs", *tables]
    elif plain_name(used) == "prompt" and "[" not in used:
        tables = ["question", "input", "userinput", "problem", *tables]
    for name, value in it.by_name(tables):
        text = _text_in(value)
        if not text or text.strip().lower() in _NOTHING:
            if text:
                it.take(name, UNUSED, "empty")
            continue
        if text in prompt:
            it.take(name, PROMPT, "it stands in the prompt already")
            return prompt
        if prompt in text:
            it.take(name, UNUSED, "it holds the prompt again")
            continue
        it.take(name, PROMPT, "asked with it")
        for other, _ in list(it.by_name(known.CONTEXT)):
            it.take(other, UNUSED, known.UNKNOWN)
        return f"{prompt}\n\n{text}"
    return prompt


_NOTHING = frozenset(("", "<noinput>", "noinput", "none", "n/a", "nan", "null"))


def _text_in(value: Any) -> str | None:
    """Return the texts in a value; of a text that only looks like a list, the text itself."""
    return _joined(_parsed(value)) or (value if isinstance(value, str) else None)


def _joined(value: Any) -> str | None:
    """Return the texts in a value, one a line."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        texts = [text for item in value if (text := _joined(item))]
        return "\n".join(texts) or None
    if isinstance(value, dict):
        text = part_text(value)
        if text is not None:
            return text
        for key in ("parts", "page_content", "contexts", "passage", "body", "value"):
            if key in value:
                return _joined(value[key])
        # Lists side by side, such as titles and sentences; single values are no text to read.
        return _joined([item for item in value.values() if isinstance(item, list)])
    return None


# Multiple choice -----------------------------------------------------------------------------


class _Choices(NamedTuple):
    names: tuple[str, ...]
    """The fields that hold them."""
    labels: tuple[str, ...]
    texts: tuple[str, ...]


_COLUMNS = (
    ("A", "B", "C", "D", "E", "F", "G", "H", "I", "J"),
    ("opa", "opb", "opc", "opd", "ope"),
    ("optiona", "optionb", "optionc", "optiond", "optione"),
    ("choicea", "choiceb", "choicec", "choiced", "choicee"),
    ("option1", "option2", "option3", "option4", "option5"),
    ("choice1", "choice2", "choice3", "choice4", "choice5"),
    ("ending0", "ending1", "ending2", "ending3"),
    ("sol1", "sol2"),
)
"""Columns of which each holds one choice."""


def _choices(it: _Fields) -> _Choices | None:
    for name, value in it.by_name(known.CHOICES):
        found = _listed(name, _parsed(value))
        if found is not None:
            return found
    for columns in _COLUMNS:
        of = {
            name if len(name) == 1 else plain_name(name): name
            for name in it.values
            if name not in it.taken
        }
        names = [of[column] for column in columns if column in of]
        texts = [_plain_text(it.values[name]) for name in names]
        if len(names) >= 2 and all(text is not None for text in texts):
            numbered = columns[0] in ("option1", "choice1")
            labels = [str(at + 1) if numbered else _LETTERS[at] for at in range(len(names))]
            return _Choices(tuple(names), tuple(labels), tuple(str(text) for text in texts))
    return None


def _listed(name: str, value: Any) -> _Choices | None:
    labels: list[Any] = []
    texts: list[Any] = []
    if isinstance(value, dict):
        inner = value.get("text")
        if isinstance(inner, list):
            labels, texts = list(value.get("label") or _LETTERS[: len(inner)]), inner
        else:
            labels, texts = list(value), list(value.values())
    elif isinstance(value, list):
        if value and all(isinstance(item, dict) for item in value):
            texts = [item.get("text", item.get("content", item.get("value"))) for item in value]
            labels = [
                item.get("label", item.get("key", item.get("id", _LETTERS[at % 26])))
                for at, item in enumerate(value)
            ]
        else:
            labels, texts = list(_LETTERS[: len(value)]), value
    plain = [_plain_text(text) for text in texts]
    if len(plain) < 2 or len(plain) > 26 or len(labels) != len(plain) or None in plain:
        return None
    return _Choices((name,), tuple(map(str, labels)), tuple(str(text) for text in plain))


def _with_choices(it: _Fields, prompt: str, choices: _Choices) -> str:
    there = all(text in prompt for text in choices.texts)
    for name in choices.names:
        it.take(name, PROMPT, "it stands in the prompt already" if there else "asked with it")
    if there:
        return prompt
    lines = [f"{label}. {text}" for label, text in zip(choices.labels, choices.texts, strict=True)]
    return prompt + "\n\n" + "\n".join(lines)


def _right_choice(it: _Fields, choices: _Choices) -> str | None:
    """Return the answer to a multiple-choice question; a number becomes the choice it counts."""
    for name, value in it.by_name(known.ANSWER_KEY):
        if isinstance(value, list) and len(value) == 1:
            value = value[0]
        if isinstance(value, bool) or not isinstance(value, (int, str)):
            continue
        digits = isinstance(value, int) or (value.isdigit() and value not in choices.texts)
        if digits and str(value) not in choices.labels:
            at = int(value)
            if at >= len(choices.texts):
                continue
            it.take(name, REFERENCE, "counted from 0 among the choices")
            return f"{choices.labels[at]}. {choices.texts[at]}"
        it.take(name, REFERENCE)
        return str(value)
    return None


# What it is compared with --------------------------------------------------------------------


def _reference(
    it: _Fields, talk: Talk | None, choices: _Choices | None
) -> tuple[str | None, str | None]:
    """Return the reference, and why the record is no test case where it is none."""
    if choices:
        right = _right_choice(it, choices)
        if right is not None:
            return right, None
    explicit = _first(it, known.REFERENCE)
    for find in (_inside, _chosen):
        explicit = find(it) if explicit is None else explicit
    if explicit is not None:
        _no_reference_in(it, talk)
        return _judged(it, explicit, only=bool)
    if any(plain_name(use.field) == "userinput" for use in it.uses):
        # Where RAG frameworks keep what the system under test once said.
        for name, _ in it.by_name(("response",)):
            it.take(name, UNUSED, known.MADE)
    said = talk.answer if talk is not None else None
    answered = said if said is not None else _first(it, known.ANSWERED)
    if answered is not None:
        return _judged(it, answered)
    return _last_resort(it), None


def _chosen(it: _Fields) -> str | None:
    return _first(it, known.CHOSEN)


def _last_resort(it: _Fields) -> str | None:
    for name, replies in it.by_name(("replies",)):
        if isinstance(replies, list) and replies:
            it.take(name, REFERENCE, "the first of the replies")
            return _text_of(replies[0])
    for name, value in it.by_name(known.LABEL):
        text = _answer_text(value, name)
        if text is not None:
            it.take(name, REFERENCE)
            return text
    return None


def _first(it: _Fields, table: Iterable[str]) -> str | None:
    """Return the first answer of these names."""
    for name, value in it.by_name(table):
        if isinstance(value, bool) and plain_name(name) in known.GOOD:
            continue
        if _is_made(value):
            it.take(name, UNUSED, known.MADE)
            continue
        if isinstance(value, str) and _ADDRESS.fullmatch(value.strip()) and _others(it, name):
            it.take(name, UNUSED, "an address, not an answer")
            continue
        text = _answer_text(value, name)
        if text is not None:
            several = isinstance(value, list) and len(value) > 1 and not is_conversation(value)
            several = several and not text.startswith("[")
            it.take(name, REFERENCE, "the first of several" if several else "")
            return text
    return None


_ADDRESS = re.compile(r"https?://\S+")


def _others(it: _Fields, name: str) -> bool:
    """Tell whether another field may hold the answer."""
    tables = (known.REFERENCE, known.CHOSEN, known.ANSWERED)
    return any(other != name for table in tables for other, _ in it.by_name(table))


def _is_made(value: Any) -> bool:
    """Tell what an inference service answered, whole, from an answer."""
    marks = {"choices", "status_code", "stopReason", "stop_reason", "generation", "usage"}
    return isinstance(value, dict) and not marks.isdisjoint(value)


def _inside(it: _Fields) -> str | None:
    """Return the reference that stands in what is kept for scorers."""
    # Of verl's two places AWS's page has extra_info take precedence.
    for name, value in sorted(it.values.items(), key=lambda item: item[0] != "extra_info"):
        inner = _parsed(value)
        plain = plain_name(name)
        if plain == "assert" and isinstance(inner, list):
            for item in inner:
                kind = item.get("type") if isinstance(item, dict) else None
                if kind in ("equals", "similar", "factuality", "icontains", "contains"):
                    text = _answer_text(item.get("value"), name)
                    if text is not None:
                        it.take(name, REFERENCE, f"the value of {kind}")
                        return text
        if not isinstance(inner, dict) or plain not in known.METADATA:
            continue
        for key in ("answer", "ground_truth", *inner):
            if key in inner and plain_name(key) in known.REFERENCE:
                text = _answer_text(inner[key], key)
                if text is not None:
                    it.uses.append(Use(f"{name}.{key}", REFERENCE))
                    return text
    return None


def _no_reference_in(it: _Fields, talk: Talk | None) -> None:
    """Say of a conversation's last answer that another is compared with."""
    if talk is not None and talk.answer is not None:
        it.uses = [
            Use(use.field, UNUSED, known.MADE) if use.use == REFERENCE and "[" in use.field else use
            for use in it.uses
        ]


def _holds_made(it: _Fields) -> bool:
    return any(known.is_made(plain_name(name)) for name in it.values)


def _judged(
    it: _Fields, answer: str, only: type[bool] | None = None
) -> tuple[str | None, str | None]:
    """Return the answer if nobody called it a bad one; where ``only`` is given, by true or false.

    A mark says it of what a model once answered, where that stands in the record too.
    """
    if only and (_holds_made(it) or any(True for _ in it.by_name(known.ANSWERED))):
        return answer, None
    for name, value in list(it.values.items()):
        plain = plain_name(name)
        if name in it.taken or plain not in known.GOOD:
            continue
        if not isinstance(value, (bool, int, str)):
            continue
        good = _TRUTH.get(value.strip().lower() if isinstance(value, str) else value)
        by_number = plain in ("label", "ktotag") and not only
        if good is None or not (by_number or isinstance(value, bool)):
            continue
        it.take(name, UNUSED, "it says which answers are good; only these are references")
        if not good:
            it.uses = [
                Use(use.field, UNUSED, known.REJECTED) if use.use == REFERENCE else use
                for use in it.uses
            ]
            return None, f"{name} says that its answer is a bad one"
    return answer, None


_TRUTH: dict[Any, bool] = {
    True: True, False: False, "true": True, "false": False, "1": True, "0": False,
    "good": True, "bad": False, "desirable": True, "undesirable": False,
}  # fmt: skip


def _answer_text(value: Any, name: str) -> str | None:
    """Return an answer as text; what is no text is written as JSON."""
    if isinstance(value, str):
        return value
    if value is None or value == [] or value == {}:
        return None
    if isinstance(value, (bool, int, float)):
        return json.dumps(value)
    if isinstance(value, dict):
        return _object_answer(value, name)
    if is_conversation(value):
        turns = [turn for turn in read_turns(value, name) if turn.text is not None]
        answers = [turn for turn in turns if turn.role == "assistant"]
        return answers[-1].text if answers else None
    if len(value) == 1 or plain_name(name) in _PLURAL:
        return _one_of(value, name)
    if all(part_text(item) is not None and isinstance(item, dict) for item in value):
        return "\n".join(str(part_text(item)) for item in value)
    return json.dumps(value, ensure_ascii=False)


def _one_of(answers: list[Any], name: str) -> str | None:
    """Return the answer that was accepted, else the first."""
    marked = ("is_accepted", "accepted", "selected", "isAccepted")
    kept = [it for it in answers if isinstance(it, dict) and any(it.get(key) for key in marked)]
    first = (kept or answers)[0]
    if isinstance(first, dict) and plain_name(name) in _PLURAL:
        for key in ("text", "answer", "body", "content", "value"):
            if isinstance(first.get(key), str):
                return str(first[key])
    return _answer_text(first, name)


_PLURAL = frozenset(
    "answers references groundtruths goldanswers referenceanswers referenceresponses targets"
    " correctanswers referenceoutputs".split()
)


def _object_answer(value: dict[str, Any], name: str) -> str | None:
    if value.keys() <= {"text", "answer_start", "answer_end", "start", "end", "answer_id"}:
        texts = value.get("text")
        first = texts[0] if isinstance(texts, list) and texts else texts
        return first if isinstance(first, str) else None
    if is_conversation([value]):
        return _answer_text([value], name)
    if value.keys() <= {"text", "type", "content", "value", "aliases", "normalized_aliases",
                        "normalized_value", "matched_wiki_entity_name", "role",
                        "normalized_matched_wiki_entity_name"}:  # fmt: skip
        text = _text_of(value)
        if text is not None:
            return text
    return json.dumps(value, ensure_ascii=False)


# Beside it -----------------------------------------------------------------------------------


def _system(it: _Fields, talk: Talk | None) -> str | None:
    said = [talk.system] if talk is not None and talk.system else []
    for name, value in list(it.by_name(known.SYSTEM)):
        text = _text_in(value) if not is_conversation(value) else None
        if text is None:
            continue
        if not text.strip():
            it.take(name, UNUSED, "empty")
            continue
        it.take(name, SYSTEM)
        if text not in said:
            said.insert(0, text)
    _responses_instructions(it, said)
    return "\n\n".join(said) or None


def _responses_instructions(it: _Fields, said: list[str]) -> None:
    """Take the instructions of a Responses API record for what they are."""
    asked = {plain_name(use.field) for use in it.uses if use.use == PROMPT}
    for name, value in list(it.by_name(("instructions",))):
        if isinstance(value, str) and value.strip() and "instruction" not in asked:
            it.take(name, SYSTEM)
            said.insert(0, value)


def _category(it: _Fields) -> str | None:
    for name, value in it.by_name(known.CATEGORY):
        if isinstance(value, bool) or not isinstance(value, (str, int)) or value == "":
            continue
        it.take(name, CATEGORY)
        return str(value)
    if any(use.meaning == "asked with it" for use in it.uses):
        for name, value in it.by_name(("subject",)):
            if isinstance(value, str) and value and len(value) <= 64:
                it.take(name, CATEGORY)
                return value
    return None


def _metadata(it: _Fields) -> dict[str, Any]:
    """Return what only a scorer reads: ``metadata`` itself, or what verl keeps beside."""
    found: dict[str, Any] = {}
    for name, value in list(it.values.items()):
        if name in it.taken or value is None or plain_name(name) not in known.METADATA:
            continue
        parsed = _parsed(value)
        if plain_name(name) in ("metadata", "meta") and not isinstance(parsed, dict):
            continue
        it.take(name, METADATA, "only a scorer reads it")
        if plain_name(name) == "metadata":
            found = {**found, **parsed}
        else:
            found[name] = parsed
    return found


# Values --------------------------------------------------------------------------------------


def _parsed(value: Any) -> Any:
    """Return a list or object that is written as text, as cells of tables are."""
    if not isinstance(value, str) or value[:1] not in ("[", "{"):
        return value
    for read in _READERS:
        try:
            found = read(value)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
        if isinstance(found, (list, dict)):
            return found
    return value


_READERS: tuple[Callable[[str], Any], ...] = (json.loads, ast.literal_eval)


def _text_of(value: Any) -> str | None:
    """Return the text of an object that holds one."""
    if isinstance(value, str):
        return value
    if not isinstance(value, dict):
        return None
    for key in ("text", "content", "value"):
        inner = value.get(key)
        if isinstance(inner, str):
            return inner
        if isinstance(inner, list):
            return _joined(inner)
    return None


def _plain_text(value: Any) -> str | None:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _all_text(values: list[Any]) -> bool:
    return bool(values) and all(isinstance(value, str) for value in values)
