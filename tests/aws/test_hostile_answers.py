"""What is no answer of AWS's, from a real server in its place: never a fact, never a traceback."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from evalbook.aws.judges import find_judges
from evalbook.aws.model_packages import resolve_package
from evalbook.aws.roles import check_role, find_execution_role
from evalbook.aws.runs import run_of
from evalbook.aws.s3 import S3Uri, describe_object, read_chunks, read_head
from evalbook.aws.s3_writes import write_probe
from evalbook.aws.session import Aws, in_parallel
from evalbook.errors import AwsUnavailable

Answer = Callable[[Any], None]
Endpoint = Callable[..., Aws]

REGION = "us-east-1"
RUN = f"arn:aws:sagemaker:{REGION}:123456789012:pipeline/p/execution/abc"
GROUP = f"arn:aws:sagemaker:{REGION}:123456789012:model-package-group/support-bot"

# Every question that evalbook asks, in the least words.
QUESTIONS: dict[str, dict[str, dict[str, Any]]] = {
    "bedrock": {
        "get_foundation_model": {"modelIdentifier": "a.b"},
        "list_inference_profiles": {},
        "get_evaluation_job": {
            "jobIdentifier": f"arn:aws:bedrock:{REGION}:123456789012:evaluation-job/a1b2c3d4e5f6"
        },
        "list_evaluation_jobs": {},
    },
    "bedrock-agentcore-control": {"list_agent_runtimes": {}},
    "ec2": {"describe_subnets": {}, "describe_security_groups": {}},
    "iam": {
        "get_role": {"RoleName": "r"},
        "list_roles": {},
        "simulate_principal_policy": {"PolicySourceArn": "a" * 20, "ActionNames": ["s3:GetObject"]},
    },
    "kms": {"describe_key": {"KeyId": "k"}},
    "lambda": {"get_function_configuration": {"FunctionName": "f"}},
    "logs": {
        "describe_log_streams": {"logGroupName": "g"},
        "get_log_events": {"logGroupName": "g", "logStreamName": "s"},
    },
    "pricing": {"get_products": {"ServiceCode": "AmazonBedrock"}},
    "s3": {
        "head_bucket": {"Bucket": "bucket"},
        "head_object": {"Bucket": "bucket", "Key": "k"},
        "get_object": {"Bucket": "bucket", "Key": "k"},
        "get_bucket_location": {"Bucket": "bucket"},
        "list_objects_v2": {"Bucket": "bucket"},
        "list_buckets": {},
        "delete_object": {"Bucket": "bucket", "Key": "k"},
    },
    "sagemaker": {
        "describe_model_package": {"ModelPackageName": "m"},
        "describe_model_package_group": {"ModelPackageGroupName": "g"},
        "list_model_packages": {},
        "list_model_package_groups": {},
        "describe_training_job": {"TrainingJobName": "j"},
        "describe_pipeline_execution": {"PipelineExecutionArn": RUN},
        "list_pipeline_execution_steps": {"PipelineExecutionArn": RUN},
        "describe_pipeline_definition_for_execution": {"PipelineExecutionArn": RUN},
        "list_pipelines": {},
        "list_pipeline_executions": {"PipelineName": "p"},
        "stop_pipeline_execution": {"PipelineExecutionArn": RUN},
        "describe_hub_content": {
            "HubName": "h",
            "HubContentType": "Model",
            "HubContentName": "m",
        },
        "list_hub_contents": {"HubName": "h", "HubContentType": "Model"},
        "list_mlflow_apps": {},
        "list_tags": {"ResourceArn": "a"},
        "describe_job": {"JobName": "j", "JobCategory": "AgentRFT"},
        "list_jobs": {"JobCategory": "AgentRFT"},
    },
    "service-quotas": {"list_service_quotas": {"ServiceCode": "bedrock"}},
    "sts": {"get_caller_identity": {}},
}

PAGE = b"<html><head><title>Sign in</title></head><body><p>Hotel Wi-Fi</p></body></html>"
HOSTILE: dict[str, tuple[int, bytes]] = {
    "a sign-in page": (200, b"<!doctype html><p>Hotel Wi-Fi<br>Sign in"),
    "a sign-in page that is XML": (200, PAGE),
    "a sign-in page behind an error": (404, PAGE),
    "a proxy's refusal": (403, PAGE),
    "null": (200, b"null"),
    "a list": (200, b"[]"),
    "an empty object": (200, b"{}"),
    "a number": (200, b"7"),
    "nothing": (200, b""),
    "no UTF-8": (200, b"\xff\xfe\x00{"),
    "JSON cut short": (200, b'{"Roles": [{"RoleName": "a'),
    "XML cut short": (200, b"<ListBucketResult><Name>a</Name><Contents><Key>"),
    "control characters": (200, b"<R><Contents><Key>a&#x1;\x02</Key></Contents></R>"),
    "deep nesting": (200, b'{"a":' * 100_000),
    "a teapot": (418, b"short and stout"),
    "a redirect without a place": (301, b""),
    "an error of another world": (400, b'{"__type": "TeaPotException", "message": "no"}'),
}


def says(status: int, body: bytes, **headers: str) -> Answer:
    def answer(request: Any) -> None:
        request.rfile.read(int(request.headers.get("Content-Length") or 0))
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        if request.command != "HEAD":
            request.wfile.write(body)

    return answer


def knows_the_caller(other: Answer) -> Answer:
    """Answer who is asking as STS does, and everything else as ``other``."""
    me = b"""<GetCallerIdentityResponse><GetCallerIdentityResult><Account>123456789012</Account>
    <Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>U</UserId></GetCallerIdentityResult>
    </GetCallerIdentityResponse>"""

    def answer(request: Any) -> None:
        if "/sts/" in request.headers.get("Authorization", ""):
            says(200, me)(request)
        else:
            other(request)

    return answer


@pytest.mark.parametrize(("status", "body"), HOSTILE.values(), ids=HOSTILE)
def test_no_question_takes_it_for_an_answer(endpoint: Endpoint, status: int, body: bytes) -> None:
    aws = endpoint(says(status, body))

    def ask(service: Any, operation: str, params: dict[str, Any]) -> Any:
        try:
            return operation, getattr(aws.client(service, REGION), operation)(**params)
        except AwsUnavailable as error:
            return None if not {"\n", "<"} & {*error.message} else error.message

    questions = [
        partial(ask, service, operation, params)
        for service, asked in QUESTIONS.items()
        for operation, params in asked.items()
    ]
    assert {*in_parallel(questions)} == {None}


FORMS = ["a sign-in page that is XML", "null", "an empty object", "a teapot", "a proxy's refusal"]


@pytest.mark.parametrize(("status", "body"), [HOSTILE[it] for it in FORMS], ids=FORMS)
def test_nothing_is_missing_because_of_it(endpoint: Endpoint, status: int, body: bytes) -> None:
    aws = endpoint(knows_the_caller(says(status, body)))
    questions: list[Callable[[], Any]] = [
        partial(check_role, aws, "EvaluationRole", region=REGION, actions_for="llm_as_judge"),
        partial(find_execution_role, aws, REGION, actions_for="llm_as_judge"),
        partial(resolve_package, aws, "support-bot", REGION),
        partial(resolve_package, aws, GROUP),
        partial(find_judges, aws, REGION),
        partial(describe_object, aws, S3Uri("bucket", "faq.jsonl")),
        partial(read_head, aws, S3Uri("bucket", "faq.jsonl")),
        partial(run_of(RUN).describe, aws),
        partial(run_of(RUN).list_steps, aws),
    ]
    for ask in questions:
        with pytest.raises(AwsUnavailable):
            ask()


def test_nothing_was_written_where_something_else_answered(endpoint: Endpoint) -> None:
    with pytest.raises(AwsUnavailable, match="PutObject could not be read"):
        write_probe(endpoint(says(404, PAGE)), S3Uri("bucket", "out/"))


def test_what_to_look_at_is_said(endpoint: Endpoint) -> None:
    aws = endpoint(says(200, PAGE))

    with pytest.raises(AwsUnavailable) as caught:
        aws.client("iam").get_role(RoleName="r")

    assert caught.value.message == (
        "AWS's answer to GetRole could not be read: it does not look like an answer from AWS."
    )
    assert caught.value.remedy == (
        f"{aws.client('iam').meta.endpoint_url} was asked. A proxy or a network's sign-in page may "
        "have answered instead: check HTTPS_PROXY, AWS_ENDPOINT_URL and the network, and "
        "try again."
    )


LISTINGS: list[tuple[str, str, bytes]] = [
    ("sagemaker", "list_model_packages", b'{"ModelPackageSummaryList": []}'),
    ("sagemaker", "list_pipelines", b'{"PipelineSummaries": [], "NextToken": "2"}'),
    (
        "s3",
        "list_objects_v2",
        b"<ListBucketResult><Name>a</Name><IsTruncated>true</IsTruncated></ListBucketResult>",
    ),
]


@pytest.mark.parametrize(("service", "operation", "body"), LISTINGS)
def test_a_listing_cut_half_way_is_no_short_list(
    endpoint: Endpoint, service: Any, operation: str, body: bytes
) -> None:
    def cut(request: Any) -> None:
        request.rfile.read(int(request.headers.get("Content-Length") or 0))
        request.send_response(200)
        request.send_header("x-amz-request-id", "1")
        request.end_headers()  # HTTP/1.0: the body ends where the connection does
        request.wfile.write(body if b"Next" in body or service == "s3" else body[:-10])

    client = endpoint(cut).client(service, REGION)
    params = {"Bucket": "bucket"} if service == "s3" else {}

    with pytest.raises(AwsUnavailable, match="could not be read"):
        list(client.get_paginator(operation).paginate(**params))


@pytest.mark.parametrize("status", [301, 302, 307])
def test_endless_redirects_end(endpoint: Endpoint, status: int) -> None:
    aws = endpoint(says(status, b"", Location="/again"))

    for ask in (
        lambda: aws.client("s3").head_object(Bucket="bucket", Key="k"),
        lambda: aws.client("s3").list_objects_v2(Bucket="bucket"),
        lambda: aws.client("sagemaker").list_model_packages(),
    ):
        with pytest.raises(AwsUnavailable):
            ask()


# --- no wait without end ------------------------------------------------------------------------


def silent(_: Any) -> None:
    time.sleep(1.5)


def impatient(aws: Aws) -> Aws:
    return Aws(region=aws.default_region, patience=0.3)


@pytest.fixture
def quick(endpoint: Endpoint) -> Callable[[Answer], Aws]:
    return lambda answer: impatient(endpoint(answer))


def test_an_aws_that_never_answers_is_given_up_and_named(quick: Callable[[Answer], Aws]) -> None:
    aws = quick(silent)
    aws.client("iam"), aws.client("sagemaker")  # made one after the other
    began = time.monotonic()

    with pytest.raises(AwsUnavailable) as caught:
        in_parallel(
            [
                lambda: aws.client("iam").get_role(RoleName="r"),
                lambda: aws.client("sagemaker").list_model_packages(),
            ]
        )

    assert time.monotonic() - began < 1
    assert caught.value.code == "no_answer"
    assert caught.value.message == (
        "AWS did not answer iam:GetRole and sagemaker:ListModelPackages within 0.3 s."
    )


def test_what_a_write_that_was_given_up_may_have_left_is_named(
    quick: Callable[[Answer], Aws],
) -> None:
    with pytest.raises(
        AwsUnavailable, match=r"object of 8 bytes is left behind: s3://bucket/out/evalb"
    ):
        write_probe(quick(silent), S3Uri("bucket", "out/"))


def test_answers_that_come_byte_by_byte_are_given_up_too(quick: Callable[[Answer], Aws]) -> None:
    def drip(request: Any) -> None:
        request.send_response(200)
        request.send_header("Content-Length", "1000")
        request.end_headers()
        for _ in range(15):
            request.wfile.write(b" ")
            time.sleep(0.1)

    aws = quick(drip)

    with pytest.raises(AwsUnavailable, match=r"did not answer iam:GetRole within"):
        aws.client("iam").get_role(RoleName="r")


def test_slow_answers_add_up_within_a_turn_and_are_told_outside(endpoint: Endpoint) -> None:
    def slow(request: Any) -> None:
        time.sleep(0.2)
        says(200, b'{"PipelineSummaries": []}')(request)

    told: list[str] = []
    aws = Aws(region=endpoint(slow).default_region, patience=0.3, tell=told.append)
    aws.client("sagemaker").list_pipelines()
    aws.client("sagemaker").list_pipelines()

    assert told
    assert {*told} == {"AWS is slow: 0 s so far, now sagemaker:ListPipelines. Ctrl-C cancels."}
    told.clear()
    with aws.turn():
        aws.client("sagemaker").list_pipelines()
        time.sleep(0.3)  # what is done with an answer is no waiting
        with pytest.raises(AwsUnavailable, match="did not answer"):
            aws.client("sagemaker").list_pipelines()
    with aws.turn():
        aws.client("sagemaker").list_pipelines()
    assert told == []


def test_an_object_that_stops_arriving_is_given_up(quick: Callable[[Answer], Aws]) -> None:
    def stalls(request: Any) -> None:
        request.send_response(200)
        for name, value in {"ETag": '"1"', "x-amz-request-id": "1", "Content-Length": "9"}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(b"half")
        time.sleep(1.5)

    aws = quick(stalls)
    began = time.monotonic()

    with pytest.raises(AwsUnavailable):
        list(read_chunks(aws, S3Uri("bucket", "k"), 2))
    assert time.monotonic() - began < 1


@pytest.fixture
def hears_ctrl_c() -> Iterator[None]:
    """Hear SIGINT, which a shell has what it runs in the background ignore."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("hears_ctrl_c")
def test_ctrl_c_ends_a_wait_at_once(endpoint: Endpoint) -> None:
    aws = endpoint(silent)
    main = threading.main_thread().ident
    assert main is not None
    threading.Timer(0.2, signal.pthread_kill, (main, signal.SIGINT)).start()
    began = time.monotonic()

    with pytest.raises(KeyboardInterrupt):
        in_parallel([lambda: aws.client("iam").get_role(RoleName="r")] * 20)
    assert time.monotonic() - began < 1
