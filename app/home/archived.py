"""The newest events of the worker's archive, for whoever wants to know what was lately: the log lets go of them once they are here."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import ArrowException

from app.home.runs import Runs

_LOOKED_AT: Final = 10
"""Times as many events are looked at as are wanted: among those of many sessions there may be few of users."""


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


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest events of some types.

    Attributes:
        events: ``type``, ``item``, ``user`` and ``session`` of each, oldest first.
        all_named: whether all that name a user are among them. all_others: whether all others are.
    """

    events: pa.Table
    all_named: bool
    all_others: bool


def newest_of(home: Path, types: Collection[str], most: int) -> Newest:
    """The last ``most`` events of some types that name a user, or fewer, and as many others; of ten times as many that are looked at."""
    names = ["type", "item", "user", "session"]
    tables, looked_at = [pa.schema([(name, pa.string()) for name in names]).empty_table()], 0
    left, lacking = {True: most, False: most}, {True: False, False: False}
    for part in _parts(home, partial(pq.read_table, columns=names)):
        if looked_at >= _LOOKED_AT * most or not any(left.values()):
            lacking = dict.fromkeys(lacking, True)
            break
        table = part.filter(pc.and_(pc.is_in(part.column("type"), pa.array([*types])), pc.is_valid(part.column("item"))))
        named_N, rows = pc.is_valid(table.column("user")).to_numpy(), [np.empty(0, int)]
        for named in (True, False):
            found = np.flatnonzero(named_N == named)
            lacking[named] |= len(found) > left[named]
            rows.append(found[max(0, len(found) - left[named]) :])
            left[named] -= len(rows[-1])
        tables.insert(1, table.take(np.sort(np.concatenate(rows))))
        looked_at += part.num_rows
    return Newest(pa.concat_tables(tables), all_named=not lacking[True], all_others=not lacking[False])


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
