import pytest

from evalbook.console import build_console_url, build_logs_url

HERE = "us-east-1:123456789012"
EXECUTION = f"arn:aws:sagemaker:{HERE}:pipeline/SagemakerEvaluation-LLMAJ-1/execution/abc123"
JOB = f"arn:aws:sagemaker:{HERE}:training-job/EvaluateBase-1"
BEDROCK = f"arn:aws:bedrock:{HERE}:evaluation-job/xyz"
CONSOLE = "https://us-east-1.console.aws.amazon.com"


@pytest.mark.parametrize(
    ("name", "more", "url"),
    [
        (EXECUTION, {}, f"{CONSOLE}/sagemaker/home?region=us-east-1#/studio-landing"),
        (
            EXECUTION,
            {"domain": "d-9"},
            (
                "https://studio-d-9.studio.us-east-1.sagemaker.aws/pipelines/view/"
                "SagemakerEvaluation-LLMAJ-1/executions/abc123/graph"
            ),
        ),
        (JOB, {}, f"{CONSOLE}/sagemaker/home?region=us-east-1#/jobs/EvaluateBase-1"),
        (BEDROCK, {}, f"{CONSOLE}/bedrock/home?region=us-east-1#/eval/model-evaluation"),
        (
            BEDROCK,
            {"called": "judge-1"},
            (
                f"{CONSOLE}/bedrock/home?region=us-east-1#/eval/model-evaluation/report?job=judge-1"
                "&jobIdentifier=arn%3Aaws%3Abedrock%3Aus-east-1%3A123456789012%3Aevaluation-job%2Fxyz"
            ),
        ),
        (
            "arn:aws:iam::123456789012:role/service-role/EvaluationRole",
            {},
            "https://console.aws.amazon.com/iam/home#/roles/details/EvaluationRole",
        ),
        (
            "arn:aws-us-gov:sagemaker:us-gov-west-1:1:training-job/a",
            {},
            (
                "https://us-gov-west-1.console.amazonaws-us-gov.com/sagemaker/home"
                "?region=us-gov-west-1#/jobs/a"
            ),
        ),
        (
            "s3://evalbook-results/run 1/",
            {},
            "https://s3.console.aws.amazon.com/s3/buckets/evalbook-results?prefix=run%201/",
        ),
        ("s3://", {}, None),
        ("support-bot", {}, None),
        ("arn:aws:lambda:us-east-1:1:function:f", {}, None),
        ("arn:other:sagemaker:r:1:training-job/a", {}, None),
    ],
)
def test_an_arn_leads_to_its_page_in_the_console(name, more, url):
    assert build_console_url(name, **more) == url


def test_a_training_job_leads_to_its_logs_and_nothing_else_does():
    assert build_logs_url(JOB) == (
        f"{CONSOLE}/cloudwatch/home?region=us-east-1#logsV2:log-groups/log-group/"
        "$252Faws$252Fsagemaker$252FTrainingJobs$3FlogStreamNameFilter$3DEvaluateBase-1"
    )
    assert build_logs_url(EXECUTION) is None
