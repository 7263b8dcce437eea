"""Which of the settings that most leave alone are to be gone through: none, some or all."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from evalbook import aws
from evalbook.errors import AnswerRejected
from evalbook.texts import shortened
from evalbook.workflow import hearing
from evalbook.workflow.facts import ADVANCED, EVALUATION_TYPE, REGION, Slot
from evalbook.workflow.interview import Answer, Example, Interview, Step
from evalbook.workflow.outcomes import Accepted, Outcome
from evalbook.workflow.replies.choices import split_answers, understand_choices
from evalbook.workflow.replies.reading import NotUnderstood, Reading, Taken
from evalbook.workflow.replies.words import (
    means_default,
    says_none,
    says_yes,
    words_of,
    yes_or_no,
)
from evalbook.workflow.turn import Choice, Question

_KEPT = "Set already, and kept as it is: {}. Reopen a setting to change it."


def _ask(interview: Interview) -> Question:
    # What has an answer is not asked again, whoever names it.
    kept = [name for name in _names(interview) if name in interview.answers]
    return Question(
        "Do you want to change any advanced settings?",
        kind="confirm",
        default="no",
        help=f"They are {', '.join(_offered(interview))}. Yes asks about each, one at a time; "
        "names, separated by commas, about those alone.",
        notices=(_KEPT.format(", ".join(kept)),) if kept else (),
        reference="references/advanced-settings.md",
    )


_GOES_ON = re.compile(
    r"(?:great|good|fine|perfect|ok|okay|lets|just|go|ahead|on|proceed|continue| )+"
)


def _hears(reply: str, question: Question, interview: Interview) -> Reading:
    said = " ".join(words_of(reply))
    if _GOES_ON.fullmatch(said) and says_yes(reply) and said not in ("ok", "okay"):
        return Taken("no", exact=False)  # it wants to go on, not to change anything
    exactly = hearing.exact_agreement(reply, question, interview)
    if not isinstance(exactly, NotUnderstood):
        return exactly
    if means_default(reply):
        return Taken("no", exact=False)
    if any(map(str.isdigit, reply)):
        # They are named, and have no numbers.
        return exactly
    settings = tuple(Choice(step.name, step.title) for step in interview.settings)
    named = understand_choices(reply, Question("", kind="multichoice", choices=settings))
    whole = isinstance(named, Taken) and len(json.loads(named.text)) == len(settings)
    return Taken("yes", exact=False) if whole else named


def _read(text: str, _question: Question, interview: Interview) -> bool | list[str]:
    verdict = False if says_none(text) else yes_or_no(text)
    if verdict is not None:
        return verdict
    parts = split_answers(text if text.lstrip().startswith("[") else text.replace(" and ", ","))
    said = [_name_of(part, interview) for part in parts if not yes_or_no(part)]
    return [name for name in _names(interview) if name in said]


def _name_of(said: str, interview: Interview) -> str:
    """Return the setting that is meant by its name or title."""
    wanted_name = said.removeprefix("the ").casefold()
    for step in interview.settings:
        if wanted_name in (step.name, step.name.replace("_", " "), step.title.casefold()):
            return step.name
    raise _unknown([said], interview)


def _unknown(said: Sequence[str], interview: Interview) -> AnswerRejected:
    named = ", ".join(repr(shortened(name)) for name in said)
    return AnswerRejected(
        "advanced.unknown",
        f"{named} is neither yes nor no, and no advanced setting of {interview.type.label}.",
        f"Answer yes, no, or some of these: {', '.join(_offered(interview))}.",
    )


def _check(value: bool | list[str], interview: Interview) -> Outcome[bool | list[str], None]:
    names = value if isinstance(value, list) else _names(interview) if value else []
    unknown = [name for name in names if name not in _names(interview)]
    if unknown:
        raise _unknown(unknown, interview)
    if "mlflow" in names:
        return Accepted(value)
    return Accepted(value, checks=(aws.mlflow.plan_mlflow(interview.aws, interview.region),))


def _names(interview: Interview) -> list[str]:
    return [step.name for step in interview.settings]


def _offered(interview: Interview) -> list[str]:
    """Return the titles of what would be asked about if all were wanted: no scope of one model."""
    saying_yes = Answer(True, None, "yes", (), "")
    answers = {**interview.answers, STEP.name: saying_yes}
    supposed = replace(interview, answers=answers)
    return [step.title for step in interview.settings if step.applies(supposed)]


def wanted(setting: Slot[Any, Any]) -> Callable[[Interview], bool]:
    """Return the condition under which an advanced setting is asked for."""

    def applies(interview: Interview) -> bool:
        chosen = interview.value(ADVANCED) or []
        return (
            chosen is True
            or (isinstance(chosen, list) and setting.name in chosen)
            or setting.name in interview.aside.volunteered
            or setting.name in interview.answers
        )

    return applies


def _describe(value: bool | list[str], _: None) -> str:
    if isinstance(value, list):
        return f"{', '.join(value)} changed below"
    # Also where some of them were set before: no leaves them alone.
    return "changed below" if value else "left as they are"


STEP = Step(
    ADVANCED,
    "Advanced settings",
    ask=_ask,
    hears=_hears,
    read=_read,
    check=_check,
    describe=_describe,
    depends_on=(EVALUATION_TYPE, REGION),
    example=Example(
        "tags, kms_key",
        "Only those two are asked about. With no, every setting keeps its default; nothing of "
        "it costs.",
    ),
)
