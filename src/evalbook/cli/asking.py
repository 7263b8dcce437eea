"""Asking for a yes before doing something."""

from __future__ import annotations

import sys

from evalbook.cli.output import Output, complain
from evalbook.errors import AnswerRejected, UsageError


def need_somebody_to_ask(output: Output, code: str, what: str) -> None:
    """See to it that a question can be asked before the work for it is done.

    Raises:
        UsageError: ``code``, output is JSON for a program; ``what`` would ask.
    """
    if output.as_json:
        raise UsageError(code, f"{what} asks first, which --json does not allow.", "Add --yes.")


def need_yes(question: str, code: str, declined: str) -> None:
    """Ask on standard error, and read the answer from standard input.

    Raises:
        AnswerRejected: ``code``, the answer is not yes; ``declined`` says what was not done.
    """
    from evalbook.workflow.replies.words import yes_or_no

    complain(f"{question} yes or no (no):")
    said = sys.stdin.readline(100) if sys.stdin is not None else ""
    if not yes_or_no(said.strip()):
        raise AnswerRejected(code, declined, "Answer yes, or add --yes.")
