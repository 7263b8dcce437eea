"""Agents that multi-turn RL evaluates in: AgentCore runtimes and Lambda functions.

Forms and limits are those of sagemaker 3.27.0, ``train/evaluate/multi_turn_rl_evaluator.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from evalbook.aws.arns import describe_arn_kind, parse_arn
from evalbook.aws.functions import check_function
from evalbook.aws.session import NO_HELP, Aws
from evalbook.checks import Check, passed, skipped
from evalbook.errors import AnswerRejected

_RUNTIME = re.compile(
    r"arn:aws[a-z\-]*:bedrock-agentcore:[a-z0-9\-]+:[0-9]{12}:(?:agent-runtime|runtime)/(.+)"
)
_FUNCTION = re.compile(r"arn:aws[a-z\-]*:lambda:[a-z0-9\-]+:[0-9]{12}:function:(.+)")
_FORMS = (
    "Give arn:aws:bedrock-agentcore:REGION:ACCOUNT:runtime/ID, or "
    "arn:aws:lambda:REGION:ACCOUNT:function:NAME."
)


@dataclass(frozen=True)
class Runtime:
    arn: str
    name: str
    status: str


def is_runtime(arn: str) -> bool:
    """Tell whether an agent's ARN names an AgentCore runtime, which alone takes a qualifier."""
    return _RUNTIME.fullmatch(arn) is not None


def list_runtimes(aws: Aws, region: str) -> tuple[list[Runtime], list[Check]]:
    """Return the region's AgentCore runtimes, and why they could not be listed, if so."""
    try:
        agents = aws.client("bedrock-agentcore-control", region)
        return [
            Runtime(str(it["agentRuntimeArn"]), str(it["agentRuntimeName"]), str(it["status"]))
            for page in agents.get_paginator("list_agent_runtimes").paginate()
            for it in page["agentRuntimes"]
        ], []
    except NO_HELP as error:
        text = f"AgentCore runtimes could not be listed. {error.message}"
        return [], [skipped("agent.list", text)]


def check_agent(aws: Aws, text: str, region: str) -> tuple[str, list[Check]]:
    """Return an agent's ARN with what could be found out about it.

    Raises:
        AnswerRejected: it is another kind of ARN, of another region, or there is no such agent.
    """
    arn = parse_arn(text)
    if arn is None or not (_RUNTIME.fullmatch(str(arn)) or _FUNCTION.fullmatch(str(arn))):
        found = f"is {describe_arn_kind(arn)}" if arn else "is not an ARN"
        raise AnswerRejected(
            "agent.arn",
            f'"{text.strip()}" {found}. The ARN of an AgentCore runtime or of a Lambda function '
            "is needed.",
            _FORMS,
        )
    if arn.region != region:
        raise AnswerRejected(
            "agent.region",
            f"The agent is in {arn.region}; the model and the evaluation are in {region}.",
            f"Give an agent in {region}.",
        )
    if is_runtime(str(arn)):
        return str(arn), [_check_runtime(aws, str(arn), region)]
    return str(arn), [check_function(aws, str(arn), region, "agent")]


def _check_runtime(aws: Aws, arn: str, region: str) -> Check:
    runtime, is_endpoint, endpoint = arn.partition("/runtime-endpoint/")
    if is_endpoint:
        raise AnswerRejected(
            "agent.endpoint",
            f"{arn} is an endpoint of an AgentCore runtime. The ARN of the runtime itself is "
            "needed.",
            f"Give {runtime}; the next question asks for the endpoint, {endpoint}.",
        )
    runtimes, unlisted = list_runtimes(aws, region)
    if unlisted:
        return skipped("agent.exists", f"Not checked: whether {arn} exists.")
    found = next((it for it in runtimes if it.arn == arn), None)
    if found is None:
        names = ", ".join(it.name for it in runtimes) or "none"
        raise AnswerRejected(
            "agent.missing",
            f"There is no AgentCore runtime {arn} in {region}.",
            f"The runtimes there: {names}.",
        )
    if found.status != "READY":
        raise AnswerRejected(
            "agent.not_ready",
            f"The AgentCore runtime {found.name} is {found.status}, not READY.",
            "Try again when it is ready, or choose another.",
        )
    return passed("agent.exists", f"The AgentCore runtime {found.name} is ready.")
