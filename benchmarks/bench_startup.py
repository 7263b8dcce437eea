"""What showing a turn costs, beside what importing boto3 alone costs, each in a process of its own.

In CPU time, so that waiting for a busy machine does not count. The two run in turn, so that a
machine whose speed drifts slows both; the median of the ratios is what counts.
"""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage

RUNS = 15
NEXT = [sys.executable, "-m", "evalbook", "next", "--json"]
BOTO3 = [sys.executable, "-c", "import boto3"]
HEAVY = ("boto3", "botocore", "jinja2", "jupytext", "nbformat", "pydantic", "questionary", "rich")


def seconds(command: list[str], folder: str) -> float:
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def heavy_imports(folder: str) -> list[str]:
    script = (
        "import sys\nfrom evalbook.cli.main import main\n"
        "try:\n    main(['next', '--json'])\nexcept SystemExit:\n    pass\n"
        f"print(*[name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=folder, check=True, capture_output=True, text=True
    )
    return done.stderr.split()


with tempfile.TemporaryDirectory() as folder:
    for command in (NEXT, BOTO3):
        seconds(command, folder)
    pairs = [(seconds(NEXT, folder), seconds(BOTO3, folder)) for _ in range(RUNS)]
    turn, boto3 = (statistics.median(times) for times in zip(*pairs, strict=True))
    ratio = statistics.median(one / other for one, other in pairs)
    print(f"evalbook next   {turn * 1000:6.0f} ms")
    print(f"import boto3    {boto3 * 1000:6.0f} ms")
    print(f"ratio           {ratio:6.2f}  (median of {RUNS} pairs in {Path(sys.executable).name})")
    print(f"heavy imports   {', '.join(heavy_imports(folder)) or 'none'}")
