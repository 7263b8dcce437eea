"""The server: its tools, the prompt to start from, and the references as resources.

Imported by `evalbook mcp` alone, so that nothing else needs the package mcp.
"""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import is_dataclass
from pathlib import Path
from typing import Annotated, Any

import anyio
from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.resources import TextResource
from mcp.server.mcpserver.tools import Tool
from mcp.server.request_state import RequestStateSecurity
from mcp.types import CallToolResult, InputRequiredResult, TextContent, ToolAnnotations
from pydantic import BeforeValidator, Field

from evalbook.errors import EvalbookError
from evalbook.mcp.calls import Call
from evalbook.mcp.documents import InterviewDocument, WordsDocument
from evalbook.mcp.interview import hold_interview
from evalbook.runs.find import Target, targets
from evalbook.runs.gate import GateDocument, decided
from evalbook.runs.history import Filter, RunsDocument, describe_run, list_past_runs
from evalbook.runs.policy import Policy
from evalbook.runs.prospect import add_prospect
from evalbook.runs.report import read_report
from evalbook.runs.status import look_at_all, status_parts, together_words
from evalbook.runs.store import RecordStore
from evalbook.runs.table import report_parts
from evalbook.runs.training_prompts import add_unseen
from evalbook.skill.installer import list_skill_files
from evalbook.tables import IN_A_FILE, as_text, spaced
from evalbook.version import __version__
from evalbook.workflow.another import begin_like
from evalbook.workflow.brief import Brief, brief
from evalbook.workflow.schemas import printed_schema
from evalbook.workflow.summary import ShowDocument
from evalbook.workflow.turn import ErrorDocument, Problem, Turn, as_document
from evalbook.workflow.workflow import Workflow

INSTRUCTIONS = """\
evalbook asks a person, one question a turn, what it takes to evaluate a model fine-tuned with
Amazon SageMaker, checks each answer against AWS, and writes the notebook. What the person has said
already goes to `answer` first, unchanged. Then call `interview`: it puts the questions to the
person itself, and returns what was decided.

Where `interview` says that the client shows no forms, carry the words yourself: call `next`, show
`say` as it is, wait for the person, and call `answer` with their whole reply, unchanged; the same
goes for questions, and for wishes that belong to another step. `for_you` is yours alone. Go on
until `status` is `complete`.

Never answer for the person. Never recommend, rank or hint at a judge, least of all when asked. Show
the terms of `bedrock_terms` word for word, and pass on the person's whole reply to them, nothing
said earlier. A turn's `reference` is the resource evalbook://NAME: read it only when the person
needs more than `say` tells."""

REFERENCES = "evalbook://references/"
_COMMAND = re.compile(
    r"`evalbook ((?:next|answer|back|show|status|results|gate|runs)\b[^`]*|new\b)[^`]*`"
)
_DAY = 24 * 60 * 60.0


def _in_words(value: Any) -> Any:
    """Return an answer as it is said, also where an assistant sends a number, or several."""
    return value if value is None or isinstance(value, str) else json.dumps(value)


Result = CallToolResult | InputRequiredResult
Run = Annotated[
    str | None,
    Field(
        description="The ARN of a pipeline execution, its name, or the path of a notebook; "
        "without it, the run that the interview's notebook started."
    ),
]


class Tools:
    """What the server's tools do, each returning a JSON document."""

    def __init__(self, open_workflow: Callable[[], Workflow]) -> None:
        self._open_workflow = open_workflow
        self._one_at_a_time = anyio.Lock()

    def _call(self, ctx: Context) -> Call:
        return Call(self._open_workflow, self._one_at_a_time, ctx)

    async def interview(self, ctx: Context) -> Result:
        """Put the open questions to the person in forms of this client's own.

        Returns what was answered, what stands, and how to go on. Where the client shows no forms,
        it says so, and the other tools do the same turn by turn.
        """
        return await _result(hold_interview(self._call(ctx), ctx))

    async def next(self, ctx: Context) -> Result:
        """Show the current turn; change nothing."""
        return await self._turn(ctx, "Looking at the interview", lambda it: it.turn())

    async def answer(
        self,
        ctx: Context,
        value: Annotated[
            str,
            BeforeValidator(_in_words),
            Field(
                description="The person's whole reply, unchanged, to the current question or to "
                "any other. Empty takes the default."
            ),
        ],
        step: Annotated[
            str | None,
            Field(
                description="The step that the person clearly meant, if not the current one: it is "
                "answered again, or the value is kept and confirmed at its turn."
            ),
        ] = None,
    ) -> Result:
        """Answer the current turn in the person's own words, and show the next one."""
        return await self._turn(ctx, "Checking the answer", lambda it: it.answer(value, step))

    async def back(
        self,
        ctx: Context,
        step: Annotated[
            str | None, Field(description="The step to reopen; without it, the last answered one.")
        ] = None,
    ) -> Result:
        """Reopen an answered step, and show its turn."""
        return await self._turn(ctx, "Going back", lambda it: it.back(step))

    async def show(self, ctx: Context) -> Result:
        """Show the configuration so far, with what was checked and what was not."""
        return await self._work(
            ctx, "Looking at the answers", lambda it: it.summary().document(it.path)
        )

    async def status(self, ctx: Context, run: Run = None) -> Result:
        """Tell how a started run is doing, and why it failed if it did; in words to be shown."""

        def tell(workflow: Workflow) -> WordsDocument:
            seen = look_at_all(workflow.aws, _targets(workflow, run))
            parts = [together_words(seen), *(it for run in seen for it in status_parts(run))]
            return WordsDocument(as_text(spaced(filter(None, parts)), columns=IN_A_FILE))

        return await self._work(ctx, "Looking at the run", tell)

    async def results(self, ctx: Context, run: Run = None) -> Result:
        """Compare the base model with the fine-tuned one; in words to be shown as they are."""

        def compare(workflow: Workflow) -> WordsDocument:
            with RecordStore() as store:
                report = read_report(workflow.aws, _targets(workflow, run), store)
                add_prospect(workflow.aws, report)
                add_unseen(workflow.aws, report, workflow.interview)
                return WordsDocument(as_text(spaced(report_parts(report)), columns=IN_A_FILE))

        return await self._work(ctx, "Reading the results", compare)

    async def gate(self, ctx: Context, run: Run = None) -> Result:
        """Decide whether the fine-tuned model may be released: pass, fail or undecided.

        No metric may have lost more than 0.05 of its scale, and at least one must have gained.
        """

        def decide(workflow: Workflow) -> GateDocument:
            with RecordStore() as store:
                report = read_report(workflow.aws, _targets(workflow, run), store)
                return decided(workflow.aws, report, Policy())

        return await self._work(ctx, "Reading the results", decide)

    async def runs(
        self,
        ctx: Context,
        words: Annotated[
            str, Field(description="Words of name, model, judge, type or state; empty for all.")
        ] = "",
    ) -> Result:
        """List the newest evaluations of the account and region."""

        def find(workflow: Workflow) -> RunsDocument:
            region = workflow.aws.required_region()
            wanted = Filter(words=tuple(words.split()))
            found, more = list_past_runs(workflow.aws, region, wanted, 20)
            return RunsDocument(region, tuple(map(describe_run, found)), more)

        return await self._work(ctx, "Looking for runs", find)

    async def new(
        self,
        ctx: Context,
        instead: Annotated[
            dict[str, str] | None,
            Field(description="What the person wants different, by step, in their words."),
        ] = None,
        earlier: Annotated[
            str | None,
            Field(description="The state file to begin from; without it, this interview's."),
        ] = None,
    ) -> Result:
        """Begin an evaluation like an earlier one, which is kept; its answers are confirmed."""
        return await self._turn(
            ctx,
            "Beginning another evaluation",
            lambda it: begin_like(it, Path(earlier or it.path), instead or {}),
        )

    async def _turn(self, ctx: Context, doing: str, ask: Callable[[Workflow], Turn]) -> Result:
        return await self._work(ctx, doing, lambda workflow: brief(ask(workflow)))

    async def _work(self, ctx: Context, doing: str, ask: Callable[[Workflow], Any]) -> Result:
        return await _result(self._call(ctx).work(doing, ask))


async def _result(working: Awaitable[Any]) -> Result:
    """Return what a tool's work comes to: its document, the error, or what it needs first."""
    failed = False
    try:
        document = await working
    except EvalbookError as error:
        failed = True
        document = ErrorDocument("error", Problem(error.code, error.message, error.remedy))
    if isinstance(document, InputRequiredResult):
        return document
    data = as_document(document) if is_dataclass(document) else document
    text = json.dumps(data, default=str, separators=(",", ":"))
    text = _COMMAND.sub(r"the tool `\1`", text)
    return CallToolResult(
        content=[TextContent(type="text", text=text)],
        structured_content=json.loads(text),
        is_error=failed,
    )


def _targets(workflow: Workflow, run: str | None) -> Sequence[Target]:
    return targets(workflow.aws, [run] if run else [], workflow.path)


def build_server(open_workflow: Callable[[], Workflow]) -> MCPServer:
    """Return the server with its tools, its prompt, and the references as resources.

    Args:
        open_workflow: opens the interview; called once for each piece of work, so that credentials
            renewed in the meantime are seen.
    """
    tools = Tools(open_workflow)
    reading = ToolAnnotations(read_only_hint=True)
    writing = ToolAnnotations(destructive_hint=False)
    server = MCPServer(
        "evalbook",
        instructions=INSTRUCTIONS,
        version=__version__,
        log_level="WARNING",
        tools=[
            _tool(tools.interview, InterviewDocument, "interview", writing),
            _tool(tools.next, Brief, "brief", reading),
            _tool(tools.answer, Brief, "brief", writing),
            _tool(tools.back, Brief, "brief", writing),
            _tool(tools.show, ShowDocument, "show", reading),
            _tool(tools.status, WordsDocument, "words", reading),
            _tool(tools.results, WordsDocument, "words", reading),
            _tool(tools.gate, GateDocument, "gate", reading),
            _tool(tools.runs, RunsDocument, "runs", reading),
            _tool(tools.new, Brief, "brief", writing),
        ],
        # A person may think about a form for longer than the usual ten minutes.
        request_state_security=RequestStateSecurity.ephemeral(ttl=_DAY),
    )
    server.prompt(title="Evaluate a fine-tuned model")(evaluate)
    for reference in _list_references():
        server.add_resource(reference)
    return server


def _tool(
    function: Callable[..., Any], form: type, name: str, annotations: ToolAnnotations
) -> Tool:
    """Return a tool that publishes the form of what it returns, as `evalbook schema` prints it."""
    tool = Tool.from_function(
        function,
        description=inspect.getdoc(function),
        annotations=annotations,
        structured_output=False,
    )
    tool.fn_metadata.output_schema = printed_schema(form, name)
    return tool


def evaluate(
    model: Annotated[
        str, Field(description="A model package: its group's name, its ARN, or words from it.")
    ] = "",
    task: Annotated[str, Field(description="What the model was trained to do.")] = "",
    dataset: Annotated[
        str, Field(description="The evaluation dataset: an S3 URI, or a file on this machine.")
    ] = "",
    judge: Annotated[str, Field(description="The judge model, if you know which.")] = "",
) -> str:
    """Find out whether a fine-tuned model is better than its base model."""
    given = {"task": task, "dataset": dataset, "model": model, "judge_model": judge}
    lines = [f"- {step}: {value}" for step, value in given.items() if value]
    if lines:
        lines.insert(0, "I know this already; pass each to `answer` with its step, word for word:")
    lines = ["Evaluate my fine-tuned model with evalbook.", *lines, "Then call `interview`."]
    return "\n".join(lines)


def _list_references() -> Iterator[TextResource]:
    """Return the skill's references, each described by its first sentence."""
    for name, content in list_skill_files():
        folder, _, file = name.partition("/")
        if folder == "references":
            text = content.decode("utf-8")
            title, _, rest = text.partition("\n")
            yield TextResource(
                uri=f"{REFERENCES}{file}",
                name=file,
                title=title.lstrip("# "),
                description=re.split(r"(?<=[.:;]) ", " ".join(rest.split()))[0].rstrip(":;"),
                mime_type="text/markdown",
                text=text,
            )
