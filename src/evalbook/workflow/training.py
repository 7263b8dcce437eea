"""What a model's training implies for the evaluation type: multi-turn RL means rollouts."""

from __future__ import annotations

from evalbook import aws
from evalbook.checks import Check, Remedy, passed, skipped, warning
from evalbook.evaluation_types import MULTI_TURN_RL, EvaluationType
from evalbook.workflow.interview import Interview
from evalbook.workflow.slots import EVALUATION_TYPE, MODEL

_SWITCH = Remedy(
    "To evaluate it by rollouts in its agent, change the evaluation type to "
    f"{MULTI_TURN_RL.label}.",
    step=EVALUATION_TYPE.name,
    answer=MULTI_TURN_RL.name,
)


def check_training(kind: EvaluationType, found: aws.found.Training) -> list[Check]:
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


def list_training_notices(interview: Interview) -> tuple[str, ...]:
    """Return notices shown before the model is confirmed: the type does not fit its training."""
    model = interview.facts(MODEL)
    trained = model.training.trained if model and model.training else None
    if interview.type.trained_by_rollouts and trained is False:
        return ("Multi-turn RL did not train this model; it can still be evaluated this way.",)
    if not interview.type.trained_by_rollouts and trained:
        return (f"Multi-turn RL trained this model. {_SWITCH.text}",)
    return ()


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
