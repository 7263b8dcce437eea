"""A turn that an assistant passes on without composing anything: what to show, how to answer."""

from __future__ import annotations

import re
from dataclasses import asdict
from typing import Any, Literal

from evalbook.checks import Check, Remedy
from evalbook.records import dataclass
from evalbook.workflow.turn import Choice, Status, Turn

Reply = Literal["yes_no", "number", "numbers", "value", "words"]

_IN_WORDS = ("task", "data_description", "bedrock_terms")
_HINTS = {"confirm": "Pass changes on in the person's own sentence."}
_NOT_AGAIN = ("Warning: ", "Model confirmed: ", "Advanced settings: left", "Judge tokens")
"""Lines of the configuration that were said before, or say nothing."""
_ROLE = re.compile(r"arn:aws[\w-]*:iam::\d+:role/(?:[\w.-]+/)*")
_WHOLE_HELP = ("data_sample", "confirm")
_SHOWN_ELSEWHERE = ("Record ", "Cell 1:", "Cell 3:", "Cell 4:")


@dataclass(frozen=True)
class Brief:
    """What `--brief` and the MCP tools give of a turn; what does not apply is left out."""

    status: Status
    say: str
    """All that the person should see, as Markdown."""
    step: str | None = None
    reply: Reply | None = None
    """How the answer is passed on."""
    for_you: str | None = None
    """For the assistant alone."""
    reference: str | None = None
    notebook: str | None = None


def brief(turn: Turn) -> dict[str, Any]:
    """Return a turn as an assistant passes it on, without what does not apply."""
    short = Brief(
        turn.status,
        say(turn),
        turn.step,
        _reply(turn),
        _HINTS.get(turn.step or ""),
        turn.reference,
        turn.notebook,
    )
    return {key: value for key, value in asdict(short).items() if value is not None}


def say(turn: Turn) -> str:
    """Return all that a person should see of a turn, as Markdown."""
    lines: list[str] = []
    if turn.error is not None:
        lines.append(_with_remedy(turn.error.message, turn.error.remedy))
    lines += [_check(check) for check in turn.checks if check.status != "passed"]
    again = _NOT_AGAIN if turn.step == "confirm" else ()
    lines += [_notice(it) for it in turn.notices if not it.startswith((*again, *_SHOWN_ELSEWHERE))]
    above = [line for line in lines if line]
    asked = [turn.question, *_choices(turn)]
    if turn.default is not None and not (turn.kind == "multichoice" and _marked(turn)):
        asked.append(f"Default: {turn.default}")
    unneeded = turn.step in ("bedrock_terms", "model") and turn.status == "question"
    if turn.help and not unneeded:
        whole = turn.step in _WHOLE_HELP or turn.status == "rejected"
        asked.append(turn.help if whole else re.split(r"(?<=[.;]) ", turn.help)[0])
    if turn.status == "complete":
        asked = ["Say what to change, or ask how to go on: evalbook status, evalbook results."]
    return "\n\n".join(filter(None, ("\n".join(above), "\n".join(filter(None, asked)))))


def _notice(text: str) -> str:
    """Return a notice without what a person needs no sight of: how an estimate was made."""
    if text.startswith("Other roles"):
        return _ROLE.sub("", text)
    estimate = text.startswith("Price of the judging")
    return re.sub(r" \([^()]*\)", "", text) if estimate else text


def _reply(turn: Turn) -> Reply | None:
    if turn.kind is None:
        return None
    if turn.step in _IN_WORDS:
        return "words"
    if turn.kind == "confirm":
        return "yes_no"
    return {"choice": "number", "multichoice": "numbers"}.get(turn.kind, "value")  # type: ignore[return-value]


def _marked(turn: Turn) -> bool:
    return any(choice.recommended for choice in turn.choices)


def _choices(turn: Turn) -> list[str]:
    numbered = list(enumerate(turn.choices, start=1))
    if turn.kind != "multichoice" or not _marked(turn):
        return [_choice(number, choice) for number, choice in numbered]
    # The recommended ones with their reasons, the others by name.
    lines = [_choice(number, choice) for number, choice in numbered if choice.recommended]
    others = [f"{number}. {choice.label}" for number, choice in numbered if not choice.recommended]
    return [*lines, f"Others: {', '.join(others)}" if others else ""]


def _choice(number: int, choice: Choice) -> str:
    mark = " (recommended)" if choice.recommended else ""
    told = re.sub(r"(?:; )?called through inference profile \S+", "", choice.description)
    if not choice.recommended:
        told = re.split(r"; |, such as|: an? ", told)[0].rstrip(".")
    if choice.recommended and "? " in told:
        # What a metric asks is in the reference; why it is recommended is what decides.
        told = told.split("? ", 1)[1].split(". ", 1)[0].rstrip(".")
    return f"{number}. {choice.label}{mark}{f': {told}' if told else ''}"


def _check(check: Check) -> str:
    if check.id == "judge.left_out":
        return "Other judges of AWS's list can't be used here; name one to hear why."
    words = {"warning": "Note", "skipped": "Not checked", "failed": "Failed"}[check.status]
    return f"{words}: {_with_remedy(check.message, check.remedy)}"


def _with_remedy(message: str, remedy: str | Remedy | None) -> str:
    if isinstance(remedy, Remedy):
        # A command is the assistant's; a person says what it should be.
        answer = f"Say {remedy.answer}." if remedy.answer else ""
        remedy = f"{remedy.text.rstrip(':')} {answer}".strip()
    return f"{message} {remedy}" if remedy else message
