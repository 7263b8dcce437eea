"""A whole run over standard input and output, with the client of the mcp package itself."""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from evalbook.sandbox.process import Sandbox
from mcp import Client, StdioServerParameters, stdio_client

pytestmark = pytest.mark.e2e

ANSWERS = {
    "evaluation_type": "llm_as_judge",
    "task": "Answers customers' billing questions.",
    "dataset": "s3://evalbook-data/support/eval.jsonl",
    "data_sample": "yes",
    "custom_metrics": "",
    "builtin_metrics": "",
    "model": "support-bot",
    "model_confirm": "yes",
    "judge_model": "Amazon Nova Pro",
    "region": "",
    "execution_role": "EvaluationRole",
    "s3_output": "yes",
    "advanced": "no",
    "confirm": "yes",
    "bedrock_terms": "Yes, I agree.",
    "project": "",
    "notebook": "new",
}


def with_client(
    folder: Path, environment: dict[str, str], use: Callable[[Client], Awaitable[None]]
) -> None:
    """Start the server in a folder, use it, and end it."""
    server = StdioServerParameters(
        command=sys.executable,
        args=["-m", "evalbook", "mcp"],
        env={**os.environ, **environment},
        cwd=folder,
    )

    async def session() -> None:
        async with Client(stdio_client(server)) as client:
            await use(client)

    asyncio.run(session())


def execute(path: Path, environment: dict[str, str]) -> None:
    """Run a notebook's cells in a kernel of its own."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources)
    client.execute(env={**os.environ, **environment})


async def call(client: Client, tool: str, **arguments: str) -> dict:
    result = await client.call_tool(tool, arguments)
    return json.loads(result.content[0].text)


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(step_seconds=0.2) as running:
        yield running


def test_the_server_tells_what_it_can_do(tmp_path, sandbox):
    async def look(client: Client) -> None:
        tools = {tool.name for tool in (await client.list_tools()).tools}
        assert tools == {"next", "answer", "back", "show", "status", "results"}
        assert "Never recommend" in (client.instructions or "")
        resources = {str(it.uri) for it in (await client.list_resources()).resources}
        assert "evalbook://references/judges.md" in resources
        read = await client.read_resource("evalbook://references/judges.md")
        assert read.contents[0].text.startswith("# Judges")

    with_client(tmp_path, sandbox.environment, look)


def test_a_whole_run_ends_in_a_notebook_and_its_results(tmp_path, sandbox):
    async def interview(client: Client) -> None:
        await call(client, "answer", value="s3://evalbook-results/run1", step="s3_output")
        turn = await call(client, "next")
        asked = []
        while turn["status"] == "question":
            asked.append(turn["step"])
            turn = await call(client, "answer", value=ANSWERS[turn["step"]])

        assert turn["status"] == "complete", turn
        assert asked == list(ANSWERS)
        shown = await call(client, "show")
        terms = next(line for line in shown["answers"] if line["step"] == "bedrock_terms")
        assert terms["said"] == "Yes, I agree."
        path = tmp_path / turn["notebook"]
        nbformat.validate(nbformat.read(path, as_version=4))

        await asyncio.to_thread(execute, path, sandbox.environment)
        assert "Succeeded" in (await call(client, "status"))["text"]
        results = (await call(client, "results", run=str(path)))["text"]
        assert "Correctness" in results

    with_client(tmp_path, sandbox.environment, interview)


def test_a_rejected_answer_shows_why_and_asks_again(tmp_path, sandbox):
    async def mistake(client: Client) -> None:
        await call(client, "answer", value="LLM as judge")
        await call(client, "answer", value="Answers billing questions.")
        turn = await call(client, "answer", value="s3://evalbook-data/support/evil.jsonl")

        assert (turn["status"], turn["step"]) == ("rejected", "dataset")
        assert "evil.jsonl" in turn["say"]

    with_client(tmp_path, sandbox.environment, mistake)


def test_two_calls_at_once_are_both_answered(tmp_path, sandbox):
    async def both(client: Client) -> None:
        first, second = await asyncio.gather(
            call(client, "answer", value="s3://evalbook-results/a", step="s3_output"),
            call(client, "answer", value="us-east-1", step="region"),
        )
        assert first["status"] == second["status"] == "question"

    with_client(tmp_path, sandbox.environment, both)
