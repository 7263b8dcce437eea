"""`evalbook demo`: the main job on the embedded sandbox, with scripted answers."""

from __future__ import annotations

import itertools
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evalbook.cli.documents import DemoDocument
from evalbook.cli.options import Settings, command
from evalbook.cli.output import Output, check_words, complain, default_of
from evalbook.cli.sandbox import require_sandbox_extra
from evalbook.errors import EvalbookError
from evalbook.skill.installer import started_by
from evalbook.tables import Prose, as_drawn
from evalbook.texts import lines
from evalbook.workflow.turn import Turn

if TYPE_CHECKING:
    from rich.console import RenderableType

ANSWERS = {
    "evaluation_type": "llm_as_judge",
    "task": "Answers customers' billing and account questions, politely and to the point.",
    "dataset": "s3://evalbook-data/support/eval.jsonl",
    "data_sample": "yes",
    "custom_metrics": "none",
    "builtin_metrics": "",
    "model": "support-bot",
    "model_confirm": "yes",
    "judge_model": "1",
    "region": "",
    "execution_role": "",
    "s3_output": "",
    "advanced": "no",
    "confirm": "yes",
    "bedrock_terms": "I agree",
    "project": "support-bot",
    "notebook": "new",
}
"""The scripted answers; an empty one takes the default."""

_COLOUR = "\x1b["


@command("demo", examples=[("evalbook demo", "See it all in about a minute.")])
def demo_command(_: Settings, output: Output) -> int:
    """Watch the whole job on a simulated AWS, from the first question to the comparison.

    evalbook answers every question for you, writes the notebook and executes its cells. No AWS
    account needed.
    """
    require_sandbox_extra()
    from evalbook.sandbox import Sandbox

    folder = _new_folder(Path.cwd() / "evalbook-demo")
    complain(f"Starting a simulated AWS; all files go into {folder.name}/ ...")
    with Sandbox() as sandbox:
        os.environ.update(sandbox.environment)
        os.chdir(folder)
        notebook = _answer_everything(folder)
        outputs = execute_notebook(notebook)
        shown = comparison(notebook)
    document = DemoDocument("complete", str(notebook), tuple(outputs))
    more = lines(
        f"The executed notebook, with the plot: {notebook}",
        f"Next, try answering the questions yourself: {started_by()} wizard --sandbox",
    )
    output.draw(document, *shown, "", Prose(more))
    return 0


def _new_folder(wanted: Path) -> Path:
    """Create a new folder, so that nothing is overwritten."""
    for number in itertools.count(1):
        folder = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            continue
        return folder
    raise AssertionError  # count() never ends


def _answer_everything(folder: Path) -> Path:
    from evalbook.workflow.workflow import Workflow

    workflow = Workflow.load(folder / "workflow_state.json")
    turn = workflow.turn()
    while turn.status == "question":
        answer = ANSWERS[turn.step or ""]
        _tell(turn, answer)
        turn = workflow.answer(answer)
    if turn.error:
        raise EvalbookError(f"demo.{turn.step}", turn.error.message, turn.error.remedy)
    return folder / str(turn.notebook)


def _tell(turn: Turn, answer: str) -> None:
    for check in turn.checks:
        complain(f"      {check_words(check)}")
    for notice in turn.notices:
        complain(f"      {notice}")
    place = f"[{turn.position.index}/{turn.position.total}]" if turn.position else ""
    complain(f"\n{place} {turn.question}")
    for number, choice in enumerate(turn.choices, start=1):
        complain(f"      {number}. {choice.label}{' (recommended)' if choice.recommended else ''}")
    labels = {choice.value: choice.label for choice in turn.choices}
    complain(f"  > {labels.get(answer, answer) or default_of(turn)}")


def execute_notebook(path: Path) -> list[str]:
    """Execute the notebook's cells in a kernel, save their outputs, and return them as text.

    Outputs are printed as they come, except the last cell's: its table may be too wide.
    """
    import nbformat as untyped
    from nbclient import NotebookClient

    nbformat: Any = untyped
    notebook = nbformat.read(path, as_version=nbformat.NO_CONVERT)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    outputs: list[str] = []

    def announce(cell: Any, **_: Any) -> None:
        complain(f"\n{cell.source.splitlines()[0].lstrip('# ')} ...")

    def show(cell: Any, **_: Any) -> None:
        if cell.cell_type == "code":
            outputs.append(_as_text(cell.outputs))
            if cell is not code[-1]:
                complain(outputs[-1])

    client = NotebookClient(
        notebook,
        timeout=1800,
        kernel_name="python3",
        # Nothing that a kernel logs at startup matters to the viewer.
        extra_arguments=["--log-level=40"],
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_execute=announce,
        on_cell_executed=show,
    )
    try:
        client.execute()
    finally:
        nbformat.write(notebook, path)
    return outputs


def comparison(notebook: Path) -> list[RenderableType]:
    """Return what the run of a notebook showed, to be drawn as `evalbook results` draws it."""
    from evalbook.aws.session import Aws
    from evalbook.runs.find import targets
    from evalbook.runs.report import read_report
    from evalbook.runs.store import RecordStore
    from evalbook.runs.table import report_parts

    aws = Aws()
    with RecordStore() as store:
        report = read_report(aws, targets(aws, [str(notebook)], notebook), store)
        return list(map(as_drawn, report_parts(report)[1:3]))  # the claim and its rows


def _as_text(outputs: list[Any]) -> str:
    """Return what a cell's own code printed, without the SDK's logs, drawings and colours."""
    parts = [
        output.get("text") or output.get("data", {}).get("text/plain", "")
        for output in outputs
        if output.output_type in ("stream", "display_data", "execute_result")
        and output.get("name") != "stderr"
        and "image/png" not in output.get("data", {})
    ]
    plain = [
        part.rstrip()
        for part in parts
        if _COLOUR not in part and any(character.isalnum() for character in part)
    ]
    return "\n".join(plain)
