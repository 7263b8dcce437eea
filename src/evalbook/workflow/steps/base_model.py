"""A base model from SageMaker's public hub as the model to evaluate, on its own."""

from __future__ import annotations

from evalbook import aws
from evalbook.checks import Check, passed, remedy_in_commands
from evalbook.errors import AnswerRejected
from evalbook.texts import put_in_a_row
from evalbook.workflow.facts import ModelFacts
from evalbook.workflow.interview import Accepted, Interview


def accept_named_base_model(arn: aws.arns.Arn, interview: Interview) -> Accepted[str, ModelFacts]:
    """Accept the base model that a hub-content ARN names.

    Raises:
        AnswerRejected: the SDK would not find it, or would evaluate another version.
    """
    _, hub, _, name, *version = arn.path
    public = aws.hub_models.PUBLIC_HUB
    if hub != public:
        raise AnswerRejected(
            "model.hub",
            f"{arn} is in the hub {hub}. The SDK looks up base models in {public} only.",
            "Give a base model from that hub, or a model package.",
        )
    aws.arns.refuse_region_fault(arn, "model.arn", "Give a base model in one of AWS's regions.")
    model = find_newest_in_hub(name, arn.region, interview)
    if model is None:
        raise AnswerRejected(
            "model.missing",
            f"There is no base model {name} in {public} in {arn.region}.",
            _meant(name, arn.region, interview) or "Give a word from its name.",
        )
    if version and version[0] != model.version:
        raise AnswerRejected(
            "model.version",
            f"{arn} is version {version[0]}. The SDK evaluates the newest, {model.version}.",
            f"Give {model.answer}, which names the newest.",
        )
    return accept_base_model(model, interview)


def find_newest_in_hub(
    name: str, region: str | None, interview: Interview
) -> aws.hub_models.HubModel | None:
    """Return the newest version of a base model, which is what the SDK uses; None if none exists.

    Raises:
        AnswerRejected: it may not be read.
    """
    try:
        return aws.hub_models.describe_hub_model(interview.aws, name, region)
    except aws.session.AwsDenied as error:
        raise AnswerRejected(
            "model.denied",
            f"The base model {name} can't be looked up. {error.message}",
            "Ask for the permission sagemaker:DescribeHubContent; the SDK needs it too.",
        ) from error


def accept_base_model(
    model: aws.hub_models.HubModel, interview: Interview, *notes: Check
) -> Accepted[str, ModelFacts]:
    """Accept a base model if it can be evaluated on its own.

    Raises:
        AnswerRejected: it can't be.
    """
    arn = aws.arns.parse_arn(model.arn)
    assert arn is not None  # noqa: S101 - SageMaker's own ARN
    interview.progress("Checking the base model", None, None)
    kind = interview.type.name
    checks = aws.base_models.check_base_alone(interview.aws, model, arn.region, kind)
    facts = ModelFacts(
        arn=model.arn,
        base_only=True,
        version=model.version,
        created=model.created,
        region=arn.region,
        account=arn.account,
        partition=arn.partition,
        base_model=model.base,
        nova=aws.base_models.is_nova(model.name),
        billions=aws.base_models.read_model_size(model.name),
        answers_by=aws.base_models.answers_by(model.name, arn.region, kind),
        base_by_name=True,
    )
    found = passed("model.base", f"{model.name} is a base model in the public hub.")
    return Accepted(model.answer, facts, (*notes, found, *checks))


def reject_unmatched(
    text: str,
    found: aws.base_models.HubMatches | None,
    region: str | None,
    interview: Interview,
    missing: AnswerRejected,
) -> AnswerRejected:
    """Return the rejection for words that match neither a model package nor a base model."""
    if found is None:
        said = "The public hub could not be searched for a base model."
        remedy = (
            "Ask for the permissions sagemaker:DescribeHubContent and sagemaker:ListHubContents."
        )
    elif found.unfit:
        some = ", ".join(found.unfit[:3])
        said = f"In the public hub, {some} matches, but this evaluation type can't evaluate it."
        remedy = "Name another base model, or choose another evaluation type."
    elif found.untold:
        said = (
            "Base models in the public hub match, but it is not known whether they can be "
            "evaluated."
        )
        remedy = "Give the full name of one."
    else:
        said = "No base model in the public hub matches it either."
        remedy = _meant(text, region, interview) or ""
    return AnswerRejected(
        missing.code,
        f"{missing.message} {said}",
        put_in_a_row(remedy, remedy_in_commands(missing.remedy)),
    )


def _meant(text: str, region: str | None, interview: Interview) -> str | None:
    near = aws.base_models.find_similar_names(interview.aws, text, region)
    return f"Did you mean the base model {' or '.join(near)}?" if near else None
