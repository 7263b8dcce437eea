"""What to do with the state that is there: go on, look at it, or start over."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from evalbook.cli.wizard.terminal import Item, Leaving, Terminal
from evalbook.moments import ago
from evalbook.workflow.another import begin_like, set_aside
from evalbook.workflow.workflow import Workflow

SANDBOX_ACCOUNT = "123456789012"
"""The account of the simulated AWS, which AWS gives to nobody: it is the one of its examples."""


def offer_to_resume(
    workflow: Workflow, terminal: Terminal, change_an_answer: Callable[[], bool]
) -> Path | None:
    """Offer what the state file holds, and see to what the person chooses.

    Returns:
        Where the old file went, if the person started over.

    Raises:
        Leaving: the person left.
    """
    if not workflow.interview.answers:
        return None
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
        elif chosen == "over":
            aside = set_aside(workflow.path)
            terminal.say(f"Starting over. The old answers are kept in {aside.name}.")
            return aside
        elif chosen == "like":
            first = begin_like(workflow, workflow.path, {})
            terminal.say(first.notices[0])
            return workflow.path
        elif chosen == "change":
            if change_an_answer():
                return None
        elif chosen == "leave":
            raise Leaving
        else:
            return None


def _what_it_holds(workflow: Workflow, finished: bool) -> str:
    answers = workflow.interview.answers.values()
    last = max(datetime.fromisoformat(answer.at) for answer in answers)
    age = ago(last)
    if finished:
        return f"The evaluation in {workflow.path} is finished; its last answer was given {age}."
    count = len(answers)
    return (
        f"There is an unfinished evaluation in {workflow.path}: "
        f"{count} {'answer' if count == 1 else 'answers'}, the last one given {age}."
    )


def _begun_in_sandbox(workflow: Workflow) -> bool:
    """Tell whether an answer names what only the simulated AWS has."""
    texts = (str(answer.value) for answer in workflow.interview.answers.values())
    return any(f":{SANDBOX_ACCOUNT}:" in it or it.startswith("s3://evalbook-") for it in texts)


def _menu(finished: bool) -> list[Item]:
    go_on = (
        Item("continue", "Show how to run the notebook again")
        if finished
        else Item("continue", "Continue with the next question")
    )
    like = Item("like", "Start another like it", "You confirm its answers one by one.")
    return [
        go_on,
        Item("review", "Review the answers"),
        Item("change", "Change an answer"),
        *([like] if finished else []),
        Item("over", "Start over", "The old file is renamed and kept."),
        Item("leave", "Leave"),
    ]
