"""Parameters that differ from the base model's recipe: sampling, lengths, and agent rollouts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from evalbook import aws
from evalbook.errors import AnswerRejected
from evalbook.workflow import hearing, slots
from evalbook.workflow.assignments import describe_assignments, read_assignments
from evalbook.workflow.copies import effective_report
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step
from evalbook.workflow.optional import if_given, unless_none
from evalbook.workflow.slots import ParameterValue
from evalbook.workflow.turn import Question

if TYPE_CHECKING:
    from evalbook.checks import Check

DEFAULT = "default"


def _ask(interview: Interview) -> Question:
    offered, checks = _offered(interview)
    example = ", ".join(f"{it.name}={it.default}" for it in (offered or [])[:2])
    such_as = f", such as {example}" if example else ""
    if offered is None:
        notices: tuple[str, ...] = (f"The SDK looks for {', '.join(interview.type.parameters)}.",)
    else:
        notices = tuple(it.words() for it in offered) or ("The recipe has no parameters to set.",)
    return Question(
        "Which parameters should differ from the base model's recipe?",
        default=DEFAULT,
        notices=notices,
        checks=tuple(checks),
        help=f"Names and values{such_as}, or a JSON object; default changes none.",
        reference="references/advanced-settings.md",
    )


def _read(text: str, _question: Question, interview: Interview) -> dict[str, ParameterValue] | None:
    temperature = next(name for name in interview.type.parameters if "temperature" in name)
    return dict(read_assignments(text, "parameters", f"{temperature}=0.2")) or None


def _check(
    value: dict[str, ParameterValue], interview: Interview
) -> Outcome[dict[str, ParameterValue] | None, None]:
    offered, checks = _offered(interview)
    if offered is None:
        unread = "as in the recipe"
        offered = [aws.recipes.Parameter(name, unread) for name in interview.type.parameters]
    known = {it.name: it for it in offered}
    values = {name: _one(name, str(said), known, interview) for name, said in value.items()}
    report = effective_report(interview)
    longest = report.longest_prompt if report else None
    checks += aws.recipes.check_parameter_doubts(offered, values, longest)
    return Accepted(values, checks=tuple(checks))


def _one(
    name: str, said: str, known: dict[str, aws.recipes.Parameter], interview: Interview
) -> Any:
    if name not in known:
        base = interview.model.base_model.name
        raise AnswerRejected(
            "parameters.unknown",
            f"{name!r} can't be set: the recipe of {base} for this evaluation has no such "
            "parameter.",
            f"It has {', '.join(known)}." if known else "It has none; answer default.",
        )
    # The SDK sets this one itself when a registered scorer is called.
    if name == "postprocessing" and (interview.value(slots.SCORER) or "").startswith("arn:"):
        raise AnswerRejected(
            "parameters.postprocessing",
            "postprocessing can't be set: the SDK always turns it on for a registered scorer.",
            "Leave it out.",
        )
    return known[name].read(said)


def _offered(interview: Interview) -> tuple[list[aws.recipes.Parameter] | None, list[Check]]:
    interview.progress("Reading the base model's recipe", None, None)
    return aws.recipes.read_parameters(
        interview.aws,
        interview.region,
        interview.model.base_model.name,
        interview.type.name,
        interview.value(slots.BENCHMARK),
    )


STEP = Step(
    slots.INFERENCE_PARAMETERS,
    "Inference parameters",
    ask=_ask,
    hears=hearing.assigned(lambda it: it.type.parameters, "recipe", "parameters"),
    read=unless_none(_read, word=DEFAULT),
    check=if_given(_check),
    describe=lambda value, _: describe_assignments(value, "as in the recipe"),
    advanced=True,
    depends_on=(
        slots.EVALUATION_TYPE,
        slots.MODEL,
        slots.DATA_SAMPLE,
        slots.DATA_FIX,
        slots.SCORER,
        slots.BENCHMARK,
        slots.REGION,
    ),
    asks_aws=True,
    unasked={},
    example="temperature=0, max_new_tokens=512",
    example_meaning="How both models generate answers. Longer answers take longer and cost more.",
)
