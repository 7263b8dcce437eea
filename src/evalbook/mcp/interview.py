"""The interview held with the person in forms of the client's own, past the assistant."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace

from mcp.server.mcpserver import Context
from mcp.types import ElicitRequest, ElicitResult, InputRequiredResult
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from evalbook.errors import AwsUnavailable, StateFileError
from evalbook.mcp.calls import Call
from evalbook.mcp.documents import InterviewDocument, Outcome
from evalbook.mcp.forms import GO_BACK, IN_WORDS, form_of, said_in
from evalbook.workflow.brief import told
from evalbook.workflow.turn import Turn
from evalbook.workflow.workflow import Workflow

_FORM = "form"
_MOST_FORMS = {True: 10, False: 100}
"""In one call, by whether the client calls again with each answer: after ten, clients give up.
Nobody fills in a hundred; that is a program, which would go on for ever."""

_NEXT: dict[Outcome, str] = {
    "complete": "Show say. The tools status, results and gate tell of the run, new begins another "
    "like it. To change something, pass the person's words to answer, or reopen a step with back, "
    "and call interview.",
    "open": "Call interview again now: there are more questions.",
    "declined": "Nothing was saved for this question; earlier answers stand. Ask the person what "
    "they want, and call interview when they want to continue.",
    "cancelled": "Nothing was saved for this question; earlier answers stand. Call interview when "
    "the person wants to continue.",
    "no_forms": "This client shows no forms. Call next, show its say as it is, and pass the "
    "person's whole reply to answer.",
}


@dataclass(frozen=True)
class Held:
    """What a call has put to the person so far."""

    step: str | None = None
    in_words: bool = False
    """Whether the form that is open takes the answer in words, where there are choices."""
    answered: tuple[str, ...] = ()
    forms: int = 0


async def hold_interview(call: Call, ctx: Context) -> InterviewDocument | InputRequiredResult:
    """Put question after question to the person, until all are answered or they stop.

    Up to the protocol of 2025, the client shows forms while the call lasts; since then it calls
    again with each form that was filled in, and with what was handed to it, `Held`.
    """
    held = Held()
    if not _shows_forms(ctx):
        return await _document(call, held, "no_forms")
    calls_again = ctx.protocol_version in MODERN_PROTOCOL_VERSIONS
    reply: object = None
    if ctx.request_state is not None:
        held = Held(**json.loads(ctx.request_state))
        reply = (ctx.input_responses or {}).get(_FORM)
    if reply is None:
        turn = await call.work("Looking at the interview", lambda it: it.turn())
    while True:
        if reply is not None:
            if not isinstance(reply, ElicitResult) or reply.action != "accept":
                return await _document(call, held, _outcome(reply))
            held, turn = await _take(call, held, reply)
        held = replace(held, step=turn.step)
        if turn.status == "complete":
            return await _document(call, held, "complete", turn)
        if held.forms == _MOST_FORMS[calls_again]:
            return await _document(call, held, "open")
        form = form_of(turn, ctx.protocol_version or "", in_words=held.in_words)
        held = replace(held, forms=held.forms + 1)
        if calls_again:
            return InputRequiredResult(
                input_requests={_FORM: ElicitRequest(params=form)},
                request_state=json.dumps(asdict(held)),
            )
        reply = await call.ask_person(form)


def _shows_forms(ctx: Context) -> bool:
    can = ctx.client_capabilities.elicitation if ctx.client_capabilities else None
    return can is not None and (can.form is not None or can.url is None)


def _outcome(reply: object) -> Outcome:
    if isinstance(reply, Exception):
        return "no_forms"
    declined = isinstance(reply, ElicitResult) and reply.action == "decline"
    return "declined" if declined else "cancelled"


async def _take(call: Call, held: Held, reply: ElicitResult) -> tuple[Held, Turn]:
    """Take what was filled in, and return the turn that comes next."""
    step, said = held.step or "", said_in(reply, held.step or "")
    if said == IN_WORDS or (held.in_words and not said):
        # From the choices to words, and back from words if there are none.
        turn = await call.work("Asking again", lambda it: it.turn())
        return replace(held, in_words=said == IN_WORDS), turn
    turn = await call.work("Checking the answer", lambda it: _answered(it, step, said))
    if turn.status == "rejected":
        return held, turn
    took = held.answered if said == GO_BACK else tuple(dict.fromkeys((*held.answered, step)))
    return replace(held, in_words=False, answered=took), turn


def _answered(workflow: Workflow, step: str, said: str) -> Turn:
    try:
        return workflow.back() if said == GO_BACK else workflow.answer(said, step)
    except (AwsUnavailable, StateFileError) as error:
        # The question stays open, and says why; if the file can't be used, asking says so too.
        return workflow.turn().rejected(error.code, error.message, error.remedy)


async def _document(
    call: Call, held: Held, status: Outcome, turn: Turn | None = None
) -> InterviewDocument:
    """Return what was decided, for the assistant."""
    summary = await call.work("Looking at the answers", lambda it: it.summary())
    texts = {line.step: line.text for line in summary.lines}
    answered = {step: texts[step] for step in held.answered if step in texts}
    return InterviewDocument(
        status,
        answered,
        {step: text for step, text in texts.items() if step not in answered},
        held.step,
        turn.notebook if turn else None,
        told(turn) if turn else None,
        _NEXT[status],
    )
