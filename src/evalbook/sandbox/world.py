"""What is in the sandbox: one table for each kind of thing, and what of it to try.

Everything here is made up, except the names of models and regions. Dates are days before (negative)
or after the moment the sandbox starts, so that what is legacy today does not retire by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

ACCOUNT = "123456789012"
HOME_REGION = "us-east-1"
REGIONS = ("us-east-1", "us-west-2", "eu-west-1")


# Who calls --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Credentials:
    """Access keys the sandbox takes; all others are unknown to it."""

    access_key: str
    role: str | None
    """The role that the caller has assumed; None if the keys have expired."""
    about: str


SECRET_KEY = "simulated"  # noqa: S105 - opens nothing
SESSION_TOKEN = "simulated"  # noqa: S105 - opens nothing
CALLER = Credentials("ASIASANDBOXCALLER000", "SandboxCaller", "may do everything that is needed")
LIMITED = Credentials(
    "ASIASANDBOXLIMITED00", "LimitedCaller", "may look and start runs, but not simulate policies"
)
EXPIRED = Credentials("ASIASANDBOXEXPIRED00", None, "expired: every question is refused")
CREDENTIALS = (CALLER, LIMITED, EXPIRED)


# Roles ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Role:
    """An IAM role."""

    name: str
    trusts: tuple[str, ...]
    allows: tuple[str, ...]
    about: str
    path: str = "/"
    denies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Resources, and the actions denied on each."""
    boundary: tuple[str, ...] = ()
    """Actions of its permissions boundary; none means no boundary."""

    @property
    def arn(self) -> str:
        """Its ARN, path included."""
        return f"arn:aws:iam::{ACCOUNT}:role{self.path}{self.name}"


DENIED_JUDGE = "anthropic.claude-opus-4-5-20251101-v1:0"
_JUDGE_ARN = "arn:aws:bedrock:*::foundation-model/"
_BOTH = ("sagemaker.amazonaws.com", "bedrock.amazonaws.com")
_EVERYTHING = ("*",)
_WORK = (
    "bedrock:*",
    "bedrock-agentcore:*",
    "sagemaker:*",
    "sagemaker-mlflow:*",
    "s3:*",
    "kms:*",
    "logs:*",
    "cloudwatch:*",
    "ecr:*",
    "ec2:*",
    "lambda:*",
    "iam:GetRole",
    "iam:PassRole",
    "sts:*",
)

ROLES = (
    Role(
        "SandboxCaller",
        _BOTH,
        _EVERYTHING,
        "the caller's own, found by itself; trusts SageMaker and Bedrock",
        path="/service-role/",
        denies={
            f"{_JUDGE_ARN}{DENIED_JUDGE}": ("bedrock:GetFoundationModel", "bedrock:InvokeModel*"),
            "arn:aws:s3:::evalbook-denied": ("s3:*",),
            "arn:aws:s3:::evalbook-denied/*": ("s3:*",),
        },
    ),
    Role(
        "LimitedCaller",
        _BOTH,
        (*_WORK, "iam:ListRoles"),
        "passes; as the caller, it may not simulate policies",
    ),
    Role("EvaluationRole", _BOTH, _WORK, "passes: trusts both services, may do all"),
    Role(
        "SageMakerOnlyRole",
        ("sagemaker.amazonaws.com",),
        _WORK,
        "does not trust Bedrock: the judging steps would fail",
    ),
    Role("NoTrustRole", ("lambda.amazonaws.com",), _WORK, "trusts neither service"),
    Role("NoPermissionsRole", _BOTH, ("s3:GetObject",), "trusts both, but may do nothing"),
    Role(
        "BoundedRole",
        _BOTH,
        _WORK,
        "a permissions boundary keeps it from Bedrock",
        boundary=("s3:*", "sagemaker:*", "logs:*"),
    ),
)


# Base models ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class BaseModel:
    """A model in SageMaker's public hub."""

    name: str
    version: str
    regions: tuple[str, ...] = REGIONS
    recipes: tuple[str, ...] = ("DeterministicEvaluation", "LLMAJEvaluation")
    """Kinds of evaluation that it has a recipe for."""
    about: str = "passes: a base model, evaluated alone"
    keywords: bool = True
    """Whether its search keywords name its recipes, as those of most models do."""
    licence: str | None = None
    """Name of the licence that running it accepts."""
    own_instances: bool = False
    """Whether benchmarks and scorers have a recipe for instances of your own."""


LLAMA_SMALL = BaseModel(
    "meta-textgeneration-llama-3-2-1b-instruct",
    "1.10.0",
    licence="llama3_2Eula.txt",
    own_instances=True,
)
LLAMA = BaseModel("meta-textgeneration-llama-3-3-70b-instruct", "2.4.0", licence="llama3_3Eula.txt")
QWEN = BaseModel(
    "huggingface-llm-qwen2-5-7b-instruct",
    "1.2.0",
    recipes=("DeterministicEvaluation", "LLMAJEvaluation", "MTRLEvaluation"),
    about="passes: a base model, evaluated alone; for multi-turn RL too",
)
NOVA = BaseModel(
    "nova-textgeneration-lite",
    "1.0.0",
    regions=("us-east-1", "us-west-2"),
    recipes=("DeterministicTextBenchmark", "DeterministicMultiModalBenchmark"),
    own_instances=True,
    about="passes: a base Nova model answers through Bedrock, at extra cost",
)
NOVA_UNMAPPED = BaseModel(
    "nova-textgeneration-premier",
    "1.0.0",
    regions=("us-east-1",),
    recipes=("DeterministicTextBenchmark",),
    about="fails with LLM as judge: the SDK knows no Bedrock model for it; a benchmark passes",
)
MISTRAL = BaseModel(
    "huggingface-llm-mistral-7b-instruct-v3",
    "1.5.0",
    keywords=False,
    about="passes: its keywords name no recipe, its document does",
)
FALCON = BaseModel(
    "huggingface-llm-falcon-7b-instruct-bf16",
    "1.0.0",
    recipes=(),
    about="fails: a base model without an evaluation recipe",
)
BASE_MODELS = (LLAMA_SMALL, LLAMA, QWEN, NOVA, NOVA_UNMAPPED, MISTRAL, FALCON)


# Model packages ---------------------------------------------------------------------------------

TRAINING_DATA = "s3://evalbook-data/train/seen.jsonl"

Status = Literal["Completed", "InProgress", "Failed"]
Approval = Literal["Approved", "Rejected", "PendingManualApproval"]


@dataclass(frozen=True)
class Version:
    """One model package of a group; versions count from 1 in the order given."""

    day: int
    """When it was made, in days; negative is the past."""
    base: BaseModel | None
    status: Status = "Completed"
    approval: Approval = "Approved"
    technique: Literal["SFT", "MTRL"] = "SFT"
    """How it was fine-tuned; after MTRL it names its recipe, as the others do not."""
    trained_on: str | None = None
    """S3 URI of its training data, where the package names its training job and that its data."""


@dataclass(frozen=True)
class Group:
    """A model package group."""

    name: str
    region: str
    about: str
    versions: tuple[Version, ...] = ()


GROUPS = (
    Group(
        "support-bot",
        "us-east-1",
        "passes: version 2, as 3 has failed and 4 is not ready",
        (
            Version(-60, LLAMA_SMALL),
            Version(-20, LLAMA_SMALL),
            Version(-9, LLAMA_SMALL, status="Failed"),
            Version(-1, LLAMA_SMALL, status="InProgress"),
        ),
    ),
    Group(
        "medical-notes",
        "us-east-1",
        "passes, and says that approval is pending",
        (Version(-12, QWEN, approval="PendingManualApproval"),),
    ),
    Group(
        "rejected-only",
        "us-east-1",
        "its only version was rejected: needs a yes",
        (Version(-30, LLAMA_SMALL, approval="Rejected"),),
    ),
    Group(
        "old-style",
        "us-east-1",
        "fails: not made by SageMaker's fine-tuning, no base-model metadata",
        (Version(-400, None),),
    ),
    Group(
        "no-recipe",
        "us-east-1",
        "fails: the base model has no evaluation recipe",
        (Version(-15, FALCON),),
    ),
    Group(
        "nova-support",
        "us-east-1",
        "takes Nova's path: one model a run, extra cost",
        (Version(-5, NOVA),),
    ),
    Group(
        "travel-agent",
        "us-east-1",
        "passes for multi-turn RL, which trained it in the agent travel_agent",
        (Version(-3, QWEN, technique="MTRL"),),
    ),
    Group(
        "seen-it-all",
        "us-east-1",
        "passes; 10 prompts of support/eval.jsonl are in its training data",
        (Version(-4, LLAMA_SMALL, trained_on=TRAINING_DATA),),
    ),
    Group("empty-group", "us-east-1", "fails: has no version"),
    Group(
        "contract-review-en",
        "us-west-2",
        'one of three found by the keyword "contract"',
        (Version(-40, LLAMA), Version(-8, LLAMA)),
    ),
    Group("contract-review-de", "us-west-2", "another of the three", (Version(-7, QWEN),)),
    Group("contract-summaries", "us-west-2", "another of the three", (Version(-50, LLAMA_SMALL),)),
    Group("support-bot-eu", "eu-west-1", "passes, in eu-west-1", (Version(-14, QWEN),)),
)

UNVERSIONED_PACKAGE = "legacy-classifier"
"""A model package outside any group, in the home region; it has no base-model metadata."""


# Judges -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Judge:
    """A model on the service's list of judges, and what Bedrock knows of it."""

    id: str
    name: str
    provider: str
    about: str
    found: tuple[str, ...] = REGIONS
    """Regions in which Bedrock has it; it is listed as a judge in all of them."""
    profiles: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Regions, and the prefixes of its inference profiles there."""
    profile_only: bool = False
    legacy_day: int | None = None
    end_day: int | None = None
    legacy_unused: bool = False


_US, _WEST, _EU = REGIONS
_CLAUDE_PROFILES = {_US: ("us", "global"), _WEST: ("us", "global"), _EU: ("eu", "global")}

JUDGES = (
    Judge("amazon.nova-pro-v1:0", "Nova Pro", "Amazon", "passes"),
    Judge("mistral.mistral-large-2402-v1:0", "Mistral Large 24.02", "Mistral AI", "passes"),
    Judge(
        "anthropic.claude-sonnet-4-5-20250929-v1:0",
        "Claude Sonnet 4.5",
        "Anthropic",
        "passes, through an inference profile",
        profiles=_CLAUDE_PROFILES,
        profile_only=True,
    ),
    Judge(
        "anthropic.claude-haiku-4-5-20251001-v1:0",
        "Claude Haiku 4.5",
        "Anthropic",
        "passes, through an inference profile",
        profiles=_CLAUDE_PROFILES,
        profile_only=True,
    ),
    Judge(
        "meta.llama3-3-70b-instruct-v1:0",
        "Llama 3.3 70B",
        "Meta",
        "passes in the US, through an inference profile; not in eu-west-1",
        found=(_US, _WEST),
        profiles={_US: ("us",), _WEST: ("us",)},
        profile_only=True,
    ),
    Judge(
        "mistral.pixtral-large-2502-v1:0",
        "Pixtral Large 25.02",
        "Mistral AI",
        "fails in us-east-1: needs an inference profile, and has none there",
        profiles={_WEST: ("us",), _EU: ("eu",)},
        profile_only=True,
    ),
    Judge(
        "anthropic.claude-3-haiku-20240307-v1:0",
        "Claude 3 Haiku",
        "Anthropic",
        "passes with a warning: legacy, with an end-of-life date",
        legacy_day=-90,
        end_day=120,
    ),
    Judge(
        "anthropic.claude-3-5-haiku-20241022-v1:0",
        "Claude 3.5 Haiku",
        "Anthropic",
        "legacy and unused for 30 days: passes every check, and Bedrock refuses it in the run",
        legacy_day=-120,
        end_day=60,
        legacy_unused=True,
    ),
    Judge(
        "anthropic.claude-3-5-sonnet-20240620-v1:0",
        "Claude 3.5 Sonnet",
        "Anthropic",
        "fails: past its end of life",
        legacy_day=-450,
        end_day=-260,
    ),
    Judge(
        "anthropic.claude-3-7-sonnet-20250219-v1:0",
        "Claude 3.7 Sonnet",
        "Anthropic",
        "fails: listed as a judge, but not found in Bedrock",
        found=(),
    ),
    Judge(
        DENIED_JUDGE,
        "Claude Opus 4.5",
        "Anthropic",
        "could not be told: the caller is denied bedrock:GetFoundationModel on it",
        profiles=_CLAUDE_PROFILES,
        profile_only=True,
    ),
)

NOT_A_JUDGE = Judge("amazon.titan-text-express-v1", "Titan Text Express", "Amazon", "not listed")
"""In Bedrock, but not on the list of judges."""


# Buckets, keys, networks ------------------------------------------------------------------------


@dataclass(frozen=True)
class Bucket:
    """An S3 bucket."""

    name: str
    region: str
    about: str
    versioned: bool = False


DATA_BUCKET = "evalbook-data"
RESULTS_BUCKET = "evalbook-results"
DENIED_BUCKET = "evalbook-denied"
WEST_BUCKET = "evalbook-west"
EU_BUCKET = "evalbook-eu"
LOCKED_BUCKET = "evalbook-locked"
LOCKED_KEY_ID = "5a0d1f6e-3c2b-4e7a-9b8d-0123456789ad"
"""The key that the locked bucket encrypts with; its policy leaves out the roles of evaluations."""

BUCKETS = (
    Bucket(DATA_BUCKET, _US, "datasets"),
    Bucket(RESULTS_BUCKET, _US, "passes as output"),
    Bucket("evalbook-versioned", _US, "passes as output; keeps old versions", versioned=True),
    Bucket(DENIED_BUCKET, _US, "exists, and the caller may do nothing in it"),
    Bucket(WEST_BUCKET, _WEST, "in us-west-2: fails as output for a run in us-east-1"),
    Bucket(EU_BUCKET, _EU, "in eu-west-1"),
    Bucket(LOCKED_BUCKET, _US, "fails as output: its KMS key's policy leaves out the role"),
)

KEY_ALIAS = "alias/evalbook"
KEY_ID = "5a0d1f6e-3c2b-4e7a-9b8d-0123456789ab"
DISABLED_KEY_ALIAS = "alias/evalbook-disabled"
DISABLED_KEY_ID = "5a0d1f6e-3c2b-4e7a-9b8d-0123456789ac"

SUBNETS = {
    "subnet-0123456789abcdef0": True,
    "subnet-0123456789abcdef1": True,
    "subnet-0123456789abcdef9": False,
}
"""Subnets of the home region, and whether they are in the default VPC."""
SECURITY_GROUPS = {"sg-0123456789abcdef0": True, "sg-0123456789abcdef9": False}
"""Security groups of the home region, and whether they are in the default VPC."""

DATASET_HUB = "evalbook-datasets"
"""A private hub, in the home region."""
MLFLOW_APP = "evalbook-default"
MLFLOW_APP_ID = "app-SANDBOX00001"
MLFLOW_REGIONS = (_US, _EU)
"""Regions with a default MLflow app; in the others the SDK makes one."""
TRACKING_SERVERS = {"team-tracking": "Created", "stopped-tracking": "Stopped"}
"""MLflow tracking servers of the home region, and their status."""


@dataclass(frozen=True)
class AgentRuntime:
    """A Bedrock AgentCore runtime of the home region."""

    id: str
    name: str
    status: str
    about: str

    @property
    def arn(self) -> str:
        """Its ARN."""
        return f"arn:aws:bedrock-agentcore:{_US}:{ACCOUNT}:runtime/{self.id}"


AGENTS = (
    AgentRuntime("travel_agent-a1b2c3d4e5", "travel_agent", "READY", "passes"),
    AgentRuntime("unready_agent-a1b2c3d4e5", "unready_agent", "CREATE_FAILED", "fails: not ready"),
)
AGENT_TRAINING_JOB = "travel-agent-rft-1"
"""The multi-turn RL training job that made version 1 of the group travel-agent."""


ENDPOINTS = {"support-bot-v2": "InService", "support-bot-base": "InService", "new-bot": "Creating"}
"""Endpoints of the home region, and their status."""
DEPLOYMENT = f"arn:aws:bedrock:{_US}:{ACCOUNT}:custom-model-deployment/a1b2c3d4e5f6"
IMPORTED = f"arn:aws:bedrock:{_US}:{ACCOUNT}:imported-model/a1b2c3d4e5f6"
"""A custom model's deployment and an imported model, in the home region."""
TASKS = f"s3://{DATA_BUCKET}/tasks/"
"""A folder of tasks for Inspect AI."""
SANDBOXED_TASKS = f"s3://{DATA_BUCKET}/tasks-sandboxed/"
"""And one of tasks that its container can't run."""
TASK_FILES = {
    f"{TASKS}support.py": """\
from inspect_ai import Task, task
from inspect_ai.dataset import Sample
from inspect_ai.scorer import match


@task
def refunds():
    return Task(dataset=[Sample(input="How long does a refund take?", target="5")], scorer=match())


@task
def refunds_abroad():
    return Task(dataset=[Sample(input="And abroad?", target="10")], scorer=match())
""",
    f"{SANDBOXED_TASKS}repairs.py": """\
from inspect_ai import Task, task


@task
def repairs():
    return Task(sandbox="docker")
""",
}

# Whose the images and the public buckets are: readable, and in no listing of the person's own.
AWS_OWN_ACCOUNT = "763104351884"
IMAGES = {
    "djl-inference": ("0.33.0-lmi15.0.0-cu128", "0.36.0-lmi"),
    "nova-inference-repo": ("SM-Inference-latest",),
    "sagemaker-inspect-ai": ("latest",),
}
"""Container images, by repository; each region has them, whatever the account."""

FUNCTIONS = ("exact-match-scorer", "wrapped-agent")
"""Lambda functions of the home region: what scores, and what wraps an agent."""


def function_arn(name: str) -> str:
    """Return the ARN of a Lambda function of the home region, whether there is one or not."""
    return f"arn:aws:lambda:{_US}:{ACCOUNT}:function:{name}"


@dataclass(frozen=True)
class Evaluator:
    """Something in the AI registry of the home region."""

    name: str
    kind: str
    """``RewardFunction`` or ``RewardPrompt``."""
    reference: str
    about: str


EVALUATORS = (
    Evaluator(
        "exact-match",
        "RewardFunction",
        function_arn("exact-match-scorer"),
        "passes: a registered scorer",
    ),
    Evaluator(
        "orphaned",
        "RewardFunction",
        function_arn("deleted-scorer"),
        "fails: its function was deleted",
    ),
    Evaluator(
        "politeness-prompt",
        "RewardPrompt",
        "s3://evalbook-data/prompts/politeness.txt",
        "fails: a prompt for a judge, no function that scores",
    ),
)


def package_arn(group: str, version: int, region: str = HOME_REGION) -> str:
    """Return the ARN of a version in a group."""
    return f"arn:aws:sagemaker:{region}:{ACCOUNT}:model-package/{group}/{version}"


def models_bucket(region: str) -> str:
    """Return the bucket of a region where training left its models."""
    return f"evalbook-models-{region}"


def training_job(group: str, version: int) -> str:
    """Return the name of the training job that made a version of a group."""
    return f"{group}-sft-{version}"


def bucket_in(region: str) -> str:
    """Return a bucket of the region that takes results."""
    return {_US: RESULTS_BUCKET, _WEST: WEST_BUCKET, _EU: EU_BUCKET}[region]
