"""In which agent the model acts: an AgentCore runtime or a Lambda function."""

from __future__ import annotations

from dataclasses import asdict

from evalbook.workflow.answers import read_choice
from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Accepted, Outcome, Step
from evalbook.workflow.turn import Choice, Question


def _ask(interview: Interview) -> Question:
    from evalbook.aws.agents import agent_runtimes, trained_with

    model = interview.facts("model")
    interview.progress("Looking for the agent that the model was trained in", None, None)
    trained = trained_with(interview.aws, model["arn"], model["region"])
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
    from evalbook.aws.agents import check_agent, is_runtime, trained_with
    from evalbook.aws.s3 import refuse_template_text

    refuse_template_text(value, "the agent's ARN")
    model = interview.facts("model")
    arn, checks = check_agent(interview.aws, value, model["region"])
    trained = trained_with(interview.aws, model["arn"], model["region"])
    facts = {"runtime": is_runtime(arn), "trained": asdict(trained) if trained else None}
    return Accepted(arn, facts, tuple(checks))


STEP = Step(
    "agent_config",
    "Agent",
    ask=_ask,
    read=_read,
    check=_check,
    depends_on=("evaluation_type", "model"),
    asks_aws=True,
)
