"""How the sandbox's past runs failed: in whose words, and where AWS left them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from evalbook.sandbox.world import ACCOUNT, AGENTS, HOME_REGION

Place = Literal["execution", "step", "job", "bedrock", "log"]
"""Who says why: the execution, its step, the job behind it, Bedrock's job, or only the log."""

ROLE = f"arn:aws:iam::{ACCOUNT}:role/EvaluationRole"
_SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/EvaluationRole/SageMaker"
_REFUSED = "ClientError: Failed to invoke sagemaker:CreateTrainingJob. Error Details: "


@dataclass(frozen=True)
class Failure:
    """A failure, and the run that it ended."""

    name: str
    """The run's."""
    about: str
    step: str
    """The step that failed; for an execution that never began, empty."""
    place: Place
    text: str
    type: str = "LLMAJEvaluation"
    """The second word of the pipeline's name."""
    ends_as: str = "Failed"
    shown: bool = False


_BASE, _TUNED = "EvaluateBaseModelMetrics", "EvaluateCustomModelMetrics"
_INFER = "EvaluateCustomInferenceModel"

FAILURES = (
    Failure(
        "support-bot-role-trust",
        "Bedrock may not assume the role",
        _TUNED,
        "bedrock",
        f"Access denied when attempting to assume role {ROLE}. Check that its trust policy allows "
        "bedrock.amazonaws.com to assume it.",
        shown=True,
    ),
    Failure(
        "support-bot-judge-retired",
        "the judge is past its end of life",
        _TUNED,
        "bedrock",
        "ResourceNotFoundException: This model version has reached the end of its life. Please "
        "refer to the AWS documentation for more details.",
        shown=True,
    ),
    Failure(
        "support-bot-too-many",
        "over 1,000 rows",
        _BASE,
        "bedrock",
        "The number of prompts in the dataset exceeds the maximum of 1000.",
    ),
    Failure(
        "support-bot-no-recipe",
        "the base model has no evaluation recipe",
        _INFER,
        "step",
        f"{_REFUSED}DownstreamServiceUnavailable",
    ),
    Failure(
        "support-bot-quota",
        "a quota is used up",
        _INFER,
        "step",
        f"{_REFUSED}The account-level service limit 'Number of concurrent serverless model "
        "customization jobs' is 2 Jobs, with current utilization of 2 Jobs and a request delta of "
        "1 Jobs. Please use AWS Service Quotas to request an increase for this quota. "
        "(Service: AmazonSageMaker; Status Code: 400; Error Code: ResourceLimitExceeded)",
    ),
    Failure(
        "support-bot-log-only",
        "access denied to a key; only the log says so",
        _INFER,
        "log",
        "botocore.exceptions.ClientError: An error occurred (AccessDenied) when calling the "
        f"GetObject operation: User: {_SESSION} is not authorized to perform: s3:GetObject on "
        'resource: "arn:aws:s3:::evalbook-data/support/eval.jsonl" because no identity-based '
        "policy allows the s3:GetObject action",
        shown=True,
    ),
    Failure(
        "support-bot-role-gone",
        "SageMaker may not assume the role; it never began",
        "",
        "execution",
        f"ClientError: Could not assume role {ROLE}. Please ensure that the role exists and "
        "allows principal 'sagemaker.amazonaws.com' to assume the role.",
    ),
    Failure(
        "support-bot-kms",
        "the role may not use the KMS key",
        _INFER,
        "job",
        f"ClientError: Data download failed: User: {_SESSION} is not authorized to perform: "
        f"kms:Decrypt on resource: arn:aws:kms:{HOME_REGION}:{ACCOUNT}:key/5a0d1f6e because no "
        "identity-based policy allows the kms:Decrypt action",
    ),
    Failure(
        "support-bot-bucket",
        "access denied to the bucket of results",
        _TUNED,
        "bedrock",
        "Amazon Bedrock was denied access to the S3 bucket evalbook-results. Check that the "
        "service role allows s3:PutObject on it.",
    ),
    Failure(
        "support-bot-profile",
        "the judge needs an inference profile",
        _TUNED,
        "bedrock",
        "ValidationException: Invocation of model ID anthropic.claude-sonnet-4-5-20250929-v1:0 "
        "with on-demand throughput isn't supported. Retry your request with the ID or ARN of an "
        "inference profile that contains this model.",
    ),
    Failure(
        "support-bot-throttled",
        "the judge was throttled",
        _BASE,
        "bedrock",
        "ThrottlingException: Too many tokens, please wait before trying again.",
    ),
    Failure(
        "support-bot-capacity",
        "no capacity",
        _INFER,
        "job",
        "CapacityError: Unable to provision requested ML compute capacity. Please retry using a "
        "different ML instance type or after some time.",
    ),
    Failure(
        "support-bot-unknown",
        "for a reason that is in no table",
        _TUNED,
        "log",
        "RuntimeError: judge_worker[3]: unexpected frame 0x1f in response stream",
    ),
    Failure(
        "support-bot-half",
        "one model's judging failed; the other's ended",
        _BASE,
        "bedrock",
        "InternalServerException: The system encountered an unexpected error during processing.",
        ends_as="CompletedWithFailures",
    ),
    Failure(
        "mmlu-out-of-memory",
        "out of memory, in the log",
        "EvaluateCustomModel",
        "log",
        "torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 2.32 GiB. GPU 0 has a total "
        "capacity of 22.06 GiB of which 1.17 GiB is free.",
        type="BenchmarkEvaluation",
    ),
    Failure(
        "math-scorer-denied",
        "the role may not invoke the scorer's function",
        "EvaluateCustomModel",
        "job",
        f"AlgorithmError: AccessDeniedException: User: {_SESSION} is not authorized to perform: "
        f"lambda:InvokeFunction on resource: arn:aws:lambda:{HOME_REGION}:{ACCOUNT}:function:"
        "exact-match-scorer because no identity-based policy allows the lambda:InvokeFunction "
        "action, exit code: 1",
        type="CustomScorerEvaluation",
    ),
    Failure(
        "travel-agent-no-agent",
        "the agent's runtime is gone",
        "EvaluateFineTunedModel",
        "job",
        "ClientError: ResourceNotFoundException: An error occurred when calling the "
        "InvokeAgentRuntime operation: No endpoint or agent found with qualifier 'DEFAULT' for "
        f"agent '{AGENTS[0].arn}'",
        type="MTRLEvaluation",
    ),
)
