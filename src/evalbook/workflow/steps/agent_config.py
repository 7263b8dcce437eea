"""Which agent the model runs in: an AgentCore runtime or a Lambda function."""

from __future__ import annotations

from evalbook import aws
from evalbook.workflow.facts import AGENT_CONFIG, EVALUATION_TYPE, MODEL, AgentFacts
from evalbook.workflow.interview import Accepted, Example, Interview, Outcome, Step
from evalbook.workflow.replies.choices import read_choice
from evalbook.workflow.training import training_job, training_named
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


def _read(text: str, question: Question, _: Interview) -> str:
    plain = text.strip("'\"<> ")
    if plain.startswith("arn:") or not question.choices:
        return plain
    return read_choice(text, question.choices)


def _check(value: str, interview: Interview) -> Outcome[str, AgentFacts]:
    aws.s3.refuse_template_text(value, "the agent's ARN")
    model = interview.model
    arn, checks = aws.agents.check_agent(interview.aws, value, model.region)
    return Accepted(arn, AgentFacts(aws.agents.is_runtime(arn)), tuple(checks))


def _known(interview: Interview) -> str | None:
    """Return the agent that the model was trained in, if the training job names it."""
    job = training_job(interview)
    return job.agent if job else None


STEP = Step(
    AGENT_CONFIG,
    "Agent",
    ask=_ask,
    read=_read,
    check=_check,
    known=_known,
    known_from=training_named,
    depends_on=(EVALUATION_TYPE, MODEL),
    asks_aws=True,
    example=Example(
        "arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/my-agent",
        "Every rollout calls this agent and its model; your account pays for both.",
    ),
)
