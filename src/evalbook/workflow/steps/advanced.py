"""Which advanced settings to go through: none, some or all."""

from __future__ import annotations

import json
import re

from evalbook import aws
from evalbook.errors import AnswerRejected
from evalbook.texts import shortened
from evalbook.workflow import hearing, slots
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step
from evalbook.workflow.replies.lists import split_answers, understand_choices
from evalbook.workflow.replies.reading import AskBack, Reading, Taken
from evalbook.workflow.replies.words import means_default, says_none, says_yes, words_of, yes_or_no
from evalbook.workflow.turn import Choice, Question


def _ask(interview: Interview) -> Question:
    # An answered setting is not asked again, even when it is named.
    kept = ", ".join(it.name for it in interview.settings if it.name in interview.answers)
    return Question(
        "Do you want to change any advanced settings?",
        kind="confirm",
        default="no",
        help=f"Available: {', '.join(_offered(interview))}. Yes goes through all of them; names, "
        "separated by commas, through those only.",
        notices=(f"Already set, and kept: {kept}. Reopen a setting to change it.",) if kept else (),
        reference="references/advanced-settings.md",
    )


_GOES_ON = re.compile(
    r"(?:looks|all|thats|great|good|fine|perfect|ok|okay|lets|just|go|ahead|on|proceed|continue| )+"
)
_RUNS = re.compile(
    r"(?:no |thanks |thank you |just |please |lets )*(?:run|start|launch) it(?: please| now)?"
)


def _hears(reply: str, question: Question, interview: Interview) -> Reading:
    said = " ".join(words_of(reply))
    goes_on = _GOES_ON.fullmatch(said) and says_yes(reply) and said not in ("ok", "okay")
    if goes_on or _RUNS.fullmatch(said):
        return Taken("no")  # the person wants to move on, not to change anything
    exactly = hearing.exact_agreement(reply, question, interview)
    if exactly:
        return exactly
    about = ("settings", "setting", "other", "advanced", "else", "more")
    if means_default(reply) or says_none(reply, about):
        return Taken("no")
    if any(map(str.isdigit, reply)):
        # Settings have names, not numbers.
        return exactly
    settings = tuple(Choice(step.name, step.title) for step in interview.settings)
    named = understand_choices(reply, Question("", kind="multichoice", choices=settings))
    if not isinstance(named, Taken | AskBack):
        return named
    number = len(json.loads(named.text))
    if number == 0:
        return Taken("no")
    return Taken("yes") if number == len(settings) and isinstance(named, Taken) else named


def _read(text: str, _question: Question, interview: Interview) -> bool | list[str]:
    verdict = False if says_none(text) else yes_or_no(text)
    if verdict is not None:
        return verdict
    parts = split_answers(text if text.lstrip().startswith("[") else text.replace(" and ", ","))
    said = [_name_of(part, interview) for part in parts if not yes_or_no(part)]
    return [step.name for step in interview.settings if step.name in said]


def _name_of(said: str, interview: Interview) -> str:
    """Return the setting with this name or title."""
    wanted_name = said.removeprefix("the ").casefold()
    for step in interview.settings:
        if wanted_name in (step.name, step.name.replace("_", " "), step.title.casefold()):
            return step.name
    raise AnswerRejected(
        "advanced.unknown",
        f"{shortened(said)!r} is not yes, no, or an advanced setting of {interview.type.label}.",
        f"Answer yes, no, or some of these: {', '.join(_offered(interview))}.",
    )


def _check(value: bool | list[str], interview: Interview) -> Outcome[bool | list[str], None]:
    named = [_name_of(name, interview) for name in value] if isinstance(value, list) else []
    if value is True or "mlflow" in named:
        return Accepted(value)
    return Accepted(value, checks=(aws.mlflow.plan_mlflow(interview.aws, interview.region),))


def _offered(interview: Interview) -> list[str]:
    """Return the titles of the settings that "yes" would ask about."""
    return [step.title for step in interview.settings if step.applies(interview)]


def _describe(value: bool | list[str], _: None) -> str:
    if isinstance(value, list):
        return f"{', '.join(value)} changed below"
    # "No" also leaves alone any that were set before.
    return "changed below" if value else "left as they are"


STEP = Step(
    slots.ADVANCED,
    "Advanced settings",
    ask=_ask,
    hears=_hears,
    read=_read,
    check=_check,
    describe=_describe,
    depends_on=(slots.EVALUATION_TYPE, slots.REGION),
    example="tags, kms_key",
    example_meaning="Asks about those two only. Answer no, and every setting keeps its default, "
    "free of charge.",
)
