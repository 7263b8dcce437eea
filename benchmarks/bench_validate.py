"""How fast a dataset is read, for validation and as training data, beside bare ``json.loads``.

Twelve common shapes, of which all but four need a copy; the size does not show in the memory used.

Each size runs in a process of its own, so that one's peak is not the other's. Run it as
``python benchmarks/bench_validate.py``, with other sizes in MB as arguments.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from evalbook.datasets.overlap import find_overlap
from evalbook.datasets.validate import validate

SIZES = (10, 100)
PIECE = 1 << 20
"""Bytes, as an object is read from S3."""
MB = 1_000_000

TEXT = "Explain in one sentence what to do about an invoice that was charged twice. " * 4


def main(sizes: tuple[int, ...]) -> None:
    print(
        f"{'format':<23}{'MB':>5}{'json.loads':>12}{'validate':>10}{'':>7}{'overlap':>9}{'':>7}"
        f"{'MB more':>9}"
    )
    for form in FORMS:
        for size in sizes if form == "sagemaker" else sizes[:1]:
            command = [sys.executable, __file__, "--one", form, str(size)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            print(
                f"{form:<23}{size:>5}{found['bare']:>7.0f} MB/s{found['speed']:>5.0f} MB/s"
                f"{found['speed'] / found['bare']:>7.2f}{found['overlap']:>4.0f} MB/s"
                f"{found['overlap'] / found['bare']:>7.2f}{found['grown']:>9.1f}"
            )


def measure(form: str, size: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dataset.jsonl"
        write_records(file, form, size * MB)
        bare = timed(lambda: bare_loop(file))
        before = peak_memory()
        report = validate(pieces(file))
        if report.invalid and form != "kto":
            raise SystemExit(f"The benchmark's own records are invalid: {report.invalid_shown}")
        seconds = timed(lambda: validate(pieces(file)))
        evaluation = [json.dumps({"query": text}) for text in other_questions()]
        seconds_past = timed(lambda: find_overlap(["\n".join(evaluation).encode()], [pieces(file)]))
        grown = peak_memory() - before
    return {
        "bare": size / bare,
        "speed": report.bytes / MB / seconds,
        "overlap": report.bytes / MB / seconds_past,
        "grown": grown,
    }


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that the faster one of two runs takes of the processor."""
    found = []
    for _ in range(2):
        start = time.process_time()
        work()
        found.append(time.process_time() - start)
    return min(found)


def bare_loop(file: Path) -> None:
    with file.open("rb") as source:
        for line in source:
            json.loads(line)


def other_questions() -> list[str]:
    """Return what an evaluation of a thousand records asks."""
    return [
        f"Which of the {n} forms does a customer in town {n} have to sign?" for n in range(1000)
    ]


def write_records(file: Path, form: str, size: int) -> None:
    written, number = 0, 0
    with file.open("wb") as out:
        while written < size:
            written += out.write(json.dumps(record(form, number)).encode() + b"\n")
            number += 1


def said(role: str, text: str) -> dict[str, str]:
    return {"role": role, "content": text}


def converse(role: str, text: str) -> dict[str, object]:
    return {"role": role, "content": [{"text": text}]}


FORMS: dict[str, Callable[[str, str, int], dict[str, object]]] = {
    "sagemaker": lambda q, a, n: {"query": q, "response": a, "category": f"topic {n % 7}"},
    "openai": lambda q, a, _: {
        "messages": [said("system", "Be brief."), said("user", q), said("assistant", a)]
    },
    "several turns": lambda q, a, n: {
        "messages": [said("user", q), said("assistant", a)] * (1 + n % 4)
    },
    "quotations": lambda q, a, _: {"query": f'She said "no".\n\n{q}', "response": f'"{a}"'},
    "messages and reference": lambda q, a, n: {
        "id": f"r{n}", "messages": [said("user", q)], "reference_answer": a
    },
    "converse": lambda q, a, _: {
        "schemaVersion": "bedrock-conversation-2024", "system": [{"text": "Be brief."}],
        "messages": [converse("user", q), converse("assistant", a)],
    },
    "preference": lambda q, a, _: {
        "prompt": [said("user", q)], "chosen": [said("assistant", a)],
        "rejected": [said("assistant", f"No. {a}")],
    },
    "sharegpt": lambda q, a, _: {
        "conversations": [{"from": "human", "value": q}, {"from": "gpt", "value": a}]
    },
    "alpaca": lambda q, a, n: {"instruction": q, "input": f"Number {n} of these.", "output": a},
    "choices": lambda q, _, n: {
        "question": q, "choices": [f"{n} euros", "nothing", "half"], "answer": n % 3
    },
    "kto": lambda q, a, n: {"prompt": q, "completion": a, "label": n % 2 == 0},
    "batch": lambda q, _, n: {
        "recordId": f"{n}", "modelInput": {"messages": [converse("user", q)]}
    },
}  # fmt: skip
"""Common shapes: a record with this question and answer."""


def record(form: str, number: int) -> dict[str, object]:
    return FORMS[form](f"{number}: {TEXT}", f"{TEXT} {number}", number)


def pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while piece := source.read(PIECE):
            yield piece


def peak_memory() -> float:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Bytes on macOS, KiB elsewhere.
    return peak / MB if sys.platform == "darwin" else peak * 1024 / MB


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(measure(sys.argv[2], int(sys.argv[3]))))
    else:
        main(tuple(int(size) for size in sys.argv[1:]) or SIZES)
