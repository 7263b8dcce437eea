"""The questions that lead to an evaluation type: a tree of at most four, and why it ends where.

What was answered so far is the value of each choice, so that nothing but the question is kept.
"""

from __future__ import annotations

from collections.abc import Sequence

from evalbook.errors import AnswerRejected
from evalbook.records import dataclass
from evalbook.workflow.replies.choices import read_choice
from evalbook.workflow.replies.words import yes_or_no
from evalbook.workflow.turn import Choice, Question

HELP = "help"


@dataclass(frozen=True)
class Suggestion:
    """Where the questions end: an evaluation type, and why."""

    kind: str
    reason: str


@dataclass(frozen=True)
class Asked:
    """A question, and what each answer (word, label, explanation) leads to."""

    text: str
    answers: tuple[tuple[str, str, str, Asked | Suggestion], ...]


_COST = Asked(
    "Which base model is it, and how much do costs matter?",
    (
        (
            "open",
            "Open weights, costs matter little",
            "",
            Suggestion(
                "llm_as_judge",
                "Only a reader can tell how good such answers are, and a judge model reads every "
                "one of them, by the metrics you choose.",
            ),
        ),
        (
            "cheap",
            "Open weights, it has to be cheap",
            "",
            Suggestion(
                "llm_as_judge",
                "Only a reader can tell how good such answers are. The judge is paid for each "
                "record, metric and model: 100 records and two metrics cost a fraction of all.",
            ),
        ),
        (
            "nova",
            "Amazon Nova",
            "",
            Suggestion(
                "llm_as_judge",
                "Only a reader can tell how good such answers are. A Nova model costs extra here: "
                "a run for each model, with an instance and an endpoint. A benchmark is cheaper, "
                "but knows nothing of your task.",
            ),
        ),
    ),
)

_CODE = Asked(
    "Can code tell whether an answer is right?",
    (
        (
            "code",
            "Yes",
            "A number to compare, tests to run, a format to parse; each record has the answer.",
            Suggestion(
                "custom_scorer",
                "Code scores the same answer the same way every time and costs little; every "
                "record needs its right answer in the dataset.",
            ),
        ),
        ("reader", "No", "It takes reading: tone, completeness, helpfulness.", _COST),
    ),
)

_TASKS = Asked(
    "Do you have tasks that are written for Inspect AI, or will you write some?",
    (
        (
            "tasks",
            "Yes",
            "Python files with functions decorated with @task.",
            Suggestion(
                "inspect_ai",
                "Inspect AI runs tasks of any kind, also in several turns or with tools, on a "
                "model that an endpoint or Bedrock serves.",
            ),
        ),
        (
            "none",
            "No",
            "",
            Suggestion(
                "benchmark",
                "Public benchmarks bring their own questions. They show what general abilities "
                "the fine-tuning gained or lost, not how well your task is done.",
            ),
        ),
    ),
)

_DATASET = Asked(
    "Do you have a dataset of prompts for this task?",
    (
        ("dataset", "Yes", "In S3, or it can be put there.", _CODE),
        ("none", "No", "", _TASKS),
    ),
)

_FIRST = Asked(
    "Does the model work as an agent, over several turns with tools or an environment?",
    (
        (
            "agent",
            "Yes",
            "It runs on Bedrock AgentCore or behind a Lambda function.",
            Suggestion(
                "multi_turn_rl",
                "What counts is whether the agent reaches its goal: whole rollouts are played in "
                "its environment and rewarded, as in multi-turn reinforcement learning.",
            ),
        ),
        ("answers", "No", "It answers a prompt.", _DATASET),
    ),
)


def first_question() -> Question:
    """Return the question that the way to a suggestion begins with."""
    return _question(_FIRST, HELP)


def choose_by_answers(value: str, types: tuple[Choice, ...]) -> Question | None:
    """Return what is asked after the answers so far; None where the value is no such answer."""
    path = value.split(".")
    if path[0] != HELP:
        return None
    place: Asked | Suggestion = _FIRST
    for word in path[1:]:
        if isinstance(place, Asked):
            place = next(answer[3] for answer in place.answers if answer[0] == word)
    if isinstance(place, Suggestion):
        return _suggested(place, types)
    return _question(place, value)


def read_answer(text: str, choices: Sequence[Choice]) -> str:
    """Return the choice that an answer names; what is labelled yes or no, in people's words too.

    Raises:
        AnswerRejected: it names none. What can be said are the labels, as values are paths.
    """
    labels = {choice.label: choice.value for choice in choices}
    verdict = None if any(map(str.isdigit, text)) else yes_or_no(text)
    if verdict is not None and labels.keys() == {"Yes", "No"}:
        return labels["Yes" if verdict else "No"]
    try:
        return read_choice(text, choices)
    except AnswerRejected as rejection:
        remedy = f"Answer with a number, or one of: {'; '.join(labels)}."
        raise AnswerRejected(rejection.code, rejection.message, remedy) from None


def _question(asked: Asked, so_far: str) -> Question:
    return Question(
        asked.text,
        kind="choice",
        choices=tuple(
            Choice(f"{so_far}.{word}", label, explained)
            for word, label, explained, _ in asked.answers
        ),
        help="A label or a number; or, if you know by now, an evaluation type.",
    )


def _suggested(found: Suggestion, types: tuple[Choice, ...]) -> Question:
    choices = tuple(
        Choice(kind.value, kind.label, kind.description, recommended=kind.value == found.kind)
        for kind in types
    )
    label = next(choice.label for choice in choices if choice.recommended)
    return Question(
        f"{label} fits best. Take it?",
        kind="choice",
        choices=choices,
        default=found.kind,
        notices=(f"{label}: {found.reason}",),
        help="Yes takes it; the name or number of another type takes that.",
    )
