"""Parquet with any columns, as records; a whole column is never in memory as Python's values."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from models.datasets.feeds.records import Record
from models.datasets.feeds.words import plain_name
from models.errors import refuse

_BATCH: Final = 4_096
_AS_IT_IS: Final = frozenset({"features", "image"})  # what is wrong with these is told; pictures are bytes


def columns_of(path: Path) -> list[str]:
    """The names of the columns.

    Raises:
        InputError: it is no Parquet.
    """
    try:
        return list(pq.read_schema(path).names)
    except (pa.ArrowException, OSError) as error:
        refuse(f"cannot be read as Parquet: {' '.join(str(error).split())}", path=path)


def rows_of(path: Path) -> int:
    """How many there are, as its end says; 0 where it cannot be read."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (pa.ArrowException, OSError):
        return 0


def read_parquet_records(path: Path) -> Iterator[Record]:
    """The rows of a file, from 1.

    Raises:
        InputError: it cannot be read.
    """
    number = 0
    try:
        with pq.ParquetFile(path) as file:
            names = [plain_name(name) for name in file.schema_arrow.names]
            nested = [pa.types.is_nested(kind) and name not in _AS_IT_IS for name, kind in zip(names, file.schema_arrow.types, strict=True)]
            for batch in file.iter_batches(batch_size=_BATCH):
                for values in zip(*map(_values, batch.columns, nested), strict=True):
                    number += 1
                    yield Record(number, {name: value for name, value in zip(names, values, strict=True) if value is not None})
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        refuse(f"cannot be read as Parquet: {' '.join(str(error).split())}", path=path)


def _values(column: pa.Array, nested: bool) -> list[Any]:  # noqa: FBT001 - mapped over
    values: list[Any] = column.to_pylist(maps_as_pydicts="lossy")
    return [plain_value(value) for value in values] if nested else values


def plain_value(value: Any) -> Any:
    """A value without nulls in objects, bytes, and numbers that JSON has not."""
    if isinstance(value, Mapping):
        found = {str(name): plain_value(one) for name, one in value.items()}
        return {name: one for name, one in found.items() if one is not None}
    if isinstance(value, list | tuple):
        return [plain_value(one) for one in value]
    if isinstance(value, bytes) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    return value
