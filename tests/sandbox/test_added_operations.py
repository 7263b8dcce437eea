"""Each operation that the sandbox adds answers what botocore's service model says."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from simulated import (
    BASE,
    DATASET,
    JUDGE,
    ROLE,
    client_of,
    definition,
    inference_step,
    judging_step,
    own_instances_request,
    refused,
    run,
)

from evalbook.sandbox import Sandbox
from evalbook.sandbox.shapes import check_answer, service_model
from evalbook.sandbox.world import (
    ACCOUNT,
    AGENT_TRAINING_JOB,
    DATASET_HUB,
    DEPLOYMENT,
    IMPORTED,
    package_arn,
)

PROFILE = "us.anthropic.claude-sonnet-4-5-20250929-v1:0"
PUBLIC = "SageMakerPublicHub"
MODEL = "nova-textgeneration-lite"
SOURCE = {"SourceUri": package_arn("support-bot", 2)}
APP = {"Name": "mine", "ArtifactStoreUri": "s3://evalbook-results/mlflow", "RoleArn": ROLE}
PIPELINE = {
    "PipelineName": "mine",
    "RoleArn": ROLE,
    "PipelineDefinition": definition(inference_step()),
}

# Service, operation and arguments; "$name" is replaced by what `prepared` has under that name.
QUESTIONS: list[tuple[str, str, dict[str, Any]]] = [
    ("bedrock", "GetCustomModelDeployment", {"customModelDeploymentIdentifier": DEPLOYMENT}),
    ("bedrock", "GetImportedModel", {"modelIdentifier": IMPORTED}),
    ("bedrock", "GetEvaluationJob", {"jobIdentifier": "$evaluation"}),
    ("bedrock", "GetFoundationModel", {"modelIdentifier": JUDGE}),
    ("bedrock", "GetInferenceProfile", {"inferenceProfileIdentifier": PROFILE}),
    ("bedrock", "ListEvaluationJobs", {"nameContains": "custom-llmaj-eval"}),
    ("bedrock", "ListFoundationModels", {}),
    ("bedrock", "ListInferenceProfiles", {}),
    ("iam", "SimulatePrincipalPolicy", {"PolicySourceArn": ROLE, "ActionNames": ["s3:GetObject"]}),
    ("sagemaker", "CreateArtifact", {"Source": SOURCE, "ArtifactType": "Model"}),
    ("sagemaker", "CreateMlflowApp", APP),
    ("sagemaker", "CreatePipeline", {**PIPELINE, "ClientRequestToken": "c" * 32}),
    ("sagemaker", "CreateTrainingJob", own_instances_request("on-instances-1")),
    ("sagemaker", "ListTrainingJobs", {"NameContains": "support-bot"}),
    ("sagemaker", "DescribeArtifact", {"ArtifactArn": "$artifact"}),
    ("sagemaker", "DescribeHub", {"HubName": DATASET_HUB}),
    (
        "sagemaker",
        "DescribeHubContent",
        {"HubName": PUBLIC, "HubContentType": "Model", "HubContentName": MODEL},
    ),
    (
        "sagemaker",
        "DescribeJob",
        {"JobName": AGENT_TRAINING_JOB, "JobCategory": "AgentRFT"},
    ),
    ("sagemaker", "ListJobs", {"JobCategory": "AgentRFT"}),
    ("sagemaker", "DescribeMlflowApp", {"Arn": "$mlflow"}),
    ("sagemaker", "CreatePresignedMlflowAppUrl", {"Arn": "$mlflow"}),
    (
        "sagemaker",
        "DescribeMlflowTrackingServer",
        {"TrackingServerName": "team-tracking"},
    ),
    ("sagemaker", "DescribePipelineExecution", {"PipelineExecutionArn": "$execution"}),
    ("sagemaker", "DescribeTrainingJob", {"TrainingJobName": "$job"}),
    ("sagemaker", "ListArtifacts", SOURCE),
    ("sagemaker", "ListHubContents", {"HubName": PUBLIC, "HubContentType": "Model"}),
    ("sagemaker", "ListHubs", {}),
    ("sagemaker", "ListMlflowApps", {"AccountDefaultStatus": "ENABLED"}),
    ("sagemaker", "ListMlflowTrackingServers", {}),
    ("sagemaker", "ListPipelineExecutionSteps", {"PipelineExecutionArn": "$execution"}),
    ("sagemaker", "ListPipelineExecutions", {"PipelineName": "SagemakerEvaluation-run-1"}),
    ("sagemaker", "StartPipelineExecution", {"PipelineName": "SagemakerEvaluation-run-1"}),
    ("sagemaker", "StopPipelineExecution", {"PipelineExecutionArn": "$running"}),
    ("sagemaker", "UpdatePipeline", {**PIPELINE, "PipelineName": "SagemakerEvaluation-run-1"}),
]


@pytest.fixture(scope="module")
def prepared(shared_sandbox: Sandbox) -> dict[str, str]:
    shared_sandbox.reset()
    sagemaker = client_of(shared_sandbox, "sagemaker")
    execution = run(shared_sandbox, sagemaker, inference_step(), judging_step())
    steps = sagemaker.list_pipeline_execution_steps(PipelineExecutionArn=execution)
    job = steps["PipelineExecutionSteps"][0]["Metadata"]["TrainingJob"]["Arn"].split("/")[-1]
    jobs = client_of(shared_sandbox, "bedrock").list_evaluation_jobs()["jobSummaries"]
    running = sagemaker.start_pipeline_execution(
        PipelineName="SagemakerEvaluation-run-1", PipelineExecutionDisplayName="stuck-run"
    )
    artifact = sagemaker.create_artifact(Source={"SourceUri": DATASET}, ArtifactType="DataSet")
    return {
        "$execution": execution,
        "$running": running["PipelineExecutionArn"],
        "$job": job,
        "$evaluation": jobs[0]["jobArn"],
        "$artifact": artifact["ArtifactArn"],
        "$mlflow": sagemaker.list_mlflow_apps()["Summaries"][0]["Arn"],
    }


@pytest.fixture
def client(shared_sandbox: Sandbox, prepared: dict[str, str]) -> Callable[..., Any]:
    """The folder's own resets the sandbox, and what was prepared with it, in whatever order."""
    assert prepared
    return partial(client_of, shared_sandbox)


@pytest.mark.parametrize(("service", "operation", "arguments"), QUESTIONS)
def test_answer_fits_the_service_model(
    shared_sandbox: Sandbox,
    prepared: dict[str, str],
    service: str,
    operation: str,
    arguments: dict[str, Any],
) -> None:
    from botocore import xform_name

    filled = {
        name: prepared.get(value, value) if isinstance(value, str) else value
        for name, value in arguments.items()
    }

    answer = getattr(client_of(shared_sandbox, service), xform_name(operation))(**filled)

    del answer["ResponseMetadata"]
    assert answer
    check_answer(service, operation, answer)


def test_every_added_operation_is_asked() -> None:
    from evalbook.sandbox.bedrock.responses import BedrockResponse
    from evalbook.sandbox.iam.responses import IamResponse
    from evalbook.sandbox.sagemaker.responses import SageMakerResponse

    added = {
        operation
        for service, responses in (
            ("bedrock", BedrockResponse),
            ("iam", IamResponse),
            ("sagemaker", SageMakerResponse),
        )
        for operation in operations_of(service, responses)
    }

    # Of these only the question is read otherwise, the answer is moto's own or empty.
    narrowed = {"DescribeModelPackage", "DescribeModelPackageGroup", "StopTrainingJob"}
    assert added == narrowed | {operation for _, operation, _ in QUESTIONS}


def operations_of(service: str, responses: type) -> Iterator[str]:
    from botocore import xform_name

    for operation in service_model(service).operation_names:
        if xform_name(operation) in vars(responses):
            yield operation


def test_operation_that_neither_has_fails_loudly(client: Any) -> None:
    from botocore.exceptions import ClientError

    with pytest.raises(ClientError, match="list_guardrails action has not been implemented") as why:
        client("bedrock").list_guardrails()

    assert why.value.response["ResponseMetadata"]["HTTPStatusCode"] == 501


MISTAKE = """
from datetime import date
from werkzeug.test import Client
from evalbook.sandbox.bedrock.models import FoundationModel, bedrock_in
from evalbook.sandbox.server import SimulatedAws

aws = SimulatedAws()
model = FoundationModel("too.long", "A name of more than twenty letters", "Us", date(2026, 1, 1))
bedrock_in("123456789012", "us-east-1").models["too.long"] = model
signed = "AWS4-HMAC-SHA256 Credential=ASIASANDBOXCALLER000/20260101/us-east-1/bedrock/aws4_request,"
answer = Client(aws).get(
    "/foundation-models/too.long", headers={"Authorization": signed}
)
print(answer.status_code, answer.text)
"""


def test_answer_that_does_not_fit_never_leaves() -> None:
    found = subprocess.run(
        [sys.executable, "-c", MISTAKE], capture_output=True, text=True, check=True
    )

    assert found.stdout.startswith('500 {"__type": "SandboxMistake"')
    assert "bedrock:GetFoundationModel would answer modelDetails.modelName: 34 is" in found.stdout


def test_pages_follow_each_other(client: Any) -> None:
    pages = (
        client("bedrock")
        .get_paginator("list_inference_profiles")
        .paginate(PaginationConfig={"PageSize": 4})
    )

    sizes = [len(page["inferenceProfileSummaries"]) for page in pages]

    assert sizes == [4, 3]


def test_base_model_survives_creation(client: Any) -> None:
    sagemaker = client("sagemaker")
    base = {"HubContentName": MODEL, "HubContentVersion": "1.0.0"}
    arn = sagemaker.create_model_package(
        ModelPackageGroupName="empty-group",
        InferenceSpecification={
            "Containers": [{"Image": f"{ACCOUNT}.dkr.ecr/x:1", "BaseModel": base}]
        },
    )["ModelPackageArn"]

    package = sagemaker.describe_model_package(ModelPackageName=arn)

    assert package["InferenceSpecification"]["Containers"][0]["BaseModel"] == base


def test_versioned_package_is_known_by_its_arn_only(client: Any) -> None:
    with refused("ValidationException"):
        client("sagemaker").describe_model_package(ModelPackageName="support-bot")


def test_group_is_known_by_its_arn_too(client: Any) -> None:
    sagemaker = client("sagemaker")
    arn = "arn:aws:sagemaker:us-east-1:123456789012:model-package-group/support-bot"

    group = sagemaker.describe_model_package_group(ModelPackageGroupName=arn)

    assert group["ModelPackageGroupArn"] == arn


def test_hub_document_of_a_base_model_lists_its_recipes(client: Any) -> None:
    name = BASE.split("/")[-2]

    content = client("sagemaker").describe_hub_content(
        HubName=PUBLIC, HubContentType="Model", HubContentName=name
    )

    recipes = json.loads(content["HubContentDocument"])["RecipeCollection"]
    assert content["HubContentArn"] == BASE
    assert [recipe["EvaluationType"] for recipe in recipes if recipe["Type"] == "Evaluation"] == [
        "DeterministicEvaluation",
        "LLMAJEvaluation",
    ]
