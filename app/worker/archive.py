"""The archive: every event of the log, in Parquet files, exactly once.

events/part-<first>-<last>.parquet   written whole, flushed to the disk, then named; changed only where events are to go, and whole again

A part is on disk before its entries are acknowledged, so that a kill at any moment loses nothing; an entry that comes again is known by its
id and not written twice. A part that covers several numbers took the place of those, which are removed when the archive is opened next.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from app.attribution.events import COLUMNS, row_of
from app.ground.errors import HomeError
from app.log.base import Entry
from sealed.files import flush, narrow, replacing

SCHEMA: Final = COLUMNS.insert(1, pa.field("offset", pa.string(), nullable=False))
TOLD_BY: Final = ("id", "session", "user", "timestamp", "received")
"""The columns that say which events are to go."""
_PART_NAME: Final = re.compile(r"part-(\d{8})-(\d{8})\.parquet")
_MERGED_AT: Final = 64
_LARGE: Final = 250_000  # rows from which a part is left alone


class Archive:
    """The archive in a directory. One process writes."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        for unfinished in directory.glob(".part-*"):
            unfinished.unlink()
        self._parts = standing(directory)
        for path in set(directory.glob("part-*.parquet")) - set(self._parts):
            path.unlink()
        for path in self._parts:
            narrow(path)
        known = [_digests(_part(path, ["id"]).column("id").to_pylist()) for path in self._parts]
        self._known = np.unique(np.concatenate([np.zeros(0, dtype=np.uint64), *known]))
        self._sizes = [len(digests) for digests in known]

    @property
    def rows(self) -> int:
        """Events in it."""
        return sum(self._sizes)

    def write(self, entries: Sequence[Entry]) -> int:
        """Keep the entries whose event is not here yet; returns how many, once they are on disk.

        Raises:
            OSError: the disk refuses; nothing is kept, and the same entries may be given again.
        """
        new = self._unknown(entries)
        if new:
            number = _numbers(self._parts[-1])[1] + 1 if self._parts else 1
            self._parts.append(_write(self._directory, (number, number), pa.Table.from_pylist([_row(entry) for entry in new], SCHEMA)))
            self._known = np.union1d(self._known, _digests([entry.event.id for entry in new]))
            self._sizes.append(len(new))
            self._merge()
        return len(new)

    def which(self, gone: pl.Expr) -> tuple[list[int], list[str]]:
        """The rows, counted over all parts, and the ids of the events that an expression of ``TOLD_BY`` is true of."""
        rows, ids, before = list[int](), list[str](), 0
        for path, size in zip(self._parts, self._sizes, strict=True):
            table, marked_N = _marked(path, gone)
            rows += (before + np.flatnonzero(marked_N)).tolist()
            ids += table.column("id").filter(pa.array(marked_N)).to_pylist()
            before += size
        return rows, ids

    def drop(self, gone: pl.Expr) -> None:
        """Let go of such events. Each part is as it was, or without them, whenever this is killed; what is left to do is done again."""
        for place in reversed(range(len(self._parts))):
            path = self._parts[place]
            _, marked_N = _marked(path, gone)
            if marked_N.all():
                path.unlink()
                flush(self._directory)
                del self._parts[place], self._sizes[place]
            elif marked_N.any():
                left = _part(path).filter(pa.array(~marked_N))
                self._sizes[place] = left.num_rows
                _write(self._directory, _numbers(path), left)

    def _unknown(self, entries: Iterable[Entry]) -> list[Entry]:
        first = {entry.event.id: entry for entry in reversed(entries if isinstance(entries, list) else list(entries))}
        new = dict(reversed(first.items()))
        suspected = [name for name, seen in zip(new, np.isin(_digests(list(new)), self._known), strict=True) if seen]
        if suspected:  # a digest alone must not decide: two ids may share one
            asked = pa.array(suspected, pa.string())
            for path in self._parts:
                ids = _part(path, ["id"]).column("id")
                for name in ids.filter(pc.is_in(ids, asked)).to_pylist():
                    new.pop(name, None)
        return list(new.values())

    def _merge(self) -> None:
        """Make one part of many small ones, so that reading stays quick."""
        small, sizes = self._parts[-_MERGED_AT:], self._sizes[-_MERGED_AT:]
        if len(small) < _MERGED_AT or max(sizes) >= _LARGE:
            return
        table = pa.concat_tables([_part(path) for path in small])
        merged = _write(self._directory, (_numbers(small[0])[0], _numbers(small[-1])[1]), table)
        self._parts[-_MERGED_AT:], self._sizes[-_MERGED_AT:] = [merged], [sum(sizes)]
        for path in small:
            path.unlink()


def _marked(path: Path, gone: pl.Expr) -> tuple[pa.Table, NDArray[np.bool_]]:
    """What tells the events of a part, and which are gone."""
    table = _part(path, TOLD_BY)
    frame = pl.from_arrow(table)
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table gives a frame
    return table, frame.select(gone.fill_null(value=False).alias("gone"))["gone"].to_numpy()


def read_archive(directory: Path, columns: Sequence[str], first: int = 0, last: int | None = None) -> pa.Table:
    """Columns of the events from row ``first`` on and before row ``last``, in the order they were archived; in any process."""
    while True:
        try:
            return _read(standing(directory), pa.schema([SCHEMA.field(name) for name in columns]), first, last)
        except FileNotFoundError:  # a part was merged into a wider one meanwhile
            continue


def _read(parts: Iterable[Path], schema: pa.Schema, first: int, last: int | None) -> pa.Table:
    tables, before = [schema.empty_table()], 0
    for path in parts:
        with _named(path):
            count = pq.read_metadata(path).num_rows
        if before + count > first and (last is None or before < last):
            table = _part(path, schema.names).select(schema.names).cast(schema)
            tables.append(table[max(0, first - before) : count if last is None else last - before])
        before += count
    return pa.concat_tables(tables)


def _part(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    with _named(path):
        return pq.read_table(path, columns=None if columns is None else list(columns), schema=None if columns else SCHEMA)


@contextmanager
def _named(path: Path) -> Iterator[None]:
    """A part that is not Parquet any more, by its name."""
    try:
        yield
    except pa.ArrowException as error:
        msg = f"{path}: this part of the archive cannot be read; put back a copy, or move it away to go on without its events ({error})"
        raise HomeError(msg) from error


def standing(directory: Path) -> list[Path]:
    """The parts in order, without those that a wider one covers."""
    parts: list[Path] = []
    found = [path for path in directory.glob("part-*.parquet") if _PART_NAME.fullmatch(path.name)]
    for path in sorted(found, key=lambda path: (_numbers(path)[0], -_numbers(path)[1])):
        if not parts or _numbers(path)[0] > _numbers(parts[-1])[1]:
            parts.append(path)
    return parts


def _numbers(path: Path) -> tuple[int, int]:
    found = _PART_NAME.fullmatch(path.name)
    return (int(found[1]), int(found[2])) if found else (0, 0)


def _write(directory: Path, numbers: tuple[int, int], table: pa.Table) -> Path:
    path = directory / f"part-{numbers[0]:08d}-{numbers[1]:08d}.parquet"
    with replacing(path, private=True) as staging:
        pq.write_table(table, staging, compression="zstd")
    return path


def _row(entry: Entry) -> dict[str, Any]:
    """An entry as a row."""
    return {"offset": entry.offset, **row_of(entry.event)}


def _digests(ids: Sequence[str]) -> NDArray[np.uint64]:
    """64 bits of each id, good within this process."""
    return pl.Series(ids, dtype=pl.String).hash(seed=0).to_numpy().astype(np.uint64)
