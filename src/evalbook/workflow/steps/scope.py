"""Which models to evaluate: the fine-tuned one and its base, or only one of them."""

from __future__ import annotations

from evalbook import aws
from evalbook.checks import Check, Remedy, passed, warning
from evalbook.errors import AnswerRejected
from evalbook.texts import Notice
from evalbook.workflow import slots
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step
from evalbook.workflow.replies.choices import read_one_choice
from evalbook.workflow.steps.base_model import find_newest_in_hub
from evalbook.workflow.turn import Choice, Question

BOTH = "both"
FINE_TUNED_ONLY = "fine_tuned_only"
BASE_ONLY = "base_only"

_CHOICES = {
    it.value: it
    for it in (
        Choice(
            BOTH,
            "Fine-tuned and base",
            Notice(
                "Compares the two; takes about twice as long and costs twice as much.",
                "Compares the two, at twice the cost",
            ),
        ),
        Choice(FINE_TUNED_ONLY, "Fine-tuned only", "Scores without a comparison."),
        Choice(BASE_ONLY, "Base model only", "Scores of the model as it was before fine-tuning."),
    )
}


def _ask(interview: Interview) -> Question:
    possible = _possible(interview)
    return Question(
        "Which models should be evaluated?",
        kind="choice",
        choices=tuple(_CHOICES[scope] for scope in possible),
        default=possible[0],
    )


def _possible(interview: Interview) -> tuple[str, ...]:
    """Return the scopes that the model allows, the usual one first."""
    model = interview.facts(slots.MODEL)
    if model is None or (model.base_by_name and not model.base_only):
        return (BOTH, FINE_TUNED_ONLY, BASE_ONLY)
    if model.base_only:
        return (BASE_ONLY,)
    # Each run evaluates one Nova model: the base model by its name, even in a comparison.
    return (FINE_TUNED_ONLY,) if interview.nova_alone else (BOTH, FINE_TUNED_ONLY)


def _check(value: str, interview: Interview) -> Outcome[str, None]:
    if value not in _possible(interview):
        raise AnswerRejected(
            "scope.impossible",
            f"{_CHOICES[value].label} is not possible: the SDK can't evaluate this base model by "
            "name.",
            f"Answer {' or '.join(_possible(interview))}.",
        )
    if value == BOTH:
        return Accepted(value)
    base = check_scope_base(interview) if value == BASE_ONLY else ()
    both = Remedy("To compare, evaluate both:", step=slots.SCOPE.name, answer=BOTH)
    return Accepted(value, checks=(*base, warn_of_no_comparison(both)))


def check_scope_base(interview: Interview) -> list[Check]:
    """Check the newest version of the package's base model, which the SDK finds by name.

    Raises:
        AnswerRejected: it is not in the public hub, or can't be evaluated.
    """
    model = interview.model
    base, region = model.base_model, model.region
    interview.progress("Checking the base model", None, None)
    newest = find_newest_in_hub(base.name, region, interview)
    if newest is None:
        raise AnswerRejected(
            "scope.base_missing",
            f"{base.name} is not in the public hub of {region}, where the SDK looks it up.",
            f"Answer {BOTH} or {FINE_TUNED_ONLY}.",
        )
    version = passed("scope.version", f"{base.name} is evaluated in version {newest.version}.")
    if base.version not in (None, newest.version):
        version = warning(
            "scope.version",
            f"The package was made from version {base.version} of {base.name}; on its own, the SDK "
            f"evaluates the newest version, {newest.version}.",
            "Keep that in mind when you compare it with other runs.",
        )
    return [
        version,
        *aws.base_models.check_base_alone(interview.aws, newest, region, interview.type.name),
    ]


def warn_of_no_comparison(remedy: str | Remedy) -> Check:
    message = "With only one model, the results can't show whether fine-tuning helped."
    return warning("scope.no_comparison", message, remedy)


def scope_of(interview: Interview) -> str:
    """Return which models to evaluate: both if possible, unless the person chose."""
    possible = _possible(interview)
    if interview.type.one_model_a_run and possible[0] != BASE_ONLY:
        return BOTH if interview.value(slots.BASE_ANSWERED_BY) else FINE_TUNED_ONLY
    said = interview.value(slots.SCOPE)
    return said if said in possible else possible[0]


def _describe(value: str, _: None) -> str:
    label = _CHOICES[value].label
    return label[0].lower() + label[1:]


STEP = Step(
    slots.SCOPE,
    "Scope",
    ask=_ask,
    read=read_one_choice,
    check=_check,
    describe=_describe,
    applies=lambda interview: len(_possible(interview)) > 1,
    advanced=True,
    depends_on=(slots.EVALUATION_TYPE, slots.MODEL),
    example="Fine-tuned and base",
    example_meaning="The base model answers too, so you have something to compare with. This "
    "doubles time and cost.",
)
