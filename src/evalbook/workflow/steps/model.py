"""Which fine-tuned model: a model package, by ARN, group, or words of its name."""

from __future__ import annotations

from typing import Any

from evalbook.errors import AnswerRejected
from evalbook.workflow.answers import read_choice
from evalbook.workflow.interview import Interview
from evalbook.workflow.step import Accepted, Narrowed, Outcome, Step
from evalbook.workflow.turn import Choice, Question


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
    from evalbook.aws.model_packages import package_of_training_job, resolve

    interview.progress("Looking for the model package", None, None)
    if value == interview.found("training_job_name"):
        value = package_of_training_job(interview.aws, value) or value
    found = resolve(interview.aws, value)
    if found.package is None:
        return Narrowed(_which_one(value, found.candidates))
    package = found.package
    interview.progress("Checking the base model", None, None)
    checks = base_model_checks(interview.aws, package, package.region)
    base = package.base_model.name if package.base_model else ""
    facts: dict[str, Any] = {
        **asdict(package),
        "nova": is_nova(base),
        "billions": model_size_billions(base),
        "needs_yes": found.needs_yes,
        "passed_over": list(found.passed_over),
    }
    return Accepted(package.arn, facts, (*found.checks, *checks))


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


STEP = Step("model", "Model package", ask=_ask, read=_read, check=_check, known=_known)
