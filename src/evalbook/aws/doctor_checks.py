"""Looking, without changing anything, for whatever would stop an evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from functools import partial
from itertools import chain
from typing import Any

from evalbook.aws.identity import find_caller
from evalbook.aws.judges import check_judge, find_judges
from evalbook.aws.kms import WRITES, check_role_key, default_key
from evalbook.aws.mlflow import check_mlflow_arn, plan_mlflow
from evalbook.aws.quotas import check_quotas
from evalbook.aws.regions import is_region, offers_bedrock
from evalbook.aws.roles import check_role, find_execution_role
from evalbook.aws.s3 import need_bucket_in
from evalbook.aws.session import REFUSED, Aws, in_parallel
from evalbook.checks import Check, failed, passed, skipped, warning
from evalbook.errors import AnswerRejected, AwsUnavailable
from evalbook.evaluation_types import EVALUATION_TYPES
from evalbook.moments import to_the_minute

# AWS refuses requests signed more than five minutes off; SigV4's own limit.
_SKEW_REFUSED = 300
_SKEW_DOUBTFUL = 60
# A run outlives a short session, but starting it takes a quarter of an hour at most.
_SOON = 15 * 60


@dataclass(frozen=True)
class Subject:
    """What is looked at; None for what is not known."""

    evaluation_type: str
    region: str | None = None
    role: str | None = None
    judge: str | None = None
    buckets: tuple[str, ...] = ()
    mlflow: str | None = None


def check_everything(aws: Aws, subject: Subject) -> list[Check]:
    """Return everything found, failures included; asks only what reads.

    Raises:
        AwsUnavailable: not even the credentials could be asked about.
    """
    with aws.turn():
        region = subject.region or aws.default_region
        checks = [*check_credentials(aws), check_region(region)]
        if region is None:
            return checks
        who = (aws, region, subject)
        questions = [
            partial(_ask, "role", _check_role, *who),
            partial(_ask, "judge", _check_judges, *who),
            partial(_ask, "mlflow.plan", _check_mlflow, *who),
            partial(_ask, "quotas", check_quotas, aws, region),
            *(partial(_ask, f"s3.{it}", _check_bucket, *who, it) for it in subject.buckets),
        ]
        return [*checks, *chain.from_iterable(in_parallel(questions))]


def _ask(about: str, question: Callable[..., Iterable[Check]], *params: Any) -> list[Check]:
    """Have one question answered; that it can't be is an answer that stops no other."""
    try:
        return list(question(*params))
    except (AwsUnavailable, *REFUSED) as error:
        return [skipped(about, error.message, error.remedy)]
    except AnswerRejected as rejection:
        return list(rejection.checks) or [failed(about, rejection.message, rejection.remedy)]


def check_credentials(aws: Aws) -> list[Check]:
    """Say who asks, until when, and whether this computer's clock is AWS's.

    Raises:
        AwsUnavailable: no, expired or unknown credentials, or no network.
    """
    answer = aws.once("caller", aws.client("sts").get_caller_identity)
    me = find_caller(aws)
    headers = answer.get("ResponseMetadata", {}).get("HTTPHeaders", {})
    now = datetime.now(timezone.utc)
    return [
        passed("credentials", f"You are {me.arn}, account {me.account}."),
        _check_expiry(aws.session.get_credentials(), now),
        _check_clock(headers.get("date"), now),
    ]


def _check_expiry(credentials: Any, now: datetime) -> Check:
    # botocore tells it of the credentials that it renews itself; of given ones nobody knows.
    ends = getattr(credentials, "_expiry_time", None)
    if not isinstance(ends, datetime):
        if getattr(credentials, "token", None):
            return skipped(
                "credentials.expiry",
                "Only their issuer knows when these session credentials expire.",
                "If they were issued a while ago, sign in again before you start a run.",
            )
        return passed("credentials.expiry", "These credentials do not expire.")
    left = (ends - now).total_seconds()
    text = f"The credentials are valid until {to_the_minute(ends)}"
    if left < _SOON:
        return warning(
            "credentials.expiry",
            f"{text}: {max(0, round(left / 60))} minutes.",
            "Sign in again before you start a run; a run that has started no longer needs them.",
        )
    return passed("credentials.expiry", f"{text}.")


def _check_clock(date: str | None, now: datetime) -> Check:
    try:
        off = (now - parsedate_to_datetime(date or "")).total_seconds()
    except (TypeError, ValueError):
        return skipped("clock", "AWS did not report its time.")
    if abs(off) > _SKEW_DOUBTFUL:
        state = "behind" if off < 0 else "ahead of"
        make = failed if abs(off) > _SKEW_REFUSED else warning
        text = f"This computer's clock is {abs(off):.0f} seconds {state} AWS's."
        return make(
            "clock", text, "Set it; AWS refuses requests that are off by five minutes or more."
        )
    return passed("clock", "This computer's clock agrees with AWS's.")


def check_region(region: str | None) -> Check:
    if region is None:
        return failed("region", "No AWS region is configured.", "Give --region, or set AWS_REGION.")
    if not is_region(region):
        return failed("region", f"{region} is not a region.", "Give one such as us-east-1.")
    if offers_bedrock(region) is False:
        return warning(
            "region",
            f"The installed botocore does not list Bedrock in {region}.",
            "Update boto3, or choose a region that has Bedrock.",
        )
    return passed("region", f"The region is {region}.")


def _check_role(aws: Aws, region: str, subject: Subject) -> Iterator[Check]:
    role, kind = subject.role, subject.evaluation_type
    if role is None:
        offer = find_execution_role(aws, region, actions_for=kind)
        if offer.default is None:
            yield from offer.checks
            return
        role = offer.default
        yield passed("role.found", f"evalbook would propose {role}: {offer.roles[0].about}.")
    yield from check_role(aws, role, region=region, actions_for=kind, judge=subject.judge)[1]


def _check_judges(aws: Aws, region: str, subject: Subject) -> Iterator[Check]:
    if not EVALUATION_TYPES[subject.evaluation_type].bedrock_judges:
        return
    offer = find_judges(aws, region)
    yield from offer.checks
    if offer.left_out and not offer.judges:
        yield failed("judge.none", f"No judge can be used in {region}.", "Choose another region.")
    if subject.judge:
        yield from check_judge(aws, region, subject.judge)[1]


def _check_mlflow(aws: Aws, region: str, subject: Subject) -> list[Check]:
    if subject.mlflow:
        return check_mlflow_arn(aws, subject.mlflow, region)[1]
    return [plan_mlflow(aws, region)]


def _check_bucket(aws: Aws, region: str, subject: Subject, name: str) -> Iterator[Check]:
    yield need_bucket_in(aws, name, region)
    key = default_key(aws, name, region)
    if key is None:
        return
    if subject.role is None or not subject.role.startswith("arn:"):
        text = f"The bucket {name} encrypts with {key}; not checked: whether the role may use it."
        yield skipped("kms.role", text, "Give the role's ARN with --role.")
    else:
        what = f"what is written to {name}"
        yield check_role_key(aws, region, subject.role, key, what, WRITES)
