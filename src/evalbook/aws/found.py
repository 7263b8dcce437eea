"""What was found in AWS, in the form in which it is kept with the answers."""

from __future__ import annotations

from typing import Literal

from evalbook.records import dataclass
from evalbook.texts import Notice, put_in_a_row


@dataclass(frozen=True)
class BaseModel:
    """The foundation model that was fine-tuned, by what its hub calls it."""

    name: str
    version: str | None
    arn: str
    """Hub-content ARN, built as the SDK builds it from name and version."""
    recipe: str | None = None
    """Name of the recipe it was fine-tuned by, where the package gives it."""


@dataclass(frozen=True)
class RolloutTraining:
    """A multi-turn RL training job."""

    job: str
    package: str | None
    """ARN of the model package that it made."""
    agent: str | None
    """ARN of the AgentCore runtime or the Lambda function that it trained in."""
    qualifier: str | None
    """Endpoint of the AgentCore runtime."""


@dataclass(frozen=True)
class Training:
    """What could be found out about a package's training."""

    trained: bool | None
    """Whether it was multi-turn RL; None if that could not be checked."""
    job: RolloutTraining | None
    how: str
    """What was looked at, as a sentence."""


@dataclass(frozen=True)
class Evaluator:
    """A scorer that is registered in the AI registry."""

    arn: str
    name: str
    region: str
    function: str
    """ARN of the Lambda function that scores."""


@dataclass(frozen=True)
class VpcChoice:
    """The part of a VPC in which the evaluation's jobs run."""

    vpc_id: str | None
    """None if EC2 would not tell."""
    subnets: tuple[str, ...]
    security_groups: tuple[str, ...]


@dataclass(frozen=True)
class Instances:
    """What each model's job runs on, or an endpoint."""

    instance_type: str
    instance_count: int

    def __str__(self) -> str:
        return f"{self.instance_count} x {self.instance_type}"


@dataclass(frozen=True)
class Answering:
    """What answers for a model."""

    kind: Literal["endpoint", "bedrock", "hosted"]
    name: str
    """Endpoint's name, Bedrock's id or ARN, or the S3 URI of the artefacts."""


# Bedrock refuses a legacy model that the account has not called for so long.
LEGACY_IDLE_DAYS = 30


@dataclass(frozen=True)
class Judge:
    """A judge model that passed every check."""

    id: str
    """Foundation model id: what the SDK and its list know the judge by."""
    label: str
    """Provider and model name, unique within an offer."""
    provider: str
    lifecycle: str
    """ACTIVE, LEGACY, or UNKNOWN where Bedrock would not tell."""
    end_of_life: str | None
    """ISO date, UTC."""
    inference_profile: str | None
    """The inference profile through which alone it can be called here, if so."""
    region: str

    @property
    def note(self) -> str:
        """What a person choosing should know beside the name; empty for most."""
        idle = f"unused for {LEGACY_IDLE_DAYS} days"
        legacy = Notice(
            f"legacy: Bedrock refuses it if {idle} in this account",
            f"legacy: refused once {idle}",
        )
        return put_in_a_row(
            legacy if self.lifecycle == "LEGACY" else None,
            f"end of life {self.end_of_life}" if self.end_of_life else None,
            Notice(f"called through inference profile {self.inference_profile}")
            if self.inference_profile
            else None,
            by="; ",
        )
