"""The whole configuration, with what it will do and what was not checked."""

from __future__ import annotations

from evalbook.checks import REOPEN, Remedy
from evalbook.errors import AnswerRejected
from evalbook.texts import put_in_a_row
from evalbook.workflow import slots
from evalbook.workflow.copies import effective_report
from evalbook.workflow.estimate import add_price, estimate
from evalbook.workflow.interview import Interview, Step, Wants
from evalbook.workflow.replies.choices import read_yes_or_no
from evalbook.workflow.steps.scope import BASE_ONLY, BOTH, FINE_TUNED_ONLY, scope_of
from evalbook.workflow.summary import summarise
from evalbook.workflow.turn import Question

_MODELS = {
    BOTH: "Models: the fine-tuned one, compared with its base model",
    FINE_TUNED_ONLY: "Models: the fine-tuned one only",
    BASE_ONLY: "Models: the base model only, so nothing is compared",
}


def _ask(interview: Interview) -> Question:
    summary = summarise(interview, until="confirm")
    lines = summary.answers()
    lines.append(_MODELS[scope_of(interview)])
    lines.extend(add_price(estimate(interview), interview).sentences())
    report = effective_report(interview)
    if report is not None:
        lines.extend(f"Not evaluated: {it.sentence(report.records)}" for it in report.unused)
    lines.extend(summary.doubts())
    return Question(
        "Is this configuration right?",
        kind="confirm",
        notices=tuple(lines),
        help=put_in_a_row("Yes, or say what to change.", "Nothing has been written yet."),
    )


def _read(text: str, _question: Question, interview: Interview) -> bool:
    if not read_yes_or_no(text):
        raise AnswerRejected(
            "confirm.declined",
            "You did not confirm the configuration, so nothing is generated.",
            Remedy("What should be different? Change it, then confirm.", command=REOPEN),
        )
    if interview.aside.unsettled:
        raise AnswerRejected(
            "confirm.unsettled",
            f"One change is still open. {' '.join(interview.aside.unsettled.values())}",
            "Say what it should be instead, or: leave it as it is.",
        )
    return True


STEP = Step(
    slots.CONFIRM,
    "Configuration",
    ask=_ask,
    read=_read,
    describe=lambda _, __: "yes",
    depends_on_all=True,
    asked_again=True,
    said_ahead=False,
    asks_aws=True,
    example="yes",
    example_meaning="Time and price are shown above. Yes starts nothing yet; cell 2 of the "
    "notebook does.",
    wants=Wants(review=True),
)
