"""Which endpoint of an AgentCore runtime. Lambda functions have none."""

from __future__ import annotations

import re

from evalbook.errors import AnswerRejected
from evalbook.workflow import hearing
from evalbook.workflow.facts import AGENT_CONFIG, AGENT_QUALIFIER
from evalbook.workflow.interview import Example, Interview, Step
from evalbook.workflow.replies.words import says_none
from evalbook.workflow.training import training_job, training_named
from evalbook.workflow.turn import Question

# EndpointName in the service model of bedrock-agentcore-control.
_NAME = re.compile(r"[a-zA-Z][a-zA-Z0-9_]{0,47}")


def _read(text: str, _question: Question, _: Interview) -> str | None:
    if says_none(text):
        return None
    if not _NAME.fullmatch(text):
        raise AnswerRejected(
            "agent_qualifier",
            f"{text!r} is not a valid endpoint name: a letter, then at most 47 letters, digits and "
            "underscores.",
            "Give the endpoint's name, or none.",
        )
    return text


def _applies(interview: Interview) -> bool:
    agent = interview.facts(AGENT_CONFIG)
    return agent is not None and agent.runtime


def _known(interview: Interview) -> str | None:
    """Return the endpoint that the model was trained with, if the agent is the same."""
    job = training_job(interview)
    if job is None or job.agent != interview.value(AGENT_CONFIG):
        return None
    return job.qualifier


STEP = Step(
    AGENT_QUALIFIER,
    "Agent's endpoint",
    ask=lambda _: Question(
        "Which endpoint (qualifier) of the agent should be used?",
        default="none",
        help="An endpoint's name, such as PROD; none uses the runtime's default endpoint.",
    ),
    hears=hearing.free_name("endpoint", "qualifier"),
    read=_read,
    known=_known,
    known_from=training_named,
    describe=lambda value, _: value or "the default endpoint",
    applies=_applies,
    depends_on=(AGENT_CONFIG,),
    asked_again=True,
    example=Example(
        "DEFAULT",
        "The endpoint of the agent runtime to call.",
    ),
)
