"""The Bedrock Evaluations terms, word for word; only the person's explicit yes counts."""

from __future__ import annotations

from evalbook import aws
from evalbook.checks import passed, skipped
from evalbook.errors import AnswerRejected
from evalbook.texts import Notice, shortened
from evalbook.workflow import hearing, slots
from evalbook.workflow.facts import Agreement
from evalbook.workflow.interview import Accepted, Interview, Outcome, Step, Wants
from evalbook.workflow.replies.words import yes_or_no
from evalbook.workflow.turn import Question

TERMS = """\
**Important: Amazon Bedrock Evaluations Terms**

This feature is powered by Amazon Bedrock Evaluations. Your use of this feature is subject to \
pricing of Amazon Bedrock Evaluations, the \
[Service Terms](https://aws.amazon.com/service-terms/) applicable to Amazon Bedrock, and the \
terms that apply to your usage of third-party models. Amazon Bedrock Evaluations may securely \
transmit data across AWS Regions within your geography for processing. For more information, \
access [Amazon Bedrock Evaluations documentation]\
(https://docs.aws.amazon.com/bedrock/latest/userguide/evaluation-judge.html).

Do you acknowledge and agree to proceed?"""


def _read(text: str, _question: Question, _: Interview) -> Agreement:
    verdict = yes_or_no(text, strict=True)
    if verdict is False:
        raise AnswerRejected(
            "terms.declined",
            "You did not agree to the terms, so no notebook is written.",
            "Your answers are saved; agree whenever you are ready.",
        )
    if verdict is None:
        raise AnswerRejected(
            "terms.unclear",
            f"{shortened(text)!r} is not an explicit yes.",
            "Feel free to ask questions first. To continue, say yes or I agree.",
        )
    return Agreement(text, None)


def _check(value: Agreement, interview: Interview) -> Outcome[Agreement, None]:
    try:
        caller = aws.identity.find_caller(interview.aws, interview.value(slots.REGION)).arn
    except aws.session.AwsDenied as denial:
        unknown = f"evalbook could not find out who agreed: {denial.message}"
        return Accepted(Agreement(value.words, None), checks=(skipped("terms.caller", unknown),))
    known = passed("terms.caller", f"Agreed to by {caller}.")
    return Accepted(Agreement(value.words, caller), checks=(known,))


STEP = Step(
    slots.BEDROCK_TERMS,
    "Bedrock Evaluations terms",
    ask=lambda _: Question(
        TERMS,
        kind="confirm",
        help=Notice("Say yes or I agree, in your own words. Without it, no notebook is written."),
    ),
    hears=hearing.to_the_letter,
    read=_read,
    check=_check,
    describe=lambda value, _: f"{value.words!r}, by {value.caller or 'an unknown caller'}",
    depends_on_all=True,
    asked_again=True,
    said_ahead=False,
    exact_in_file="I agree",
    example="I agree",
    example_meaning="Your own words, recorded with the time and the caller. This starts nothing.",
    wants=Wants(word_for_word=True),
)
