"""What a decision rests on: the run, and the dataset by its hash."""

from __future__ import annotations

import hashlib
import platform
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from evalbook import __version__
from evalbook.errors import AnswerRejected
from evalbook.runs.categories import dataset_chunks
from evalbook.runs.gate import Evidence
from evalbook.runs.report import Report

if TYPE_CHECKING:
    from evalbook.aws.session import Aws


def evidence_of(aws: Aws, report: Report) -> tuple[Evidence, str | None]:
    """Return what a report's first comparison rests on, and what is not known of it.

    Raises:
        AwsUnavailable: AWS could not be asked.
    """
    # For Nova models there is a run for each of the two.
    tuned = (it for it in report.runs if ":model-package/" in (it.model or ""))
    run, note, digest = next(tuned, report.runs[-1]), None, None
    if run.dataset:
        try:
            sha = hashlib.sha256()
            for chunk in dataset_chunks(aws, run.dataset):
                sha.update(chunk)
            digest = sha.hexdigest()
        except AnswerRejected as error:
            note = f"The dataset's hash is not known: {error.message}"
    if report.comparisons:
        it = report.comparisons[0]
        first, second, paired = it.first.name, it.second.name, it.paired
        metrics = [row.metric for row in it.rows]
    else:
        first, second, tables = report.figures[0]
        paired, metrics = None, [row.metric for row in tables[0].rows]
    return (
        Evidence(
            run,
            digest,
            first,
            second,
            paired,
            tuple(metrics),
            __version__,
            platform.python_version(),
            datetime.now(timezone.utc).isoformat(timespec="seconds"),
        ),
        note,
    )
