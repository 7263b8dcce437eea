"""Which model: a model package, by ARN, group or words from its name; or only a base model."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import TypeVar

from evalbook import aws
from evalbook.checks import Check, Remedy, passed, skipped, warning
from evalbook.errors import AnswerRejected, EvalbookError
from evalbook.evaluation_types import MULTI_TURN_RL, EvaluationType
from evalbook.moments import to_the_minute
from evalbook.texts import Notice, joined, plural, put_in_a_row
from evalbook.workflow import slots
from evalbook.workflow.copies import effective_report
from evalbook.workflow.facts import ModelFacts
from evalbook.workflow.hearing import listed
from evalbook.workflow.interview import Accepted, Interview, Narrowed, Outcome, Reopened, Step
from evalbook.workflow.replies.choices import read_choice_or_text, read_yes_or_no
from evalbook.workflow.replies.reading import AskBack, Reading
from evalbook.workflow.replies.values import says_version, understand_model
from evalbook.workflow.steps.base_model import (
    accept_base_model,
    accept_named_base_model,
    find_newest_in_hub,
    reject_unmatched,
)
from evalbook.workflow.steps.data_sample import check_lengths
from evalbook.workflow.turn import Choice, Question

_Found = TypeVar("_Found")


def _ask(interview: Interview) -> Question:
    regions = _regions(interview)
    if not regions or not interview.will_ask(STEP):
        return _ASKED
    interview.progress("Looking for your models", None, None)
    offer = aws.model_packages.offer_groups(interview.aws, regions[0])
    notices = []
    if offer.unlisted:
        notices.append(f"Your model package groups could not be listed. {offer.unlisted}")
    if offer.left_out:
        names = ", ".join(offer.left_out)
        notices.append(f"Nothing to evaluate in {names}; name one to see why.")
    if not offer.groups:
        return _ASKED.with_notices(*notices)
    return Question(
        f"Which fine-tuned model? These are the groups in {regions[0]}, newest first.",
        choices=tuple(Choice(it.name, it.name, it.about) for it in offer.groups),
        help="For another, give its ARN, its group or words from its name; for a base model, its "
        "id. A group means its newest usable version; GROUP/VERSION means that version.",
        notices=tuple(notices),
        reference="references/model-packages.md",
    )


_ASKED = Question(
    "Which fine-tuned model? Give its model package ARN, its group's name or words from it; "
    "or a base model's id, to evaluate only that.",
    help="Such as arn:aws:sagemaker:REGION:ACCOUNT:model-package/GROUP/VERSION, GROUP, "
    "or support bot. A group means its newest usable version. For a base model, give its "
    "JumpStart id, such as meta-textgeneration-llama-3-2-1b-instruct, or words from it.",
    reference="references/model-packages.md",
)


def _hears(reply: str, question: Question, interview: Interview) -> Reading:
    reading = None if says_version(reply) else listed(reply, question)
    # A model found by words is shown before it is used, so this need not ask back.
    asks_back = isinstance(reading, AskBack) and question.kind == "text"
    if reading and not asks_back:
        return reading
    return understand_model(reply, question, interview.value(slots.MODEL))


def _check(value: str, interview: Interview) -> Outcome[str, ModelFacts]:
    interview.progress("Looking for the model", None, None)
    arn = aws.hub_models.read_hub_model_arn(value)
    if arn is not None:
        return accept_named_base_model(arn, interview)
    if value.startswith("arn:"):
        return _package(_resolve_in(None, value, interview), interview)
    if not _regions(interview):
        raise AnswerRejected(
            "model.region",
            f"{value!r} names no region, and none is configured.",
            Remedy("Say which region, then give the model again:", step="region"),
        )
    return _in_either_region(_look_in, value, interview)


def _in_either_region(
    look: Callable[[str | None, str, Interview], _Found], text: str, interview: Interview
) -> _Found:
    """Look in the first region, and if nothing is there by that name, in the second."""
    regions = _regions(interview)
    try:
        return look(regions[0] if regions else None, text, interview)
    except AnswerRejected as rejection:
        if rejection.code != "model.missing" or len(regions) < 2:
            raise
        return look(regions[1], text, interview)


def _look_in(region: str | None, text: str, interview: Interview) -> Outcome[str, ModelFacts]:
    """Look for a name or words in one region: first among its groups, then in the public hub.

    An exact match of a group, version or training job comes first, then an exact base model; among
    partial matches, the person chooses.
    """
    found, missing = None, None
    try:
        found = _resolve_in(region, text, interview)
        if not found.candidates:
            return _package(found, interview)
    except AnswerRejected as rejection:
        if rejection.code != "model.missing":
            raise
        missing = rejection
    interview.progress("Looking in the public hub", None, None)
    name, kind = aws.hub_models.hub_name(text), interview.type.name
    exact, inside = None, None
    with suppress(*aws.session.REFUSED):
        exact = aws.hub_models.describe_hub_model(interview.aws, name, region)
        if exact is None:
            inside = aws.base_models.find_base_models(interview.aws, text, region, kind)
    if exact is not None:
        alias = passed("model.alias", f"SageMaker's hub calls {text} {name}.")
        return accept_base_model(exact, interview, *([] if name == text else [alias]))
    bases = inside.models if inside else ()
    if missing is not None and not bases:
        raise reject_unmatched(text, inside, region, interview, missing)
    if found is not None and found.package is not None and not bases:
        return _package(found, interview)
    if found is None and len(bases) == 1:
        only = passed("model.hub", f"{text!r} matches one base model, {bases[0].name}.")
        # Its document says more than the list does.
        newest = find_newest_in_hub(bases[0].name, region, interview) or bases[0]
        return accept_base_model(newest, interview, only)
    return Narrowed(_which_one(text, found, inside))


def _package(
    found: aws.model_packages.Resolution, interview: Interview
) -> Outcome[str, ModelFacts]:
    """Accept a model package if its base model has what the evaluation needs."""
    package = found.package
    assert package is not None and package.base_model is not None  # noqa: S101, PT018 - resolved
    kind, base = interview.type.name, package.base_model
    interview.progress("Checking the base model", None, None)
    checks = aws.base_models.check_base_model(interview.aws, package, kind)
    training_data = aws.training.trained_on(interview.aws, package)
    interview.progress("Looking for the job that trained the model", None, None)
    training = aws.training.find_training(interview.aws, package)
    facts = ModelFacts(
        arn=package.arn,
        base_only=False,
        group=package.group,
        version=None if package.version is None else str(package.version),
        approval=package.approval,
        created=package.created,
        region=package.region,
        account=package.account,
        partition=package.partition,
        base_model=base,
        model_data=package.model_data,
        nova=aws.base_models.is_nova(base.name),
        billions=aws.base_models.read_model_size(base.name),
        answers_by=aws.base_models.answers_by(base.name, package.region, kind),
        base_by_name=aws.base_models.can_be_named(base.name, package.region, kind),
        needs_yes=found.needs_yes,
        passed_over=found.passed_over,
        training_job=package.training_job,
        training_data=training_data,
        training=training,
    )
    checks += _check_training(interview.type, training)
    return Accepted(package.arn, facts, (*found.checks, *checks))


_SWITCH = Remedy(
    "To evaluate it by rollouts in its agent, change the evaluation type to "
    f"{MULTI_TURN_RL.label}.",
    step=slots.EVALUATION_TYPE.name,
    answer=MULTI_TURN_RL.name,
)


def _check_training(kind: EvaluationType, found: aws.found.Training) -> list[Check]:
    """Return what a model's training says for or against the evaluation type."""
    by_rollouts = f"trained with multi-turn RL. {found.how}"
    if not kind.trained_by_rollouts:
        warned = warning("model.training", f"The model was {by_rollouts}", _SWITCH)
        return [warned] if found.trained else []
    if found.trained is None:
        unknown = "evalbook could not find out whether multi-turn RL trained the model."
        return [skipped("model.training", f"{unknown} {found.how}")]
    if found.trained:
        return [passed("model.training", f"Multi-turn RL trained the model. {found.how}")]
    return [warning("model.training", f"The model was not {by_rollouts}")]


def find_training(text: str, interview: Interview) -> aws.found.Training | None:
    """Return how the package was trained that is named itself, or by its training job, if any."""
    try:
        found = _in_either_region(_resolve_in, text, interview)
        if found.package is None:
            return None
        return aws.training.find_training(interview.aws, found.package)
    except EvalbookError:
        return None


def _resolve_in(
    region: str | None, text: str, interview: Interview
) -> aws.model_packages.Resolution:
    left_by_others = text == interview.found("training_job_name")
    if left_by_others and (registered := _registered_by(region, text, interview)):
        return registered
    try:
        return aws.model_packages.resolve_package(interview.aws, text, region)
    except AnswerRejected as rejection:
        missing = rejection.code == "model.missing"
        registered = _registered_by(region, text, interview) if missing else None
        if registered is None:
            raise
        return registered


def _registered_by(
    region: str | None, job: str, interview: Interview
) -> aws.model_packages.Resolution | None:
    """Return the package that the training job of this name registered, if any."""
    arn = aws.training.find_package_of_job(interview.aws, job, region)
    if arn is None:
        return None
    found = aws.model_packages.resolve_package(interview.aws, arn)
    note = passed("model.training_job", f"Training job {job} registered {arn}.")
    package = found.package and replace(found.package, training_job=job)
    return replace(found, package=package, checks=(note, *found.checks))


def _regions(interview: Interview) -> list[str]:
    """Return at most two regions to search for a name, that of the AWS settings among them.

    What the person said comes first, what other tools left in the state last.
    """
    said = interview.aside.volunteered.get(slots.REGION.name, "").lower()
    default, left = interview.aws.default_region, interview.found("region")
    known = dict.fromkeys(filter(None, (said, default, left)))
    return [it for it in known if it == default or aws.regions.is_region(it)][:2]


def _which_one(
    words: str,
    found: aws.model_packages.Resolution | None,
    inside: aws.base_models.HubMatches | None,
) -> Question:
    groups = found.candidates if found else ()
    fitting = inside.models if inside else ()
    bases = fitting[: aws.base_models.MOST_OFFERED]
    mine = "your model package group" if bases else None
    public, alone = "base model in the public hub, version ", Notice("evaluated on its own")
    counted = [
        plural(len(some), noun) for some, noun in ((groups, "group"), (bases, "base model")) if some
    ]
    match = "matches" if len(groups) + len(bases) == 1 else "match"
    notices = []
    if len(fitting) > len(bases):
        shown = f"{len(fitting)} base models match; {len(bases)} are listed."
        notices.append(f"{shown} Add a word to narrow them down.")
    if inside and inside.untold:
        untold = f"whether {inside.untold} more matching base models can be evaluated"
        notices.append(f"Not checked: {untold}. Give the full name of one to have it checked.")
    return Question(
        f"{joined(counted)} {match} {words!r}. Which one?",
        kind="choice",
        choices=(
            *(Choice(it.name, it.name, put_in_a_row(mine, it.about, by="; ")) for it in groups),
            *(
                Choice(it.answer, it.name, put_in_a_row(public + it.version, alone, by="; "))
                for it in bases
            ),
        ),
        notices=tuple(notices),
        help="A number or a name. Another ARN, name or words start a new search.",
    )


def _describe(value: str, facts: ModelFacts) -> str:
    if not facts.base_only:
        return Notice(value, value.partition(":model-package/")[2] or value)
    return f"{facts.base_model.name}, a base model, version {facts.version}: {value}"


STEP = Step(
    slots.MODEL,
    "Model",
    ask=_ask,
    hears=_hears,
    read=lambda text, question, _: read_choice_or_text(text, question.choices).strip("'\"<> "),
    check=_check,
    describe=_describe,
    known=lambda interview: interview.found(
        "model_package_arn", "model_package_group_name", "training_job_name"
    ),
    depends_on=(slots.EVALUATION_TYPE,),
    asks_aws=True,
    asked_knowing=(slots.REGION,),
    example="support-bot",
    example_meaning="A model package's ARN, its group's name, or words from it. evalbook finds "
    "the newest usable version and shows it to you.",
)


def _ask_confirm(interview: Interview) -> Question:
    found = interview.model
    base = f"Base model: {found.base_model.name}"
    if found.base_only:
        notices = [
            f"{base}, version {found.version}",
            f"ARN: {found.arn}",
            f"Region: {found.region}",
            "It is evaluated alone: there is no fine-tuned model to compare it with.",
        ]
    else:
        notices = [
            f"ARN: {found.arn}",
            Notice(f"Group: {found.group}, version {found.version}"),
            f"Created: {to_the_minute(found.created) if found.created else 'unknown'}",
            f"Approval: {found.approval}",
            base,
        ]
    if found.needs_yes:
        notices.append("This version was REJECTED in review. Yes uses it anyway.")
    by_rollouts = interview.type.trained_by_rollouts
    trained = found.training.trained if found.training else None
    if by_rollouts and trained is False:
        notices.append(
            "Multi-turn RL did not train this model; it can still be evaluated this way."
        )
    if trained and not by_rollouts:
        notices.append(f"Multi-turn RL trained this model. {_SWITCH.text}")
    return Question("Is this the model to evaluate?", kind="confirm", notices=tuple(notices))


def _check_confirm(value: bool, interview: Interview) -> Outcome[bool, None]:
    if not value:
        return Reopened("model")
    report = effective_report(interview)
    return Accepted(value, checks=tuple(check_lengths(interview, report)) if report else ())


CONFIRM_STEP = Step(
    slots.MODEL_CONFIRM,
    "Model confirmed",
    ask=_ask_confirm,
    read=read_yes_or_no,
    check=_check_confirm,
    describe=lambda _, __: "yes",
    depends_on=(slots.MODEL,),
    asked_again=True,
    example="yes",
    example_meaning="No asks for the model again.",
)
