from __future__ import annotations

import json
from typing import Any

import pytest
from border import answer

from evalbook.aws.arns import parse_arn
from evalbook.aws.kms import WRITES, check_role_key, default_key, read_key_policy
from evalbook.aws.policy_documents import read_policy
from evalbook.aws.session import Aws

REGION = "us-east-1"
ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/Evaluator"
KEY = f"arn:aws:kms:{REGION}:{ACCOUNT}:key/0a1b2c3d"


def a_statement(principal: Any, effect: str = "Allow", **more: Any) -> dict[str, Any]:
    return {"Effect": effect, "Principal": principal, "Action": "kms:*", "Resource": "*", **more}


ROOT = a_statement({"AWS": f"arn:aws:iam::{ACCOUNT}:root"})
MAYBE_DENIED = a_statement("*", "Deny", Condition={"Bool": {"aws:SecureTransport": "false"}})
NOT_FOR_ROLE = {"Effect": "Deny", "NotPrincipal": {"AWS": ROLE}, "Action": "*"}
ANY_S3 = {"StringEquals": {"kms:ViaService": "s3.*.amazonaws.com"}}
VIA_S3 = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}


@pytest.mark.parametrize(
    ("statements", "said"),
    [
        ([ROOT], "delegates"),
        ([a_statement({"AWS": ROLE})], "allows"),
        ([a_statement({"AWS": [ROLE, ACCOUNT]}, Action="kms:Decrypt")], "allows"),
        ([a_statement({"AWS": ROLE}, Action="kms:Encrypt")], "nothing"),
        ([a_statement({"AWS": f"arn:aws:iam::{ACCOUNT}:role/Admin"})], "nothing"),
        ([a_statement({"Service": "s3.amazonaws.com"})], "nothing"),
        ([a_statement("*", Condition=VIA_S3)], "allows"),
        ([a_statement("*", Condition={"StringEquals": {"kms:CallerAccount": "1"}})], "nothing"),
        ([a_statement("*", Condition={"Bool": {"aws:SecureTransport": "true"}})], "could not tell"),
        ([ROOT, a_statement({"AWS": ROLE}, "Deny")], "denies"),
        ([MAYBE_DENIED, a_statement({"AWS": ROLE})], "could not tell"),
        ([a_statement({"AWS": ROLE}), MAYBE_DENIED], "could not tell"),
        ([a_statement("*", Condition=ANY_S3)], "nothing"),
        (
            [ROOT, {"Effect": "Deny", "NotPrincipal": {"AWS": ROLE}, "Action": "*"}],
            "could not tell",
        ),
        (
            [ROOT, a_statement("*", "Deny", Condition={"ArnNotLike": {"aws:PrincipalArn": ROLE}})],
            "delegates",
        ),
    ],
)
def test_what_a_keys_policy_says_of_a_role(statements: list[Any], said: str) -> None:
    arn = parse_arn(KEY)
    assert arn is not None

    assert (
        read_key_policy(read_policy({"Statement": statements}) or [], ROLE, arn, "kms:Decrypt")
        == said
    )


@pytest.mark.parametrize(
    ("statements", "decision", "grants", "status"),
    [
        ([ROOT], "allowed", [], "passed"),
        ([ROOT], "implicitDeny", [], "failed"),
        ([a_statement({"AWS": ROLE})], "implicitDeny", [], "passed"),
        ([a_statement({"AWS": f"{ROLE}2"})], "allowed", [], "failed"),
        ([ROOT, a_statement({"AWS": ROLE}, "Deny")], "allowed", [{"GrantId": "1"}], "failed"),
        ([a_statement({"AWS": f"{ROLE}2"})], "allowed", [{"GrantId": "1"}], "passed"),
        ([a_statement({"AWS": f"{ROLE}2"})], "allowed", "AccessDeniedException", "warning"),
        ("AccessDeniedException", "allowed", "AccessDeniedException", "warning"),
    ],
)
def test_policy_simulation_and_grants_are_weighed(
    aws: Aws, statements: Any, decision: str, grants: Any, status: str
) -> None:
    kms, iam = aws.client("kms", REGION), aws.client("iam", REGION)
    policy = {"Policy": json.dumps({"Statement": statements})}
    answer(kms, "DescribeKey", lambda _: "AccessDeniedException")
    answer(kms, "GetKeyPolicy", lambda _: statements if isinstance(statements, str) else policy)
    answer(kms, "ListGrants", lambda _: grants if isinstance(grants, str) else {"Grants": grants})
    results = [{"EvalActionName": it, "EvalDecision": decision} for it in WRITES]
    answer(iam, "SimulatePrincipalPolicy", lambda _: {"EvaluationResults": results})

    found = check_role_key(aws, REGION, ROLE, KEY, "the results' bucket", WRITES)

    assert found.status == status
    assert KEY in found.message


@pytest.mark.parametrize("named", [KEY, "alias/results", KEY.rpartition("/")[2]])
@pytest.mark.parametrize(("state", "status"), [("Enabled", "passed"), ("Disabled", "failed")])
def test_a_key_is_known_by_id_and_alias_too_and_has_to_be_enabled(
    aws: Aws, named: str, state: str, status: str
) -> None:
    kms, iam = aws.client("kms", REGION), aws.client("iam", REGION)
    described = {"KeyId": "0a1b2c3d", "Arn": KEY, "KeyState": state, "KeyManager": "CUSTOMER"}
    answer(kms, "DescribeKey", lambda _: {"KeyMetadata": described})
    answer(kms, "GetKeyPolicy", lambda _: {"Policy": json.dumps({"Statement": [ROOT]})})
    answer(kms, "ListGrants", lambda _: {"Grants": []})
    results = [{"EvalActionName": it, "EvalDecision": "allowed"} for it in WRITES]
    answer(iam, "SimulatePrincipalPolicy", lambda _: {"EvaluationResults": results})

    found = check_role_key(aws, REGION, ROLE, named, "the results' bucket", WRITES)

    assert (found.status, KEY in found.message) == (status, True)


@pytest.mark.parametrize("algorithm", ["aws:kms", "AES256"])
def test_a_bucket_that_encrypts_with_a_key_names_it(aws: Aws, algorithm: str) -> None:
    key = aws.client("kms").create_key()["KeyMetadata"]
    by: dict[str, Any] = {"SSEAlgorithm": algorithm}
    if algorithm == "aws:kms":
        by["KMSMasterKeyID"] = key["KeyId"]
    s3 = aws.client("s3")
    s3.create_bucket(Bucket="research")
    s3.put_bucket_encryption(
        Bucket="research",
        ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": by}]},
    )

    assert default_key(aws, "research", REGION) == (key["Arn"] if algorithm == "aws:kms" else None)
    assert default_key(aws, "nowhere", REGION) is None
