"""Questions kept in the state, so that showing them again asks AWS nothing."""

from __future__ import annotations

from datetime import datetime, timezone

from evalbook.workflow.interview import Interview
from evalbook.workflow.kinds import ALL_STEPS
from evalbook.workflow.step import Step
from evalbook.workflow.turn import Question

# A question that AWS was asked for (which judges there are) is shown again from the state for
# this long, so that showing a turn needs no network; the answer itself is always checked afresh.
KEPT_QUESTION_SECONDS = 3600


def keep_question(
    interview: Interview, step: Step, question: Question, *, narrowed: bool = False
) -> None:
    """Keep a question; ``narrowed`` where it asks once more about an answer."""
    interview.own["pending"] = {
        "step": step.name,
        "at": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "narrowed": narrowed,
        "question": question.to_json(),
    }


def forget_question_knowing(interview: Interview, said: Step) -> None:
    """Forget a kept question that what was just said ahead may change."""
    pending = interview.own.get("pending")
    if not pending or pending.get("narrowed"):
        return
    asked = next((step for step in ALL_STEPS if step.name == pending["step"]), None)
    if asked is not None and said.name in asked.asked_knowing:
        del interview.own["pending"]


def is_narrowed(interview: Interview, step: Step | None) -> bool:
    """Tell whether a step's question asks once more about an answer that was given to it."""
    pending = interview.own.get("pending") or {}
    return bool(step and pending.get("narrowed") and pending["step"] == step.name)


def kept_question(interview: Interview, step: Step) -> Question | None:
    """Return a step's kept question; None where there is none, or it is too old."""
    pending = interview.own.get("pending")
    if not pending or pending["step"] != step.name:
        return None
    age = datetime.now(timezone.utc) - datetime.fromisoformat(pending["at"])
    if not 0 <= age.total_seconds() < KEPT_QUESTION_SECONDS:
        return None
    return Question.from_json(pending["question"])
