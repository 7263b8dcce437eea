"""`evalbook doctor`: everything that would stop a run, in one list; changes nothing."""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from evalbook.aws.arns import role_names
from evalbook.checks import remedy_in_commands
from evalbook.cli.documents import DoctorDocument, PoliciesDocument
from evalbook.cli.options import Settings, command
from evalbook.cli.output import MARKS, Output, complain
from evalbook.cli.tables import BAD, GOOD, Prose, Rows, cell, spaced
from evalbook.errors import AnswerRejected
from evalbook.workflow.turn import PROTOCOL

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text

    from evalbook.aws.doctor_checks import Subject
    from evalbook.aws.session import Aws
    from evalbook.checks import Check
    from evalbook.workflow.interview import Interview

_POLICIES = ("all", "caller", "role", "trust")


@command(
    "doctor",
    examples=[
        ("evalbook doctor", "Look for problems that would stop this folder's run."),
        ("evalbook doctor --role MyRole", "Check another role."),
        ("evalbook doctor --policy role > role.json", "Write the minimal policy for the role."),
    ],
)
@click.option(
    "--role",
    metavar="ROLE",
    help="The execution role's name or ARN; by default, the one in the state.",
)
@click.option(
    "--policy",
    type=click.Choice(_POLICIES),
    is_flag=False,
    flag_value="all",
    help="Print least-privilege policies for IAM instead: all, caller, role or trust.",
)
def doctor_command(settings: Settings, output: Output, role: str | None, policy: str | None) -> int:
    """Look for everything that would stop a run, and say what to do about it.

    It looks at credentials, region, role, judges, buckets and versions, and only reads from AWS.
    With --policy it prints the permissions that you and the execution role need.
    """
    from evalbook.aws.doctor_checks import check_everything, failing
    from evalbook.checks import failed
    from evalbook.errors import AwsUnavailable

    answers = _answers(settings)
    aws = settings.aws(answers.region)
    if policy:
        return _print_policies(output, aws, answers, role, policy)
    checks = _version_checks()
    status = 0
    try:
        checks += check_everything(aws, _subject(answers, role))
    except AwsUnavailable as error:
        checks.append(failed(error.code, error.message, error.remedy))
        status = AwsUnavailable.exit_status
    if failing(checks) and not status:
        status = AnswerRejected.exit_status
    document = DoctorDocument(PROTOCOL, "failed" if failing(checks) else "passed", tuple(checks))
    output.draw(document, *spaced(_parts(checks)))
    return status


def _parts(checks: Sequence[Check]) -> Iterator[RenderableType]:
    """Yield the checks as a table, with roles by name, and the verdict."""
    rows: list[dict[str, str | Text]] = []
    for check in checks:
        rows.append({"State": MARKS[check.status], "Check": role_names(check.message)})
        if check.remedy and check.status != "passed":
            remedy = cell(remedy_in_commands(check.remedy) or "", "italic")
            rows.append({"State": "", "Check": remedy})
    yield Rows(rows)
    counts = Counter(MARKS[check.status] for check in checks)
    found = ", ".join(f"{number} {mark}" for mark, number in counts.items())
    stops = counts["failed"] > 0
    verdict = "Something would stop a run." if stops else "Found nothing that would stop a run."
    yield Prose(f"{verdict} ({found})", BAD if stops else GOOD)


@dataclass(frozen=True)
class _Answers:
    """What the state says about a run; nothing if it is empty."""

    type: str
    region: str | None
    role: str | None
    judge: str | None
    group: str | None
    answers_by: str | None
    """The inference profile of a base Nova model."""
    dataset: str | None
    output: str | None
    kms_keys: tuple[str, ...]
    mlflow: str | None
    vpc: bool
    own_instances: bool


def _answers(settings: Settings) -> _Answers:
    from evalbook.workflow import slots
    from evalbook.workflow.workflow import Workflow

    interview = Workflow.load(settings.state).interview
    model, dataset = interview.facts(slots.MODEL), interview.facts(slots.DATASET)
    return _Answers(
        type=interview.type.name,
        region=interview.value(slots.REGION),
        role=interview.value(slots.EXECUTION_ROLE),
        judge=interview.value(slots.JUDGE_MODEL),
        group=model.group if model else None,
        answers_by=model.answers_by if model else None,
        dataset=dataset.uri if dataset else None,
        output=interview.value(slots.S3_OUTPUT),
        kms_keys=_keys(interview),
        mlflow=interview.value(slots.MLFLOW),
        vpc=interview.value(slots.VPC) is not None,
        own_instances=interview.value(slots.COMPUTE) is not None,
    )


def _keys(interview: Interview) -> tuple[str, ...]:
    """Return the known KMS keys: the results' key, and those that encrypt by default."""
    from evalbook.workflow import slots

    dataset, output = interview.facts(slots.DATASET), interview.facts(slots.S3_OUTPUT)
    known = (
        interview.value(slots.KMS_KEY),
        dataset.kms_key if dataset else None,
        output.kms_key if output else None,
    )
    return tuple(dict.fromkeys(key for key in known if key))


def _default_keys(aws: Aws, answers: _Answers, region: str) -> tuple[str, ...]:
    """Look up the buckets' encryption keys that the state does not know."""
    from evalbook.aws.key_rights import default_key

    buckets = dict.fromkeys(filter(None, map(_bucket, (answers.dataset, answers.output))))
    found = (default_key(aws, bucket, region) for bucket in buckets)
    return tuple(dict.fromkeys(key for key in found if key and key not in answers.kms_keys))


def _bucket(uri: str | None) -> str | None:
    return (uri or "").removeprefix("s3://").partition("/")[0] or None


def _subject(answers: _Answers, role: str | None) -> Subject:
    from evalbook.aws.doctor_checks import Subject

    buckets = dict.fromkeys(filter(None, map(_bucket, (answers.dataset, answers.output))))
    return Subject(
        answers.type,
        answers.region,
        role or answers.role,
        answers.judge,
        tuple(buckets),
        answers.mlflow,
    )


def _version_checks() -> list[Any]:
    from evalbook.checks import passed, skipped, warning
    from evalbook.notebook.sdk import MINIMUM_SDK

    try:
        found = importlib.metadata.version("sagemaker")
    except importlib.metadata.PackageNotFoundError:
        text = f"The SageMaker SDK is not installed here; the notebook installs {MINIMUM_SDK} or "
        "newer."
        return [skipped("sdk", text)]
    numbers = [[int(it) for it in re.findall(r"\d+", it)[:3]] for it in (found, MINIMUM_SDK)]
    if numbers[0] < numbers[1]:
        return [
            warning(
                "sdk",
                f"The SageMaker SDK here is {found}; the notebook needs {MINIMUM_SDK}.",
                "Its first cell updates it, or: pip install --upgrade sagemaker",
            )
        ]
    return [passed("sdk", f"The SageMaker SDK here is {found}.")]


def _print_policies(
    output: Output, aws: Any, answers: _Answers, role: str | None, which: str
) -> int:
    from evalbook.aws.identity import find_caller
    from evalbook.aws.policies import NOTE, Scope, build_caller_policy, role_policy, trust_policy

    me = find_caller(aws)
    region = aws.required_region()
    named = role or answers.role or "*"
    scope = Scope(
        account=me.account,
        region=region,
        partition=me.partition,
        evaluation_type=answers.type,
        role=named
        if named.startswith("arn:")
        else f"arn:{me.partition}:iam::{me.account}:role/{named}",
        group=answers.group or "*",
        dataset_bucket=_bucket(answers.dataset) or "*",
        output_bucket=_bucket(answers.output) or "*",
        judge=answers.judge or "*",
        base_profile=answers.answers_by,
        kms_keys=(*answers.kms_keys, *_default_keys(aws, answers, region)),
        vpc=answers.vpc,
        own_instances=answers.own_instances,
    )
    made = {"caller": build_caller_policy, "role": role_policy, "trust": trust_policy}
    policies = {name: make(scope) for name, make in made.items() if which in ("all", name)}
    shown = policies if which == "all" else policies[which]
    output.document(PoliciesDocument(PROTOCOL, policies, NOTE), json.dumps(shown, indent=2))
    if not output.as_json:
        complain(NOTE)
    return 0
