"""All events of a home: those of the archive, and those that wait in the log."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import polars as pl

from app.home.runs import Runs
from app.log.base import START, Log, Stream
from app.worker.archive import SCHEMA, Archive, standing

_READ: Final = 5_000
PREFIX: Final = ".reading-"
"""Begins the name of a directory for what is read."""
_STALE_S: Final = 3_600.0


@asynccontextmanager
async def all_events(home: Path, log: Log) -> AsyncIterator[pl.LazyFrame]:
    """Every event once, with the columns of the archive, in files that nobody changes meanwhile.

    What the worker has not archived yet is written into a directory of its own, which is removed afterwards. The files are read when the
    frame is collected, so nothing holds all events in memory.

    Raises:
        LogError: the log cannot be read.
    """
    root = Runs(home).root
    root.mkdir(parents=True, exist_ok=True)
    for left in root.glob(f"{PREFIX}*"):  # of a reader that was killed
        if time.time() - left.stat().st_mtime > _STALE_S:
            shutil.rmtree(left, ignore_errors=True)
    with TemporaryDirectory(prefix=PREFIX, dir=root, ignore_cleanup_errors=True) as scratch:
        waiting, archived = Path(scratch) / "waiting", Path(scratch) / "archived"
        unarchived, offset = Archive(waiting), START
        while entries := await log.read(Stream.EVENTS, offset, limit=_READ):
            unarchived.write(entries)
            offset = entries[-1].offset
        _link(Runs(home).events, archived)  # after the log, so that what is archived meanwhile is in one of the two, or in both
        kept = scanned(archived)
        yield pl.concat([kept, scanned(waiting).join(kept.select("id"), on="id", how="anti")])


def _link(parts: Path, into: Path) -> None:
    """Give the parts of an archive second names: the worker merges them when it likes."""
    while True:
        try:
            into.mkdir()
            for part in standing(parts):
                os.link(part, into / part.name)
        except FileNotFoundError:  # a part was merged into a wider one meanwhile
            shutil.rmtree(into)
        else:
            return


def scanned(directory: Path) -> pl.LazyFrame:
    """The events of an archive, read when the frame is collected."""
    found = standing(directory)
    if not found:
        empty = pl.from_arrow(SCHEMA.empty_table())
        assert isinstance(empty, pl.DataFrame)  # noqa: S101 - a table gives a frame
        return empty.lazy()
    return pl.scan_parquet(found)
