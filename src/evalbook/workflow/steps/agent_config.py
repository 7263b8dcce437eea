"""In which agent the model acts: an AgentCore runtime or a Lambda function."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

from evalbook.workflow.answers import read_choice
from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Accepted, Outcome, Step
from evalbook.workflow.turn import Choice, Question

if TYPE_CHECKING:
    from evalbook.aws.agents import TrainedWith


def _ask(interview: Interview) -> Question:
    from evalbook.aws.agents import agent_runtimes

    model = interview.facts("model")
    trained = _trained_with(interview)
    runtimes, checks = agent_runtimes(interview.aws, model["region"])
    return Question(
        "Which agent does the model act in?",
        kind="choice" if runtimes else "text",
        choices=tuple(
            Choice(found.arn, found.name, f"AgentCore runtime, {found.status.lower()}.")
            for found in runtimes
        ),
        default=trained.agent if trained else None,
        notices=(f"Training job {trained.job} used {trained.agent}.",) if trained else (),
        checks=tuple(checks),
        help="A name or number of the list, the ARN of an AgentCore runtime, or the ARN of a "
        "Lambda function that wraps the agent.",
        reference="references/multi-turn-rl.md",
    )


def _read(text: str, question: Question, _: Interview) -> str:
    plain = text.strip("'\"<> ")
    if plain.startswith("arn:") or not question.choices:
        return plain
    return read_choice(text, question.choices)


def _check(value: str, interview: Interview) -> Outcome:
    from evalbook.aws.agents import check_agent, is_runtime
    from evalbook.aws.s3 import refuse_template_text

    refuse_template_text(value, "the agent's ARN")
    model = interview.facts("model")
    arn, checks = check_agent(interview.aws, value, model["region"])
    trained = _trained_with(interview)
    facts = {"runtime": is_runtime(arn), "trained": asdict(trained) if trained else None}
    return Accepted(arn, facts, tuple(checks))


def _trained_with(interview: Interview) -> TrainedWith | None:
    """Return the agent that the model was trained in; a base model was in none."""
    from evalbook.aws.agents import trained_with

    model = interview.facts("model")
    if model.get("base_only"):
        return None
    interview.progress("Looking for the agent that the model was trained in", None, None)
    return trained_with(interview.aws, model["arn"], model["region"])


STEP = Step(
    "agent_config",
    "Agent",
    ask=_ask,
    read=_read,
    check=_check,
    depends_on=("evaluation_type", "model"),
    asks_aws=True,
)
