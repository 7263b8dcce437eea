"""`evalbook doctor`: everything that would stop a run, in one list; changes nothing."""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import click

from evalbook.aws.arns import role_names
from evalbook.aws.session import Aws
from evalbook.checks import Check, failed, passed, remedy_in_commands, skipped, warning
from evalbook.cli.documents import DoctorDocument, PoliciesDocument
from evalbook.cli.options import Settings, command
from evalbook.cli.output import MARKS, Output, complain
from evalbook.errors import AnswerRejected, AwsUnavailable
from evalbook.tables import BAD, GOOD, Prose, cell, spaced
from evalbook.workflow import slots
from evalbook.workflow.interview import Interview

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.text import Text


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
    type=click.Choice(("all", "caller", "role", "trust")),
    is_flag=False,
    flag_value="all",
    help="Print least-privilege policies for IAM instead: all, caller, role or trust.",
)
def doctor_command(settings: Settings, output: Output, role: str | None, policy: str | None) -> int:
    """Look for everything that would stop a run, and say what to do about it.

    It looks at credentials, region, role, judges, buckets and versions, and only reads from AWS.
    With --policy it prints the permissions that you and the execution role need.
    """
    from evalbook.aws.doctor_checks import Subject, check_everything
    from evalbook.workflow.workflow import Workflow

    interview = Workflow.load(settings.state).interview
    aws = settings.aws(interview.value(slots.REGION))
    role = role or interview.value(slots.EXECUTION_ROLE)
    if policy:
        return _print_policies(output, aws, interview, role, policy)
    subject = Subject(
        interview.type.name,
        interview.value(slots.REGION),
        role,
        interview.value(slots.JUDGE_MODEL),
        tuple(dict.fromkeys(filter(None, _buckets(interview)))),
        interview.value(slots.MLFLOW),
    )
    checks = [_check_sdk()]
    status = 0
    try:
        checks += check_everything(aws, subject)
    except AwsUnavailable as error:
        checks.append(failed(error.code, error.message, error.remedy))
        status = AwsUnavailable.exit_status
    stops = any(check.status == "failed" for check in checks)
    if stops and not status:
        status = AnswerRejected.exit_status
    document = DoctorDocument("failed" if stops else "passed", tuple(checks))
    output.draw(document, *spaced(_parts(checks)))
    return status


def _parts(checks: Sequence[Check]) -> Iterator[RenderableType | list[dict[str, str | Text]]]:
    """Yield the checks as a table, with roles by name, and the verdict."""
    rows: list[dict[str, str | Text]] = []
    for check in checks:
        rows.append({"State": MARKS[check.status], "Check": role_names(check.message)})
        if check.remedy and check.status != "passed":
            remedy = cell(remedy_in_commands(check.remedy) or "", "italic")
            rows.append({"State": "", "Check": remedy})
    yield rows
    counts = Counter(MARKS[check.status] for check in checks)
    found = ", ".join(f"{number} {mark}" for mark, number in counts.items())
    stops = counts["failed"] > 0
    verdict = "Something would stop a run." if stops else "Found nothing that would stop a run."
    yield Prose(f"{verdict} ({found})", BAD if stops else GOOD)


def _buckets(interview: Interview) -> list[str]:
    """Return the buckets of the dataset and of the results; empty where none is known."""
    dataset = interview.facts(slots.DATASET)
    uris = (dataset and dataset.uri, interview.value(slots.S3_OUTPUT))
    return [(uri or "").removeprefix("s3://").partition("/")[0] for uri in uris]


def _keys(aws: Aws, interview: Interview, region: str) -> tuple[str, ...]:
    """Return the KMS keys that the state knows, and those that the buckets encrypt with."""
    from evalbook.aws.kms import default_key

    dataset, output = interview.facts(slots.DATASET), interview.facts(slots.S3_OUTPUT)
    keys = (
        interview.value(slots.KMS_KEY),
        dataset and dataset.kms_key,
        output and output.kms_key,
        *(default_key(aws, it, region) for it in dict.fromkeys(_buckets(interview)) if it),
    )
    return tuple(dict.fromkeys(key for key in keys if key))


def _check_sdk() -> Check:
    from evalbook.notebook.sdk import MINIMUM_SDK

    try:
        found = importlib.metadata.version("sagemaker")
    except importlib.metadata.PackageNotFoundError:
        return skipped(
            "sdk",
            "The SageMaker SDK is not installed here; the notebook installs "
            f"{MINIMUM_SDK} or newer.",
        )
    numbers = [[int(it) for it in re.findall(r"\d+", it)[:3]] for it in (found, MINIMUM_SDK)]
    if numbers[0] < numbers[1]:
        return warning(
            "sdk",
            f"The SageMaker SDK here is {found}; the notebook needs {MINIMUM_SDK}.",
            "Its first cell updates it, or: pip install --upgrade sagemaker",
        )
    return passed("sdk", f"The SageMaker SDK here is {found}.")


def _print_policies(
    output: Output, aws: Aws, interview: Interview, role: str | None, which: str
) -> int:
    from evalbook.aws.identity import find_caller
    from evalbook.aws.policies import NOTE, Scope, build_policies

    me = find_caller(aws)
    region = aws.required_region()
    role = role or "*"
    model = interview.facts(slots.MODEL)
    dataset_bucket, output_bucket = _buckets(interview)
    scope = Scope(
        account=me.account,
        region=region,
        partition=me.partition,
        evaluation_type=interview.type.name,
        role=role
        if role.startswith("arn:")
        else f"arn:{me.partition}:iam::{me.account}:role/{role}",
        group=(model and model.group) or "*",
        dataset_bucket=dataset_bucket or "*",
        output_bucket=output_bucket or "*",
        judge=interview.value(slots.JUDGE_MODEL) or "*",
        base_profile=model.answers_by if model else None,
        kms_keys=_keys(aws, interview, region),
        vpc=interview.value(slots.VPC) is not None,
        own_instances=interview.value(slots.COMPUTE) is not None,
    )
    made = build_policies(scope)
    policies = made if which == "all" else {which: made[which]}
    shown = policies if which == "all" else policies[which]
    output.document(PoliciesDocument(policies, NOTE), json.dumps(shown, indent=2))
    if not output.as_json:
        complain(NOTE)
    return 0
