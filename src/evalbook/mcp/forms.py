"""A turn as a form of the client's own (elicitation), and what was filled in as an answer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from mcp.types import ElicitRequestFormParams, ElicitResult
from mcp_types.version import is_version_at_least

from evalbook.workflow.brief import choice_lines, choice_words, told
from evalbook.workflow.kinds import STEPS
from evalbook.workflow.replies.choices import named_choice
from evalbook.workflow.replies.lists import HOW_TO_NAME_SEVERAL, split_answers
from evalbook.workflow.turn import Choice, Turn

GO_BACK = "<"
"""As in the terminal; no answer is called so."""
IN_WORDS = "…"
_YES_NO = (Choice("yes", "Yes"), Choice("no", "No"))
_TERMS = (Choice("I agree", "I agree"), Choice("no", "I do not agree"))


def form_of(turn: Turn, version: str, *, in_words: bool = False) -> ElicitRequestFormParams:
    """Return a turn as a form with one field, called like the step.

    Args:
        turn: a question, or one asked again with the reason.
        version: the protocol's, which decides what a form may hold.
        in_words: whether the answer is to be typed where there are choices.
    """
    assert turn.step is not None  # noqa: S101 - only a finished interview is at no step
    step = STEPS[turn.step]
    if step.wants.own_choice or in_words:
        turn = replace(turn, default=None)
    # Since then choices have titles, and a field takes several of them.
    newer = is_version_at_least(version, "2025-11-25")
    several = turn.kind == "multichoice"
    typed = in_words or not (turn.choices or turn.kind == "confirm") or (several and not newer)
    if typed:
        form: dict[str, Any] = {"type": "string"}
        hints = [turn.help or "", "< goes back to the previous question."]
    else:
        form = _choosing(turn, newer=newer)
        hints = [(turn.help or "").removeprefix(HOW_TO_NAME_SEVERAL).lstrip(".; ")]
    default = _default(turn, typed=typed)
    if default is not None and newer:
        form["default"] = default
    elif turn.default is not None:
        hints.append(f"Default: {turn.default}.")
    place = f"Question {turn.position.index} of {turn.position.total}" if turn.position else ""
    asked = "\n".join(filter(None, (turn.question, *(choice_lines(turn) if typed else ()))))
    description = " ".join(filter(None, hints)) or turn.question
    return ElicitRequestFormParams(
        message="\n\n".join(filter(None, (told(turn, afresh=True), place, asked))),
        requested_schema={
            "type": "object",
            "properties": {turn.step: {"title": step.title, "description": description, **form}},
            "required": [] if turn.default is not None or in_words else [turn.step],
        },
    )


def _choosing(turn: Turn, *, newer: bool) -> dict[str, Any]:
    """Return the field in which one or several are chosen."""
    offered = _offered(turn)
    titled = [{"const": value, "title": title} for value, title in offered]
    if turn.kind == "multichoice":
        return {"type": "array", "items": {"anyOf": titled}}
    if newer:
        return {"type": "string", "oneOf": titled}
    values, titles = map(list, zip(*offered, strict=True))
    return {"type": "string", "enum": values, "enumNames": titles}


def said_in(reply: ElicitResult, step: str) -> str:
    """Return what was filled in, as an answer in words; empty for nothing."""
    value = (reply.content or {}).get(step)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        own = [it for it in (GO_BACK, IN_WORDS) if it in value]
        commas = any("," in it for it in value)
        return own[0] if own else json.dumps(value) if commas else ", ".join(value) or "none"
    return "" if value is None else str(value).strip()


def _offered(turn: Turn) -> list[tuple[str, str]]:
    """Return what there is to choose, each with its title."""
    choices = turn.choices
    if turn.kind == "confirm":
        choices = _TERMS if STEPS[turn.step or ""].wants.word_for_word else _YES_NO
    offered = [
        (it.value, choice_words(it, " (recommended)" if it.recommended else "")) for it in choices
    ]
    offered.append((IN_WORDS, "Something else, in your own words"))
    if turn.position is None or turn.position.index > 1:
        offered.append((GO_BACK, "Back to the previous question"))
    return offered


def _default(turn: Turn, *, typed: bool) -> str | list[str] | None:
    """Return what is filled in beforehand: what an empty answer would mean."""
    if turn.default is None or typed or turn.kind == "confirm":
        return turn.default
    several = turn.kind == "multichoice"
    parts = split_answers(turn.default) if several else [turn.default]
    values = [value for it in parts if (value := named_choice(it, turn.choices)) is not None]
    if len(values) < len(parts):
        return None
    return values if several else values[0]
