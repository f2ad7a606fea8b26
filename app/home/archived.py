"""The newest events of the worker's archive, for whoever wants to know what was lately: the log lets go of them once they are here."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import ArrowException

from app.home.runs import Runs


def newest(home: Path, most: int) -> dict[str, Mapping[str, Any]]:
    """Event id -> what it says, of the last ``most`` events or fewer, oldest first; a part that cannot be read is passed over."""
    found: dict[str, Mapping[str, Any]] = {}
    for table in _parts(home, _last_rows):
        last = table.slice(max(0, table.num_rows - (most - len(found))))
        ids, data = (last.column(name).to_pylist() for name in ("id", "data"))
        found = {event: json.loads(text) for event, text in zip(ids, data, strict=True)} | found
        if len(found) >= most:
            break
    return found


def newest_of(home: Path, types: Collection[str], most: int) -> pa.Table:
    """``type``, ``item``, ``user`` and ``session`` of the last ``most`` events of some types or fewer, oldest first; likewise."""
    names = ["type", "item", "user", "session"]
    tables, count = [pa.schema([(name, pa.string()) for name in names]).empty_table()], 0
    for part in _parts(home, partial(pq.read_table, columns=names)):
        table = part.filter(pc.and_(pc.is_in(part.column("type"), pa.array([*types])), pc.is_valid(part.column("item"))))
        tables.insert(1, table.slice(max(0, table.num_rows - (most - count))))
        count += tables[1].num_rows
        if count >= most:
            break
    return pa.concat_tables(tables)


def _last_rows(path: Path) -> pa.Table:
    with pq.ParquetFile(path) as part:
        return part.read_row_group(part.num_row_groups - 1, columns=["id", "data"])


def _parts(home: Path, read: Callable[[Path], pa.Table]) -> Iterator[pa.Table]:
    """What is read of each part, the newest first."""
    for path in sorted(Runs(home).events.glob("part-*.parquet"), reverse=True):
        try:
            table = read(path)
        except (OSError, ArrowException):  # merged into a wider one just now, or damaged, which the worker tells
            continue
        yield table
