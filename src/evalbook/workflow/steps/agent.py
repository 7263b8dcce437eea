"""In which agent the model acts, and at which of its endpoints."""

from __future__ import annotations

import re

from evalbook import aws
from evalbook.errors import AnswerRejected
from evalbook.workflow import hearing, slots
from evalbook.workflow.facts import AgentFacts
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step
from evalbook.workflow.optional import unless_none
from evalbook.workflow.replies.choices import read_arn_or_choice
from evalbook.workflow.turn import Choice, Question


def _ask(interview: Interview) -> Question:
    runtimes, checks = aws.agents.list_runtimes(interview.aws, interview.model.region)
    return Question(
        "Which agent should the model run in?",
        kind="choice" if runtimes else "text",
        choices=tuple(
            Choice(found.arn, found.name, f"AgentCore runtime, {found.status.lower()}.")
            for found in runtimes
        ),
        checks=tuple(checks),
        help="A name or number from the list, or the ARN of an AgentCore runtime or of a Lambda "
        "function that wraps the agent.",
        reference="references/multi-turn-rl.md",
    )


def _check(value: str, interview: Interview) -> Outcome[str, AgentFacts]:
    aws.s3.refuse_template_text(value, "the agent's ARN")
    model = interview.model
    arn, checks = aws.agents.check_agent(interview.aws, value, model.region)
    return Accepted(arn, AgentFacts(aws.agents.is_runtime(arn)), tuple(checks))


def training_job(interview: Interview) -> aws.found.RolloutTraining | None:
    """Return the multi-turn RL training job that made the model, if the type needs it."""
    model = interview.facts(slots.MODEL)
    if not interview.type.trained_by_rollouts or model is None or model.training is None:
        return None
    return model.training.job


def _known_from(interview: Interview) -> str | None:
    job = training_job(interview)
    return f"training job {job.job}" if job else None


STEP = Step(
    slots.AGENT_CONFIG,
    "Agent",
    ask=_ask,
    read=read_arn_or_choice,
    check=_check,
    known=lambda it: job.agent if (job := training_job(it)) else None,
    known_from=_known_from,
    depends_on=(slots.EVALUATION_TYPE, slots.MODEL),
    asks_aws=True,
    example="arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/my-agent",
    example_meaning="Every rollout calls this agent and its model; your account pays for both.",
)


# EndpointName in the service model of bedrock-agentcore-control.
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]{0,47}")


def _read_qualifier(text: str, _question: Question, _: Interview) -> str:
    if not _NAME.fullmatch(text):
        raise AnswerRejected(
            "agent_qualifier",
            f"{text!r} is not a valid endpoint name: a letter, then at most 47 letters, digits and "
            "underscores.",
            "Give the endpoint's name, or none.",
        )
    return text


def _known_qualifier(interview: Interview) -> str | None:
    """Return the endpoint that the model was trained with, if the agent is the same."""
    job = training_job(interview)
    if job is None or job.agent != interview.value(slots.AGENT_CONFIG):
        return None
    return job.qualifier


QUALIFIER_STEP = Step(
    slots.AGENT_QUALIFIER,
    "Agent's endpoint",
    ask=lambda _: Question(
        "Which endpoint (qualifier) of the agent should be used?",
        default="none",
        help="An endpoint's name, such as PROD; none uses the runtime's default endpoint.",
    ),
    hears=hearing.free_name("endpoint", "qualifier"),
    read=unless_none(_read_qualifier),
    known=_known_qualifier,
    known_from=_known_from,
    describe=lambda value, _: value or "the default endpoint",
    applies=lambda it: (agent := it.facts(slots.AGENT_CONFIG)) is not None and agent.runtime,
    depends_on=(slots.AGENT_CONFIG,),
    asked_again=True,
    example="DEFAULT",
    example_meaning="The endpoint of the agent runtime to call.",
)
