"""What to do with the state that is there: go on, look at it, or start over."""

from __future__ import annotations

import os
from datetime import datetime

from evalbook.cli.wizard.conversation import Conversation
from evalbook.cli.wizard.terminal import Leaving
from evalbook.moments import ago
from evalbook.texts import plural
from evalbook.workflow.another import begin_like, set_aside
from evalbook.workflow.turn import Choice
from evalbook.workflow.workflow import Workflow

SANDBOX_ACCOUNT = "123456789012"
"""The account of the simulated AWS, which AWS gives to nobody: it is the one of its examples."""


def offer_to_resume(conversation: Conversation) -> None:
    """Offer what the state file holds, and see to what the person chooses.

    Raises:
        Leaving: the person left.
    """
    workflow, terminal = conversation.workflow, conversation.terminal
    if not workflow.interview.answers:
        return
    finished = workflow.complete
    terminal.say(_what_it_holds(workflow, finished))
    if _begun_in_sandbox(workflow) and not os.environ.get("AWS_ENDPOINT_URL"):
        terminal.say(
            "It was started in the sandbox: its model, role and buckets are not in your account. "
            "Continue with: evalbook wizard --sandbox"
        )
    while True:
        chosen = terminal.choose("What would you like to do?", _menu(finished))
        if chosen == "review":
            terminal.review(workflow.summary())
        elif chosen == "change":
            if conversation.go_back():
                return
        elif chosen == "leave":
            raise Leaving
        else:
            break
    if chosen == "over":
        aside = set_aside(workflow.path)
        terminal.say(f"Starting over. The old answers are kept in {aside.name}.")
        conversation.drafts.forget()
    elif chosen == "like":
        first = begin_like(workflow, workflow.path, {})
        terminal.say(first.notices[0])
        conversation.drafts.forget()


def _what_it_holds(workflow: Workflow, finished: bool) -> str:
    answers = workflow.interview.answers.values()
    age = ago(max(datetime.fromisoformat(answer.at) for answer in answers))
    if finished:
        return f"The evaluation in {workflow.path} is finished; its last answer was given {age}."
    return (
        f"There is an unfinished evaluation in {workflow.path}: "
        f"{plural(len(answers), 'answer')}, the last one given {age}."
    )


def _begun_in_sandbox(workflow: Workflow) -> bool:
    """Tell whether an answer names what only the simulated AWS has."""
    texts = (str(answer.value) for answer in workflow.interview.answers.values())
    return any(f":{SANDBOX_ACCOUNT}:" in it or it.startswith("s3://evalbook-") for it in texts)


def _menu(finished: bool) -> list[Choice]:
    go_on = "Show how to run the notebook again" if finished else "Continue with the next question"
    like = Choice("like", "Start another like it", "You confirm its answers one by one.")
    return [
        Choice("continue", go_on),
        Choice("review", "Review the answers"),
        Choice("change", "Change an answer"),
        *([like] if finished else []),
        Choice("over", "Start over", "The old file is renamed and kept."),
        Choice("leave", "Leave"),
    ]
