"""A turn that an assistant can pass on as it is: what to show, how to answer."""

from __future__ import annotations

import re
from dataclasses import asdict, replace
from itertools import pairwise
from typing import Any, Literal

from evalbook.checks import Check, Remedy
from evalbook.records import dataclass
from evalbook.texts import Notice, few_words
from evalbook.workflow.kinds import STEPS
from evalbook.workflow.turn import Choice, Status, Turn

Reply = Literal["yes_no", "number", "numbers", "value", "words"]

_HOW_TO_GO_ON = (
    "`evalbook status`, `evalbook results`; another like it: `evalbook new --from STATE`"
)
_ITEM = re.compile(r"\d+\. ")
_MOST_LINES = 20
_MOST_LISTED = 10
"""Of what can be chosen where anything else may be said as well."""


@dataclass(frozen=True)
class Brief:
    """A turn as `--brief` and the MCP tools give it; what does not apply is left out."""

    status: Status
    say: str
    """All that the person should see, as Markdown."""
    step: str | None = None
    reply: Reply | None = None
    """How to pass on the answer."""
    for_you: str | None = None
    """For the assistant only."""
    reference: str | None = None
    notebook: str | None = None


def brief(turn: Turn) -> dict[str, Any]:
    """Return a turn as an assistant passes it on."""
    short = Brief(
        turn.status,
        say(turn),
        turn.step,
        _reply(turn),
        _HOW_TO_GO_ON if turn.kind is None else None,
        turn.reference,
        turn.notebook,
    )
    return {key: value for key, value in asdict(short).items() if value is not None}


def say(turn: Turn) -> str:
    """Return everything that a person should see of a turn, as Markdown."""
    asked = [turn.question, *choice_lines(turn)]
    marked = [None, *(it.value for it in turn.choices)]
    if turn.default not in marked and not (turn.kind == "multichoice" and _marked(turn)):
        asked.append(f"Default: {turn.default}")
    if turn.help and turn.status == "rejected":
        asked.append(turn.help)
    elif turn.help and (turn.kind, turn.default) != ("confirm", "yes"):
        asked.append(_few_words_of_help(turn.help))
    if turn.status == "complete":
        asked = ["Say what to change, ask how the run is doing, or ask for another like it."]
    return as_markdown("\n\n".join(filter(None, (told(turn), "\n".join(filter(None, asked))))))


def _few_words_of_help(text: str) -> str:
    return text.brief if isinstance(text, Notice) else re.split(r"(?<=\.) |; ", text)[0]


def as_markdown(text: str) -> str:
    """Return lines as Markdown that keeps them apart, a list from what follows it, too."""
    lines = text.split("\n")
    joined = lines[0]
    for before, line in pairwise(lines):
        if not before or not line or _ITEM.match(line):
            joined += f"\n{line}"
        else:
            joined += f"\n\n{line}" if _ITEM.match(before) else f"  \n{line}"
    return joined


def told(turn: Turn, *, afresh: bool = False) -> str:
    """Return what a person should see before the question: problems, findings, what was taken.

    With ``afresh``, also what was told before and is out of sight.
    """
    lines: list[str] = []
    if turn.error is not None:
        lines.append(_with_remedy(turn.error.message, few_words(turn.error.remedy)))
    lines.append(_passed({check.id for check in turn.checks if check.status == "passed"}))
    said = turn.error.message if turn.error else ""
    lines += [_check(it) for it in turn.checks if it.status != "passed" and it.message != said]
    # The rest of a rejected turn was shown with its question.
    if turn.error is None or afresh:
        lines += map(few_words, turn.notices)
    # What was taken for another step may also be among the changes.
    return "\n".join(filter(None, dict.fromkeys(lines)))


def _reply(turn: Turn) -> Reply | None:
    if turn.kind is None:
        return None
    wants = STEPS[turn.step or ""].wants
    if wants.word_for_word or (wants.long and not wants.files):
        return "words"
    if turn.kind == "confirm":
        return "yes_no"
    return {"choice": "number", "multichoice": "numbers"}.get(turn.kind, "value")  # type: ignore[return-value]


def _marked(turn: Turn) -> bool:
    return any(choice.recommended for choice in turn.choices)


def choice_lines(turn: Turn) -> list[str]:
    """Return the numbered choices; of many, the recommended ones with their reasons."""
    numbered = list(enumerate(turn.choices, start=1))
    if turn.kind != "multichoice" or not _marked(turn):
        listed = numbered[:_MOST_LISTED] if turn.kind == "text" else numbered
        more = len(numbered) - len(listed)
        names = [(at, replace(it, description="")) for at, it in listed]
        lines = [_choice(at, it, turn.default) for at, it in listed]
        plain = [_choice(at, it, turn.default) for at, it in names]
        # Where there are many, or others may be said, their names may say enough.
        if len(listed) > _MOST_LINES or (turn.kind == "text" and lines == plain):
            lines = [", ".join(plain)]
        return [*lines, f"{more} more: say a name, or a word from it." if more > 0 else ""]
    # The recommended ones with their reasons, the others by name.
    lines = [_choice(at, choice) for at, choice in numbered if choice.recommended]
    others = [f"{number}. {choice.label}" for number, choice in numbered if not choice.recommended]
    return ["Recommended:", *lines, f"Others: {', '.join(others)}" if others else ""]


def _choice(number: int, choice: Choice, default: str | None = None) -> str:
    mark = " (default)" if choice.value == default else ""
    return f"{number}. {choice_words(choice, mark)}"


def choice_words(choice: Choice, mark: str = "") -> str:
    """Return a choice in one line: its label, and how it differs from the others."""
    told = few_words(choice.description).rstrip(".")
    return f"{choice.label}{mark}{f': {told}' if told else ''}"


def _passed(ids: set[str]) -> str:
    """Return what is worth knowing about the passed checks, in a clause."""
    if "role.trust.sagemaker" not in ids:
        return ""
    trusted = "both services" if "role.trust.bedrock" in ids else "SageMaker"
    permissions = ", permissions checked" if "role.permissions" in ids else ""
    return f"Role: trusted by {trusted}{permissions}."


def _check(check: Check) -> str:
    words = {"warning": "Note", "skipped": "Not checked", "failed": "Failed"}[check.status]
    return f"{words}: {_with_remedy(few_words(check.message), few_words(check.remedy))}"


def _with_remedy(message: str, remedy: str | Remedy | None) -> str:
    if isinstance(remedy, Remedy):
        # Commands are for the assistant; a person says what it should be.
        answer = f"Say {remedy.answer}." if remedy.answer else ""
        remedy = f"{remedy.text.rstrip(':')} {answer}".strip()
    return f"{message} {remedy}" if remedy else message
