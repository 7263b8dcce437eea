"""Which kind of evaluation, with a few short questions for those who need help deciding."""

from __future__ import annotations

from functools import partial

from evalbook import aws
from evalbook.errors import EvalbookError
from evalbook.evaluation_types import EVALUATION_TYPES
from evalbook.workflow import slots
from evalbook.workflow.interview import Accepted, Interview, Narrowed, Outcome, Step
from evalbook.workflow.replies.words import says_yes
from evalbook.workflow.steps import model
from evalbook.workflow.steps.which_type import HELP, choose_by_answers, read_answer
from evalbook.workflow.training import find_rollout_type
from evalbook.workflow.turn import Choice, Question


def _ask(interview: Interview) -> Question:
    how = _known_training(interview)
    suggested = find_rollout_type() if how else None
    return Question(
        "Which kind of evaluation?",
        kind="choice",
        choices=(
            *type_choices(interview, suggested.name if suggested else None),
            Choice(HELP, "Help me decide", "At most four short questions, then a suggestion."),
        ),
        # What most people who fine-tune a text model want.
        default=suggested.name if suggested else "llm_as_judge",
        notices=(f"Multi-turn RL trained your model: {suggested.label} fits it. {how}",)
        if suggested
        else (),
        reference="references/choosing-an-evaluation.md",
    )


def type_choices(interview: Interview, recommended: str | None = None) -> tuple[Choice, ...]:
    return tuple(
        Choice(it.name, it.label, it.description, recommended=it.name == recommended)
        for it in map(EVALUATION_TYPES.__getitem__, interview.steps_by_type)
    )


def _known_training(interview: Interview) -> str | None:
    """Return how the model was trained, if it is known ahead of its turn and was trained by RL.

    AWS is asked only then, and only briefly: whatever fails or takes too long is found out at the
    model's turn.
    """
    known = interview.facts(slots.MODEL)
    if known is not None and known.training is not None:
        return known.training.how if known.training.trained else None
    text = interview.finding(model.STEP)

    def ask(text: str) -> str | None:
        try:
            found = model.find_package(text, interview)
            if found.package is None:
                return None
            training = aws.rollout_training.find_training(
                interview.aws, found.package, found.training_job
            )
        except EvalbookError:
            return None
        return training.how if training.trained else None

    return aws.session.soon(partial(ask, text)) if text else None


def _read(text: str, question: Question, interview: Interview) -> str:
    # At the suggestion, a plain yes accepts it.
    said = question.default if question.default and says_yes(text) else text
    # Someone who knows the type by now need not go on to the suggestion.
    types = type_choices(interview)
    named = [it.value for it in types if said.casefold() in (it.value, it.label.casefold())]
    return named[0] if named else read_answer(said, question.choices)


def _check(value: str, interview: Interview) -> Outcome[str, None]:
    led_to = choose_by_answers(value, type_choices(interview))
    return Accepted(value) if led_to is None else Narrowed(led_to)


STEP = Step(
    slots.EVALUATION_TYPE,
    "Evaluation type",
    ask=_ask,
    read=_read,
    check=_check,
    describe=lambda value, _: EVALUATION_TYPES[value].label,
    asks_aws=True,
    asked_knowing=(slots.MODEL,),
    example="LLM as judge",
    example_meaning="What scores the answers. A judge costs one call per score; code and "
    "benchmarks don't.",
)
