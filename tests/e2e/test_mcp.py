"""Whole runs over standard input and output, with the client of the mcp package itself."""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from clients import Person
from interviews import ANSWERS_BY_TYPE
from nbclient import NotebookClient

from evalbook.sandbox.process import Sandbox
from mcp import Client, StdioServerParameters, stdio_client

pytestmark = pytest.mark.e2e

GUIDE = Path(__file__).parents[2] / "docs" / "assistants.md"
SETTINGS = [json.loads(it) for it in re.findall(r"```json\n(.*?)```", GUIDE.read_text(), re.DOTALL)]
SERVERS = [(it.get("mcpServers") or it["servers"])["evalbook"] for it in SETTINGS]
assert {it["command"] for it in SERVERS} == {"evalbook"}
COMMAND = [sys.executable, "-m", "evalbook", *SERVERS[0]["args"]]
"""As the guide says it, of this very installation."""
HELLO = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": "2025-06-18",
        "capabilities": {},
        "clientInfo": {"name": "test", "version": "1"},
    },
}


def with_client(
    folder: Path,
    environment: dict[str, str],
    use: Callable[[Client], Awaitable[None]],
    **settings: Any,
) -> None:
    """Start the server in a folder, use it, and end it."""
    server = StdioServerParameters(
        command=COMMAND[0], args=COMMAND[1:], env={**os.environ, **environment}, cwd=folder
    )

    async def session() -> None:
        async with Client(stdio_client(server), **settings) as client:
            await client.list_tools()
            await use(client)

    asyncio.run(session())


def execute(path: Path, environment: dict[str, str]) -> None:
    """Run a notebook's cells in a kernel of its own."""
    notebook = nbformat.read(path, as_version=4)
    resources = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=300, kernel_name="python3", resources=resources)
    client.execute(env={**os.environ, **environment})


async def call(client: Client, tool: str, **arguments: str) -> dict[str, Any]:
    return (await client.call_tool(tool, arguments)).structured_content


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(step_seconds=0.2) as running:
        yield running


def test_a_person_who_fills_in_forms_gets_a_notebook_and_its_results(tmp_path, sandbox):
    answers = ANSWERS_BY_TYPE["llm_as_judge"]
    datasets = ["s3://evalbook-data/nothing.jsonl", answers["dataset"]]
    person = Person({**answers, "dataset": datasets, "s3_output": "yes"})

    async def interview(client: Client) -> None:
        # Told in words, and confirmed in its form.
        await call(client, "answer", value="s3://evalbook-results/run1", step="s3_output")
        told = await call(client, "interview")

        assert told["status"] == "complete", told
        path = tmp_path / told["notebook"]
        nbformat.validate(nbformat.read(path, as_version=4))
        await asyncio.to_thread(execute, path, sandbox.environment)
        assert "Succeeded" in (await call(client, "status"))["text"]
        assert "Correctness" in (await call(client, "results", run=str(path)))["text"]

    with_client(
        tmp_path, sandbox.environment, interview, mode="legacy", elicitation_callback=person.fill
    )
    assert len(person.asked) == len(answers) + 1


def test_whatever_is_sent_is_answered(tmp_path):
    deep = "[" * 1000 + "]" * 1000
    calls = [
        r'{"name":"answer","arguments":{"value":"half \ud800 a pair"}}',
        json.dumps({"name": "answer", "arguments": {"value": "x" * 2_000_000}}),
        '{"name":"answer","arguments":{"value":{"a":[1,null]}}}',
        '{"name":"answer","arguments":{"value":null}}',
        '{"name":"answer","arguments":{"value":"1","step":"no-such-step"}}',
        '{"name":"no-such-tool","arguments":{}}',
        '{"name":"next","arguments":[1]}',
        '{"name":7}',
        f'{{"name":"answer","arguments":{{"value":{deep}}}}}',
        '{"name":"next"}',
    ]
    begun = json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"})
    request = '{"jsonrpc":"2.0","id":%d,"method":"tools/call","params":%s}'
    lines = [json.dumps(HELLO), begun, *(request % it for it in enumerate(calls, start=2))]

    with subprocess.Popen(
        COMMAND, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin
        assert server.stdout
        server.stdin.write("\n".join(lines) + "\n")
        server.stdin.flush()
        read = [json.loads(server.stdout.readline()) for _ in range(len(calls) + 1)]
        server.stdin.close()

    replies = {it["id"]: it.get("result") or it["error"] for it in read}
    assert replies.keys() == set(range(1, len(calls) + 2))
    assert replies[len(calls) + 1]["structuredContent"]["status"] == "question"
