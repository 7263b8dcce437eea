"""What a record means: its prompt, system prompt, reference answer, and what becomes of each field.

This is what the person who made the record meant, in whatever shape; what an evaluation job reads
of the same record as it is, `formats` says. Where the two differ, a copy must be written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from evalbook.datasets import fields as known
from evalbook.datasets.choices import choices_of, with_choices
from evalbook.datasets.conversations import (
    Talk,
    Turn,
    is_conversation,
    joined_turns,
    part_text,
    read_turns,
    talk_of,
    transcript_turns,
)
from evalbook.datasets.fields import plain_name
from evalbook.datasets.invalid import InvalidRecord, list_fields, wrong_type
from evalbook.datasets.recast import fields_of
from evalbook.datasets.record_fields import Fields, all_text, text_in, text_of
from evalbook.datasets.references import has_answer, reference_of
from evalbook.datasets.strictjson import parsed
from evalbook.datasets.uses import CATEGORY, METADATA, PROMPT, SYSTEM, UNUSED, Use

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


def understand(record: Mapping[str, Any], *, first_question: bool = False) -> Understood:
    """Return what was meant by a record.

    Args:
        record: as it was found.
        first_question: whether of several questions the first one is taken.

    Raises:
        InvalidRecord: there is no telling what is asked.
    """
    it = fields_of(record, first_question=first_question)
    talk = _asked(it)
    choices = choices_of(it)
    reference, left_out = reference_of(it, talk.answer, choices)
    prompt = _with_report(it, talk.prompt)
    if choices:
        prompt = with_choices(it, prompt, choices)
    system = _system(it, talk.system)
    category = _category(it)
    metadata = _metadata(it)
    for name, value in it.values.items():
        if name not in it.taken:
            meaning = "empty" if value is None or value in ("", [], {}) else _told(it.plain(name))
            it.take(name, UNUSED, meaning)
    return Understood(
        prompt, reference, system, category, metadata or None,
        talk.turns, tuple(it.uses), left_out,
    )  # fmt: skip


def _told(plain: str) -> str:
    if plain in known.ANSWERED:
        return known.MADE
    return known.ANOTHER if plain in known.REFERENCE else known.told(plain)


# What is asked -------------------------------------------------------------------------------


def _asked(it: Fields) -> Talk:
    """Return what is asked, with what else the conversation holds, if it is one."""
    query = it.values.get("query")
    asks = isinstance(query, str) and query.strip()
    for name, value in it.by_name(() if asks else known.CONVERSATION):
        if it.plain(name) in _BESIDE_A_PROMPT and _other_prompt(it, name):
            continue
        talk = _conversation(it, name, value)
        if talk is not None:
            return talk
    for name, text in _prompt_texts(it, known.PROMPT):
        return _from_text(it, name, text)
    if implicit := _implicit(it):
        return implicit
    for name, value in it.values.items():
        if isinstance(value, str) and value.strip() and _sounds_asked(it.plain(name)):
            return _from_text(it, name, value)
    for name, text in _prompt_texts(it, known.WEAK if has_answer(it) else ()):
        return _from_text(it, name, text)
    if whole := _whole_input(it):
        return whole
    raise _no_prompt(it)


def _whole_input(it: Fields) -> Talk | None:
    """Return an input of several values, of which none is the question, as JSON."""
    names = [name for name in it.values if name.startswith(("input.", "inputs."))]
    inside = {name.partition(".")[2]: it.values[name] for name in names if name not in it.taken}
    if not inside or not has_answer(it):
        return None
    for name in names:
        it.take(name, PROMPT, "the whole input, written as JSON")
    return Talk(json.dumps(inside, ensure_ascii=False))


_BESIDE_A_PROMPT = known.HISTORY | {"context", "questions"}
"""Conversations that are no question of their own if there is one."""


def _prompt_texts(it: Fields, table: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield the fields that may be what is asked, the likeliest first."""
    for name, value in it.by_name(table):
        text = _prompt_text(it, name, value)
        if text is None:
            continue
        sql = it.plain(name) == "query" and _SQL.match(text) and _other_prompt(it, name)
        if not sql and not (name == "body.instructions" and "body.input" in it.values):
            yield name, text


def _sounds_asked(plain: str) -> bool:
    """Tell whether a field is named as prompts are, though not by a name that many use."""
    if plain in known.SYSTEM or plain in known.CONTEXT or known.told(plain) != known.UNKNOWN:
        return False
    return "question" in plain or "prompt" in plain or plain.endswith(_ASKING)


_ASKING = ("message", "query", "request", "inquiry", "utterance", "instruction", "text")


def _no_prompt(it: Fields) -> InvalidRecord:
    for name in ("query", "prompt", "question", "instruction", "messages", "input"):
        if name in it.values and not isinstance(it.values[name], str):
            return wrong_type(name, it.values[name], "text or a list of messages")
    return InvalidRecord("no_prompt", f"no prompt; {list_fields(it.values)}")


def _other_prompt(it: Fields, name: str) -> bool:
    return any(
        other != name and isinstance(value, str) for other, value in it.by_name(known.PROMPT)
    )


def _conversation(it: Fields, name: str, value: Any) -> Talk | None:
    value, plain = parsed(value), it.plain(name)
    if not isinstance(value, list) or not value:
        return None
    if value and all(map(is_conversation, value)):
        value = it.one_question(name, value)
    if plain in _SPOKEN_IN_TURN and len(value) > 1 and all_text(value):
        said = zip(("user", "assistant") * len(value), value, strict=False)
        value = [{"role": role, "content": text} for role, text in said]
    if is_conversation(value) or plain == "messages":
        talk = talk_of(read_turns(value, name), name)
        it.taken.add(name)
        it.uses += talk.uses
        if plain == "conversationonly":
            it.answers_are(known.MADE, "[")
            talk = talk._replace(answer=None)
        return talk
    if value and all(part_text(item) is not None for item in value):
        text = part_text(it.one_question(name, value))
        it.take(name, PROMPT)
        return Talk(str(text))
    return None


_SPOKEN_IN_TURN = frozenset("messages conversations conversation dialog dialogue chat".split())
"""Lists of texts in which user and assistant take turns."""


_HOLD_TEXT = ("text", "content", "value", "stem")


def _prompt_text(it: Fields, name: str, value: Any) -> str | None:
    if isinstance(value, (str, int, float)):
        return value if isinstance(value, str) else json.dumps(value)
    if not isinstance(value, dict) or isinstance(value.get("messages"), list):
        return None
    text = text_of(value)
    if text is None and isinstance(value.get("stem"), str):
        text = value["stem"]
    if text is not None:
        inner = {f"{name}.{key}": item for key, item in value.items() if key not in _HOLD_TEXT}
        it.values |= {key: item for key, item in inner.items() if key not in it.values}
    return text


def _from_text(it: Fields, name: str, text: str) -> Talk:
    bare = it.plain(name) in _MAY_BE_TRANSCRIPTS or text.lstrip().startswith(TEMPLATES)
    turns = transcript_turns(text) if bare else None
    if turns is not None and any(turn.role == "user" for turn in turns):
        it.take(name, PROMPT, "with the answer in it" if turns[-1].role == "assistant" else "")
        return talk_of(turns, name)
    it.take(name, PROMPT)
    for other, history in it.by_name(known.HISTORY):
        if earlier := _earlier(history):
            it.take(other, PROMPT, "the turns before the question")
            said = [*earlier, Turn("user", text)]
            return Talk(joined_turns(said), turns=sum(turn.role == "user" for turn in said))
    return Talk(text)


TEMPLATES = (
    "Human:", "<|im_start|>", "<|begin_of_text|>", "<|start_header_id|>", "<s>[INST]", "[INST]",
    "<start_of_turn>", "<bos><start_of_turn>",
)  # fmt: skip
"""How prompts open that are written for one model, with the marks of its turns in them."""
_MAY_BE_TRANSCRIPTS = frozenset("text chat conversation".split())


def _earlier(history: Any) -> list[Turn] | None:
    if is_conversation(history):
        return [turn for turn in read_turns(history, "history") if turn.text]
    if not isinstance(history, list):
        return None
    said: list[Turn] = []
    for pair in history:
        if not isinstance(pair, list) or len(pair) != 2 or not all_text(pair):
            return None
        said += [Turn("user", pair[0]), Turn("assistant", pair[1])]
    return said


def _implicit(it: Fields) -> Talk | None:
    """Return the conversation that preference data repeat in both of their answers."""
    for name, value in it.by_name(known.CHOSEN):
        value = parsed(value)
        turns = read_turns(value, name) if is_conversation(value) else None
        if isinstance(value, str):
            turns = transcript_turns(value)
        if turns is not None and any(turn.role == "user" for turn in turns):
            talk = talk_of(turns, name)
            it.taken.add(name)
            whole = Use(name, PROMPT, "and its answer is the reference")
            it.uses += talk.uses if is_conversation(value) else (whole,)
            return talk
    return None


# What it is about ----------------------------------------------------------------------------


def _with_report(it: Fields, prompt: str) -> str:
    """Return a prompt with the table that it is about, and what stands around that."""
    parts = list(it.by_name(_AROUND_A_TABLE))
    if len(parts) < len(_AROUND_A_TABLE) or not all(isinstance(part, list) for _, part in parts):
        return _with_context(it, prompt)
    for name, _ in parts:
        it.take(name, PROMPT, "asked with it")
    return "\n\n".join((prompt, *("\n".join(map(_row, part)) for _, part in parts)))


_AROUND_A_TABLE = ("pretext", "table", "posttext")
"""Parts of a financial report."""


def _row(line: Any) -> str:
    return " | ".join(map(str, line)) if isinstance(line, list) else str(line)


def _with_context(it: Fields, prompt: str) -> str:
    used = next((use.field for use in it.uses if use.use == PROMPT), "")
    tables: list[str] = list(known.CONTEXT)
    if plain_name(used) in known.INSTRUCTION:
        tables = ["input", "question", "inputs", *tables]
    elif plain_name(used) == "prompt" and "[" not in used:
        tables = ["question", "input", "userinput", "problem", *tables]
    for name, value in it.by_name(tables):
        text = text_in(value)
        if not text or text.strip().lower() in NOTHING:
            if text:
                it.take(name, UNUSED, "empty")
            continue
        if text in prompt:
            it.take(name, PROMPT, "it is already in the prompt")
            return prompt
        if prompt in text:
            it.take(name, UNUSED, "it repeats the prompt")
            continue
        it.take(name, PROMPT, "asked with it")
        for other, _ in list(it.by_name(known.CONTEXT)):
            it.take(other, UNUSED, known.UNKNOWN)
        return f"{prompt}\n\n{text}"
    return prompt


NOTHING = frozenset(("", "<noinput>", "noinput", "none", "n/a", "nan", "null", "not applicable"))


# Beside it -----------------------------------------------------------------------------------


def _system(it: Fields, spoken: str | None) -> str | None:
    said = [spoken] if spoken else []
    for name, value in list(it.by_name(known.SYSTEM)):
        text = text_in(value) if not is_conversation(value) else None
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


def _responses_instructions(it: Fields, said: list[str]) -> None:
    """Take the instructions of a Responses API record for what they are."""
    asked = {it.plain(use.field) for use in it.uses if use.use == PROMPT}
    for name, value in list(it.by_name(("instructions",))):
        if isinstance(value, str) and value.strip() and "instruction" not in asked:
            it.take(name, SYSTEM)
            said.insert(0, value)


def _category(it: Fields) -> str | None:
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


def _metadata(it: Fields) -> dict[str, Any]:
    """Return what only a scorer reads: ``metadata`` itself, or what verl keeps beside."""
    found: dict[str, Any] = {}
    for name, value in list(it.values.items()):
        if name in it.taken or value is None or it.plain(name) not in known.METADATA:
            continue
        inner = parsed(value)
        if it.plain(name) in ("metadata", "meta") and not isinstance(inner, dict):
            continue
        it.take(name, METADATA, "only a scorer reads it")
        if it.plain(name) == "metadata":
            found = {**found, **inner}
        else:
            found[name] = inner
    return found
