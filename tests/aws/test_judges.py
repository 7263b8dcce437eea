from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

import pytest
from border import answer
from botocore.exceptions import EndpointConnectionError

from evalbook.aws.found import Judge
from evalbook.aws.judges import check_judge, find_judges
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected, AwsUnavailable

REGION = "us-east-1"
BUCKET = "jumpstart-cache-prod-us-east-1"
KEY = "fmhMetadata/supported-llmaj-judge-models.json"
PAST = datetime(2025, 7, 21, tzinfo=timezone.utc)
FUTURE = datetime(2099, 3, 1, tzinfo=timezone.utc)


def a_list(aws: Aws, *ids: str, body: bytes | None = None) -> None:
    entries = {"supported_judge_models": [{"model_id": it} for it in ids]}
    s3 = aws.client("s3", REGION)
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=KEY, Body=body or json.dumps(entries).encode())


def a_model(
    model_id: str,
    name: str = "Claude",
    *,
    status: str = "ACTIVE",
    ends: datetime | None = None,
    kinds: tuple[str, ...] = ("ON_DEMAND",),
) -> dict[str, Any]:
    return {
        "modelArn": f"arn:aws:bedrock:{REGION}::foundation-model/{model_id}",
        "modelId": model_id,
        "modelName": name,
        "providerName": "Anthropic",
        "inferenceTypesSupported": list(kinds),
        "modelLifecycle": {"status": status} | ({"endOfLifeTime": ends} if ends else {}),
    }


def a_bedrock(aws: Aws, *models: dict[str, Any], **errors: str) -> list[dict[str, Any]]:
    """Bedrock with these models; ``errors`` maps an id with underscores to an AWS error code."""
    known = {model["modelId"]: model for model in models}

    def respond(params: Mapping[str, Any]) -> dict[str, Any] | str:
        wanted = params["modelIdentifier"]
        code = errors.get(wanted.replace(".", "_"), "ResourceNotFoundException")
        return {"modelDetails": known[wanted]} if wanted in known else code

    return answer(aws.client("bedrock", REGION), "GetFoundationModel", respond)


def profiles(aws: Aws, *ids: str, model: str, region: str = REGION) -> None:
    def summary(profile: str) -> dict[str, Any]:
        return {
            "inferenceProfileName": profile,
            "inferenceProfileArn": f"arn:aws:bedrock:{region}::inference-profile/{profile}",
            "inferenceProfileId": profile,
            "models": [{"modelArn": f"arn:aws:bedrock:us-west-2::foundation-model/{model}"}],
            "status": "ACTIVE",
            "type": "SYSTEM_DEFINED",
        }

    found = {"inferenceProfileSummaries": [summary(it) for it in ids]}
    answer(aws.client("bedrock", region), "ListInferenceProfiles", lambda _: found)


def rejection(aws: Aws, judge_id: str) -> AnswerRejected:
    with pytest.raises(AnswerRejected) as caught:
        check_judge(aws, REGION, judge_id)
    return caught.value


def test_usable_judges_are_offered_by_id(aws: Aws) -> None:
    a_list(aws, "b.two", "a.one")
    a_bedrock(aws, a_model("a.one", "One"), a_model("b.two", "Two", ends=FUTURE))

    offer = find_judges(aws, REGION)

    assert offer.judges == (
        Judge("a.one", "Anthropic One", "Anthropic", "ACTIVE", None, None, REGION),
        Judge("b.two", "Anthropic Two", "Anthropic", "ACTIVE", "2099-03-01", None, REGION),
    )
    assert [(it.id, it.status) for it in offer.checks] == [("judge.list", "passed")]


def test_judges_left_out_are_said_once_by_reason(aws: Aws) -> None:
    a_list(aws, "a.good", "a.gone", "a.bad", "a.old")
    a_bedrock(
        aws,
        a_model("a.good"),
        a_model("a.old", ends=PAST),
        a_bad="ValidationException",
    )

    offer = find_judges(aws, REGION)

    assert [it.id for it in offer.judges] == ["a.good"]
    assert offer.checks[1].id == "judge.left_out"
    assert offer.checks[1].status == "passed"
    assert offer.checks[1].message == (
        "Left out: Bedrock gives no information on it (ValidationException): a.bad; "
        "not available in us-east-1: a.gone; "
        "past its end of life (2025-07-21): a.old."
    )


def test_legacy_judge_is_kept_and_marked(aws: Aws) -> None:
    a_list(aws, "a.one")
    a_bedrock(aws, a_model("a.one", status="LEGACY", ends=FUTURE))

    (judge,) = find_judges(aws, REGION).judges

    assert judge.lifecycle == "LEGACY"
    assert judge.note == (
        "legacy: Bedrock refuses it if unused for 30 days in this account; end of life 2099-03-01"
    )


def test_denied_judge_is_left_out_with_a_warning(aws: Aws) -> None:
    a_list(aws, "a.one", "a.two")
    a_bedrock(aws, a_model("a.one"), a_two="AccessDeniedException")

    offer = find_judges(aws, REGION)

    assert [it.id for it in offer.judges] == ["a.one"]
    assert (offer.checks[1].id, offer.checks[1].status) == ("judge.left_out", "warning")


def test_all_denied_offers_nothing_and_says_so(aws: Aws) -> None:
    a_list(aws, "a.one", "a.two")
    a_bedrock(aws, a_one="AccessDeniedException", a_two="AccessDeniedException")

    offer = find_judges(aws, REGION)

    assert offer.judges == ()
    assert [(it.id, it.status) for it in offer.checks] == [("judge.lifecycle", "skipped")]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"supported_judge_models": []}',
        b'{"supported_judge_models": 3}',
        b"\xff",
    ],
)
def test_malformed_list_is_said(aws: Aws, body: bytes) -> None:
    a_list(aws, body=body)

    offer = find_judges(aws, REGION)

    assert offer.left_out == ()
    assert offer.judges == ()
    assert [(it.id, it.status) for it in offer.checks] == [("judge.list", "skipped")]


def test_missing_list_is_said(aws: Aws) -> None:
    assert find_judges(aws, REGION).judges == ()


def test_one_judge_that_could_not_be_asked_is_left_out(aws: Aws) -> None:
    a_list(aws, "a.one", "a.two")
    a_bedrock(aws, a_model("a.one"), a_two="ThrottlingException")

    offer = find_judges(aws, REGION)

    assert [it.id for it in offer.judges] == ["a.one"]
    assert offer.left_out[0].reason == "Bedrock could not be asked (throttled)"


def test_no_judge_that_could_be_asked_is_an_outage(aws: Aws) -> None:
    a_list(aws, "a.one", "a.two")

    def unreachable(_: Mapping[str, Any]) -> str:
        raise EndpointConnectionError(endpoint_url="https://bedrock")

    answer(aws.client("bedrock", REGION), "GetFoundationModel", unreachable)

    with pytest.raises(AwsUnavailable):
        find_judges(aws, REGION)


def test_judge_behind_an_inference_profile_keeps_its_own_id(aws: Aws) -> None:
    a_list(aws, "a.one")
    a_bedrock(aws, a_model("a.one", kinds=("INFERENCE_PROFILE",)))
    profiles(aws, "global.a.one", "us.a.one", model="a.one")

    (judge,) = find_judges(aws, REGION).judges

    assert (judge.id, judge.inference_profile) == ("a.one", "us.a.one")


def test_judge_without_a_profile_in_the_region_is_left_out(aws: Aws) -> None:
    a_list(aws, "a.one", "a.two")
    a_bedrock(aws, a_model("a.one", kinds=("INFERENCE_PROFILE",)), a_model("a.two"))
    profiles(aws, "us.a.other", model="a.other")

    offer = find_judges(aws, REGION)

    assert [it.id for it in offer.judges] == ["a.two"]
    assert offer.left_out[0].reason == (
        "no inference profile in us-east-1, and it supports only INFERENCE_PROFILE"
    )


def test_unlistable_profiles_are_a_warning(aws: Aws) -> None:
    a_list(aws, "a.one")
    a_bedrock(aws, a_model("a.one", kinds=("INFERENCE_PROFILE",)))
    denied = "AccessDeniedException"
    answer(aws.client("bedrock", REGION), "ListInferenceProfiles", lambda _: denied)

    offer = find_judges(aws, REGION)

    assert [it.id for it in offer.judges] == ["a.one"]
    assert [it.id for it in offer.checks] == ["judge.list", "judge.inference_profile"]


def test_equal_labels_get_their_ids(aws: Aws) -> None:
    a_list(aws, "a.one", "a.two", "a.three")
    a_bedrock(aws, a_model("a.one"), a_model("a.two"), a_model("a.three", "Anthropic Three"))

    assert [it.label for it in find_judges(aws, REGION).judges] == [
        "Anthropic Claude (a.one)",
        "Anthropic Three",
        "Anthropic Claude (a.two)",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "us.anthropic.claude-x-v1:0",
        "global.anthropic.claude-x-v1:0",
        "ANTHROPIC.claude-x-v1:0",
        "arn:aws:bedrock:us-east-1::foundation-model/anthropic.claude-x-v1:0",
        "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-x-v1:0",
    ],
)
def test_other_names_of_a_judge_are_mapped(aws: Aws, text: str) -> None:
    a_list(aws, "anthropic.claude-x-v1:0")
    a_bedrock(aws, a_model("anthropic.claude-x-v1:0"))

    judge, _ = check_judge(aws, REGION, text)

    assert judge.id == "anthropic.claude-x-v1:0"


def test_mapping_of_a_profile_is_told(aws: Aws) -> None:
    a_list(aws, "anthropic.claude-x-v1:0")
    a_bedrock(aws, a_model("anthropic.claude-x-v1:0"))

    _, checks = check_judge(aws, REGION, "us.anthropic.claude-x-v1:0")

    assert [it.id for it in checks] == ["judge.list", "judge.id", "judge.lifecycle"]
    assert checks[1].message == (
        "us.anthropic.claude-x-v1:0 was replaced by its model, "
        "anthropic.claude-x-v1:0: the SDK knows judges by that id, and Bedrock finds the "
        "inference profile itself."
    )


SENT = (
    "but the evaluation runs in us-east-1 and calls the judge from there. Prompts and answers are "
    "sent to us-east-1"
)


@pytest.mark.parametrize(
    ("named", "kinds", "found"),
    [
        (
            "eu.anthropic.claude-x-v1:0",
            ("INFERENCE_PROFILE",),
            (
                f"eu.anthropic.claude-x-v1:0 is an inference profile of eu, {SENT}, and may go to "
                "us regions, through the profile us.anthropic.claude-x-v1:0."
            ),
        ),
        (
            "arn:aws:bedrock:eu-west-1::foundation-model/anthropic.claude-x-v1:0",
            ("ON_DEMAND",),
            f"anthropic.claude-x-v1:0 is in eu-west-1, {SENT}, and they stay there.",
        ),
        ("us.anthropic.claude-x-v1:0", ("INFERENCE_PROFILE",), None),
        ("anthropic.claude-x-v1:0", ("ON_DEMAND",), None),
    ],
)
def test_where_the_data_go_is_said_where_another_geography_is_named(
    aws: Aws, named: str, kinds: tuple[str, ...], found: str | None
) -> None:
    a_list(aws, "anthropic.claude-x-v1:0")
    a_bedrock(aws, a_model("anthropic.claude-x-v1:0", kinds=kinds))
    profiles(aws, "us.anthropic.claude-x-v1:0", model="anthropic.claude-x-v1:0")

    _, checks = check_judge(aws, REGION, named)

    said = [(it.status, it.message) for it in checks if it.id == "judge.geography"]
    assert said == ([] if found is None else [("warning", found)])


def test_a_judge_that_only_a_global_profile_reaches_is_a_warning(aws: Aws) -> None:
    a_list(aws, "anthropic.claude-x-v1:0")
    a_bedrock(aws, a_model("anthropic.claude-x-v1:0", kinds=("INFERENCE_PROFILE",)))
    profiles(aws, "global.anthropic.claude-x-v1:0", model="anthropic.claude-x-v1:0")

    _, checks = check_judge(aws, REGION, "anthropic.claude-x-v1:0")

    assert checks[-1].message == (
        "anthropic.claude-x-v1:0 can be called from us-east-1 only through "
        "global.anthropic.claude-x-v1:0: prompts and answers may be processed in any AWS region."
    )


APPLICATION = f"arn:aws:bedrock:{REGION}:123456789012:application-inference-profile/abc123def456"


def test_an_application_inference_profile_is_named_and_its_model_taken(aws: Aws) -> None:
    a_list(aws, "anthropic.claude-x-v1:0")
    a_bedrock(aws, a_model("anthropic.claude-x-v1:0"))
    model = f"arn:aws:bedrock:{REGION}::foundation-model/anthropic.claude-x-v1:0"
    found = {
        "inferenceProfileName": "team",
        "inferenceProfileArn": APPLICATION,
        "inferenceProfileId": "abc123def456",
        "models": [{"modelArn": model}],
        "status": "ACTIVE",
        "type": "APPLICATION",
    }
    answer(aws.client("bedrock", REGION), "GetInferenceProfile", lambda _: found)

    judge, checks = check_judge(aws, REGION, APPLICATION)

    assert judge.id == "anthropic.claude-x-v1:0"
    assert checks[0].message == (
        f"{APPLICATION} is an application inference profile for anthropic.claude-x-v1:0. The SDK "
        "accepts only the model's id, so the profile's tags do not reach these costs."
    )


@pytest.mark.parametrize(
    ("arn", "said"),
    [
        (APPLICATION, "is an application inference profile, but its model can't be"),
        (
            f"arn:aws:bedrock:{REGION}:123456789012:imported-model/a",
            "is a Bedrock imported model. The",
        ),
        (f"arn:aws:sagemaker:{REGION}:123456789012:endpoint/e", "is a SageMaker endpoint. The SDK"),
        (APPLICATION.replace("east", "esat"), 'can\'t be right: "us-esat-1" is not an AWS region.'),
    ],
)
def test_what_is_no_judge_is_named_for_what_it_is(aws: Aws, arn: str, said: str) -> None:
    a_list(aws, "anthropic.claude-x-v1:0")
    answer(aws.client("bedrock", REGION), "GetInferenceProfile", lambda _: "AccessDeniedException")

    error = rejection(aws, arn)

    assert error.code == "judge.kind"
    assert said in error.message


def test_a_model_of_a_project_only_gets_a_sentence(aws: Aws) -> None:
    a_list(aws, "anthropic.claude-x-v1:0")
    a_bedrock(aws)

    assert "through a Bedrock project" in str(rejection(aws, "anthropic.claude-x-v1:0").remedy)


def test_profile_that_is_itself_listed_is_asked_as_it_is(aws: Aws) -> None:
    a_list(aws, "us.anthropic.claude-x-v1:0", "anthropic.claude-x-v1:0")
    asked = a_bedrock(aws, a_model("anthropic.claude-x-v1:0"))

    error = rejection(aws, "us.anthropic.claude-x-v1:0")

    assert asked[0]["modelIdentifier"] == "us.anthropic.claude-x-v1:0"
    assert error.code == "judge.lifecycle"


def test_judge_not_on_the_list_is_rejected_with_near_ones(aws: Aws) -> None:
    a_list(aws, "anthropic.claude-x-v1:0", "meta.llama")

    error = rejection(aws, "anthropic.claude-x-v2:0")

    assert error.code == "judge.list"
    assert error.message == (
        '"anthropic.claude-x-v2:0" is not on the list of 2 judge models in us-east-1.'
    )
    assert error.remedy == "Did you mean anthropic.claude-x-v1:0?"


def test_retired_judge_is_rejected_with_the_date(aws: Aws) -> None:
    a_list(aws, "a.old")
    a_bedrock(aws, a_model("a.old", ends=PAST))

    assert rejection(aws, "a.old").message == (
        "a.old can't be the judge in us-east-1: past its end of life (2025-07-21)."
    )


def test_judge_is_taken_alone_where_the_list_is_unreadable(aws: Aws) -> None:
    a_bedrock(aws, a_model("a.one"))

    judge, checks = check_judge(aws, REGION, "us.a.one")

    assert judge.id == "a.one"
    assert [(it.id, it.status) for it in checks] == [
        ("judge.list", "skipped"),
        ("judge.id", "passed"),
        ("judge.lifecycle", "passed"),
    ]


def test_denied_judge_is_accepted_with_a_warning(aws: Aws) -> None:
    a_list(aws, "a.one")
    a_bedrock(aws, a_one="AccessDeniedException")

    judge, checks = check_judge(aws, REGION, "a.one")

    assert judge == Judge("a.one", "a.one", "a", "UNKNOWN", None, None, REGION)
    assert [(it.id, it.status) for it in checks] == [
        ("judge.list", "passed"),
        ("judge.lifecycle", "warning"),
    ]


def test_judge_that_could_not_be_asked_is_an_outage(aws: Aws) -> None:
    a_list(aws, "a.one")
    a_bedrock(aws, a_one="InternalServerException")

    with pytest.raises(AwsUnavailable):
        check_judge(aws, REGION, "a.one")
