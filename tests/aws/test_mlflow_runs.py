"""What MLflow recorded of a multi-turn RL evaluation, and why it could not be checked."""

import pytest

from evalbook.aws.mlflow import TrackedRun, find_tracked_run, run_metrics
from evalbook.aws.session import Aws, AwsDenied, AwsInvalid, AwsMissing
from evalbook.errors import AwsUnavailable
from evalbook.sandbox import world

pytestmark = pytest.mark.usefixtures("in_sandbox")

APP = f"arn:aws:sagemaker:us-east-1:{world.ACCOUNT}:mlflow-app/app-SANDBOX00001"
UNKNOWN = TrackedRun(APP, "experiment", "run", "0" * 32)


def test_a_run_that_is_not_there_is_missing():
    with pytest.raises(AwsMissing, match=f"Run with id={'0' * 32} not found"):
        run_metrics(Aws(), UNKNOWN)


def test_an_app_that_is_not_there_is_missing():
    with pytest.raises(AwsMissing, match=r"There is no MLflow .arn:aws:sagemaker"):
        run_metrics(Aws(), TrackedRun(APP + "X", None, None, "1"))


def test_what_is_no_mlflow_is_not_asked():
    with pytest.raises(AwsInvalid, match="is not an MLflow app or tracking server"):
        run_metrics(Aws(), TrackedRun("arn:aws:s3:::mlflow-app", None, None, "1"))


def test_a_refusal_names_the_action(in_sandbox):
    in_sandbox.fail("sagemaker-mlflow:GetRun", "AccessDeniedException", status=403)

    with pytest.raises(AwsDenied, match="sagemaker-mlflow:GetRun was denied"):
        run_metrics(Aws(), UNKNOWN)


def test_a_server_out_of_reach_is_told_as_such(monkeypatch):
    monkeypatch.setenv("SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT", "http://127.0.0.1:9")

    with pytest.raises(AwsUnavailable) as caught:
        run_metrics(Aws(), UNKNOWN)

    assert caught.value.code == "no_network"


def test_a_job_that_does_not_exist_is_missing():
    with pytest.raises(AwsMissing):
        find_tracked_run(
            Aws(), f"arn:aws:sagemaker:us-east-1:{world.ACCOUNT}:job/AgentRFTEvaluation/none"
        )
