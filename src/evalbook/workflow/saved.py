"""Answers as the state file keeps them: read strictly, or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from evalbook.errors import StateFileError
from evalbook.workflow.interview import (
    Answer,
    AnyAnswer,
    Aside,
    Interview,
    Progress,
    Step,
    no_progress,
)
from evalbook.workflow.schemas import list_problems_in_state
from evalbook.workflow.slots import slot_forms
from evalbook.workflow.state import ANSWERED, ANSWERS, OWN_KEY, StateDocument, unusable
from evalbook.workflow.strict import Misfit, decode, decode_object, encode, forms_of


def read_interview(
    document: StateDocument,
    aws: Any,
    path: Path,
    steps_by_type: Mapping[str, tuple[Step[Any, Any], ...]],
    progress: Progress = no_progress,
) -> Interview:
    """Return the interview that a state document holds.

    Raises:
        StateFileError: what evalbook keeps there is not in the form that it writes.
    """
    own = document[OWN_KEY]
    try:
        answers = _read_answers(own)
        aside = _read_aside(own)
    except Misfit as misfit:
        raise _unusable(path, own, misfit) from misfit
    return Interview(
        document, aws, path, steps_by_type, progress=progress, answers=answers, aside=aside
    )


def write_interview(interview: Interview) -> StateDocument:
    """Return the state document that holds an interview; what others keep there stays."""
    own = interview.document[OWN_KEY]
    own[ANSWERS] = {name: encode(answer) for name, answer in interview.answers.items()}
    own[ANSWERED] = list(interview.answers)
    own.update(encode(interview.aside))
    return interview.document


def _read_answers(own: StateDocument) -> dict[str, AnyAnswer]:
    saved = _entry(own, ANSWERS, dict[str, Any])
    names = _entry(own, ANSWERED, list[str])
    for name in (*names, *saved):
        if name not in saved or name not in slot_forms():
            problem = "missing" if name not in saved else "not an answer that this version knows"
            raise Misfit(f"{OWN_KEY}.{ANSWERS}.{name}", problem)
        if name not in names:
            raise Misfit(f"{OWN_KEY}.{ANSWERED}", f"{name} is missing")
    return {name: _read_answer(name, it) for name, it in saved.items()}


def _read_answer(name: str, saved: Any) -> AnyAnswer:
    place = f"{OWN_KEY}.{ANSWERS}.{name}"
    value, found = slot_forms()[name]
    answer: AnyAnswer = decode_object(Answer, saved, place, value=value, facts=found)
    _need_moment(answer.at, f"{place}.at")
    return answer


def _read_aside(own: dict[str, Any]) -> Aside:
    aside = Aside(**{key: _entry(own, key, form) for key, form in forms_of(Aside).items()})
    if aside.pending is not None:
        _need_moment(aside.pending.at, f"{OWN_KEY}.pending.at")
    return aside


def _entry(own: dict[str, Any], key: str, form: Any) -> Any:
    if key not in own:
        raise Misfit(f"{OWN_KEY}.{key}", "missing")
    return decode(form, own[key], f"{OWN_KEY}.{key}")


def _need_moment(text: str, place: str) -> None:
    # One without its offset from UTC could not be compared with now.
    try:
        if datetime.fromisoformat(text).tzinfo is not None:
            return
    except ValueError:
        pass
    raise Misfit(place, f"{text[:40]!r} is not a time with its offset from UTC")


def _unusable(path: Path, own: Any, first: Misfit) -> StateFileError:
    """Say all that is wrong with a state, where pydantic can tell; else what was found first."""
    # What is wrong in the same answer may only be another way to say the first.
    answer = ".".join(first.place.split(".")[:3])
    found = [first, *(it for it in list_problems_in_state(own) if not it.place.startswith(answer))]
    more = f"; and {len(found) - 3} more" if len(found) > 3 else ""
    return unusable(path, "; ".join(map(str, found[:3])) + more)
