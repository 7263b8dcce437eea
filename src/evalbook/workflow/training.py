"""What a model's training implies for the evaluation type: multi-turn RL means rollouts."""

from __future__ import annotations

from evalbook import aws
from evalbook.checks import Check, Remedy, passed, skipped, warning
from evalbook.evaluation_types import EVALUATION_TYPES, EvaluationType
from evalbook.workflow.interview import Interview
from evalbook.workflow.slots import MODEL


def find_training_facts(
    interview: Interview, package: aws.package_answers.ModelPackage, job: str | None
) -> tuple[aws.found.Training, list[Check]]:
    """Return what is known about a package's training, with checks of the evaluation type."""
    interview.progress("Looking for the job that trained the model", None, None)
    found = aws.rollout_training.find_training(interview.aws, package, job)
    return found, _checks(interview.type, found)


def _checks(evaluation_type: EvaluationType, found: aws.found.Training) -> list[Check]:
    if evaluation_type.trained_by_rollouts:
        if found.trained:
            return [passed("model.training", f"Multi-turn RL trained the model. {found.how}")]
        if found.trained is None:
            message = (
                f"evalbook could not find out whether multi-turn RL trained the model. {found.how}"
            )
            return [skipped("model.training", message)]
        message = f"The model was not trained with multi-turn RL. {found.how}"
        return [warning("model.training", message)]
    if not found.trained:
        return []
    message = f"The model was trained with multi-turn RL. {found.how}"
    return [warning("model.training", message, explain_switch())]


def list_training_notices(interview: Interview) -> tuple[str, ...]:
    """Return notices shown before the model is confirmed: the type does not fit its training."""
    model = interview.facts(MODEL)
    trained = model.training.trained if model and model.training else None
    if interview.type.trained_by_rollouts and trained is False:
        return ("Multi-turn RL did not train this model; it can still be evaluated this way.",)
    if not interview.type.trained_by_rollouts and trained:
        return (f"Multi-turn RL trained this model. {explain_switch().text}",)
    return ()


def find_rollout_type() -> EvaluationType:
    """Return the evaluation type for models trained with multi-turn RL."""
    return next(it for it in EVALUATION_TYPES.values() if it.trained_by_rollouts)


def explain_switch() -> Remedy:
    return Remedy(
        f"To evaluate it by rollouts in its agent, change the evaluation type to "
        f"{find_rollout_type().label}.",
        step="evaluation_type",
        answer=find_rollout_type().name,
    )


def training_job(interview: Interview) -> aws.found.RolloutTraining | None:
    """Return the multi-turn RL training job that made the model, if the type needs it."""
    model = interview.facts(MODEL)
    if not interview.type.trained_by_rollouts or model is None or model.training is None:
        return None
    return model.training.job


def name_training_job(interview: Interview) -> str | None:
    """Return where the model's training agent is known from, for `Step.known_from`."""
    job = training_job(interview)
    return f"training job {job.job}" if job else None
