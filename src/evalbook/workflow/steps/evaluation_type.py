"""Which kind of evaluation; who does not know is led to it by a few short questions."""

from __future__ import annotations

from evalbook.workflow.answers import says_yes
from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Accepted, Narrowed, Outcome, Step
from evalbook.workflow.steps.which_type import (
    HELP,
    choose_by_answers,
    first_question,
    read_answer,
)
from evalbook.workflow.turn import Choice, Question


def _ask(interview: Interview) -> Question:
    from evalbook.workflow.training import known_training, rollout_kind

    how = known_training(interview)
    suggested = rollout_kind() if how else None
    return Question(
        "Which kind of evaluation?",
        kind="choice",
        choices=(
            *type_choices(suggested.name if suggested else None),
            Choice(HELP, "Help me decide", "At most four short questions, then a suggestion."),
        ),
        # What most who fine-tune a model for text are after.
        default=suggested.name if suggested else "llm_as_judge",
        notices=(f"Multi-turn RL trained your model: {suggested.label} fits it. {how}",)
        if suggested
        else (),
        reference="references/choosing-an-evaluation.md",
    )


def type_choices(recommended: str | None = None) -> tuple[Choice, ...]:
    """Return the evaluation types as choices."""
    from evalbook.workflow.kinds import KINDS

    return tuple(
        Choice(kind.name, kind.label, kind.description, recommended=kind.name == recommended)
        for kind in KINDS.values()
    )


def _read(text: str, question: Question, _: Interview) -> str:
    # At the suggestion a plain yes takes it.
    said = question.default if question.default and says_yes(text) else text
    # Who knows the type by then need not go on to the suggestion.
    named = [
        it.value for it in type_choices() if said.casefold() in (it.value, it.label.casefold())
    ]
    return named[0] if named else read_answer(said, question.choices)


def _check(value: str, _: Interview) -> Outcome:
    if value == HELP:
        return Narrowed(first_question())
    led_to = choose_by_answers(value, type_choices())
    return Accepted(value) if led_to is None else Narrowed(led_to)


def _describe(value: str, _: dict[str, object]) -> str:
    from evalbook.workflow.kinds import KINDS

    return KINDS[value].label


def _applies(interview: Interview) -> bool:
    # A state from before there were several types has answers, but not this one: it goes on as
    # what it was. Who wants another type says so.
    return bool(
        STEP.name in interview.answers
        or not interview.answers
        or STEP.name in interview.own.get("volunteered", {})
    )


STEP = Step(
    "evaluation_type",
    "Evaluation type",
    ask=_ask,
    read=_read,
    check=_check,
    describe=_describe,
    applies=_applies,
    asks_aws=True,
    asked_knowing=("model",),
)
