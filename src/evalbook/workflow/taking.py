"""How a reply becomes an answer: which parts are taken, asked back, or kept for another step."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace

from evalbook.checks import REOPEN, Check, Remedy
from evalbook.errors import AnswerRejected
from evalbook.texts import shortened
from evalbook.workflow import hearing
from evalbook.workflow.ahead import Ahead, ask_back, forget_finding, hear, within_a_sentence
from evalbook.workflow.asked import answer_to
from evalbook.workflow.doubts import (
    find_step,
    find_step_to_reopen,
    put_answer,
    refuse_what_is_never_asked,
    reopen,
)
from evalbook.workflow.elsewhere import foreseen
from evalbook.workflow.hearing import refuse_too_long
from evalbook.workflow.interview import (
    Accepted,
    AnyAccepted,
    AnyStep,
    Interview,
    Narrowed,
    Reopened,
)
from evalbook.workflow.kept import forget_question_knowing, keep_question
from evalbook.workflow.replies.choices import how_to_answer
from evalbook.workflow.replies.pieces import Found, step_to_change
from evalbook.workflow.replies.reading import AskBack, Hesitates, Incomplete, Taken
from evalbook.workflow.replies.values import name_in
from evalbook.workflow.replies.words import (
    asked_beside,
    means_default,
    plain,
    said_first,
    without_courtesy,
    without_preamble,
    yes_or_no,
)
from evalbook.workflow.slots import (
    BEDROCK_TERMS,
    CONFIRM,
    DATASET,
    EXECUTION_ROLE,
    JUDGE_MODEL,
    KMS_KEY,
    MODEL,
)
from evalbook.workflow.turn import Question

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


def hear_answer(interview: Interview, ahead: Ahead, text: str) -> AnyAccepted:
    """Take from a reply what answers the question, and keep what answers other steps."""
    assert ahead.step is not None  # noqa: S101 - the caller knows which step is asked
    if re.fullmatch(_GO_BACK, plain(text)):
        reopen(interview, find_step_to_reopen(interview, None))
        return Accepted(None)
    try:
        return _heard_whole(interview, ahead, text)
    except AnswerRejected as rejection:
        stated, asked = asked_beside(text)
        confirms = ahead.question(interview).kind == "confirm"
        told = rejection.code == "answer.question" and not confirms
        if told and stated and stated != text and ahead.step.said_ahead:
            with suppress(AnswerRejected):
                accepted = _heard_whole(interview, ahead, stated)
                return replace(accepted, notices=(*accepted.notices, *_answered(asked, ahead)))
        first, more = said_first(text)
        if first and ahead.step.said_ahead and (not confirms or yes_or_no(first)):
            with suppress(AnswerRejected):
                return _with_more(interview, take_answer(interview, ahead, first)[0], more)
        correction = re.match(_CORRECTS, text, re.IGNORECASE)
        if correction is None or not interview.answers:
            raise
        name = find_step_to_reopen(interview, None)
        reopen(interview, name)
        step = find_step(interview, name)
        with suppress(AnswerRejected):
            return take_answer(interview, Ahead(step, step.ask(interview)), correction["meant"])[0]
        return Accepted(None)


_GO_BACK = (
    r"(?:please |ok |oops |sorry |wait )*(?:(?:go |take me |move )?(?:one (?:step|question) )?back"
    r"(?: one| a)?(?: step| question)?|(?:the )?(?:previous|last) (?:question|step)"
    r"|undo(?: that| it)?)(?: again| please)*"
)
_CORRECTS = (
    r"\W*(?:wait|oops|sorry|no|actually)\b.*?\bi (?:meant|mean)\b(?: to say)?(?: that)?[:,]?\s*"
    r"(?P<meant>[^.!?\n]+)"
)


def _with_more(interview: Interview, accepted: AnyAccepted, more: str) -> AnyAccepted:
    """Keep what else was said for other steps, and name what was not understood of it."""
    found = hearing.pieces_of(more)
    kept = _keep_pieces(interview, found, None)
    return replace(accepted, notices=(*accepted.notices, *kept.notices))


def _answered(asked: str, ahead: Ahead) -> tuple[str, ...]:
    """Return what there is to say to a question that was asked beside an answer."""
    assert ahead.step is not None  # noqa: S101 - the caller knows which step is asked
    known = answer_to(asked, ahead.step.name, ahead.asked) if asked else ""
    unknown = f"evalbook has no answer to “{shortened(asked)}”."
    return (known or unknown,) if asked else ()


def _heard_whole(interview: Interview, ahead: Ahead, text: str) -> AnyAccepted:
    assert ahead.step is not None  # noqa: S101 - the caller knows which step is asked
    asked = ahead.step.name
    searched = _searched_by_words(ahead, text, interview)
    found = hearing.pieces_of(text, asked) if searched else Found(())
    if found.pieces:
        own, _ = _take_own(interview, ahead, found)
        if own is not None:
            return _with_pieces(interview, own, found)
    try:
        accepted, left = take_answer(interview, ahead, text)
    except AnswerRejected as rejection:
        more = _may_say_more(text, ahead, rejection)
        found = hearing.pieces_of(text, asked) if more else Found(())
        if not found.pieces:
            own = _own_piece(interview, ahead, text, rejection)
            return own or _reopened_by_name(interview, text, rejection)
        if asked == BEDROCK_TERMS.name:
            found = replace(found, rest="")
            kept = _keep_pieces(interview, found, rejection)
            return replace(
                kept,
                notices=(
                    *kept.notices,
                    "The rest was ignored: agreeing to the terms stands alone.",
                ),
            )
        own, why_not = _take_own(interview, ahead, found)
        if own is not None:
            return _with_pieces(interview, own, found)
        return _keep_pieces(interview, found, why_not or rejection)
    found = hearing.pieces_of(left, asked) if left else Found(())
    if left.startswith(("but ", "except ")) and not found.pieces:
        return _with_more(interview, accepted, left)
    return _with_pieces(interview, accepted, found) if found.pieces else accepted


_ONE_NAME = (EXECUTION_ROLE.name, JUDGE_MODEL.name, KMS_KEY.name)
"""Steps whose answer is one name, and nothing beside it that counts."""


def _own_piece(
    interview: Interview, ahead: Ahead, text: str, rejection: AnswerRejected
) -> AnyAccepted | None:
    """Take what a sentence says for the step that is asked, where it was not heard in it."""
    assert ahead.step is not None  # noqa: S101 - the caller knows which step is asked
    heard = rejection.code.startswith("answer.") and rejection.code != "answer.choice"
    if heard or ahead.step.name not in _ONE_NAME:
        return None
    found = hearing.pieces_of(text)
    # What a value leaves out would be lost with it: a count, or the rest of JSON.
    if re.search(r"[\d{\[]", found.rest):
        return None
    own = next((it.said for it in found.pieces if it.step == ahead.step.name), text)
    with suppress(AnswerRejected):
        return take_answer(interview, ahead, own)[0] if own != text.strip() else None
    return None


def _reopened_by_name(interview: Interview, said: str, rejection: AnswerRejected) -> AnyAccepted:
    """Reopen the step that a reply to the whole configuration wants changed.

    Raises:
        AnswerRejected: the rejection, where it names none.
    """
    confirming = rejection.code in ("answer.yes_or_no", "confirm.declined", "complete")
    confirming = confirming or "back to" in plain(said)
    name = step_to_change(said) if confirming else None
    if name is None or not interview.answered(name):
        raise rejection
    reopen(interview, name)
    return Accepted(None)


def _take_own(
    interview: Interview, ahead: Ahead, found: Found
) -> tuple[AnyAccepted | None, AnswerRejected | None]:
    """Take for the answer what a reply says beside what answers other steps.

    Returns:
        What was accepted, or why what is left was not.
    """
    assert ahead.step is not None  # noqa: S101 - the caller knows which step is asked
    own = re.sub(_LINKS, "", found.rest).strip(" ,;.")
    if ahead.question(interview).kind == "confirm":
        own = _agrees(found)
    if not own or ";" in own or not ahead.step.said_ahead:
        return None, None
    try:
        return take_answer(interview, ahead, own)[0], None
    except AnswerRejected as rejection:
        return None, None if rejection.code.startswith(_NOT_HEARD) else rejection


_LINKS = r"^\W*(?:and|but|with)\b|(?:\b(?:and|but|with)|,)\W*$"


def _agrees(found: Found) -> str:
    """Return the yes or no that is left of a reply; a no is none where other things are denied."""
    denies = any(it.said == "none" or it.said.startswith("without") for it in found.pieces)
    verdicts = {yes_or_no(words) for words in (found.rest, found.left) if words} - {None}
    return "yes" if verdicts == {True} else "no" if verdicts == {False} and not denies else ""


def _with_pieces(interview: Interview, accepted: AnyAccepted, found: Found) -> AnyAccepted:
    beside = _keep_pieces(interview, replace(found, rest=""), None)
    return replace(
        accepted,
        checks=(*accepted.checks, *beside.checks),
        notices=(*accepted.notices, *beside.notices),
    )


_TO_THE_LETTER = (hearing.free_text, hearing.to_the_letter)


def take_answer(interview: Interview, ahead: Ahead, text: str) -> tuple[AnyAccepted, str]:
    """Read and check one answer and put it among the answers.

    Returns:
        What was accepted, and the words in which something else may be said.
    """
    step, question = ahead.step, ahead.asked
    assert step is not None  # noqa: S101 - the callers know which step is answered
    said = refuse_too_long(step, text.strip())
    said = said if step.hears in _TO_THE_LETTER else without_courtesy(without_preamble(said))
    if ahead.finding is not None:
        settled, said = _confirmed(interview, ahead, said)
        if settled is not None:
            return settled, said
    if not said and question.default is not None:
        return _check(interview, step, question, question.default, question.default), ""
    if not said:
        raise AnswerRejected("answer.empty", "No answer was given.", how_to_answer(question))
    if step.name == CONFIRM.name and interview.aside.unsettled and _drops_wishes(said):
        interview.aside.unsettled.clear()
        return Accepted(None, notices=("Nothing was changed.",)), ""
    reading = hear(step, said, question, interview)
    if isinstance(reading, Hesitates | Incomplete):
        raise hearing.rejection(reading, said, step.name, question)
    if isinstance(reading, AskBack):
        ask_back(interview, step, reading, said)
        return Accepted(None), ""
    if reading is None:
        return _check(interview, step, question, said, said), ""
    before = interview.answers.get(step.name)
    accepted = _check(interview, step, question, reading.text, said, reading.left)
    kept = interview.answers.get(step.name)
    if not reading.exact and kept is not None and kept is not before:
        taken = f"{step.title}: {step.describe(kept.value, kept.facts)}"
        accepted = replace(accepted, notices=(taken, *accepted.notices))
    left = "" if reading.exact else said.replace(reading.text, " ¦ ")
    return accepted, reading.left or left


def _confirmed(interview: Interview, ahead: Ahead, said: str) -> tuple[AnyAccepted | None, str]:
    """Hear what is said to something known already: yes, no, or the answer itself.

    Returns:
        What was accepted, if that settles it, and the words that are left to be heard.
    """
    step, finding = ahead.step, ahead.finding
    assert step is not None  # noqa: S101 - the caller asked for a finding
    assert finding is not None  # noqa: S101
    confirmation = ahead.question(interview)
    agreed = hearing.by_kind(said, confirmation, interview) if said else Taken("yes")
    if isinstance(agreed, Hesitates):
        raise hearing.rejection(agreed, said, step.name, confirmation)
    if not isinstance(agreed, Taken):
        return None, said
    if agreed.text == "yes":
        back = interview.aside.asked_back.get(step.name)
        words = back.said if back else finding
        return _check(interview, step, ahead.asked, finding, words), ""
    dropped: tuple[str, ...] = ()
    if step.name in interview.aside.volunteered and step.name not in interview.aside.asked_back:
        dropped = (f"Not used: {within_a_sentence(step.title)} {shortened(finding, 80)!r}.",)
    forget_finding(interview, step)
    more = bool(agreed.left) and isinstance(hear(step, agreed.left, ahead.asked, interview), Taken)
    return (None if more else Accepted(None, notices=dropped)), agreed.left


def _check(
    interview: Interview,
    step: AnyStep,
    question: Question,
    text: str,
    said: str,
    left: str = "",
) -> AnyAccepted:
    """Have the step read and check an answer, and put it among the answers.

    ``left`` is what else was said; a name after a no is what is meant instead.
    """
    act = step.do or step.check
    outcome = act(step.read(text, question, interview), interview)
    if isinstance(outcome, Narrowed):
        if step.name in interview.answers:
            reopen(interview, step.name)
        interview.aside.asked_back.pop(step.name, None)
        keep_question(interview, step, outcome.question, narrowed=True)
        return Accepted(None)
    if isinstance(outcome, Reopened):
        name = name_in(left, ("meant", "mean", "wanted", "instead", "rather", "not")) or ""
        if outcome.said is None and re.fullmatch(r"[\w./:-]{4,}", name):
            with suppress(AnswerRejected):
                return _answer_elsewhere(interview, replace(outcome, said=name))
        return _answer_elsewhere(interview, outcome)
    put_answer(interview, step, outcome, said)
    return outcome


_ANOTHER = (
    r"\b(?:another|new|second|next) (?:one|evaluation|run)\b|\blike (?:this|that|it)\b|"
    r"\bsame (?:again|as this)\b"
)


def change_answers(interview: Interview, text: str) -> AnyAccepted:
    """Change answers of a complete interview by what is said."""
    if re.search(_ANOTHER, plain(text)):
        raise AnswerRejected(
            "complete.another",
            "That is another evaluation, beside this one, which stays as it is.",
            Remedy("Begin one like it:", command="evalbook new --from STATE --set STEP=VALUE"),
        )
    found = hearing.pieces_of(text)
    complete = AnswerRejected(
        "complete",
        answer_to(text, "complete", Question(""))
        or "All questions are answered and the notebook is written.",
        Remedy("Say what to change, or reopen a step:", command=REOPEN),
    )
    if not found.pieces:
        return _reopened_by_name(interview, text, complete)
    return _keep_pieces(interview, found, complete)


def _keep_pieces(
    interview: Interview, found: Found, rejection: AnswerRejected | None
) -> AnyAccepted:
    """Change answers by the pieces of a reply, keep those whose turn comes, say what fails.

    Raises:
        AnswerRejected: no piece could be used, and no change was wished.
    """
    steps = interview.steps if interview.answers else interview.all_steps
    by_name = {step.name: step for step in steps}
    asked_for = [(by_name[it.step], it.said) for it in found.pieces if it.step in by_name]
    usable = [(step, said) for step, said in asked_for if step.said_ahead]
    if not usable and rejection is not None:
        raise rejection
    notices = [
        f"{interview.type.label} does not ask for {it.step}: {shortened(it.said)}."
        for it in found.pieces
        if it.step not in by_name
    ]
    checks: list[Check] = []
    failures: list[AnswerRejected] = []
    asked_back = False
    for step, said in usable:
        changes = step.name in interview.answers
        try:
            use = _change_by_piece if changes else keep_for_later
            accepted = use(interview, step, said)
            asked_back = asked_back or step.name in interview.aside.asked_back
            notices += accepted.notices
            checks += accepted.checks
        except AnswerRejected as failure:
            failures.append(failure)
            if changes:
                interview.aside.unsettled[step.name] = f"{step.title}: {failure.message}"
            title = within_a_sentence(step.title)
            notices.append(f"Not accepted for {title}: {_with_remedy(failure)}")
    if not (notices or asked_back) and rejection is not None:
        raise rejection
    refused = bool(failures) and len(failures) == len(notices) and rejection is not None
    if refused and not interview.aside.unsettled:
        raise failures[0]
    if found.rest and rejection is not None and not rejection.code.startswith(_NOT_HEARD):
        notices.append(_with_remedy(rejection))
    elif found.rest and rejection is not None and _answers(rejection):
        notices.append(rejection.message)
    elif found.rest:
        notices.append(f"Not understood: “{shortened(found.rest)}”.")
    return Accepted(None, checks=tuple(checks), notices=tuple(notices))


def _answers(rejection: AnswerRejected) -> bool:
    """Return whether a rejection answers a question of the person's."""
    return rejection.code == "answer.question" and rejection.message != hearing.NO_ANSWER


def _change_by_piece(interview: Interview, step: AnyStep, said: str) -> AnyAccepted:
    """Change an answer, and say what was taken."""
    before = interview.answers[step.name]
    accepted, _ = take_answer(interview, Ahead(step, step.ask(interview)), said)
    kept = interview.answers.get(step.name)
    if kept is None or kept is before:
        return accepted
    taken = f"{step.title}: {step.describe(kept.value, kept.facts)}"
    others = tuple(notice for notice in accepted.notices if notice != taken)
    return replace(accepted, notices=(taken, *others))


def _answer_elsewhere(interview: Interview, outcome: Reopened) -> AnyAccepted:
    reopen(interview, outcome.step)
    if outcome.said is None:
        return Accepted(None, notices=outcome.notices)
    step = find_step(interview, outcome.step)
    return take_answer(interview, Ahead(step, step.ask(interview)), outcome.said)[0]


def keep_for_later(interview: Interview, step: AnyStep, text: str) -> AnyAccepted:
    if not step.said_ahead:
        raise AnswerRejected(
            "step.not_yet",
            f"{step.name} can only be answered when it is asked, in the person's own words.",
            "Answer the current question first.",
        )
    if not text.strip():
        raise AnswerRejected(
            "answer.empty", f"Nothing was said for {step.name}.", "Give it a value to keep."
        )
    said = refuse_too_long(step, text.strip())
    quoted = shortened(said, 80)
    interview.aside.volunteered[step.name] = said
    try:
        refuse_what_is_never_asked(interview, step)
        remark = foreseen(interview, step, said)
    except AnswerRejected:
        del interview.aside.volunteered[step.name]
        raise
    forget_question_knowing(interview, step)
    title = within_a_sentence(step.title)
    noted = f"Noted for {title}: {quoted}{remark}; you will be asked to confirm it."
    return Accepted(None, notices=(noted,))


def _searched_by_words(ahead: Ahead, said: str, interview: Interview) -> bool:
    """Tell whether a sentence would be searched for as it is, pieces for other steps and all."""
    step = ahead.step
    if step is None or step.name not in (MODEL.name, DATASET.name) or ahead.finding is not None:
        return False
    if " " not in said.strip():
        return False
    reading = hear(step, said, ahead.asked, interview)
    listed = [choice.value for choice in ahead.asked.choices]
    if isinstance(reading, Taken):
        return not reading.exact and reading.text not in listed
    return reading is None or isinstance(reading, AskBack)


def _may_say_more(text: str, ahead: Ahead, rejection: AnswerRejected) -> bool:
    """Tell whether a reply that was rejected may answer other steps, and is no wrong value."""
    words = text.split()
    if not words or text.lstrip().startswith(("{", "[")):
        return False
    several = re.search(r"[,;]| and ", text)
    hears = ahead.step.hears if ahead.step else None
    any_text = (None, hearing.free_text, hearing.project)
    named = ahead.asked.kind == "text" and hears not in any_text
    if words[0].lower().startswith(("s3://", "arn:")) and not several:
        return not named and rejection.code.startswith(_NOT_HEARD)
    return named or len(words) == 1 or rejection.code.startswith(_NOT_HEARD)


def _drops_wishes(said: str) -> bool:
    """Tell whether a wish that could not be settled is given up."""
    words = plain(said)
    return means_default(said) or bool(
        re.search(
            r"\b(?:never ?mind|forget (?:it|that)|drop (?:it|that)|leave (?:it|that))\b", words
        )
    )


def _with_remedy(rejection: AnswerRejected) -> str:
    remedy = rejection.remedy.text if isinstance(rejection.remedy, Remedy) else rejection.remedy
    return f"{rejection.message} {remedy or ''}".strip()
