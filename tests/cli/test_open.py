import pytest
from commands import run, the_document

from evalbook.sandbox.past.table import PAST_RUNS

pytestmark = pytest.mark.usefixtures("in_sandbox")

JUDGED = next(run for run in PAST_RUNS if run.name == "support-bot-v2")


def test_the_pages_of_a_run_are_those_of_its_execution_jobs_logs_and_results():
    document = the_document(run("open", JUDGED.name, "--json"))

    assert document["runs"] == [JUDGED.arn]
    pages = document["pages"]
    assert pages["run"][0].startswith("https://us-east-1.console.aws.amazon.com/sagemaker/")
    assert all("/report?job=" in url for url in pages["bedrock"])
    assert all("cloudwatch" in url for url in pages["logs"])
    assert pages["results"][0].startswith("https://s3.console.aws.amazon.com/s3/buckets/")


def test_the_address_is_printed_where_no_terminal_could_show_a_browser():
    finished = run("open", JUDGED.name, "--page", "results")

    assert finished.returncode == 0
    assert finished.stdout.startswith("https://s3.console.aws.amazon.com/")


def test_a_mistyped_name_is_answered_with_runs_of_like_names():
    finished = run("open", "suport-bot-v2")

    assert finished.returncode == 3
    assert "Did you mean support-bot-v2" in finished.stderr
