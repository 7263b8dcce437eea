"""Which model judges: a neutral list of those usable in this account and region."""

from __future__ import annotations

import re

from evalbook import aws
from evalbook.errors import AnswerRejected
from evalbook.texts import Notice, shortened
from evalbook.workflow import slots
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step, Wants
from evalbook.workflow.replies.choices import name_one, read_choice_or_text, understand_choice
from evalbook.workflow.replies.reading import AskBack, Taken
from evalbook.workflow.replies.words import content
from evalbook.workflow.turn import Choice, Question

_MODEL_ID = re.compile(r"[a-z][\w-]*\.[\w.:-]+", re.IGNORECASE)


def _asked_in(region: str, interview: Interview) -> Question:
    interview.progress(f"Asking which judge models can be used in {region}", None, None)
    offer = aws.judges.find_judges(interview.aws, region)
    if not offer.judges:
        return Question(
            f"Which judge model? The list for {region} is not available; type a model id.",
            checks=offer.checks,
            help=Notice("A Bedrock model id, as shown in the Bedrock console."),
            reference="references/judges.md",
        )
    return Question(
        f"Which judge model? These can be used in {region}.",
        kind="choice",
        choices=_choices(offer),
        checks=offer.checks,
        help=Notice("Its exact id, label or number. The choice is yours alone."),
        reference="references/judges.md",
    )


def _read(text: str, question: Question, _: Interview) -> str:
    # Other tools prefix model ids with the provider. A judge that was left out may be named too;
    # the check says why, or maps an inference profile to its model.
    return read_choice_or_text(text.removeprefix("bedrock/"), question.choices)


def _check(value: str, interview: Interview) -> Outcome[str, aws.found.Judge]:
    aws.s3.refuse_template_text(value, "the judge's id")
    region = interview.model.region
    interview.progress(f"Checking {value} in {region}", None, None)
    if not (_MODEL_ID.fullmatch(value) or value.startswith("arn:")):
        raise _not_a_judge(value, region, interview)
    judge, checks = aws.judges.check_judge(interview.aws, region, value)
    return Accepted(judge.id, judge, tuple(checks))


def _not_a_judge(words: str, region: str, interview: Interview) -> AnswerRejected:
    """Return why these words name no judge, or why the judge they name was left out."""
    offer = aws.judges.find_judges(interview.aws, region)
    choices = _choices(offer)
    said = _parts(" ".join(content(words, ("model", "judge", "claude", "amazon"))))
    parts = {it: _parts(f"{it.label} {it.value}") for it in choices}
    offered = any(said <= its for its in parts.values())
    meant = [] if offered else [it for it in offer.left_out if said <= _parts(it.id)]
    if meant:
        why = "; ".join(f"{it.id}: {it.reason}" for it in meant[:4])
        found = f"This model can't be the judge in {region}: {why}."
        return AnswerRejected("judge.left_out", found, name_one(choices))
    named = _parts(words) & {part for its in parts.values() for part in its}
    several = [it.label for it, its in parts.items() if named and named <= its]
    if len(several) > 1:
        found = f"{shortened(words)!r} matches several: {', '.join(several)}."
        return AnswerRejected("answer.choice", found, "Say which one.")
    return AnswerRejected(
        "answer.choice", f"{shortened(words)!r} is not one of the choices.", name_one(choices)
    )


def _choices(offer: aws.judges.JudgeOffer) -> tuple[Choice, ...]:
    return tuple(Choice(judge.id, judge.label, judge.note) for judge in offer.judges)


def _parts(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+|\d+", text.casefold()))


def foreseen(interview: Interview, said: str) -> str:
    """Return a remark on a judge that is named before its turn."""
    model = interview.facts(slots.MODEL)
    named = interview.aside.volunteered.get("region") or ""
    region = named if aws.regions.is_region(named) else interview.aws.default_region
    if model:
        region = model.region
    if region is None:
        return ""
    question = _asked_in(region, interview)
    reading = understand_choice(said, question)
    if isinstance(reading, Taken | AskBack):
        return f", which is {reading.text} in {region}"
    if model and question.choices and not _MODEL_ID.fullmatch(said):
        raise _not_a_judge(said, region, interview)
    return "" if _MODEL_ID.fullmatch(said) else f", which names no single judge in {region}"


STEP = Step(
    slots.JUDGE_MODEL,
    "Judge model",
    ask=lambda it: _asked_in(it.model.region, it),
    read=_read,
    check=_check,
    depends_on=(slots.MODEL,),
    asks_aws=True,
    example="2",
    example_meaning="The number, the label or the id. Judges are billed by the token; you see the "
    "price before you confirm.",
    wants=Wants(own_choice=True),
)
