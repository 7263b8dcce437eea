"""`evalbook example`: writes a starter file."""

from __future__ import annotations

from pathlib import Path

import click

from evalbook.cli.documents import ExampleDocument
from evalbook.cli.options import A_FILE, Settings, command
from evalbook.cli.output import Output
from evalbook.errors import AnswerRejected
from evalbook.packaged import read_packaged
from evalbook.whole_files import is_there, rejecting_unwritable, replace_whole

_FILES = {
    "dataset": "dataset.jsonl",
    "custom_metrics": "custom_metrics.json",
    "scorer": "scorer.py",
}
_FORMATS = tuple("sagemaker openai hf_prompt_completion hf_preference verl prompt_only".split())


@command(
    "example",
    examples=[
        ("evalbook example dataset", "Three records, each a query with its reference answer."),
        ("evalbook example dataset openai", "The same as messages."),
        ("evalbook example scorer --out my_scorer.py", "A function that scores answers."),
    ],
)
@click.argument("kind", type=click.Choice(list(_FILES)))
@click.argument("form", metavar="[FORMAT]", required=False, type=click.Choice(_FORMATS))
@click.option("--out", metavar="FILE", type=A_FILE, help="Where to write it.")
def example_command(
    _: Settings, output: Output, kind: str, form: str | None, out: Path | None
) -> int:
    """Write a dataset, custom metrics or a scorer to start from.

    FORMAT is the format of a dataset's records; sagemaker by default. Existing files are not
    overwritten.
    """
    path = out or Path(_FILES[kind])
    if form and kind != "dataset":
        raise click.UsageError(f"Only datasets have a format; use: evalbook example {kind}")
    if is_there(path):
        raise AnswerRejected(
            "example.exists",
            f"{path} already exists; it was not changed.",
            "Name another file with --out FILE.",
        )
    content = _content(kind, form or _FORMATS[0])
    with rejecting_unwritable("example.file", path):
        replace_whole(path, content.encode())
    named = (form or _FORMATS[0]) if kind == "dataset" else None
    document = ExampleDocument("complete", kind, named, str(path))
    output.document(document, f"Written: {path}")
    return 0


def _content(kind: str, form: str) -> str:
    if kind == "dataset":
        return read_packaged(f"data/examples/{form}.jsonl")
    if kind == "custom_metrics":
        return read_packaged("data/examples/custom_metrics.json")
    return read_packaged("data/starter_scorer.py")
