"""What a whole reply comes to: which parts are taken, asked back, or kept for another step."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

from evalbook.checks import REOPEN, Check, Remedy
from evalbook.errors import AnswerRejected
from evalbook.texts import shortened
from evalbook.workflow import hearing
from evalbook.workflow.ahead import Ahead, hear, within_a_sentence
from evalbook.workflow.asked import answer_to
from evalbook.workflow.doubts import find_step, find_step_to_reopen, reopen
from evalbook.workflow.interview import Accepted, AnyAccepted, AnyStep, Interview
from evalbook.workflow.replies.pieces import Parts, find_pieces, step_to_change
from evalbook.workflow.replies.reading import AskBack, Taken
from evalbook.workflow.replies.words import KEEPS, asked_beside, plain, said_first, yes_or_no
from evalbook.workflow.slots import (
    BEDROCK_TERMS,
    DATASET,
    EXECUTION_ROLE,
    JUDGE_MODEL,
    KMS_KEY,
    MODEL,
)
from evalbook.workflow.taking import answer_step, keep_for_later, say_what_was_taken, take_answer
from evalbook.workflow.turn import Question


def hear_answer(interview: Interview, ahead: Ahead, text: str) -> AnyAccepted:
    """Take from a reply what answers the question, and keep what answers other steps."""
    if re.fullmatch(_GO_BACK, plain(text)):
        reopen(interview, find_step_to_reopen(interview, None))
        return Accepted(None)
    try:
        return _heard_whole(interview, ahead, text)
    except AnswerRejected as rejection:
        accepted = _heard_in_part(interview, ahead, text, rejection)
        accepted = accepted or _correct_the_last(interview, text)
        if accepted is None:
            raise
        return accepted


_GO_BACK = (
    r"(?:please |ok |oops |sorry |wait )*(?:(?:go |take me |move )?(?:one (?:step|question) )?back"
    r"(?: one| a)?(?: step| question)?|(?:the )?(?:previous|last) (?:question|step)"
    r"|undo(?: that| it)?)(?: again| please)*"
)


def _heard_in_part(
    interview: Interview, ahead: Ahead, text: str, rejection: AnswerRejected
) -> AnyAccepted | None:
    """Take what a rejected reply states beside a question, or in its first sentence."""
    if not ahead.step.said_ahead:
        return None
    stated, asked = asked_beside(text)
    confirms = ahead.question(interview).kind == "confirm"
    if rejection.code == "answer.question" and not confirms and stated and stated != text:
        with suppress(AnswerRejected):
            accepted = _heard_whole(interview, ahead, stated)
            return replace(accepted, notices=(*accepted.notices, *_answered(asked, ahead)))
    first, more = said_first(text)
    changes = confirms and yes_or_no(first) is False and not re.match(KEEPS, plain(more))
    if first and not changes:
        with suppress(AnswerRejected):
            accepted, _ = take_answer(interview, ahead, first)
            return _with_parts(interview, accepted, find_pieces(more))
    return None


def _answered(asked: str, ahead: Ahead) -> tuple[str, ...]:
    """Return what there is to say to a question that was asked beside an answer."""
    if not asked:
        return ()
    unknown = f"evalbook has no answer to “{shortened(asked)}”."
    return (answer_to(asked, ahead.step.name, ahead.asked) or unknown,)


def _correct_the_last(interview: Interview, text: str) -> AnyAccepted | None:
    """Change the last answer where a reply says that something else was meant."""
    correction = re.match(_CORRECTS, text, re.IGNORECASE)
    if correction is None or not interview.answers:
        return None
    name = find_step_to_reopen(interview, None)
    reopen(interview, name)
    with suppress(AnswerRejected):
        return answer_step(interview, find_step(interview, name), correction["meant"])
    return Accepted(None)


_CORRECTS = (
    r"\W*(?:wait|oops|sorry|no|actually)\b.*?\bi (?:meant|mean)\b(?: to say)?(?: that)?[:,]?\s*"
    r"(?P<meant>[^.!?\n]+)"
)


def _heard_whole(interview: Interview, ahead: Ahead, text: str) -> AnyAccepted:
    asked = ahead.step.name
    if _is_searched_by_words(ahead, text, interview):
        parts = find_pieces(text, asked)
        own, _ = _take_own(interview, ahead, parts) if parts.pieces else (None, None)
        if own is not None:
            return _with_parts(interview, own, replace(parts, rest=""))
    try:
        accepted, left = take_answer(interview, ahead, text)
    except AnswerRejected as rejection:
        return _heard_beside(interview, ahead, text, rejection)
    parts = find_pieces(left, asked) if left else Parts(())
    if left.startswith(("but ", "except ")) and not parts.pieces:
        return _with_parts(interview, accepted, find_pieces(left))
    return _with_parts(interview, accepted, replace(parts, rest=""))


def _heard_beside(
    interview: Interview, ahead: Ahead, text: str, rejection: AnswerRejected
) -> AnyAccepted:
    """Use what a rejected reply says for other steps, and what is left of it for its own."""
    more = _may_say_more(text, ahead, rejection)
    parts = find_pieces(text, ahead.step.name) if more else Parts(())
    if not parts.pieces:
        own = _own_piece(interview, ahead, text, rejection)
        return own or _reopened_by_name(interview, text, rejection)
    if ahead.step.slot == BEDROCK_TERMS:
        kept = _use_pieces(interview, replace(parts, rest=""), rejection)
        ignored = "The rest was ignored: agreeing to the terms stands alone."
        return replace(kept, notices=(*kept.notices, ignored))
    own, why_not = _take_own(interview, ahead, parts)
    if own is not None:
        return _with_parts(interview, own, replace(parts, rest=""))
    return _use_pieces(interview, parts, why_not or rejection)


def _with_parts(interview: Interview, accepted: AnyAccepted, parts: Parts) -> AnyAccepted:
    """Keep what else was said for other steps, and name what was not understood of it."""
    kept = _use_pieces(interview, parts, None)
    return replace(
        accepted,
        checks=(*accepted.checks, *kept.checks),
        notices=(*accepted.notices, *kept.notices),
    )


def _use_pieces(
    interview: Interview, parts: Parts, rejection: AnswerRejected | None
) -> AnyAccepted:
    """Change answers by the pieces of a reply, keep those whose turn comes, say what fails.

    The rejection, which says why the reply as a whole is no answer, is raised where no piece can be
    used and no change was wished.
    """
    steps = {step.name: step for step in interview.nameable}
    asked_for = [(steps[it.step], it.said) for it in parts.pieces if it.step in steps]
    usable = [(step, said) for step, said in asked_for if step.said_ahead]
    if not usable and rejection is not None:
        raise rejection
    notices = [
        f"{interview.type.label} does not ask for {it.step}: {shortened(it.said)}."
        for it in parts.pieces
        if it.step not in steps
    ]
    checks: list[Check] = []
    failures: list[AnswerRejected] = []
    for step, said in usable:
        changes = step.name in interview.answers
        try:
            accepted = (_change_answer if changes else keep_for_later)(interview, step, said)
            notices += accepted.notices
            checks += accepted.checks
        except AnswerRejected as failure:
            failures.append(failure)
            if changes:
                interview.aside.unsettled[step.name] = f"{step.title}: {failure.message}"
            title = within_a_sentence(step.title)
            notices.append(f"Not accepted for {title}: {_with_remedy(failure)}")
    asked_back = any(step.name in interview.aside.asked_back for step, _ in usable)
    if rejection is not None and not (notices or asked_back):
        raise rejection
    refused = rejection is not None and failures and len(failures) == len(notices)
    if refused and not interview.aside.unsettled:
        raise failures[0]
    if parts.rest:
        notices.append(_say_of_the_rest(parts.rest, rejection))
    return Accepted(None, checks=tuple(checks), notices=tuple(notices))


def _say_of_the_rest(rest: str, rejection: AnswerRejected | None) -> str:
    if rejection is not None and not rejection.code.startswith(_NOT_HEARD):
        return _with_remedy(rejection)
    answers = rejection is not None and rejection.code == "answer.question"
    if rejection is not None and answers and rejection.message != hearing.NO_ANSWER:
        return rejection.message
    return f"Not understood: “{shortened(rest)}”."


def _with_remedy(rejection: AnswerRejected) -> str:
    remedy = rejection.remedy.text if isinstance(rejection.remedy, Remedy) else rejection.remedy
    return f"{rejection.message} {remedy or ''}".strip()


def _change_answer(interview: Interview, step: AnyStep, said: str) -> AnyAccepted:
    """Change an answer, and say what was taken."""
    before = interview.answers[step.name]
    accepted = answer_step(interview, step, said)
    taken = say_what_was_taken(interview, step, before)
    others = (notice for notice in accepted.notices if notice not in taken)
    return replace(accepted, notices=(*taken, *others))


_NOT_HEARD = (
    "answer.",
    "confirm.declined",
    "terms.",
    "task.",
    "metrics.unknown",
    "pilot.unclear",
    "region.unknown",
    "project.name",
    "advanced.",
    "complete",
)
"""How the codes of rejections begin that say no more than that a reply is no answer."""
_ONE_NAME = (EXECUTION_ROLE, JUDGE_MODEL, KMS_KEY)
"""Steps whose answer is one name, and nothing beside it that counts."""


def _own_piece(
    interview: Interview, ahead: Ahead, text: str, rejection: AnswerRejected
) -> AnyAccepted | None:
    """Take what a sentence says for the step that is asked, where it was not heard in it."""
    heard = rejection.code.startswith("answer.") and rejection.code != "answer.choice"
    if heard or ahead.step.slot not in _ONE_NAME:
        return None
    parts = find_pieces(text)
    own = next((it.said for it in parts.pieces if it.step == ahead.step.name), text.strip())
    # What a value leaves out would be lost with it: a count, or the rest of JSON.
    if own != text.strip() and not re.search(r"[\d{\[]", parts.rest):
        with suppress(AnswerRejected):
            return take_answer(interview, ahead, own)[0]
    return None


def _reopened_by_name(interview: Interview, said: str, rejection: AnswerRejected) -> AnyAccepted:
    """Reopen the step that a reply to everything wants changed; rejected where it names none."""
    confirming = rejection.code in ("answer.yes_or_no", "confirm.declined", "complete")
    name = step_to_change(said) if confirming or "back to" in plain(said) else None
    if name is None or not interview.answered(name):
        raise rejection
    reopen(interview, name)
    return Accepted(None)


def _take_own(
    interview: Interview, ahead: Ahead, parts: Parts
) -> tuple[AnyAccepted | None, AnswerRejected | None]:
    """Take for the answer what a reply says beside others, or return why it is none."""
    own = re.sub(_LINKS, "", parts.rest).strip(" ,;.")
    if ahead.question(interview).kind == "confirm":
        own = _agrees(parts)
    if not own or ";" in own or not ahead.step.said_ahead:
        return None, None
    try:
        return take_answer(interview, ahead, own)[0], None
    except AnswerRejected as rejection:
        return None, None if rejection.code.startswith(_NOT_HEARD) else rejection


_LINKS = r"^\W*(?:and|but|with)\b|(?:\b(?:and|but|with)|,)\W*$"


def _agrees(parts: Parts) -> str:
    """Return the yes or no that is left of a reply; a no is none where other things are denied."""
    denies = any(it.said == "none" or it.said.startswith("without") for it in parts.pieces)
    verdicts = {yes_or_no(words) for words in (parts.rest, parts.left) if words} - {None}
    return "yes" if verdicts == {True} else "no" if verdicts == {False} and not denies else ""


def _is_searched_by_words(ahead: Ahead, said: str, interview: Interview) -> bool:
    """Tell whether a sentence would be searched for as it is, pieces for other steps and all."""
    searched = ahead.step.slot in (MODEL, DATASET) and ahead.finding is None
    if not searched or " " not in said.strip():
        return False
    reading = hear(ahead.step, said, ahead.asked, interview)
    if isinstance(reading, Taken):
        listed = [choice.value for choice in ahead.asked.choices]
        return not reading.exact and reading.text not in listed
    return reading is None or isinstance(reading, AskBack)


def _may_say_more(text: str, ahead: Ahead, rejection: AnswerRejected) -> bool:
    """Tell whether a reply that was rejected may answer other steps, and is no wrong value."""
    words = text.split()
    if not words or text.lstrip().startswith(("{", "[")):
        return False
    any_text = (None, hearing.free_text, hearing.project)
    named = ahead.asked.kind == "text" and ahead.step.hears not in any_text
    unheard = rejection.code.startswith(_NOT_HEARD)
    if words[0].lower().startswith(("s3://", "arn:")) and not re.search(r"[,;]| and ", text):
        return not named and unheard
    return named or len(words) == 1 or unheard


def change_answers(interview: Interview, text: str) -> AnyAccepted:
    """Change answers of a complete interview by what is said."""
    if re.search(_ANOTHER, plain(text)):
        raise AnswerRejected(
            "complete.another",
            "That is another evaluation, beside this one, which stays as it is.",
            Remedy("Begin one like it:", command="evalbook new --from STATE --set STEP=VALUE"),
        )
    complete = AnswerRejected(
        "complete",
        answer_to(text, "complete", Question(""))
        or "All questions are answered and the notebook is written.",
        Remedy("Say what to change, or reopen a step:", command=REOPEN),
    )
    parts = find_pieces(text)
    if not parts.pieces:
        return _reopened_by_name(interview, text, complete)
    return _use_pieces(interview, parts, complete)


_ANOTHER = (
    r"\b(?:another|new|second|next) (?:one|evaluation|run)\b|\blike (?:this|that|it)\b|"
    r"\bsame (?:again|as this)\b"
)
