"""Removes from a home what nothing needs any more: releases with their bundles and snapshots, pictures, thumbnails, features, changes.

Of the rules and experiments old versions go; see ``app.home.versions``.
Of the worker's runs the newest are kept, and those that say what a bundle of the home learned from; see ``Runs.leftovers``.

Kept are the current release, what a rollback goes back to, the last that served another bundle, what a running replica serves or tries in
shadow, what a variant of a running experiment asks for, the newest releases, and everything that is younger than an hour; of pictures and
features, all that a kept release or a change in the log names, and everything that is younger than a day. Of the log's changes those stay
that any kept release lacks.

Of a home in object storage only this machine's copies go: the bucket keeps all that was published, and the log its changes, which others
may lack.
"""

from __future__ import annotations

import asyncio
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from app.experiments.book import ExperimentFile
from app.ground.errors import LogLostError
from app.ground.parts import LogSettings
from app.home.origin import SHADOW, origin_of
from app.home.replicas import served_by_replicas
from app.home.runs import Runs
from app.home.store import ReleaseRecord, ReleaseStore
from app.log.base import START, Entry, Stream, fits, order
from app.log.changes import changes_behind
from app.log.open import check_place, opened_log, sqlite_file
from app.rules.book import RuleFile

_YOUNG_S: Final = 3_600.0
_FRESH_S: Final = 86_400.0
_PICTURE: Final = re.compile(r"[0-9a-f]{64}\.(?:jpg|png|webp)")


@dataclass(frozen=True, slots=True)
class Leftovers:
    """What nothing needs any more.

    Attributes:
        releases: their ids. paths: files and directories. size: of these, in bytes.
        changes: offset in the catalogue's log up to which every kept release has the changes; empty where one has none.
    """

    releases: tuple[str, ...]
    paths: tuple[Path, ...]
    size: int
    changes: str = START


def leftovers(store: ReleaseStore, log: LogSettings, keep: int, keep_runs: int = 100) -> Leftovers:
    """Find what nothing needs any more.

    Args:
        keep: newest releases that are kept, whatever became of them. keep_runs: newest runs of the worker.

    Raises:
        HomeError: the home names no current release. LogUnavailableError: the log, whose changes name pictures, cannot be read now.
        LogLostError: it lacks some of them. OtherLogError: what serves has its place in another log.
    """
    current, records = store.served(), store.records()
    ids = {current.id, *served_by_replicas(store.home), *(record.id for record in records[max(0, len(records) - keep) :])}
    ids |= {record.id for record in store.gone_back_to()} | ExperimentFile(store.home).book().releases
    with suppress(FileNotFoundError):
        ids.add((store.home / SHADOW).read_text().strip())
    kept = [record for record in records if record.id in ids or _age_s(record) < _YOUNG_S]
    old = [record for record in records if record not in kept]
    paths = [store.home / "releases" / f"{record.id}.json" for record in old]
    for directory, needed in (("bundles", {record.bundle for record in kept}), ("snapshots", {record.snapshot for record in kept})):
        paths += [path for path in _in(store.home / directory) if path.name not in needed and _older(path, _YOUNG_S)]
    paths += Runs(store.home).leftovers(keep_runs, keep)
    paths += [*RuleFile(store.home).leftovers(), *ExperimentFile(store.home).leftovers()]
    check_place(log, current.id, current.catalog_offset)
    sqlite = sqlite_file(log, store.home) is not None
    offset = min((record.catalog_offset for record in kept if fits(record.catalog_offset, sqlite=sqlite)), key=order)
    entries = asyncio.run(_changes_of_sound_log(log, store.home, offset))
    files = [store.snapshot_path(name) / "items.parquet" for name in {record.snapshot for record in kept}]
    here = [file for file in files if file.exists() or origin_of(store.home) is None]
    tables = [pq.read_table(file, partitioning=None) for file in here]
    pictures = _named_pictures(tables, entries)
    paths += [path for path in (store.home / "images").glob("??/*") if path.name not in pictures and _older(path, _FRESH_S)]
    digests = {name.partition(".")[0] for name in pictures}
    small = (store.home / "thumbnails").glob("??/*-*.*")
    paths += [path for path in small if path.name.partition("-")[0] not in digests and _older(path, _FRESH_S)]
    paths += _unneeded_encodings(store, tables, entries)
    if origin_of(store.home) is not None:
        paths, offset = [path for path in paths if path.parent.name != "releases"], START
    return Leftovers(tuple(record.id for record in old), tuple(paths), sum(map(_size, paths)), offset if any(order(offset)) else START)


def remove(found: Leftovers, log: LogSettings, home: Path) -> int:
    """Remove what was found; first the names of releases, so that a kill leaves none without its files or its changes.

    Returns:
        How many changes went from the log.

    Raises:
        LogUnavailableError: the log cannot be reached now; what lies in the home is removed.
    """
    for path in found.paths:
        if path.is_dir():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return asyncio.run(_trimmed(found, log, home)) if found.changes != START else 0


async def _trimmed(found: Leftovers, settings: LogSettings, home: Path) -> int:
    async with opened_log(settings, home) as log:
        return await log.trim(Stream.CATALOGUE, found.changes)


async def _changes_of_sound_log(settings: LogSettings, home: Path, offset: str) -> list[Entry]:
    """The changes behind an offset, of a log that lacks none: those name what must stay."""
    async with opened_log(settings, home) as log:
        if problems := await log.examine():
            raise LogLostError("; ".join(problems))
    return await changes_behind(settings, home, offset)


def _named_pictures(tables: Sequence[pa.Table], entries: Iterable[Entry]) -> set[str]:
    """The pictures that a kept snapshot or a change names, in whatever field."""
    found = {name for entry in entries for name in _PICTURE.findall(entry.event.encoded())}
    for column in (column for table in tables for column in table.columns):
        if pa.types.is_string(column.type) or pa.types.is_list(column.type):
            found.update(name for value in column.to_pylist() if value for name in _PICTURE.findall(str(value)))
    return found


def _unneeded_encodings(store: ReleaseStore, tables: Sequence[pa.Table], entries: Iterable[Entry]) -> Iterator[Path]:
    """Kept features of no picture and title that a changed item has, or had since the oldest kept release."""
    pictures: dict[str, set[str | None]] = {}
    titles: dict[str, set[str | None]] = {}
    changed = [item for entry in entries if isinstance(item := entry.event.data.get("item"), dict)]
    ids = {str(item.get("id")) for item in changed}
    before = [item for table in tables for item in table.select(["id", "image", "title"]).to_pylist() if item["id"] in ids]
    for item in (*changed, *before):
        pictures.setdefault(str(item.get("id")), {None}).add(item.get("image"))
        titles.setdefault(str(item.get("id")), {None}).add(item.get("title"))
    for root in _in(store.home / "encoded"):
        kept = store.encodings(root.name)
        needed = {kept.path((picture, title)).name for item_id in pictures for picture in pictures[item_id] for title in titles[item_id]}
        yield from (path for path in kept.paths() if path.name not in needed and _older(path, _FRESH_S))


def _in(directory: Path) -> list[Path]:
    return [path for path in directory.iterdir() if path.is_dir()] if directory.is_dir() else []


def _age_s(record: ReleaseRecord) -> float:
    try:
        return (datetime.now(UTC) - datetime.fromisoformat(record.created)).total_seconds()
    except ValueError:  # written by hand
        return 0.0


def _older(path: Path, seconds: float) -> bool:
    try:
        return time.time() - path.stat().st_mtime > seconds
    except FileNotFoundError:
        return False


def _size(path: Path) -> int:
    with suppress(FileNotFoundError):
        return path.stat().st_size if path.is_file() else sum(map(_size, path.iterdir()))
    return 0
