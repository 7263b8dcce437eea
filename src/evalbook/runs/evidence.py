"""What a decision rests on: the run, and the dataset by its hash."""

from __future__ import annotations

import hashlib
import platform
from datetime import datetime, timezone

from evalbook import __version__
from evalbook.aws.session import Aws
from evalbook.errors import AnswerRejected
from evalbook.runs.categories import read_dataset_chunks
from evalbook.runs.gate import (
    Evidence,
    GateDocument,
    Policy,
    candidates_pairs,
    decide,
    more_records,
)
from evalbook.runs.report import Results
from evalbook.workflow.turn import PROTOCOL


def gather_evidence(aws: Aws, report: Results) -> tuple[Evidence, str | None]:
    """Return what a decision on a report rests on, and what is not known of it.

    Raises:
        AwsUnavailable: AWS could not be asked.
    """
    # For Nova models there is a run for each of the two; of several runs the last one decides.
    tuned = [it for it in report.runs if ":model-package/" in (it.model or "")]
    run, note, digest = (tuned or report.runs)[-1], None, None
    if run.dataset:
        try:
            sha = hashlib.sha256()
            for chunk in read_dataset_chunks(aws, run.dataset):
                sha.update(chunk)
            digest = sha.hexdigest()
        except AnswerRejected as error:
            note = f"The dataset's hash is not known: {error.message}"
    pair = candidates_pairs(report)[0]
    return (
        Evidence(
            run,
            digest,
            pair.first,
            pair.second,
            pair.paired,
            tuple(row.metric for row in pair.rows),
            __version__,
            platform.python_version(),
            datetime.now(timezone.utc).isoformat(timespec="seconds"),
        ),
        note,
    )


def decided(aws: Aws, report: Results, policy: Policy) -> GateDocument:
    """Decide by a policy whether a model may be released, with what the decision rests on."""
    outcome, sentence, rules = decide(report, policy)
    evidence, note = gather_evidence(aws, report)
    notes = (*report.notes, *([note] if note else []))
    more = more_records(rules)
    return GateDocument(PROTOCOL, outcome, sentence, rules, more, policy, evidence, notes)
