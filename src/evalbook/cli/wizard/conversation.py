"""The conversation: each turn shown, its answer passed on, until the notebook is written."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from evalbook.aws.identity import list_profiles
from evalbook.aws.session import Aws
from evalbook.checks import Remedy
from evalbook.cli.wizard.drafts import Drafts
from evalbook.cli.wizard.terminal import Leaving, Terminal, WantsBack
from evalbook.cli.wizard.wording import wants_of, with_keys
from evalbook.errors import AwsUnavailable, EvalbookError, StateFileError
from evalbook.workflow.turn import Choice, Turn
from evalbook.workflow.workflow import Workflow


class _Unanswered(Exception):
    """AWS could not be asked and the person went back to the question."""


class Conversation:
    """A person at a terminal and a workflow, brought together."""

    def __init__(
        self,
        workflow: Workflow,
        terminal: Terminal,
        drafts: Drafts,
        ask_as: Callable[[str], Aws],
    ) -> None:
        self.workflow = workflow
        self.terminal = terminal
        self.drafts = drafts
        self._ask_as = ask_as
        """Returns AWS as it is asked as another profile."""
        self._step: str | None = None

    def hold(self) -> Turn:
        """Ask until every question is answered, and return the last turn.

        Raises:
            Leaving: the person left; what they had typed is kept.
            StateFileError: the state file can't be used.
        """
        try:
            turn = self._first_turn()
            shown: Turn | None = None
            typed: str | None = None
            while turn.status != "complete":
                self._step = turn.step
                if turn is not shown:
                    self.terminal.show(turn, self.workflow.summary())
                    shown = turn
                    if not typed and (typed := self.drafts.take(turn.step)):
                        self.terminal.say("What you typed here before is still there.")
                turn, typed = self._ask(turn, typed)
        except Leaving as leaving:
            self.drafts.keep(self._step, leaving.text)
            raise
        finally:
            self.drafts.save()
        return turn

    def _first_turn(self) -> Turn:
        turn = None
        while turn is None:
            try:
                turn = self._with_checks(self.workflow.turn, None)
            except WantsBack:  # noqa: PERF203 - a person's pace
                turn = self.go_back()
        return turn

    def _ask(self, turn: Turn, typed: str | None) -> tuple[Turn, str | None]:
        """Ask once; return the turn that comes next and what is to be edited there."""
        try:
            typed = self.terminal.ask(turn, typed)
            numbered = self._step_of_line(turn, typed)
            if numbered is not None:
                return self._elsewhere(turn, None, numbered)
            after = self._with_checks(partial(self.workflow.answer, typed), typed)
        except WantsBack as back:
            return self._elsewhere(turn, back.text)
        except _Unanswered:
            return turn, typed
        remedy = after.error and after.error.remedy
        if isinstance(remedy, Remedy) and remedy.reopens_any:
            return self._elsewhere(turn, None)
        return after, typed if after.status == "rejected" else None

    def _step_of_line(self, turn: Turn, text: str) -> str | None:
        """Return the step whose number was given where all answers are reviewed."""
        if not wants_of(turn).review:
            return None
        steps = {str(at): it.step for at, it in enumerate(self.workflow.summary().lines, start=1)}
        return steps.get(text.strip())

    def _elsewhere(
        self, turn: Turn, typed: str | None, step: str | None = None
    ) -> tuple[Turn, str | None]:
        """Go to the answer that the person wants to change, or stay with the question."""
        try:
            earlier = self.go_back(step)
        except Leaving:
            raise Leaving(typed) from None
        if earlier is None:
            return turn, typed
        self.drafts.keep(turn.step, typed)
        return earlier, None

    def go_back(self, step: str | None = None) -> Turn | None:
        """Let the person choose an answer, unless they named its step; return its turn, or None."""
        lines = self.workflow.summary().lines
        texts = (f"{line.title}: {line.text}".replace("\n", " ") for line in lines)
        options = [Choice(it.step, text) for it, text in zip(lines, texts, strict=True)]
        if self.workflow.asks_once_more and self._step:
            options.append(Choice(self._step, "The answer that led to this question"))
        if not options:
            self.terminal.say("This is the first question; there is nothing to go back to.")
            return None
        if step is None:
            start = options[-1].value
            step = self.terminal.choose("Which answer do you want to change?", options, start)
        if step is None:
            return None
        try:
            return self._with_checks(partial(self.workflow.back, step), None)
        except (_Unanswered, WantsBack):
            return None

    def _with_checks(self, ask_machine: Callable[[], Turn], text: str | None) -> Turn:
        """Let the machine work, in sight; where AWS gives no answer, let the person decide."""
        while True:
            try:
                with self.terminal.working() as progress:
                    self.workflow.progress = progress
                    return ask_machine()
            except EvalbookError as error:  # noqa: PERF203 - a person's pace
                if isinstance(error, StateFileError) and error.code != "state.locked":
                    raise
                self._after(error, text)
            except KeyboardInterrupt:
                raise Leaving(text) from None

    def _after(self, error: EvalbookError, text: str | None) -> None:
        """Return where it is to be tried again; raise what the person wants instead."""
        self.terminal.problem(error.message, error.remedy and with_keys(error.remedy))
        profiles = list_profiles() if isinstance(error, AwsUnavailable) else []
        others = [name for name in profiles if name != self.workflow.aws.profile]
        options = [Choice("again", "Try again")]
        if text is not None:
            options.append(Choice("edit", "Back to the question", "What you typed is kept."))
        if self.workflow.summary().lines:
            options.append(Choice("back", "Change an earlier answer"))
        if others:
            options.append(Choice("profile", "Use another AWS profile", ", ".join(others)))
        options.append(Choice("leave", "Leave for now", "Every accepted answer is saved."))
        try:
            chosen = self.terminal.choose("How do you want to continue?", options)
            if chosen == "profile":
                listed = [Choice(name, name) for name in others]
                profile = self.terminal.choose("Which AWS profile?", listed)
                if profile is not None:
                    self.workflow.aws = self._ask_as(profile)
        except Leaving:
            raise Leaving(text) from None
        if chosen == "leave":
            raise Leaving(text)
        if chosen == "back":
            raise WantsBack(text)
        if chosen == "edit" or (chosen is None and text is not None):
            raise _Unanswered
