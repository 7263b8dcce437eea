"""A client in this process, with a person behind it who fills in forms by a script."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from mcp.types import ElicitRequestFormParams, ElicitResult

from evalbook.mcp.server import build_server
from evalbook.workflow.workflow import Workflow
from mcp import Client

STATE = Path("workflow_state.json")


class Person:
    """Answers each form by its step: with what is said first, then with what is said next.

    An answer that is not offered is given in words of one's own; None declines, and an answer that
    was never thought of cancels.
    """

    def __init__(self, said: Mapping[str, str | list[str] | None]) -> None:
        self._said = {step: it if isinstance(it, list) else [it] for step, it in said.items()}
        self.forms: list[ElicitRequestFormParams] = []

    @property
    def asked(self) -> list[str]:
        """The steps of the forms, in order."""
        return [step for form in self.forms for step in form.requested_schema["properties"]]

    async def fill(self, _: Any, form: ElicitRequestFormParams) -> ElicitResult:
        """Fill in a form as a client would hand it back."""
        self.forms.append(form)
        ((step, field),) = form.requested_schema["properties"].items()
        said = self._said.get(step)
        if not said or len(self.forms) > 40:
            return ElicitResult(action="cancel")
        answer = said[0]
        if answer is None:
            return ElicitResult(action="decline")
        several = field["type"] == "array"
        parts = [part.strip() for part in answer.split(",")] if several else [answer]
        offered = field.get("oneOf") or field.get("items", {}).get("anyOf")
        if offered and answer:
            named = {it["const"]: it["const"] for it in offered}
            named |= {it["title"].partition(":")[0]: it["const"] for it in offered}
            parts = [named.get(part, "…") for part in parts]
        if "…" not in parts and len(said) > 1:
            said.pop(0)
        content = {step: parts if several else parts[0]} if answer else {}
        return ElicitResult(action="accept", content=content)


def with_client(
    use: Callable[[Client], Awaitable[None]], state: Path = STATE, **settings: Any
) -> None:
    """Start a server in this process, and use it."""

    async def session() -> None:
        server = build_server(lambda: Workflow.load(state))
        async with Client(server, **settings) as client:
            await use(client)

    asyncio.run(session())


def call(tool: str, state: Path = STATE, **arguments: Any) -> dict[str, Any]:
    """Call a tool of a server of its own; return its document, which has the form it publishes."""
    seen: dict[str, Any] = {}

    async def use(client: Client) -> None:
        await client.list_tools()
        seen.update((await client.call_tool(tool, arguments)).structured_content)

    with_client(use, state)
    return seen


def interview(person: Person, mode: str = "legacy") -> dict[str, Any]:
    """Let a person be interviewed; return what the assistant is told."""
    seen: dict[str, Any] = {}

    async def use(client: Client) -> None:
        await client.list_tools()
        seen.update((await client.call_tool("interview", {})).structured_content)

    with_client(use, mode=mode, elicitation_callback=person.fill)
    return seen
