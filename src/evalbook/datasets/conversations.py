"""Conversations in every shape that people keep them in, as turns of text.

OpenAI, ShareGPT, Converse, Anthropic and Gemini differ in the names of roles and of the keys that
hold the text, and in what else a message carries. The text is taken; what else there is, is named.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from evalbook.datasets.fields import MEDIA, REJECTED, THINKING, TOOLS, plain_name
from evalbook.datasets.invalid import InvalidRecord, described, list_fields, wrong_type
from evalbook.datasets.uses import PROMPT, REFERENCE, SYSTEM, UNUSED, Use

_ROLES = {
    "system": "system", "developer": "system",
    "user": "user", "human": "user", "prompter": "user", "customer": "user",
    "assistant": "assistant", "gpt": "assistant", "bot": "assistant", "model": "assistant",
    "chatgpt": "assistant", "ai": "assistant", "agent": "assistant", "chatbot": "assistant",
    "tool": "tool", "function": "tool", "observation": "tool", "ipython": "tool",
    "toolresult": "tool", "toolresponse": "tool", "functionresponse": "tool",
    "toolcall": "call", "functioncall": "call",
}  # fmt: skip
ROLE_KEYS = ("role", "from", "speaker", "author", "ParticipantRole")
_TEXT_KEYS = ("content", "value", "text", "parts", "message", "candidates", "Content")
_BESIDE = frozenset((*ROLE_KEYS, *_TEXT_KEYS))
_NOTHING: tuple[Any, ...] = (None, "", [], {})

_TOOL_RESULT = "the model does not see tool results"
_NOT_TEXT = "only text is used"
# Parts of a message's content that are no text: what is said of each, by its type or key.
_PARTS = (
    dict.fromkeys("image imageurl inputimage audio inputaudio video document file inputfile "
                  "inlinedata filedata media".split(), MEDIA)
    | dict.fromkeys("tooluse toolcall functioncall".split(), "the model gets no tools")
    | dict.fromkeys("toolresult functionresponse".split(), _TOOL_RESULT)
    | dict.fromkeys("thinking redactedthinking reasoningcontent reasoning".split(), THINKING)
)  # fmt: skip


class Turn(NamedTuple):
    """One message: who says what."""

    role: str
    """``system``, ``user``, ``assistant``, ``tool``, or ``call`` for a call of a tool."""
    text: str | None
    """None if the message holds no text."""
    beside: tuple[tuple[str, str], ...] = ()
    """What else it holds, and what it means that it is not used."""


class Talk(NamedTuple):
    """What an evaluation takes from a conversation, or from a prompt alone."""

    prompt: str
    system: str | None = None
    answer: str | None = None
    """The assistant's last answer to the user."""
    turns: int = 1
    """How many turns the user has in the prompt."""
    uses: tuple[Use, ...] = ()
    """What each role and part is used as."""


def is_conversation(value: Any) -> bool:
    """Tell whether a value is a list of messages, or of questions each with its answer."""
    if not isinstance(value, list) or not value or not isinstance(value[0], dict):
        return False
    return is_message(value[0]) or _pair(value[0]) is not None


def is_message(value: Any) -> bool:
    if not isinstance(value, dict):
        return False
    opened = _opened(value)
    says = any(key in opened for key in (*_TEXT_KEYS, "tool_calls"))
    return says and any(isinstance(opened.get(key), str) for key in ROLE_KEYS)


def role_named(name: str) -> str | None:
    return _ROLES.get(plain_name(name))


def _opened(message: dict[str, Any]) -> dict[str, Any]:
    """Return a message without what LangChain puts around it."""
    inner = message.get("data", message.get("kwargs"))
    if isinstance(inner, dict) and "content" in inner:
        kind = inner.get("type", message.get("type"))
        path = message.get("id")
        if isinstance(path, list) and path and isinstance(path[-1], str):
            kind = path[-1].removesuffix("Message").removesuffix("MessageChunk")
        return {"role": kind, "content": inner["content"]}
    kind = message.get("type")
    if isinstance(kind, str) and role_named(kind) and message.keys().isdisjoint(ROLE_KEYS):
        return {"role": kind, **{key: it for key, it in message.items() if key != "type"}}
    return message


_PAIRS = (
    ("input", "output"), ("question", "answer"), ("user", "assistant"), ("human", "assistant"),
    ("prompt", "response"), ("instruction", "response"), ("human", "gpt"), ("q", "a"),
)  # fmt: skip


def _pair(message: dict[str, Any]) -> tuple[str, str] | None:
    """Return the names under which one object holds a question and its answer."""
    names = message.keys()
    return next((it for it in _PAIRS if names >= set(it) and isinstance(message[it[0]], str)), None)


def read_turns(value: Any, field: str) -> list[Turn]:
    """Return the turns of a conversation.

    Raises:
        InvalidRecord: one of them is no message.
    """
    if not isinstance(value, list) or not value:
        raise wrong_type(field, value, "a list of messages, each with role and content")
    turns: list[Turn] = []
    for place, message in enumerate(value):
        at = f"{field}[{place}]"
        pair = None if not isinstance(message, dict) or "role" in message else _pair(message)
        if pair is None:
            turns.append(_turn(message, at))
            continue
        said = [("user", message[pair[0]]), ("assistant", message[pair[1]])]
        turns += [_turn({"role": role, "content": text}, at) for role, text in said]
        beside = [
            (key, _NOT_TEXT)
            for key, item in message.items()
            if key not in pair and item not in _NOTHING
        ]
        turns[-2] = turns[-2]._replace(beside=tuple(beside))
    return turns


def _turn(message: Any, place: str) -> Turn:
    if not isinstance(message, dict):
        raise wrong_type(place, message, "a message with role and content")
    message = _opened(message)
    found = _role(message, place)
    beside = [
        (key, _beside(key))
        for key, item in message.items()
        if key not in _BESIDE and item not in _NOTHING
    ]
    key = next((key for key in _TEXT_KEYS if message.get(key) is not None), None)
    if key == "candidates":
        return Turn(found, _preferred(message[key], place), (("candidates", REJECTED),))
    content = message.get(key) if key else None
    if key is None and not beside and found not in ("call", "tool"):
        raise InvalidRecord(
            "missing_field", f"{place} has no content; {list_fields(message, 'it')}"
        )
    text, parts = _content(content, f"{place}.{key}")
    if text == "" and (beside or parts):
        text = None  # such as beside a call of a tool
    if text is None and any(what == _TOOL_RESULT for _, what in parts):
        found = "tool"
    return Turn(found, text, (*beside, *parts))


def _role(message: dict[str, Any], place: str) -> str:
    key = next((key for key in ROLE_KEYS if key in message), None)
    if key is None:
        raise InvalidRecord("missing_field", f"{place} has no role; {list_fields(message, 'it')}")
    role = message[key]
    if isinstance(role, dict):
        role = role.get("role")
    found = role_named(role) if isinstance(role, str) else None
    if found is None:
        raise InvalidRecord(
            "wrong_role",
            f"{place}.{key} is {described(message[key])}; expected system, user, assistant or tool",
        )
    return found


def _beside(key: str) -> str:
    plain = plain_name(key)
    return (
        _PARTS.get(plain.removesuffix("s"))
        or _PARTS.get(plain)
        or (TOOLS if plain.startswith("tool") else "not part of the text")
    )


def _content(content: Any, place: str) -> tuple[str | None, list[tuple[str, str]]]:
    """Return a message's text, and the parts that are none."""
    if content is None or isinstance(content, str):
        return content, []
    if isinstance(content, dict):
        content = [content]
    if not isinstance(content, list):
        raise wrong_type(place, content, "text")
    texts: list[str] = []
    others: list[tuple[str, str]] = []
    for part in content:
        text = part_text(part)
        if text is not None:
            texts.append(text)
            continue
        if not isinstance(part, dict) or not part:
            raise wrong_type(place, content, "text")
        kind = part.get("type")
        name = kind if isinstance(kind, str) else next(iter(part))
        if plain_name(name) != "cachepoint":
            others.append((name, _PARTS.get(plain_name(name), _NOT_TEXT)))
    return "\n".join(texts) if texts else None, others


def part_text(part: Any) -> str | None:
    """Return the text of one part of a message's content; None if it is no text."""
    if isinstance(part, str):
        return part
    if not isinstance(part, dict) or part.get("type", "text") not in _TEXT_TYPES:
        return None
    text = part.get("text", part.get("content"))
    if text is None and isinstance(part.get("guardContent"), dict):
        text = part["guardContent"].get("text")
    if isinstance(text, dict):
        text = text.get("text", text.get("value"))
    return text if isinstance(text, str) else None


_TEXT_TYPES = ("text", "input_text", "output_text", "text_only")


def _preferred(candidates: Any, place: str) -> str | None:
    """Return the preferred one of several answers, as Nova's preference data keep them."""
    if not isinstance(candidates, list):
        raise wrong_type(f"{place}.candidates", candidates, "a list of answers")
    for candidate in candidates:
        label = candidate.get("preferenceLabel") if isinstance(candidate, dict) else None
        if label in ("preferred", "chosen"):
            return _content(candidate.get("content"), f"{place}.candidates")[0]
    return None


def talk_of(turns: list[Turn], field: str) -> Talk:
    """Return what an evaluation takes from a conversation.

    The prompt ends with the user's last turn; the assistant's last text behind it is the answer.
    Several turns are joined, each opened by its role.

    Raises:
        InvalidRecord: the user says nothing in it.
    """
    asked = [at for at, it in enumerate(turns) if it.role == "user" and it.text is not None]
    if not asked:
        said = f"{field} has no user message with text; {list_roles(turns)}"
        raise InvalidRecord("no_user_turn", said)
    last = asked[-1]
    replies = [at for at, it in enumerate(turns) if it.role == "assistant" and it.text is not None]
    answer_at = replies[-1] if replies and replies[-1] > last else None
    system: list[str] = []
    spoken: list[Turn] = []
    uses: list[Use] = []
    for at, turn in enumerate(turns):
        name = f"{field}[{turn.role}]"
        uses += [Use(f"{name}.{beside}", UNUSED, what) for beside, what in turn.beside]
        if turn.text is None:
            continue
        if turn.role == "system":
            system.append(turn.text)
            uses.append(Use(name, SYSTEM))
        elif turn.role in ("tool", "call"):
            uses.append(Use(name, UNUSED, _TOOL_RESULT if turn.role == "tool" else TOOLS))
        elif at == answer_at:
            uses.append(Use(name, REFERENCE))
        elif at <= last:
            spoken.append(turn)
            uses.append(Use(f"{name} (earlier)" if turn.role == "assistant" else name, PROMPT))
        else:
            uses.append(Use(f"{name} (on the way)", UNUSED, "comes before the last answer"))
    answer = None if answer_at is None else turns[answer_at].text
    once = tuple(dict.fromkeys(uses))
    return Talk(joined_turns(spoken), "\n\n".join(system) or None, answer, len(asked), once)


def joined_turns(turns: Sequence[Turn]) -> str:
    """Return turns as one prompt; of several, each is opened by its role."""
    if len(turns) == 1:
        return turns[0].text or ""
    return "\n\n".join(f"{turn.role.capitalize()}: {turn.text}" for turn in turns)


def list_roles(turns: Sequence[Turn]) -> str:
    """Say whose turns there are."""
    return f"its roles are {', '.join(dict.fromkeys(turn.role for turn in turns))}"


_TRANSCRIPTS = tuple(
    re.compile(opening) for opening in (
        r"(?:^|\n\n)(Human|Assistant): ?",
        r"(?:^|\n\n+)(SYSTEM|USER|ASSISTANT|FUNCTION RESPONSE): ?",
        r"(?:^|\s*)### (Human|Assistant|User|System|Bot): ?",
        r"(?:<\|im_end\|>)?\s*<\|im_start\|>(system|user|assistant)\n",
        (r"(?:<\|eot_id\|>)?(?:<\|begin_of_text\|>)?<\|start_header_id\|>"
         r"(system|user|assistant)<\|end_header_id\|>\n\n"),
        r"(?:<end_of_turn>)?\s*(?:<bos>)?<start_of_turn>(user|model)\n",
        r"\s*(?:<s>)?\s*(\[/?INST\])\s*",
        r"(?:^|\n)\s*(Question|Answer|Q|A|Instruct|Output): ?",
        r"(?:^|\n)\s*(System|User|Human|Customer|Assistant|Agent|AI|Bot): ?",
        r"(?:^|\s*)### (Instruction|Input|Response): ?\n?",
    )
)  # fmt: skip
"""How the turns of a conversation open that is written as one text, each with who speaks."""
_SPEAKERS = (
    dict.fromkeys(("[INST]", "Question", "Q", "Instruct", "Instruction", "Input"), "user")
    | dict.fromkeys(("[/INST]", "Answer", "A", "Output", "Response"), "assistant")
)  # fmt: skip
"""Those of them that are named otherwise than roles are."""
_ENDS = re.compile(r"\s*(?:<\|im_end\|>|<\|eot_id\|>|<end_of_turn>|</s>|<\|endoftext\|>)\s*$")
_LLAMA_SYSTEM = re.compile(r"^<<SYS>>\s*(.*?)\s*<</SYS>>\s*(.*)$", re.DOTALL)


def transcript_turns(text: str) -> list[Turn] | None:
    """Return the turns of a conversation that is written as one text; None if it is none."""
    for opening in _TRANSCRIPTS:
        marks = list(opening.finditer(text))
        roles = [_SPEAKERS.get(mark[1]) or role_named(mark[1]) or "" for mark in marks]
        if len(marks) < 2 or set(roles) < {"user", "assistant"}:
            continue
        ends = [mark.start() for mark in marks[1:]] + [len(text)]
        turns = [
            Turn(role, _ENDS.sub("", text[mark.end() : end]).strip() or None)
            for role, mark, end in zip(roles, marks, ends, strict=True)
        ]
        before = text[: marks[0].start()].strip()
        system = [Turn("system", before)] if before and before != "<s>" else []
        if match := _LLAMA_SYSTEM.match(turns[0].text or ""):
            turns[:1] = [Turn("system", match[1]), Turn("user", match[2])]
        return [*system, *_merged(turns)]
    return None


def _merged(turns: list[Turn]) -> list[Turn]:
    """Join what one speaker says in a row, such as an instruction and its input."""
    merged: list[Turn] = []
    for turn in turns:
        if merged and merged[-1].role == turn.role and turn.text and merged[-1].text:
            merged[-1] = Turn(turn.role, f"{merged[-1].text}\n\n{turn.text}")
        else:
            merged.append(turn)
    return merged
