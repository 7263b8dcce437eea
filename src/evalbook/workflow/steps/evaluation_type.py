"""Which kind of evaluation, with a few short questions for those who need help deciding."""

from __future__ import annotations

from functools import partial

from evalbook import aws
from evalbook.errors import AnswerRejected
from evalbook.evaluation_types import EVALUATION_TYPES, LLM_AS_JUDGE, MULTI_TURN_RL
from evalbook.texts import Notice
from evalbook.workflow import slots
from evalbook.workflow.interview import Accepted, Interview, Narrowed, Outcome, Step
from evalbook.workflow.replies.choices import read_choice
from evalbook.workflow.replies.words import says_yes
from evalbook.workflow.steps import model
from evalbook.workflow.turn import Choice, Question

HELP = "help"


# The questions that lead to an evaluation type: a tree of at most four. Each choice's value holds
# the answers so far, which name the next question.
_QUESTIONS = {
    "help": "Does the model work as an agent, over several turns with tools or an environment?",
    "help.answers": "Do you have a dataset of prompts for this task?",
    "help.answers.dataset": "Can code tell whether an answer is right?",
    "help.answers.dataset.reader": "Which base model is it, and how much does cost matter?",
    "help.answers.none": "Do you have tasks written for Inspect AI, or will you write some?",
}
_ANSWERS = {
    "help.agent": ("Yes", "It runs on Bedrock AgentCore or behind a Lambda function."),
    "help.answers": ("No", "It answers a prompt."),
    "help.answers.dataset": ("Yes", "In S3, or ready to upload."),
    "help.answers.none": ("No", ""),
    "help.answers.dataset.code": (
        "Yes",
        "A number to compare, tests to run, a format to parse; each record has the answer.",
    ),
    "help.answers.dataset.reader": ("No", "It takes reading: tone, completeness, helpfulness."),
    "help.answers.dataset.reader.open": ("Open weights, cost matters little", ""),
    "help.answers.dataset.reader.cheap": ("Open weights, it must be cheap", ""),
    "help.answers.dataset.reader.nova": ("Amazon Nova", ""),
    "help.answers.none.tasks": ("Yes", "Python files with functions decorated with @task."),
    "help.answers.none.none": ("No", ""),
}
"""Each possible answer, by the question that its key begins with: label and meaning."""
_SUGGESTED = {
    "help.agent": "multi_turn_rl",
    "help.answers.dataset.code": "custom_scorer",
    "help.answers.dataset.reader.open": "llm_as_judge",
    "help.answers.dataset.reader.cheap": "llm_as_judge",
    "help.answers.dataset.reader.nova": "llm_as_judge",
    "help.answers.none.tasks": "inspect_ai",
    "help.answers.none.none": "benchmark",
}
_REASONS = {
    "help.agent": "What counts is whether the agent reaches its goal: whole rollouts are run in "
    "its environment and rewarded, as in multi-turn reinforcement learning.",
    "help.answers.dataset.code": "Code scores the same answer the same way every time and costs "
    "little; every record needs its right answer in the dataset.",
    "help.answers.dataset.reader.open": "Only a reader can tell how good such answers are, and a "
    "judge model reads every one, by the metrics you choose.",
    "help.answers.dataset.reader.cheap": "Only a reader can tell how good such answers are. You "
    "pay the judge per record, metric and model, so 100 records and two metrics keep the cost "
    "down.",
    "help.answers.dataset.reader.nova": "Only a reader can tell how good such answers are. A "
    "Nova model costs extra here: one run per model, with an instance and an endpoint. A "
    "benchmark is cheaper, but knows nothing about your task.",
    "help.answers.none.tasks": "Inspect AI runs any kind of task, including multi-turn ones and "
    "ones with tools, on a model served by an endpoint or Bedrock.",
    "help.answers.none.none": "Public benchmarks bring their own questions. They show which "
    "general abilities fine-tuning gained or lost, not how well the model does your task.",
}


def _ask(interview: Interview) -> Question:
    how = _known_training(interview)
    suggested = MULTI_TURN_RL.name if how else None
    return Question(
        "Which kind of evaluation?",
        kind="choice",
        choices=(
            *type_choices(interview, suggested),
            Choice(HELP, "Help me decide", "At most four short questions, then a suggestion."),
        ),
        # What most people who fine-tune a text model want.
        default=suggested or LLM_AS_JUDGE.name,
        notices=(f"Multi-turn RL trained your model: {MULTI_TURN_RL.label} fits it. {how}",)
        if how
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
    known, named = interview.facts(slots.MODEL), interview.finding(model.STEP)
    training = known.training if known else None
    if training is None and named:
        training = aws.session.soon(partial(model.find_training, named, interview))
    return training.how if training and training.trained else None


def _read(text: str, question: Question, interview: Interview) -> str:
    # At the suggestion, a plain yes accepts it.
    said = question.default if question.default and says_yes(text) else text
    # Someone who knows the type by now need not go on to the suggestion.
    types = type_choices(interview)
    named = [it.value for it in types if said.casefold() in (it.value, it.label.casefold())]
    if named:
        return named[0]
    try:
        return read_choice(said, question.choices)
    except AnswerRejected as rejection:
        labels = "; ".join(it.label for it in question.choices)
        remedy = Notice(f"Answer with a number, or one of: {labels}.")
        raise AnswerRejected(rejection.code, rejection.message, remedy) from None


def _check(value: str, interview: Interview) -> Outcome[str, None]:
    """Ask the question that follows the answers so far, until they name a type."""
    if value in _QUESTIONS:
        return Narrowed(
            Question(
                _QUESTIONS[value],
                kind="choice",
                choices=tuple(
                    Choice(answer, *said)
                    for answer, said in _ANSWERS.items()
                    if answer.rpartition(".")[0] == value
                ),
                help="A label or a number; or an evaluation type, if you know by now.",
            )
        )
    if value not in _SUGGESTED:
        return Accepted(value)
    suggested = _SUGGESTED[value]
    label = EVALUATION_TYPES[suggested].label
    return Narrowed(
        Question(
            f"{label} fits best. Take it?",
            kind="choice",
            choices=type_choices(interview, suggested),
            default=suggested,
            notices=(f"{label}: {_REASONS[value]}",),
            help="Yes accepts it; the name or number of another type chooses that one.",
        )
    )


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
