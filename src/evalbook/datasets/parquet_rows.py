"""The rows of a Parquet file as records; pyarrow reads them, some at a time."""

from __future__ import annotations

import base64
import math
import tempfile
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from evalbook.errors import AnswerRejected

_ROWS = 500
_IN_MEMORY = 8 << 20


def read_parquet_records(chunks: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """Yield a Parquet file's rows, without the values that are null.

    The format's index stands at its end, so that the file is kept on disk while it is read.

    Raises:
        AnswerRejected: ``parquet.reader``, pyarrow is not installed; ``parquet.damaged``.
    """
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError:
        raise AnswerRejected(
            "parquet.reader",
            "The dataset is a Parquet file, which evalbook reads with pyarrow; it is not"
            " installed.",
            "Install pyarrow in evalbook's environment (its extra `parquet`), for example"
            " with `pip install 'pyarrow>=15'`, or give the dataset as JSON Lines.",
        ) from None
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        for chunk in chunks:
            file.write(chunk)
        file.seek(0)
        try:
            source = pyarrow.parquet.ParquetFile(file)
            for batch in source.iter_batches(batch_size=_ROWS):
                for row in batch.to_pylist():
                    yield {name: _plain(value) for name, value in row.items() if value is not None}
        except pyarrow.ArrowException as error:
            raise AnswerRejected(
                "parquet.damaged",
                f"The dataset can't be read as a Parquet file: {error}",
                "Give the complete object, or another dataset.",
            ) from error


def _plain(value: Any) -> Any:
    """Return a value as JSON knows it."""
    if isinstance(value, dict):
        return {str(name): _plain(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, (list, tuple)):
        return [_plain(inner) for inner in value]
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    if isinstance(value, float) and not math.isfinite(value):
        return None  # as many tools write that there is no number
    return value
