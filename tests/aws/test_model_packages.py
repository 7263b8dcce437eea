from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import pytest
from border import answer
from moto.sagemaker.models import sagemaker_backends

from evalbook.aws.found import BaseModel
from evalbook.aws.model_packages import resolve_package
from evalbook.aws.session import Aws
from evalbook.aws.training import find_package_of_job
from evalbook.errors import AnswerRejected, AwsUnavailable
from evalbook.sandbox import world

ACCOUNT = "123456789012"
NEW_YEAR = datetime(2026, 1, 1, tzinfo=timezone.utc)
LLAMA = {
    "HubContentName": "meta-textgeneration-llama-3-2-1b-instruct",
    "HubContentVersion": "1.0.0",
}


def package_arn(name: str, region: str = "us-east-1") -> str:
    return f"arn:aws:sagemaker:{region}:{ACCOUNT}:model-package/{name}"


def group_arn(name: str) -> str:
    return f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:model-package-group/{name}"


def a_group(aws: Aws, name: str, region: str = "us-east-1") -> str:
    client = aws.client("sagemaker", region)
    return str(
        client.create_model_package_group(ModelPackageGroupName=name)["ModelPackageGroupArn"]
    )


def a_package(
    aws: Aws,
    group: str | None = "support-bot",
    *,
    name: str | None = None,
    base: dict[str, str] | None = LLAMA,
    status: str = "Completed",
    approval: str = "Approved",
    region: str = "us-east-1",
    **more: Any,
) -> str:
    container: dict[str, Any] = {"Image": "img", "ModelDataUrl": "s3://bucket/model.tar.gz"}
    if base is not None:
        container["BaseModel"] = base
    which = {"ModelPackageGroupName": group} if group else {"ModelPackageName": name}
    specification = {"Containers": [container], "SupportedContentTypes": ["application/json"]}
    made = aws.client("sagemaker", region).create_model_package(
        **which, InferenceSpecification=specification, ModelApprovalStatus=approval, **more
    )
    # moto completes every package at once.
    packages = sagemaker_backends[ACCOUNT][region].model_packages
    packages[made["ModelPackageArn"]].model_package_status = status
    return str(made["ModelPackageArn"])


def rejection(aws: Aws, text: str) -> AnswerRejected:
    with pytest.raises(AnswerRejected) as caught:
        resolve_package(aws, text)
    return caught.value


def test_versioned_arn_is_described_whole(aws: Aws) -> None:
    a_group(aws, "support-bot")
    job = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:training-job/tune-7"
    a_package(aws, MetadataProperties={"GeneratedBy": job})

    package = resolve_package(aws, package_arn("support-bot/1")).package

    assert package is not None
    assert (package.group, package.version, package.status) == ("support-bot", 1, "Completed")
    assert package.base_model == BaseModel(
        "meta-textgeneration-llama-3-2-1b-instruct",
        "1.0.0",
        "arn:aws:sagemaker:us-east-1:aws:hub-content/SageMakerPublicHub/Model/"
        "meta-textgeneration-llama-3-2-1b-instruct/1.0.0",
    )
    assert (package.region, package.account, package.partition) == ("us-east-1", ACCOUNT, "aws")
    assert package.training_job == "tune-7"
    assert (package.model_data, package.image) == ("s3://bucket/model.tar.gz", "img")
    assert package.created.endswith("+00:00")


@pytest.mark.parametrize(
    "text",
    [
        "support-bot",
        group_arn("support-bot"),
        package_arn("support-bot"),
        "SUPPORT",
        '"support-bot"',
    ],
)
def test_group_in_every_form_is_its_newest_version(aws: Aws, text: str) -> None:
    a_group(aws, "support-bot")
    a_package(aws)
    a_package(aws, approval="PendingManualApproval")

    resolution = resolve_package(aws, text)

    assert resolution.package is not None
    assert resolution.package.arn == package_arn("support-bot/2")
    assert "Its approval is pending; it can still be evaluated." in [
        check.message for check in resolution.checks
    ]
    assert not resolution.needs_yes


def test_name_and_version_is_that_version(aws: Aws) -> None:
    a_group(aws, "support-bot")
    a_package(aws)
    a_package(aws)

    package = resolve_package(aws, "support-bot/1").package

    assert package is not None
    assert package.arn == package_arn("support-bot/1")


def test_version_that_is_not_there_names_those_that_are(aws: Aws) -> None:
    a_group(aws, "support-bot")
    a_package(aws)
    a_package(aws)

    error = rejection(aws, "support-bot/9")

    assert error.code == "model.missing"
    assert error.message == 'Model package group "support-bot" has no version 9.'
    assert error.remedy == "Its newest versions are 2, 1."


def test_a_number_too_long_for_a_version_is_taken_for_a_word(aws: Aws) -> None:
    a_group(aws, "support-bot")

    assert rejection(aws, f"support-bot/{'1' * 5000}").code == "model.unusable"


def test_unusable_versions_are_passed_over_and_said(aws: Aws) -> None:
    a_group(aws, "support-bot")
    a_package(aws)
    a_package(aws, base=None)
    a_package(aws, base={"HubContentName": "llama"})
    a_package(aws, approval="Rejected")
    a_package(aws, status="Failed")
    a_package(aws, status="InProgress")

    resolution = resolve_package(aws, "support-bot")

    assert resolution.package is not None
    assert resolution.package.version == 1
    assert resolution.passed_over == (
        "version 6: InProgress",
        "version 5: Failed",
        "version 4: Rejected",
        "version 3: its base-model metadata lacks HubContentName or HubContentVersion",
        "version 2: its first container has no base-model metadata",
    )


def test_only_rejected_versions_need_a_yes(aws: Aws) -> None:
    a_group(aws, "support-bot")
    a_package(aws, approval="Rejected")
    a_package(aws, approval="Rejected")
    a_package(aws, status="Failed")

    resolution = resolve_package(aws, "support-bot")

    assert resolution.package is not None
    assert resolution.package.version == 2
    assert resolution.needs_yes
    assert resolution.passed_over == ("version 3: Failed",)


def test_rejected_version_named_itself_needs_a_yes(aws: Aws) -> None:
    a_group(aws, "support-bot")
    a_package(aws, approval="Rejected")

    assert resolve_package(aws, package_arn("support-bot/1")).needs_yes


def test_group_without_usable_version_is_rejected(aws: Aws) -> None:
    a_group(aws, "support-bot")
    a_package(aws, status="Failed")

    error = rejection(aws, "support-bot")

    assert error.code == "model.unusable"
    assert error.message == (
        'Model package group "support-bot" has no version that can be evaluated: version 1: Failed.'
    )


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("Failed", " is Failed: SageMaker gives no reason."),
        ("InProgress", " is InProgress. A Completed package is needed."),
        ("Deleting", " is Deleting."),
    ],
)
def test_unfinished_version_named_itself_is_rejected(aws: Aws, status: str, message: str) -> None:
    a_group(aws, "support-bot")
    arn = a_package(aws, status=status)

    error = rejection(aws, arn)

    assert error.code == "model.status"
    assert error.message == arn + message


def test_package_without_base_model_is_rejected_as_the_sdk_would(aws: Aws) -> None:
    a_group(aws, "support-bot")
    arn = a_package(aws, base=None)

    error = rejection(aws, arn)

    assert error.code == "model.base_model"
    assert error.message == (
        f"{arn} can't be evaluated: its first container has no base-model metadata. The SDK "
        "evaluates only packages made by SageMaker's fine-tuning."
    )


def test_legacy_package_without_group_is_rejected(aws: Aws) -> None:
    arn = a_package(aws, None, name="old-model")

    error = rejection(aws, arn)

    assert error.code == "model.unversioned"


def test_training_job_is_named_and_its_package_told(aws: Aws) -> None:
    job = f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:training-job/support-bot-7"
    answer(
        aws.client("sagemaker", "us-east-1"),
        "DescribeTrainingJob",
        lambda _: {
            "TrainingJobName": "support-bot-7",
            "TrainingJobArn": job,
            "ModelArtifacts": {"S3ModelArtifacts": "s3://bucket/model.tar.gz"},
            "TrainingJobStatus": "Completed",
            "SecondaryStatus": "Completed",
            "AlgorithmSpecification": {"TrainingInputMode": "File"},
            "ResourceConfig": {"VolumeSizeInGB": 1},
            "StoppingCondition": {},
            "CreationTime": NEW_YEAR,
            "OutputModelPackageArn": package_arn("support-bot/3"),
        },
    )

    error = rejection(aws, job)

    assert error.code == "model.kind"
    assert "training job" in error.message
    assert error.remedy == (
        f"Give the model package that it registered, {package_arn('support-bot/3')}."
    )


@pytest.mark.usefixtures("in_sandbox")
def test_package_of_an_unknown_training_job_is_none() -> None:
    assert find_package_of_job(Aws(), "no-such-job", None) is None


@pytest.mark.usefixtures("in_sandbox")
def test_package_of_a_multi_turn_rl_job_is_found_though_it_is_no_training_job() -> None:
    arn = find_package_of_job(Aws(), world.AGENT_TRAINING_JOB, None)

    assert arn == world.package_arn("travel-agent", 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "model.empty"),
        ("s3://bucket/model", "model.kind"),
        ("arn:aws:sagemaker", "model.arn"),
        ("arn:aws:sagemaker:us-east-1::model-package/x/1", "model.arn"),
        (f"arn:aws:sagemaker:us-east-1:{ACCOUNT}:endpoint/live", "model.kind"),
        (f"arn:aws:iam::{ACCOUNT}:role/x", "model.kind"),
        (f"arn:aws:sagemaker:us-esat-1:{ACCOUNT}:training-job/x", "model.kind"),
        ("!!!", "model.missing"),
    ],
)
def test_what_is_no_model_package_is_rejected(aws: Aws, text: str, code: str) -> None:
    assert rejection(aws, text).code == code


def test_region_is_taken_from_the_arn(aws: Aws) -> None:
    a_group(aws, "support-bot", "eu-west-2")
    arn = a_package(aws, region="eu-west-2")

    package = resolve_package(aws, arn).package

    assert package is not None
    assert package.region == "eu-west-2"


def test_several_groups_become_a_choice_newest_first(aws: Aws) -> None:
    for name in ("support-bot", "support-mail", "sales-bot"):
        a_group(aws, name)

    resolution = resolve_package(aws, "support")

    assert resolution.package is None
    assert [it.name for it in resolution.candidates] == ["support-mail", "support-bot"]


def test_a_text_of_thousands_of_words_is_not_looked_for(aws: Aws) -> None:
    with pytest.raises(AnswerRejected) as caught:
        resolve_package(aws, " ".join(f"word{n}" for n in range(4000)))

    assert caught.value.message == "You gave 4,000 words; evalbook searches for at most 12."


def test_groups_with_all_the_words_win_over_those_with_some(aws: Aws) -> None:
    for name in ("support-bot", "support-mail", "sales-bot"):
        a_group(aws, name)
    a_package(aws, "support-mail")

    resolution = resolve_package(aws, "mail support")

    assert resolution.package is not None
    assert resolution.package.group == "support-mail"


def test_groups_are_found_beyond_the_first_page(aws: Aws) -> None:
    for number in range(105):
        a_group(aws, f"bot-{number}")

    resolution = resolve_package(aws, "bot -")

    assert len(resolution.candidates) == 20
    assert resolution.checks[0].message == (
        '"bot -" matches 105 model package groups. The newest 20 are listed; add a word to '
        "narrow them down."
    )


def test_unknown_name_tells_near_names(aws: Aws) -> None:
    a_group(aws, "support-bot")

    error = rejection(aws, "suport-bot")

    assert error.code == "model.missing"
    assert error.remedy == 'Did you mean "support-bot"?'


def test_denied_package_of_another_account_is_rejected(aws: Aws) -> None:
    answer(
        aws.client("sagemaker", "us-east-1"),
        "DescribeModelPackage",
        lambda _: "AccessDeniedException",
    )

    error = rejection(aws, "arn:aws:sagemaker:us-east-1:999999999999:model-package/theirs/1")

    assert error.code == "model.denied"
    assert error.remedy == (
        "It belongs to account 999999999999, and you work in 123456789012: its owner must share "
        "the group with your account (by resource policy or AWS RAM)."
    )


@pytest.mark.parametrize("operation", ["DescribeModelPackageGroup", "ListModelPackages"])
def test_denied_group_is_rejected(aws: Aws, operation: str) -> None:
    a_group(aws, "support-bot")
    answer(aws.client("sagemaker", "us-east-1"), operation, lambda _: "AccessDeniedException")

    assert rejection(aws, "support-bot").code == "model.denied"


def test_china_package_is_understood_and_the_sdk_limit_said(aws: Aws) -> None:
    arn = "arn:aws-cn:sagemaker:cn-north-1:123456789012:model-package/support-bot/1"
    container = {"Image": "img", "BaseModel": LLAMA}
    described = {
        "ModelPackageName": "support-bot",
        "ModelPackageArn": arn,
        "CreationTime": NEW_YEAR,
        "ModelPackageStatus": "Completed",
        "ModelPackageStatusDetails": {"ValidationStatuses": []},
        "InferenceSpecification": {"Containers": [container]},
    }
    client = aws.client("sagemaker", "cn-north-1")
    answer(client, "DescribeModelPackage", lambda _: described)

    resolution = resolve_package(aws, arn)

    assert resolution.package is not None
    assert resolution.package.partition == "aws-cn"
    assert resolution.package.base_model is not None
    assert resolution.package.base_model.arn.startswith("arn:aws-cn:sagemaker:cn-north-1:aws:")
    assert [it.id for it in resolution.checks if it.status == "warning"] == ["model.partition"]


def test_throttling_is_no_rejection(aws: Aws) -> None:
    answer(
        aws.client("sagemaker", "us-east-1"),
        "DescribeModelPackageGroup",
        lambda _: "ThrottlingException",
    )

    with pytest.raises(AwsUnavailable):
        resolve_package(aws, "support-bot")
