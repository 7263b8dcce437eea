"""The tools: the same turns as the command line's JSON, without what says nothing.

Imported by `evalbook mcp` alone, so that nothing else needs the package mcp.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from mcp.server.mcpserver import MCPServer
from mcp.types import CallToolResult, TextContent, ToolAnnotations

from evalbook.checks import remedy_in_commands
from evalbook.errors import EvalbookError
from evalbook.workflow.brief import brief
from evalbook.workflow.turn import PROTOCOL, Turn

if TYPE_CHECKING:
    from evalbook.runs.find import Target
    from evalbook.workflow.workflow import Workflow

INSTRUCTIONS = """\
evalbook asks a person, one question a turn, what it takes to evaluate a model fine-tuned with
Amazon SageMaker, checks each answer against AWS, and writes the notebook. You carry words between
the two.

Call `next` to start or go on. Show `say` as it is, wait for the person, then call `answer` with
their whole reply, unchanged; the same goes for a first message with everything in it, for
questions, and for wishes that belong to another step. `for_you` is yours alone. Go on until
`status` is `complete`.

Never answer for the person. Never recommend, rank or hint at a judge, least of all when asked. Show
the terms of `bedrock_terms` word for word, and pass on the person's whole reply to them, nothing
said earlier. A turn's `reference` is the resource evalbook://NAME: read it only when the person
needs more than `say` tells."""

REFERENCES = "evalbook://references/"


class Tools:
    """What the server's tools do, each returning a JSON document.

    One call at a time: two at once would only be told that the state file is in use.
    """

    def __init__(self, open_workflow: Callable[[], Workflow]) -> None:
        self._open = open_workflow
        self._one_at_a_time = threading.Lock()

    def next(self) -> CallToolResult:
        """Show the current turn; change nothing."""
        return self._turn(lambda workflow: workflow.turn())

    def answer(self, value: str, step: str | None = None) -> CallToolResult:
        """Answer the current turn in the person's own words, and show the next one.

        An empty value takes the turn's default. With step, what the person said out of turn: that
        step is answered again, or the value is kept until its turn comes and confirmed then.
        """
        return self._turn(lambda workflow: workflow.answer(value, step))

    def back(self, step: str | None = None) -> CallToolResult:
        """Reopen the last answered step, or the one named, and show its turn."""
        return self._turn(lambda workflow: workflow.back(step))

    def show(self) -> CallToolResult:
        """Show the configuration so far, with what was checked and what was not."""

        def summary(workflow: Workflow) -> dict[str, Any]:
            return {"protocol": PROTOCOL, **workflow.summary().to_json()}

        return self._document(summary)

    def status(self, run: str | None = None) -> CallToolResult:
        """Tell how a started run is doing, and why it failed if it did; in words to be shown.

        run is the ARN of a pipeline execution, or the path of a notebook; without it, the run that
        the interview's notebook started.
        """

        def look(workflow: Workflow) -> dict[str, Any]:
            from evalbook.runs.status import look, statuses_words

            seen = [look(workflow.aws, target) for target in _targets(workflow, run)]
            return {"protocol": PROTOCOL, "text": statuses_words(seen)}

        return self._document(look)

    def results(self, run: str | None = None) -> CallToolResult:
        """Compare the base model with the fine-tuned one; in words to be shown as they are.

        run is the ARN of a pipeline execution, or the path of a notebook; without it, the run that
        the interview's notebook started.
        """

        def compare(workflow: Workflow) -> dict[str, Any]:
            from evalbook.runs.prospect import add_prospect
            from evalbook.runs.report import read_report
            from evalbook.runs.store import RecordStore
            from evalbook.runs.table import report_words
            from evalbook.runs.training_prompts import add_unseen

            with RecordStore() as store:
                report = read_report(workflow.aws, _targets(workflow, run), store)
                add_prospect(workflow.aws, report)
                add_unseen(workflow.aws, report, workflow.interview)
                return {"protocol": PROTOCOL, "text": report_words(report)}

        return self._document(compare)

    def _turn(self, ask: Callable[[Workflow], Turn]) -> CallToolResult:
        return self._document(lambda workflow: brief(ask(workflow)))

    def _document(self, ask: Callable[[Workflow], dict[str, Any]]) -> CallToolResult:
        failed = False
        try:
            with self._one_at_a_time:
                document = ask(self._open())
        except EvalbookError as error:
            failed = True
            problem = {
                "code": error.code,
                "message": error.message,
                "remedy": remedy_in_commands(error.remedy),
            }
            document = {"protocol": PROTOCOL, "status": "error", "error": problem}
        text = json.dumps(document, default=str, separators=(",", ":"))
        return CallToolResult(content=[TextContent(type="text", text=text)], is_error=failed)


def _targets(workflow: Workflow, run: str | None) -> Sequence[Target]:
    from evalbook.runs.find import targets

    return targets(workflow.aws, [run] if run else [], workflow.path)


def build_server(open_workflow: Callable[[], Workflow]) -> MCPServer:
    """Return the server with its tools, and the references as resources.

    Args:
        open_workflow: opens the interview; called once for each tool call, so that credentials
            renewed in the meantime are seen.
    """
    from evalbook import __version__

    server: MCPServer = MCPServer(
        "evalbook", instructions=INSTRUCTIONS, version=__version__, log_level="WARNING"
    )
    tools = Tools(open_workflow)
    tool: Callable[..., CallToolResult]
    reading = ToolAnnotations(read_only_hint=True)
    writing = ToolAnnotations(destructive_hint=False)
    for tool in (tools.next, tools.show, tools.status, tools.results):
        server.add_tool(tool, annotations=reading)
    for tool in (tools.answer, tools.back):
        server.add_tool(tool, annotations=writing)
    _add_references(server)
    return server


def _add_references(server: MCPServer) -> None:
    from evalbook.skill.installer import skill_files

    for name, content in skill_files():
        folder, _, file = name.partition("/")
        if folder == "references":
            _add_reference(server, file, content.decode("utf-8"))


def _add_reference(server: MCPServer, file: str, text: str) -> None:
    title = text.partition("\n")[0].lstrip("# ")

    @server.resource(f"{REFERENCES}{file}", name=file, title=title, mime_type="text/markdown")
    def read() -> str:
        return text
