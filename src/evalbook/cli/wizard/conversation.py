"""The conversation: each turn shown, its answer passed on, until the notebook is written."""

from __future__ import annotations

from collections.abc import Callable

from evalbook.checks import Remedy
from evalbook.cli.wizard.drafts import Drafts
from evalbook.cli.wizard.terminal import Glance, Item, Leaving, Said, Terminal
from evalbook.cli.wizard.wording import place_of, wants_of, with_keys
from evalbook.errors import AwsUnavailable, EvalbookError, StateFileError
from evalbook.workflow.turn import Turn
from evalbook.workflow.workflow import Workflow


class _Unanswered(Exception):
    """AWS could not be asked and the person went back to the question."""


class _WantsBackInstead(Exception):
    """AWS could not be asked and the person chose to change an earlier answer."""


class Conversation:
    """A person at a terminal and a workflow, brought together."""

    def __init__(
        self,
        workflow: Workflow,
        terminal: Terminal,
        drafts: Drafts,
        other_profile: Callable[[str], None],
    ) -> None:
        self.workflow = workflow
        self.terminal = terminal
        self.drafts = drafts
        self._other_profile = other_profile
        """Makes the workflow ask AWS as another profile."""
        self._step: str | None = None

    def hold(self) -> Turn:
        """Ask until every question is answered, and return the last turn.

        Raises:
            Leaving: the person left; what they had typed is kept.
            StateFileError: the state file can't be used.
        """
        try:
            return self._hold()
        except Leaving as leaving:
            self.drafts.keep(self._step, leaving.text)
            raise
        finally:
            self.drafts.save()

    def _hold(self) -> Turn:
        turn = self._first_turn()
        shown: Turn | None = None
        typed: str | None = None
        while turn.status != "complete":
            self._step = turn.step
            if turn is not shown:
                self.terminal.show(turn, self.workflow.summary())
                shown = turn
                typed = typed or self._typed_before(turn)
            turn, typed = self._one(turn, typed)
        return turn

    def _typed_before(self, turn: Turn) -> str | None:
        typed = self.drafts.take(turn.step)
        if typed:
            self.terminal.say("What you typed here before is still there.")
        return typed

    def change_an_answer(self) -> bool:
        """Let the person choose an answer to change; return whether one was reopened."""
        return self._go_back() is not None

    def _first_turn(self) -> Turn:
        turn = None
        while turn is None:
            try:
                turn = self._with_checks(self.workflow.turn, None)
            except _WantsBackInstead:  # noqa: PERF203 - a person's pace
                turn = self._go_back()
        return turn

    def _one(self, turn: Turn, typed: str | None) -> tuple[Turn, str | None]:
        """Ask once; return the turn that comes next and what is to be edited there."""
        reply = self.terminal.ask(turn, typed, self._glance(turn))
        if not isinstance(reply, Said):
            return self._elsewhere(turn, reply.text)
        numbered = self._step_of_line(turn, reply.text)
        if numbered is not None:
            return self._elsewhere(turn, None, numbered)
        try:
            after = self._with_checks(lambda: self.workflow.answer(reply.text), reply.text)
        except _Unanswered:
            return turn, reply.text
        except _WantsBackInstead:
            return self._elsewhere(turn, reply.text)
        remedy = after.error and after.error.remedy
        if isinstance(remedy, Remedy) and remedy.reopens_any:
            return self._elsewhere(turn, None)
        return after, reply.text if after.status == "rejected" else None

    def _step_of_line(self, turn: Turn, text: str) -> str | None:
        """Return the step whose number was given where all answers are reviewed."""
        lines = self.workflow.summary().lines if wants_of(turn).review else ()
        number = text.strip()
        inside = number.isascii() and number.isdigit() and 1 <= int(number) <= len(lines)
        return lines[int(number) - 1].step if inside else None

    def _elsewhere(
        self, turn: Turn, typed: str | None, step: str | None = None
    ) -> tuple[Turn, str | None]:
        """Go to the answer that the person wants to change, or stay with the question."""
        try:
            earlier = self._go_back(step)
        except Leaving:
            raise Leaving(typed) from None
        if earlier is None:
            return turn, typed
        self.drafts.keep(turn.step, typed)
        return earlier, None

    def _glance(self, turn: Turn) -> Glance:
        # What was merely confirmed is not worth the room.
        answers = (
            (line.title, line.text) for line in self.workflow.summary().lines if line.text != "yes"
        )
        return Glance(place_of(turn), tuple(answers))

    def _go_back(self, step: str | None = None) -> Turn | None:
        """Let the person choose an answer, unless they named its step; return its turn, or None."""
        lines = self.workflow.summary().lines
        items = [Item(line.step, f"{line.title}: {line.text}") for line in lines]
        if self.workflow.asks_once_more and self._step:
            items.append(Item(self._step, "The answer that led to this question"))
        if not items:
            self.terminal.say("This is the first question; there is nothing to go back to.")
            return None
        if step is None:
            start = items[-1].value
            step = self.terminal.choose("Which answer do you want to change?", items, start)
        if step is None:
            return None
        try:
            return self._with_checks(lambda: self.workflow.back(step), None)
        except (_Unanswered, _WantsBackInstead):
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
        list_profiles = _other_profiles(self.workflow) if isinstance(error, AwsUnavailable) else []
        items = [Item("again", "Try again")]
        if text is not None:
            items.append(Item("edit", "Back to the question", "What you typed is kept."))
        if self.workflow.summary().lines:
            items.append(Item("back", "Change an earlier answer"))
        if list_profiles:
            items.append(Item("profile", "Use another AWS profile", ", ".join(list_profiles)))
        items.append(Item("leave", "Leave for now", "Every accepted answer is saved."))
        try:
            chosen = self.terminal.choose("How do you want to continue?", items)
            if chosen == "profile":
                items = [Item(name, name) for name in list_profiles]
                profile = self.terminal.choose("Which AWS profile?", items)
                if profile is not None:
                    self._other_profile(profile)
        except Leaving:
            raise Leaving(text) from None
        if chosen == "leave":
            raise Leaving(text)
        if chosen == "back":
            raise _WantsBackInstead
        if chosen == "edit" or (chosen is None and text is not None):
            raise _Unanswered


def _other_profiles(workflow: Workflow) -> list[str]:
    from evalbook.aws.identity import list_profiles

    return [name for name in list_profiles() if name != workflow.aws.profile]
