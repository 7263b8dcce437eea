# /// script
# requires-python = ">=3.10"
# dependencies = ["evalbook"]
# ///
"""Check custom metrics against every limit of Bedrock, before a paid run does.

    uv run validate_custom_metrics.py metrics.json
    uv run validate_custom_metrics.py - < metrics.json

The exit status is 0 where the metrics can be used, 3 where they can't. --canonical prints them as
Bedrock takes them.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from evalbook.errors import AnswerRejected
from evalbook.metrics.custom import parse_custom_metrics
from evalbook.metrics.custom_text import read_custom_metrics_file


def main(arguments: list[str] | None = None) -> int:
    """Check the metrics of one file and print what was found; return the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", help="a JSON file, or - for standard input")
    parser.add_argument("--canonical", action="store_true", help="print the metrics themselves")
    options = parser.parse_args(arguments)
    try:
        metrics = parse_custom_metrics(text_of(options.file))
    except AnswerRejected as rejection:
        for check in rejection.checks:
            print(f"{check.status}: {check.message} {check.remedy or ''}".rstrip())
        if not rejection.checks:
            print(f"failed: {rejection.message} {rejection.remedy or ''}".rstrip())
        return rejection.exit_status
    for check in metrics.warnings:
        print(f"{check.status}: {check.message}", file=sys.stderr)
    if options.canonical:
        print(json.dumps(metrics.metrics, indent=2, ensure_ascii=False))
    else:
        print(f"passed: Bedrock takes {', '.join(metrics.names)}.")
    return 0


def text_of(file: str) -> str:
    """Return the text of a file, or of standard input for ``-``.

    Raises:
        AnswerRejected: the file can't be read.
    """
    return sys.stdin.read() if file == "-" else read_custom_metrics_file(Path(file))


if __name__ == "__main__":
    sys.exit(main())
