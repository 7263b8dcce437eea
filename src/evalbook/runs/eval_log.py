"""A run's judged records as a log that InspectAI's viewer opens: `inspect view --log-dir FOLDER`.

A ``.eval`` file is a zip of ``header.json``, ``summaries.json`` and
``samples/ID_epoch_EPOCH.json``. One file holds one model; each metric is a score of its own, with
the judge's explanation.
"""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evalbook import __version__
from evalbook.errors import AnswerRejected
from evalbook.runs.comparison import means
from evalbook.runs.records import JudgedRecord
from evalbook.runs.report import Results
from evalbook.runs.store import Arm, Place, RecordStore
from evalbook.whole_files import rejecting_unwritable, replacing


def write_logs(report: Results, path: Path) -> list[Path]:
    """Write a log for each model, beside each other: ``NAME-base.eval``, ``NAME-fine-tuned.eval``.

    Raises:
        AnswerRejected: there are no records, or a file can't be written.
    """
    arms = [arm for arm in report.store.arms if arm.records]
    if not arms:
        raise AnswerRejected("results.no_records", "There are no single records to write to a log.")
    written = []
    for arm in arms:
        name = "-".join(arm.name.split())
        one = path if len(arms) == 1 else path.with_name(f"{path.stem}-{name}{path.suffix}")
        with (
            rejecting_unwritable("results.unwritable", one),
            replacing(one) as file,
            zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as log,
        ):
            _write(log, report, arm)
        written.append(one)
    return written


def _write(log: zipfile.ZipFile, report: Results, arm: Arm) -> None:
    for sample in _samples(report.store, arm):
        log.writestr(f"samples/{sample['id']}_epoch_1.json", json.dumps(sample))
    with log.open("summaries.json", "w") as file:
        begin = b"["
        for sample in _samples(report.store, arm):
            kept = {it: sample[it] for it in ("id", "epoch", "input", "target", "scores")}
            file.write(begin + json.dumps({**kept, "completed": True}).encode())
            begin = b","
        file.write(b"]")
    log.writestr("header.json", json.dumps(_header(report, arm)))


def _samples(store: RecordStore, arm: Arm) -> Iterator[dict[str, Any]]:
    for number in range(1, arm.records + 1):
        yield _sample(number, store.record(Place(arm.number, number)), arm.name)


def _sample(number: int, record: JudgedRecord, model: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": record.response, "source": "generate"}
    return {
        "id": number,
        "epoch": 1,
        "input": record.prompt,
        "target": record.reference or "",
        "messages": [{"role": "user", "content": record.prompt}, message],
        "output": {
            "model": model,
            "choices": [{"message": message, "stop_reason": "stop"}],
            "completion": record.response,
        },
        "scores": {
            metric: {
                "value": score.label or "" if score.value is None else score.value,
                "explanation": score.explanation,
            }
            for metric, score in record.scores.items()
        },
        "metadata": {"category": record.category} if record.category else {},
        "store": {},
        "events": [],
        "model_usage": {},
        "attachments": {},
    }


def _header(report: Results, arm: Arm) -> dict[str, Any]:
    run = report.runs[0]
    created = run.created.isoformat(timespec="seconds")
    scores = [
        {
            "name": row.metric,
            "scorer": row.metric,
            "params": {},
            "metrics": {"mean": {"name": "mean", "value": row.mean, "params": {}}},
        }
        for row in means(report.store, arm)
        if row.mean is not None
    ]
    return {
        "version": 2,
        "status": "success",
        "eval": {
            "run_id": run.name,
            "task_id": run.name,
            "eval_id": f"{run.name}-{arm.number}",
            "created": created,
            "task": run.name,
            "task_version": 0,
            "task_args": {},
            "dataset": {"name": run.dataset or "", "samples": arm.records},
            "model": arm.name,
            "model_args": {},
            "config": {},
            "packages": {"evalbook": __version__},
            "metadata": {"model": run.model or "", "judge": run.judge or ""},
        },
        "plan": {"name": "plan", "steps": [], "config": {}},
        "results": {
            "total_samples": arm.records,
            "completed_samples": arm.records,
            "scores": scores,
        },
        "stats": {"started_at": created, "completed_at": created, "model_usage": {}},
    }
