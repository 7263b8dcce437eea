"""What a model's training says of the evaluation type: multi-turn RL is evaluated by rollouts."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from evalbook.checks import Check, passed, skipped, warning
from evalbook.workflow.interview import Interview

if TYPE_CHECKING:
    from evalbook.aws.model_packages import ModelPackage
    from evalbook.workflow.kinds import Kind


def training_facts(
    interview: Interview, package: ModelPackage, job: str | None
) -> tuple[dict[str, Any], list[Check]]:
    """Return what could be found out about a package's training, and what it says of the type.

    Raises:
        AwsUnavailable: AWS could not be asked.
    """
    from evalbook.aws.rollout_training import how_trained

    interview.progress("Looking for the job that trained the model", None, None)
    found = how_trained(interview.aws, package, job)
    facts = asdict(found)
    return facts, _checks(interview.kind, facts)


def _checks(kind: Kind, found: dict[str, Any]) -> list[Check]:
    trained, how = found["trained"], found["how"]
    if kind.trained_by_rollouts:
        if trained:
            return [passed("model.training", f"Multi-turn RL trained the model. {how}")]
        if trained is None:
            message = f"Whether multi-turn RL trained the model could not be told. {how}"
            return [skipped("model.training", message)]
        return [warning("model.training", f"The model was not trained with multi-turn RL. {how}")]
    if not trained:
        return []
    message = f"The model was trained with multi-turn RL. {how}"
    return [warning("model.training", message, how_to_switch())]


def training_notices(interview: Interview) -> tuple[str, ...]:
    """Return what to say of a model's training before it is confirmed: the type does not fit it."""
    found = interview.facts("model").get("training") or {}
    if interview.kind.trained_by_rollouts and found.get("trained") is False:
        return ("Multi-turn RL did not train this model; it can be evaluated so all the same.",)
    if not interview.kind.trained_by_rollouts and found.get("trained"):
        return (f"Multi-turn RL trained this model. {how_to_switch()}",)
    return ()


def rollout_kind() -> Kind:
    """Return the evaluation type that is made for models trained with multi-turn RL."""
    from evalbook.workflow.kinds import KINDS

    return next(kind for kind in KINDS.values() if kind.trained_by_rollouts)


def how_to_switch() -> str:
    """Return how the evaluation type is changed to the one for such models."""
    kind = rollout_kind()
    return (
        f"To evaluate it by rollouts in its agent: evalbook answer --step evaluation_type "
        f"{kind.name}"
    )


def training_job(interview: Interview) -> dict[str, Any] | None:
    """Return the multi-turn RL training job that made the model, where the type has use for it."""
    if not interview.kind.trained_by_rollouts:
        return None
    found = interview.facts("model").get("training") or {}
    job: dict[str, Any] | None = found.get("job")
    return job


def training_named(interview: Interview) -> str | None:
    """Return where the agent that the model was trained in is known from, for `Step.known_from`."""
    job = training_job(interview)
    return f"training job {job['job']}" if job else None


def known_training(interview: Interview) -> str | None:
    """Return what made a model that is known before it is asked for, if multi-turn RL did.

    Only then AWS is asked, and not for longer than a question may take: whatever fails or takes
    too long is found out when the model's turn comes.
    """
    from evalbook.workflow.steps.model import known_model

    confirmed = interview.facts("model").get("training")
    if confirmed is not None:
        return confirmed["how"] if confirmed["trained"] else None
    text = known_model(interview)
    return _asked(interview, text) if text else None


def _asked(interview: Interview, text: str) -> str | None:
    from evalbook.aws.rollout_training import how_trained
    from evalbook.aws.session import soon
    from evalbook.errors import EvalbookError
    from evalbook.workflow.steps.model import find_package

    def ask() -> str | None:
        try:
            found, job = find_package(text, interview)
            finding = how_trained(interview.aws, found.package, job) if found.package else None
        except EvalbookError:
            return None
        return finding.how if finding and finding.trained else None

    return soon(ask)
