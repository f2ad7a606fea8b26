"""Parquet with any columns, as records; a whole column is never in memory as Python's values."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from models.datasets.feeds.records import Record
from models.datasets.feeds.words import plain_name
from models.errors import refuse

_BATCH: Final = 4_096


def columns_of(path: Path) -> list[str]:
    """The names of the columns.

    Raises:
        InputError: it is no Parquet.
    """
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        refuse(f"cannot be read as Parquet: {' '.join(str(error).split())}", path=path)


def read_parquet_records(path: Path) -> Iterator[Record]:
    """The rows of a file, from 1.

    Raises:
        InputError: it cannot be read.
    """
    number = 0
    try:
        with pq.ParquetFile(path) as file:
            names = [plain_name(name) for name in file.schema_arrow.names]
            for batch in file.iter_batches(batch_size=_BATCH):
                for values in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    number += 1
                    yield Record(number, {name: value for name, value in zip(names, values, strict=True) if value is not None})
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        refuse(f"cannot be read as Parquet: {' '.join(str(error).split())}", path=path)
