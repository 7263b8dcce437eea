"""How fast a dataset is validated, and that its size does not show in the memory used.

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
from collections.abc import Iterator
from pathlib import Path

from evalbook.datasets.validate import validate

SIZES = (10, 100)
PIECE = 64 * 1024
MB = 1_000_000

TEXT = "Explain in one sentence what to do about an invoice that was charged twice. " * 4


def main(sizes: tuple[int, ...]) -> None:
    print(
        f"{'format':<10}{'MB':>6}{'records':>10}{'MB/s':>8}{'peak MB':>9}{'of it validation':>18}"
    )
    for form in ("sagemaker", "openai"):
        for size in sizes:
            command = [sys.executable, __file__, "--one", form, str(size)]
            found = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
            print(
                f"{form:<10}{size:>6}{found['records']:>10,}{found['speed']:>8.0f}"
                f"{found['peak']:>9.1f}{found['grown']:>18.1f}"
            )


def measure(form: str, size: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "dataset.jsonl"
        write_records(file, form, size * MB)
        before = peak_memory()
        start = time.perf_counter()
        report = validate(pieces(file))
        seconds = time.perf_counter() - start
        peak = peak_memory()
    if report.invalid:
        raise SystemExit(f"The benchmark's own records are invalid: {report.invalid_shown[0]}")
    return {
        "records": report.records,
        "speed": report.bytes / MB / seconds,
        "peak": peak,
        "grown": peak - before,
    }


def write_records(file: Path, form: str, size: int) -> None:
    written, number = 0, 0
    with file.open("wb") as out:
        while written < size:
            written += out.write(json.dumps(record(form, number)).encode() + b"\n")
            number += 1


def record(form: str, number: int) -> dict[str, object]:
    question, answer = f"{number}: {TEXT}", f"{TEXT} {number}"
    if form == "sagemaker":
        return {"query": question, "response": answer, "category": f"topic {number % 7}"}
    said = (("system", "Be brief."), ("user", question), ("assistant", answer))
    return {"messages": [{"role": role, "content": content} for role, content in said]}


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
