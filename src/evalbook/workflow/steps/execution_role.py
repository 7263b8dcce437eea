"""The IAM role that SageMaker and Bedrock assume to run the evaluation."""

from __future__ import annotations

from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Accepted, Outcome, Step
from evalbook.workflow.turn import Question


def _ask(interview: Interview) -> Question:
    from evalbook.aws.roles import find_execution_role

    services = _services(interview)
    interview.progress(f"Looking for a role that {services} may assume", None, None)
    offer = find_execution_role(
        interview.aws,
        interview.value("region"),
        training_job=interview.facts("model").get("training_job"),
        actions_for=interview.kind.name,
    )
    notices = []
    if offer.default:
        notices.append(f"Found: {offer.found_in}.")
    if offer.others:
        notices.append(
            f"Other roles of this account that {services} may assume: {', '.join(offer.others)}."
        )
    return Question(
        "Which IAM role should run the evaluation?",
        default=offer.default,
        help=f"A role's ARN or name. {services} must be allowed to assume it.",
        notices=tuple(notices),
        checks=offer.checks,
        reference="references/execution-role.md",
    )


def _check(value: str, interview: Interview) -> Outcome:
    from evalbook.aws.evaluators import invoke_check
    from evalbook.aws.permissions import nova_invoke_check
    from evalbook.aws.roles import check_role
    from evalbook.aws.s3 import refuse_template_text

    refuse_template_text(value, "the role")
    interview.progress(f"Checking the role {value}", None, None)
    arn, checks = check_role(
        interview.aws,
        value,
        region=interview.value("region"),
        actions_for=interview.kind.name,
        judge=interview.value("judge_model"),
    )
    function = interview.facts("scorer").get("function")
    if function:
        checks.append(invoke_check(interview.aws, arn, function, interview.value("region")))
    profile = interview.facts("model").get("answers_by")
    if profile:
        checks.append(nova_invoke_check(interview.aws, arn, interview.value("region"), profile))
    return Accepted(arn, checks=tuple(checks))


def _services(interview: Interview) -> str:
    return "SageMaker and Bedrock" if interview.kind.bedrock_judges else "SageMaker"


def _known(interview: Interview) -> str | None:
    return interview.found("role_arn")


STEP = Step(
    "execution_role",
    "Execution role",
    ask=_ask,
    check=_check,
    known=_known,
    depends_on=("evaluation_type", "region", "model", "judge_model", "scorer"),
    asks_aws=True,
)
