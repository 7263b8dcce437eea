"""Which fine-tuned model: a model package, by ARN, group, or words of its name."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from evalbook.checks import passed
from evalbook.errors import AnswerRejected
from evalbook.workflow.answers import read_choice
from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Accepted, Narrowed, Outcome, Step
from evalbook.workflow.turn import Choice, Question

if TYPE_CHECKING:
    from evalbook.aws.model_packages import Resolution

_TRAINING_JOB_NAME = re.compile(r"[a-zA-Z0-9](-*[a-zA-Z0-9]){0,62}")


def _ask(_: Interview) -> Question:
    return Question(
        "Which fine-tuned model? Give its model package ARN, its group's name, or words from it.",
        help="Such as arn:aws:sagemaker:REGION:ACCOUNT:model-package/GROUP/VERSION, GROUP, "
        "or support bot. A group means its newest usable version.",
        reference="references/model-packages.md",
    )


def _read(text: str, question: Question, _: Interview) -> str:
    if question.choices:
        try:
            return read_choice(text, question.choices)
        except AnswerRejected:
            if text.strip().isdigit():
                raise
    return text


def _check(value: str, interview: Interview) -> Outcome:
    from dataclasses import asdict

    from evalbook.aws.base_models import base_model_checks, is_nova, model_size_billions
    from evalbook.workflow.training import training_facts

    interview.progress("Looking for the model package", None, None)
    found, training_job = find_package(value, interview)
    if found.package is None:
        return Narrowed(_which_one(value, found.candidates))
    package = found.package
    interview.progress("Checking the base model", None, None)
    checks = base_model_checks(interview.aws, package, package.region, interview.kind.name)
    job = training_job or package.training_job
    training, about_training = training_facts(interview, package, job)
    base = package.base_model.name if package.base_model else ""
    facts: dict[str, Any] = {
        **asdict(package),
        "nova": is_nova(base),
        "billions": model_size_billions(base),
        "needs_yes": found.needs_yes,
        "passed_over": list(found.passed_over),
        "training_job": job,
        "training": training,
    }
    return Accepted(package.arn, facts, (*found.checks, *checks, *about_training))


def find_package(text: str, interview: Interview) -> tuple[Resolution, str | None]:
    """Find the package where it may be; also the training job that it was named by, if so.

    Raises:
        AnswerRejected: it is not there, or can't be used.
    """
    region, *elsewhere = _regions(interview)
    try:
        return _resolve_in(region, text, interview)
    except AnswerRejected as rejection:
        if rejection.code != "model.missing" or not elsewhere:
            raise
        return _resolve_in(elsewhere[0], text, interview)


def _resolve_in(
    region: str | None, text: str, interview: Interview
) -> tuple[Resolution, str | None]:
    from evalbook.aws.model_packages import resolve

    found_before = text == interview.found("training_job_name")
    if found_before and (registered := _registered_by(region, text, interview)):
        return registered, text
    try:
        return resolve(interview.aws, text, region), None
    except AnswerRejected as rejection:
        missing = rejection.code == "model.missing"
        registered = _registered_by(region, text, interview) if missing else None
        if registered is None:
            raise
        return registered, text


def _registered_by(region: str | None, text: str, interview: Interview) -> Resolution | None:
    """Return the package that the training job of that name registered, if there is one."""
    from evalbook.aws.model_packages import package_of_training_job, resolve

    if not _TRAINING_JOB_NAME.fullmatch(text):
        return None
    arn = package_of_training_job(interview.aws, text, region)
    if arn is None:
        return None
    found = resolve(interview.aws, arn)
    note = passed("model.training_job", f"Training job {text} registered {arn}.")
    return replace(found, checks=(note, *found.checks))


def _regions(interview: Interview) -> list[str | None]:
    """Return the one or two regions to look for a name in, None being that of the AWS settings.

    What the person said about the region counts first, what other tools left in the state last.
    """
    from evalbook.aws.regions import is_region

    said = interview.own.get("volunteered", {}).get("region", "").lower()
    left = interview.found("region") or ""
    configured = [None] if interview.aws.default_region else []
    known = [*filter(is_region, [said]), *configured, *filter(is_region, [left])]
    return known[:2] or [None]


def known_model(interview: Interview) -> str | None:
    """Return what is known of the model before it is asked for: said ahead, or left in the state.

    What the person dismissed is known no more.
    """
    said: str | None = interview.own.get("volunteered", {}).get(STEP.name)
    if said is not None or STEP.name in interview.own.get("dismissed", []):
        return said
    return _known(interview)


def _which_one(words: str, candidates: tuple[Any, ...]) -> Question:
    return Question(
        f"{len(candidates)} groups match {words!r}. Which one?",
        kind="choice",
        choices=tuple(
            Choice(candidate.name, candidate.label, candidate.description)
            for candidate in candidates
        ),
        help="A number or a group's name; another ARN, name or words start over.",
    )


def _known(interview: Interview) -> str | None:
    return interview.found("model_package_arn", "model_package_group_name", "training_job_name")


STEP = Step(
    "model",
    "Model package",
    ask=_ask,
    read=_read,
    check=_check,
    known=_known,
    depends_on=("evaluation_type",),
)
