"""The five cells of a notebook, from the templates in ``cells/``."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass, fields
from functools import cache
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from evalbook.evaluation_types import EVALUATION_TYPES, build_pipeline_prefix
from evalbook.metrics.builtin import builtin_metrics
from evalbook.notebook.existing import OWN, fingerprint
from evalbook.notebook.literals import literal
from evalbook.notebook.sdk import REQUIREMENTS
from evalbook.notebook.settings import EvaluationSettings
from evalbook.version import __version__

POLL_SECONDS = 30
"""Longest pause between two looks at a run, in seconds."""

NAMES = ("header", "configuration", "start", "poll", "results")
"""The cells' names in their metadata, in order: one of Markdown, four of code."""

_CONSOLES = {
    "aws": "console.aws.amazon.com",
    "aws-cn": "console.amazonaws.cn",
    "aws-us-gov": "console.amazonaws-us-gov.com",
}
_TOO_LONG_TO_READ = 300


@dataclass(frozen=True)
class Cell:
    """One cell as it stands in a notebook."""

    name: str
    """``header``, ``configuration``, ``start``, ``poll`` or ``results``."""
    kind: Literal["markdown", "code"]
    source: str
    tags: tuple[str, ...]


def render_cells(
    settings: EvaluationSettings,
    *,
    run_record: str = "model-evaluation.run.json",
    poll_seconds: float = POLL_SECONDS,
    script: bool = False,
) -> list[Cell]:
    """Return the header and the four code cells, in order.

    The settings stand in the header, where they are inert, and in the first code cell as literals;
    the other cells hold nothing of what a user typed.

    Args:
        settings: the evaluation.
        run_record: name of the file, beside the notebook, that keeps what was started.
        poll_seconds: see `POLL_SECONDS`.
        script: whether `python` runs them, and not Jupyter.
    """
    values = _values(settings, run_record, poll_seconds, script=script)
    return [_cell(name, values) for name in NAMES]


def _cell(name: str, values: dict[str, Any]) -> Cell:
    source = _environment().get_template(_template(name, values)).render(values).strip()
    # Tools that fill in parameters look for the tag.
    tags = ("parameters",) if name == "configuration" else ()
    return Cell(name, "markdown" if name == "header" else "code", source, tags)


def _template(name: str, values: dict[str, Any]) -> str:
    """Return the file that a cell is made from: its own where sharing would cost more."""
    own_instances = values["runs_as"] == "training_job"
    if name == "header":
        return "header.md.j2"
    if name == "start" and values["one_model_a_run"]:
        return "start_each.py.j2"
    if name == "poll" and own_instances:
        return "poll_jobs.py.j2"
    if name == "results" and "answering" in values:
        return "results_inspect.py.j2"
    if name == "results":
        return f"results_{values['evaluator'].scores}.py.j2"
    return f"{name}.py.j2"


def render_script(
    settings: EvaluationSettings, *, run_record: str = "model-evaluation.run.json"
) -> str:
    """Return the same cells as a Python file: `python` runs it, and Jupyter opens it as a notebook.

    The cells are marked in the "percent" format of jupytext.
    """
    return percent_text(render_cells(settings, run_record=run_record, script=True))


def percent_text(cells: list[Cell]) -> str:
    """Return cells in jupytext's "percent" format."""
    parts = []
    for cell in cells:
        mark = {OWN: {"cell": cell.name, "fingerprint": fingerprint(cell.source)}}
        metadata = {**mark, **({"tags": [*cell.tags]} if cell.tags else {})}
        about = " ".join(f"{key}={json.dumps(value)}" for key, value in metadata.items())
        if cell.kind == "markdown":
            lines = (f"# {line}".rstrip() for line in cell.source.split("\n"))
            parts.append("\n".join([f"# %% [markdown] {about}", *lines]))
        else:
            parts.append(f"# %% {about}\n{cell.source}")
    return "\n\n".join(parts) + "\n"


def inert(text: str) -> str:
    """Return Markdown that shows a text as it is, whatever markup or HTML it contains.

    A code span: nothing in it is read as Markdown, HTML or mathematics, and it ends only at as
    many backticks as it began with, which is more than the text has in a row.
    """
    line = " ".join("".join(map(_harmless, text)).split())
    if len(line) > _TOO_LONG_TO_READ:
        line = line[:_TOO_LONG_TO_READ].rstrip() + "…"
    if not line:
        return "` `"
    longest = max(map(len, re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if "`" in (line[0], line[-1]) else ""
    return f"{fence}{padding}{line}{padding}{fence}"


def _harmless(character: str) -> str:
    category = unicodedata.category(character)
    if category in ("Cc", "Zl", "Zp"):
        return " "
    if category == "Cs" or unicodedata.bidirectional(character) in _TURNS_TEXT_ROUND:
        return "\N{REPLACEMENT CHARACTER}"
    return character


# Left in a line, they would turn round the words that follow the user's.
_TURNS_TEXT_ROUND = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


def _values(
    settings: EvaluationSettings, run_record: str, poll_seconds: float, *, script: bool
) -> dict[str, Any]:
    shared = {field.name: getattr(settings, field.name) for field in fields(settings)}
    own_instances = settings.answers.get("compute") is not None
    evaluator = EVALUATION_TYPES[settings.evaluation_type]
    packaged, elsewhere = settings.model_package_arn is not None, settings.partition != "aws"
    # Each is then a run of its own, its base model by its name.
    one_model_a_run = settings.is_nova or own_instances or evaluator.one_model_a_run
    return {
        **settings.answers,
        **shared,
        "evaluator": evaluator,
        "pipelines": build_pipeline_prefix(settings.evaluation_type),
        # Cell 2 attaches to the training job, which stands for the package it made.
        "attaches": packaged and not elsewhere and settings.training_job is not None,
        # There, where Inspect AI's evaluations are not offered, the SDK would take the package's
        # ARN for a model's id.
        "packages_as_objects": packaged and elsewhere and not evaluator.one_model_a_run,
        "region_in_url": quote(settings.answers["region"], safe="", errors="replace"),
        "runs_as": "training_job" if own_instances else "pipeline",
        "one_model_a_run": one_model_a_run,
        "several_runs": one_model_a_run or bool(settings.parts),
        "model": "MODEL_PACKAGE_ARN" if packaged else "BASE_MODEL_NAME",
        "part_datasets": _part_datasets(settings),
        "lower_is_better": [it.name for it in builtin_metrics() if not it.higher_is_better],
        "requirements": [*REQUIREMENTS, *(f'"{name}"' for name in evaluator.packages)],
        "run_record": run_record,
        "poll_seconds": poll_seconds,
        "script": script,
        "evalbook_version": __version__,
        "console": _CONSOLES.get(settings.partition, _CONSOLES["aws"]),
    }


def _part_datasets(settings: EvaluationSettings) -> dict[str, str]:
    """Return the dataset's parts by how their jobs' names end, which `evalbook.runs.jobs` reads."""
    count = len(settings.parts)
    names = [f"{number}-of-{count}" for number in range(1, count + 1)]
    if settings.pilot:
        names[0] += f"-pilot-{settings.pilot}-of-{settings.records}"
    return dict(zip(names, settings.parts, strict=True))


@cache
def _environment() -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("cells"), encoding="utf-8"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # The cells are not HTML: code takes values as literals, Markdown takes them as code spans.
        autoescape=False,  # noqa: S701
    )
    environment.filters.update(literal=literal, inert=inert)
    return environment
