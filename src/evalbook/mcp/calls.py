"""One call of a tool: its work done in a thread, in sight of the client, which may cancel it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

import anyio
from anyio import from_thread, to_thread
from mcp.server.mcpserver import Context
from mcp.shared.exceptions import MCPError
from mcp.types import ElicitRequestFormParams, ElicitResult
from pydantic import ValidationError

from evalbook.workflow.workflow import Workflow

T = TypeVar("T")

_SECONDS_BETWEEN_REPORTS = 1.0
_SECONDS_OF_SILENCE = 15.0
"""Clients give up a call that says nothing for a minute; people take longer to answer."""


class Call:
    """What a call may do: work on the interview, ask the person, and say how far it is."""

    def __init__(
        self, open_workflow: Callable[[], Workflow], one_at_a_time: anyio.Lock, ctx: Context
    ) -> None:
        self._open_workflow = open_workflow
        """For each piece of work afresh, so that new credentials are seen."""
        self._one_at_a_time = one_at_a_time
        """Two at once would only be told that the state file is in use."""
        self._ctx = ctx
        self._reports = 0

    async def work(self, doing: str, ask: Callable[[Workflow], T]) -> T:
        """Do something with the interview.

        Cancelled, it ends where it would next say how far it is, and nothing is saved.
        """
        said, at = "", 0.0

        def progress(doing: str, done: int | None, total: int | None) -> None:
            nonlocal said, at
            from_thread.check_cancelled()
            if doing == said and time.monotonic() - at < _SECONDS_BETWEEN_REPORTS:
                return
            said, at = doing, time.monotonic()
            share = f": {done / total:.0%}" if done and total else ""
            from_thread.run(self._report, f"{doing}{share}")

        def in_thread() -> T:
            workflow = self._open_workflow()
            workflow.progress = progress
            return ask(workflow)

        await self._report(doing)
        async with self._one_at_a_time:
            return await to_thread.run_sync(in_thread)

    async def ask_person(self, form: ElicitRequestFormParams) -> ElicitResult | Exception:
        """Have the client show a form, and wait for as long as the person takes.

        Returns:
            What was filled in, or the error where the client fails at it.
        """
        reply: ElicitResult | Exception
        async with anyio.create_task_group() as group:
            group.start_soon(self._keep_alive)
            try:
                reply = await self._ctx.session.elicit_form(
                    form.message, form.requested_schema, self._ctx.request_id
                )
            except (MCPError, ValidationError) as error:
                reply = error
            group.cancel_scope.cancel()
        return reply

    async def _keep_alive(self) -> None:
        while True:
            await self._report("Waiting for the person's answer")
            await anyio.sleep(_SECONDS_OF_SILENCE)

    async def _report(self, doing: str) -> None:
        """Tell the client, if it asked to be told, what is being done."""
        self._reports += 1
        await self._ctx.report_progress(self._reports, None, doing)
