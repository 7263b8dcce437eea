from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from border import answer
from botocore.stub import Stubber

from evalbook.aws.mlflow import MlflowResource, check_mlflow_arn, list_mlflow_resources, plan_mlflow
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected

Stub = Callable[..., Stubber]
OURS = "arn:aws:sagemaker:us-east-1:123456789012"
APP = f"{OURS}:mlflow-app/app-1"
SERVER = f"{OURS}:mlflow-tracking-server/team"


def an_app(name: str, status: str) -> dict[str, str]:
    return {"Arn": f"{OURS}:mlflow-app/{name}", "Name": name, "Status": status}


def plan(aws: Aws, stub: Stub, *apps: dict[str, str]) -> Any:
    stub("sagemaker").add_response("list_mlflow_apps", {"Summaries": list(apps)})
    return plan_mlflow(aws, "us-east-1")


def rejection(aws: Aws, text: str) -> AnswerRejected:
    with pytest.raises(AnswerRejected) as caught:
        check_mlflow_arn(aws, text, "us-east-1")
    return caught.value


def test_the_first_app_that_is_ready_is_taken(aws: Aws, stub: Stub) -> None:
    apps = [an_app("new", "Creating"), an_app("team", "Updated"), an_app("old", "Created")]

    check = plan(aws, stub, *apps)

    assert (check.id, check.status) == ("mlflow.plan", "passed")
    assert check.message == 'The SDK will log to the MLflow app "team".'


def test_a_ready_app_on_a_later_page_is_found(aws: Aws, stub: Stub) -> None:
    sagemaker = stub("sagemaker")
    first = {"Summaries": [an_app("new", "Creating")], "NextToken": "2"}
    sagemaker.add_response("list_mlflow_apps", first)
    sagemaker.add_response("list_mlflow_apps", {"Summaries": [an_app("team", "Created")]})

    assert plan_mlflow(aws, "us-east-1").status == "passed"


def test_without_an_app_one_will_be_created(aws: Aws, stub: Stub) -> None:
    check = plan(aws, stub)

    assert check.status == "warning"
    assert check.message == (
        "There is no MLflow app in us-east-1: the SDK will create one before the evaluation "
        "starts. That takes a few minutes (it waits at most ten) and creates a bucket "
        "sagemaker-us-east-1-ACCOUNT if there is none; you pay for what the app stores there."
    )


def test_where_no_app_is_ready_one_will_be_created(aws: Aws, stub: Stub) -> None:
    check = plan(aws, stub, an_app("new", "Creating"), an_app("old", "UpdateFailed"))

    assert check.status == "warning"
    assert check.message.startswith(
        "No MLflow app is ready (new: Creating, old: UpdateFailed) in us-east-1: the SDK will"
    )


def test_where_apps_may_not_be_listed_the_plan_cannot_be_told(aws: Aws, stub: Stub) -> None:
    stub("sagemaker").add_client_error("list_mlflow_apps", "AccessDeniedException", "no")

    check = plan_mlflow(aws, "us-east-1")

    assert check.status == "skipped"
    assert check.message == (
        "It is not known which MLflow app the SDK would use: sagemaker:ListMlflowApps was denied: "
        "no. If it may not list them either, it continues without MLflow."
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("Created", "passed"),
        ("Updated", "passed"),
        ("Creating", "warning"),
        ("UpdateFailed", "warning"),
    ],
)
def test_an_app_is_checked_by_its_status(aws: Aws, stub: Stub, status: str, expected: str) -> None:
    answer = {"Arn": APP, "Status": status}
    stub("sagemaker").add_response("describe_mlflow_app", answer, {"Arn": APP})

    arn, checks = check_mlflow_arn(aws, f" {APP}\n", "us-east-1")

    assert arn == APP
    assert [(check.id, check.status) for check in checks] == [("mlflow.resource", expected)]


@pytest.mark.parametrize(
    ("status", "expected"),
    [("Created", "passed"), ("Started", "passed"), ("MaintenanceInProgress", "warning")],
)
def test_a_tracking_server_is_checked_by_its_status(
    aws: Aws, stub: Stub, status: str, expected: str
) -> None:
    answer = {"TrackingServerArn": SERVER, "TrackingServerStatus": status}
    asked = {"TrackingServerName": "team"}
    stub("sagemaker").add_response("describe_mlflow_tracking_server", answer, asked)

    arn, checks = check_mlflow_arn(aws, SERVER, "us-east-1")

    assert arn == SERVER
    assert checks[0].status == expected


def test_a_stopped_tracking_server_is_to_be_started(aws: Aws, stub: Stub) -> None:
    answer = {"TrackingServerArn": SERVER, "TrackingServerStatus": "Stopped"}
    stub("sagemaker").add_response("describe_mlflow_tracking_server", answer)

    rejected = rejection(aws, SERVER)

    assert rejected.message == (
        "The MLflow tracking server team can't be used: its status is Stopped."
    )
    assert rejected.remedy == (
        "Start it (`aws sagemaker start-mlflow-tracking-server --tracking-server-name team`), "
        "or give another."
    )


def test_an_app_that_failed_is_rejected(aws: Aws, stub: Stub) -> None:
    answer = {"Arn": APP, "Status": "CreateFailed"}
    stub("sagemaker").add_response("describe_mlflow_app", answer)

    rejected = rejection(aws, APP)

    assert (rejected.code, rejected.remedy) == ("mlflow.status", "Give another, or none.")


def test_an_app_that_is_not_there_is_rejected(aws: Aws, stub: Stub) -> None:
    stub("sagemaker").add_client_error("describe_mlflow_app", "ResourceNotFound")

    rejected = rejection(aws, APP)

    assert rejected.code == "mlflow.missing"
    assert rejected.message == f"There is no MLflow app {APP} in this account."


def test_another_accounts_server_is_not_taken_for_our_own(aws: Aws, stub: Stub) -> None:
    answer = {"TrackingServerArn": SERVER, "TrackingServerStatus": "Created"}
    stub("sagemaker").add_response("describe_mlflow_tracking_server", answer)

    assert rejection(aws, SERVER.replace("123456789012", "210987654321")).code == "mlflow.missing"


def test_an_app_that_may_not_be_described_is_taken_with_a_warning(aws: Aws, stub: Stub) -> None:
    stub("sagemaker").add_client_error("describe_mlflow_app", "AccessDeniedException")

    arn, checks = check_mlflow_arn(aws, APP, "us-east-1")

    assert arn == APP
    assert checks[0].status == "warning"
    assert checks[0].remedy == "Grant sagemaker:DescribeMlflowApp so that evalbook can check this."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("team", '"team" is not the ARN of an MLflow app or tracking server.'),
        (f"{OURS}:mlflow-app/", f"{OURS}:mlflow-app/ is incomplete. "),
        (f"{OURS}:endpoint/team", f"{OURS}:endpoint/team is a SageMaker endpoint. "),
    ],
)
def test_what_is_no_mlflow_arn_is_named(aws: Aws, text: str, message: str) -> None:
    rejected = rejection(aws, text)

    assert rejected.code == "mlflow.form"
    assert rejected.message.removesuffix("An MLflow app or tracking server is needed.") == message


def test_an_app_in_another_region_is_rejected(aws: Aws) -> None:
    elsewhere = APP.replace("us-east-1", "eu-west-1")

    rejected = rejection(aws, elsewhere)

    assert rejected.code == "mlflow.region"
    assert rejected.message == f"{elsewhere} is in eu-west-1, the evaluation in us-east-1."


def test_apps_and_servers_that_are_being_deleted_are_not_offered(aws: Aws) -> None:
    apps = [an_app("app-1", "Updated"), an_app("app-2", "Deleted")]
    server = {
        "TrackingServerArn": SERVER,
        "TrackingServerName": "team",
        "TrackingServerStatus": "Deleting",
    }
    answer(aws.client("sagemaker"), "ListMlflowApps", lambda _: {"Summaries": apps})
    answer(
        aws.client("sagemaker"),
        "ListMlflowTrackingServers",
        lambda _: {"TrackingServerSummaries": [server]},
    )

    found, checks = list_mlflow_resources(aws, "us-east-1")

    assert found == [MlflowResource(APP, "app-1", "MLflow app", "Updated")]
    assert checks == []


def test_what_can_not_be_listed_is_said_and_the_rest_offered(aws: Aws) -> None:
    server = {
        "TrackingServerArn": SERVER,
        "TrackingServerName": "team",
        "TrackingServerStatus": "Created",
    }
    answer(aws.client("sagemaker"), "ListMlflowApps", lambda _: "AccessDeniedException")
    answer(
        aws.client("sagemaker"),
        "ListMlflowTrackingServers",
        lambda _: {"TrackingServerSummaries": [server]},
    )

    found, [check] = list_mlflow_resources(aws, "us-east-1")

    assert [it.arn for it in found] == [SERVER]
    assert (check.id, check.status) == ("mlflow.list", "skipped")
    assert check.remedy == "Give an ARN, or ask for sagemaker:ListMlflowApps."
