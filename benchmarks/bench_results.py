"""How long results take beyond the download, and how much memory many records take.

Two models' judged records with explanations of 300 characters are read, paired, compared, and shown
as a table, as JSON, as a picture and as a page. 1,000 records x 11 metrics x 2 models are to show
in under two seconds; 100,000 records (a gigabyte of lines) are to stay below 128 MiB, and their
table is to take at most twice as long as reading the same lines as JSON and nothing else, which is
the baseline. Each size is measured in a process of its own.
"""

from __future__ import annotations

import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

METRICS = 11
MOST_MEMORY = 128
"""MiB; Python and what is imported take some 65 of them."""
MOST_TIMES = 2
"""Of the baseline, for the table of 100,000 records."""
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)
EXPLANATION = "The response answers what was asked and leaves out what was not. " * 5


def lines(records: int, model: int) -> Iterator[bytes]:
    draw = random.Random(model)  # noqa: S311 - scores to measure with, no secret
    for number in range(records):
        scores = [
            {
                "metricName": f"Builtin.Metric{n}",
                "result": draw.choice(LEVELS),
                "evaluatorDetails": [{"modelIdentifier": "judge", "explanation": EXPLANATION}],
            }
            for n in range(METRICS)
        ]
        record = {
            "inputRecord": {"prompt": f"[{{'role': 'user', 'content': 'Question {number}'}}]"},
            "modelResponses": [{"response": f"['Answer {number}']", "modelIdentifier": "m"}],
            "automatedEvaluationResult": {"scores": scores},
        }
        yield json.dumps(record).encode()


def measure(records: int, folder: Path) -> None:
    """Measure in this process, and print milliseconds and mebibytes."""
    from evalbook.runs.comparison import compare
    from evalbook.runs.documents import build_results_document
    from evalbook.runs.forest import write_picture
    from evalbook.runs.page import write_page
    from evalbook.runs.report import Results
    from evalbook.runs.store import RecordStore
    from evalbook.runs.table import report_parts
    from evalbook.tables import as_text, spaced
    from evalbook.workflow.turn import as_document

    files = [folder / f"{records}-{model}.jsonl" for model in (0, 1)]
    for model, path in enumerate(files):
        with path.open("wb") as file:
            file.writelines(line + b"\n" for line in lines(records, model))
    start = time.perf_counter()
    for path in files:
        with path.open("rb") as file:
            for line in file:
                json.loads(line)
    baseline = time.perf_counter() - start

    start = time.perf_counter()
    with RecordStore() as store:
        arms = []
        for name, path in zip(("base", "fine-tuned"), files, strict=True):
            with path.open("rb") as file:
                arms.append(store.add_arm(name, file))
        report = Results([], store, compare(store, [(arms[0], arms[1])]))
        as_text(spaced(report_parts(report)))
        shown = time.perf_counter() - start
        json.dumps(as_document(build_results_document(report)))
        write_picture(report, folder / "a.svg")
        write_page(report, folder / "a.html")
    everything = time.perf_counter() - start
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([baseline * 1000, shown * 1000, everything * 1000, memory]))


def measured(records: int) -> list[float]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, str(records), folder]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    figures: list[float] = json.loads(done.stdout)
    return figures


def main() -> None:
    memory = {}
    for records, runs in ((1_000, 3), (10_000, 1), (100_000, 1)):
        baseline, shown, everything, memory[records] = (
            sorted(column)[runs // 2]
            for column in zip(*[measured(records) for _ in range(runs)], strict=True)
        )
        print(
            f"{records:>7,} records x {METRICS} metrics x 2 models: table {shown:,.0f} ms, all "
            f"outputs {everything:,.0f} ms (JSON alone {baseline:,.0f} ms), "
            f"{memory[records]:,.0f} MiB"
        )
        if records == 1_000 and everything > 2000:
            sys.exit("1,000 records took longer than two seconds")
        if records == 100_000 and shown > MOST_TIMES * baseline:
            sys.exit(f"The table took {shown / baseline:.1f} times as long as reading JSON")
    if memory[100_000] > MOST_MEMORY:
        sys.exit(f"100,000 records took more than {MOST_MEMORY} MiB")


if len(sys.argv) == 3:
    measure(int(sys.argv[1]), Path(sys.argv[2]))
else:
    main()
