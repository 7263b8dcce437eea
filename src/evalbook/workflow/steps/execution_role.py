"""The IAM role that SageMaker and Bedrock assume to run the evaluation."""

from __future__ import annotations

from dataclasses import replace

from evalbook import aws
from evalbook.errors import refuse_failed
from evalbook.texts import Notice
from evalbook.workflow import hearing, slots
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step
from evalbook.workflow.replies.choices import read_choice_or_text
from evalbook.workflow.steps.answered_by import find_answering
from evalbook.workflow.turn import Choice, Question


def _ask(interview: Interview) -> Question:
    services = "SageMaker and Bedrock" if interview.type.bedrock_judges else "SageMaker"
    asked = Question(
        "Which IAM role should run the evaluation?",
        help=f"A role's ARN or name. {services} must be allowed to assume it.",
        reference="references/execution-role.md",
    )
    if not interview.will_ask(STEP):
        return asked
    interview.progress(f"Looking for a role that {services} may assume", None, None)
    offer = aws.roles.find_execution_role(
        interview.aws,
        interview.region,
        training_job=interview.model.training_job,
        actions_for=interview.type.name,
    )
    if offer.roles:
        asked = replace(
            asked,
            text=f"{asked.text} {services} may assume these.",
            choices=tuple(Choice(it.arn, it.name, it.about) for it in offer.roles),
            default=offer.default,
            help="Or another role's ARN or name.",
        )
    return replace(asked, checks=offer.checks)


def _check(value: str, interview: Interview) -> Outcome[str, None]:
    aws.s3.refuse_template_text(value, "the role")
    region = interview.region
    interview.progress(f"Checking the role {value}", None, None)
    arn, checks = aws.roles.check_role(
        interview.aws,
        value,
        region=region,
        actions_for=interview.type.name,
        judge=interview.value(slots.JUDGE_MODEL),
    )
    scorer = interview.facts(slots.SCORER)
    if scorer is not None:
        checks.append(aws.registry.check_invocation(interview.aws, arn, scorer.function, region))
    if profile := interview.model.answers_by:
        checks.append(aws.permissions.check_nova_invocation(interview.aws, arn, region, profile))
    if answering := find_answering(interview):
        checks += aws.answering.check_calls(interview.aws, region, arn, answering)
    dataset = interview.facts(slots.DATASET)
    if dataset is not None and dataset.kms_key is not None:
        key = aws.kms.check_role_key(
            interview.aws, region, arn, dataset.kms_key, "the dataset", aws.kms.READS
        )
        checks.append(key)
        refuse_failed(checks)
    return Accepted(arn, checks=tuple(checks))


STEP = Step(
    slots.EXECUTION_ROLE,
    "Execution role",
    ask=_ask,
    hears=hearing.name("role", "iam", "execution"),
    read=lambda text, question, _: read_choice_or_text(text, question.choices),
    check=_check,
    describe=lambda arn, _: Notice(arn, arn.rpartition("/")[2]),
    known=lambda interview: interview.found("role_arn"),
    depends_on=(
        slots.EVALUATION_TYPE,
        slots.REGION,
        slots.MODEL,
        slots.JUDGE_MODEL,
        slots.SCORER,
        slots.DATASET,
        slots.ANSWERED_BY,
        slots.BASE_ANSWERED_BY,
    ),
    asks_aws=True,
    example="EvaluationRole",
    example_meaning="Its name or ARN. SageMaker and Bedrock use this role during the run.",
)
