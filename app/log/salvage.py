"""What is wrong with a log's file, and saving what can be saved of it into a new one.

SQLite checks the form of its pages, not what they say, so each entry has a checksum of its own. Entries are numbered without gaps, so what
is missing can be told by number.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from app.log.base import Stream
from app.log.mark import Position, Positions, missing
from app.log.tables import checksum, lay_out
from sealed.files import flush

_SHOWN: Final = 5
_TABLES: Final = ("groups", "pending", "dead")
_PAGES: Final = slice(28, 32)  # of the first page: how many there are
_FILES: Final = ("", "-wal", "-shm")


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection of its own to a file that is there."""
    with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, isolation_level=None)) as connection:
        connection.text_factory = lambda text: text.decode(errors="replace")  # damaged text is told by its checksum
        yield connection


def problems(connection: sqlite3.Connection, marked: Positions, *, thorough: bool) -> list[str]:
    """What is wrong with a log, in words.

    Args:
        marked: what it has acknowledged.
        thorough: read all of it.

    Raises:
        sqlite3.Error: it cannot be read at all.
    """
    found = []
    connection.execute("BEGIN")  # one moment for all that is read
    if not marked and connection.execute("SELECT NOT EXISTS (SELECT * FROM sqlite_master)").fetchone() == (1,):
        return []  # another process has just made the file, and lays it out
    epoch = _epoch(connection)
    for stream in Stream:
        last, trimmed = connection.execute("SELECT last, trimmed FROM streams WHERE name = ?", (stream,)).fetchone()
        lacks = missing(stream, marked.get(stream), epoch, str(last))
        found += [lacks] if lacks is not None else []
        if thorough:
            known = _known(connection, stream)
            if sum(1 for _ in _sound(connection, stream)) != last - trimmed - sum(offset > trimmed for offset in known):
                gone = _ranges(set(range(trimmed + 1, last + 1)) - {offset for offset, *_ in _sound(connection, stream)} - known)
                found.append(f"{stream}: {_many(gone)} of what was acknowledged cannot be read: {_listed(gone)}")
    if thorough:
        said = [line for (line,) in connection.execute(f"PRAGMA quick_check({_SHOWN})")]
        found += [] if said == ["ok"] else [f"the file is damaged: {'; '.join(said)}"]
    return found


def repaired(path: Path, marked: Positions) -> tuple[Positions, list[str]]:
    """Save what can be read of a log into a new file in its place; the damaged one is kept beside it.

    Offsets go on where the acknowledged ones ended: what was taken up to there must not come again under the same number.

    Returns:
        The positions that the new log begins with, and what was saved and lost, in words.
    """
    aside = path.with_name(f"{path.name}.broken-{time.strftime('%Y%m%dT%H%M%S')}")
    for suffix in _FILES:
        with suppress(FileNotFoundError):
            path.with_name(path.name + suffix).replace(aside.with_name(aside.name + suffix))
    _mend_first_page(aside)
    fresh, said, positions = path.with_name(f"{path.name}.repaired"), list[str](), dict[Stream, Position]()
    fresh.unlink(missing_ok=True)
    with closing(sqlite3.connect(fresh, isolation_level=None)) as new:
        epoch = lay_out(new)
        new.execute("BEGIN")
        for stream in Stream:
            saved, last = _saved(aside, new, stream, int(marked[stream].end) if stream in marked else 0)
            positions[stream] = Position(epoch, str(last))
            said.append(saved)
        with suppress(sqlite3.Error), opened(aside) as old:
            for table in _TABLES:
                _copied(old, new, table)
        new.execute("COMMIT")
    flush(fresh)
    fresh.replace(path)
    flush(path.parent)
    return positions, [*said, f"what was there before is kept as {aside.name}" if aside.exists() else "there was no file"]


def _saved(aside: Path, new: sqlite3.Connection, stream: Stream, marked: int) -> tuple[str, int]:
    """Save a stream; returns what was saved and lost, in words, and its last offset."""
    last = trimmed = 0
    saved, known = list[tuple[int, str, str]](), set[int]()
    with suppress(sqlite3.Error), opened(aside) as old:
        with suppress(sqlite3.Error, TypeError):
            last, trimmed = old.execute("SELECT last, trimmed FROM streams WHERE name = ?", (stream,)).fetchone()
        known = _known(old, stream)
        saved = list(_sound(old, stream, most=max(last, marked)))
        trimmed = min(trimmed, saved[0][0] - 1) if saved else trimmed
        with suppress(sqlite3.Error):
            new.executemany("INSERT OR IGNORE INTO ids VALUES (?, ?, ?, ?)", old.execute("SELECT * FROM ids WHERE stream = ?", (stream,)))
    last = max(last, marked, saved[-1][0] if saved else 0)
    now = time.time()
    new.executemany("INSERT INTO entries VALUES (?, ?, ?, ?)", [(stream, *entry) for entry in saved])
    new.executemany("INSERT INTO sums VALUES (?, ?, ?)", [(stream, offset, checksum(*said)) for offset, *said in saved])
    new.executemany("INSERT OR IGNORE INTO ids VALUES (?, ?, ?, ?)", [(stream, event_id, offset, now) for offset, event_id, _ in saved])
    gone = _ranges(set(range(trimmed + 1, last + 1)) - {offset for offset, *_ in saved})
    new.executemany("INSERT INTO lost VALUES (?, ?, ?)", [(stream, *bounds) for bounds in gone])
    new.execute("UPDATE streams SET last = ?, trimmed = ? WHERE name = ?", (last, trimmed, stream))
    freshly = _ranges({offset for first, end in gone for offset in range(first, end + 1)} - known)
    return f"{stream}: {len(saved):,} entries saved, {_many(freshly)} lost" + (f": {_listed(freshly)}" if freshly else ""), last


def _sound(connection: sqlite3.Connection, stream: Stream, most: int = 0) -> Iterator[tuple[int, str, str]]:
    """The entries that are as they were written, in order: (offset, id, data). Where pages between cannot be read, each number is tried."""
    query = "SELECT offset, id, data, sum FROM entries LEFT JOIN sums USING (stream, offset) WHERE stream = ?"
    plain = "SELECT offset, id, data, NULL FROM entries WHERE stream = ?"
    at = 0
    for wanted in (query, plain):
        try:
            for offset, event_id, data, total in connection.execute(f"{wanted} AND offset > ? ORDER BY offset", (stream, at)):
                at = offset
                if total is None or total == checksum(event_id, data):
                    yield offset, event_id, data
        except sqlite3.Error:
            continue
        else:
            return
    for number in range(at + 1, most + 1):
        for wanted in (query, plain):
            with suppress(sqlite3.Error):
                for offset, event_id, data, total in connection.execute(f"{wanted} AND offset = ?", (stream, number)).fetchall():
                    if total is None or total == checksum(event_id, data):
                        yield offset, event_id, data
                break


def _mend_first_page(path: Path) -> None:
    """Where the first page, which names the tables, cannot be read, put that of a new log in its place in a copy: all logs begin alike."""
    with suppress(sqlite3.Error):
        with opened(path) as connection:
            connection.execute("SELECT last FROM streams").fetchall()
        return
    if not path.exists():
        return
    kept = path.with_name(f"{path.name}.as-it-was")
    shutil.copyfile(path, kept)
    with TemporaryDirectory() as directory:
        like = Path(directory) / "like"
        with closing(sqlite3.connect(like, isolation_level=None)) as connection:
            lay_out(connection)
            [size] = connection.execute("PRAGMA page_size").fetchone()
        first = bytearray(like.read_bytes()[:size])
    first[_PAGES] = (path.stat().st_size // size).to_bytes(4, "big")
    with path.open("r+b") as file:
        file.write(first)


def _epoch(connection: sqlite3.Connection) -> str | None:
    with suppress(sqlite3.OperationalError):  # a log of before
        for (epoch,) in connection.execute("SELECT id FROM epoch"):
            return str(epoch)
    return None


def _known(connection: sqlite3.Connection, stream: Stream) -> set[int]:
    """The offsets that an earlier repair gave up."""
    with suppress(sqlite3.Error):
        ranges = connection.execute("SELECT first, last FROM lost WHERE stream = ?", (stream,)).fetchall()
        return {offset for first, last in ranges for offset in range(first, last + 1)}
    return set()


def _copied(old: sqlite3.Connection, new: sqlite3.Connection, table: str) -> None:
    """Copy what can be read of a table."""
    with suppress(sqlite3.Error):
        rows: list[tuple[Any, ...]] = []
        with suppress(sqlite3.Error):
            rows.extend(old.execute(f"SELECT * FROM {table}"))  # noqa: S608 - our own names
        if rows:
            new.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)  # noqa: S608 - likewise


def _ranges(offsets: Iterable[int]) -> list[tuple[int, int]]:
    """Offsets as ranges.

    >>> _ranges({1, 2, 3, 7})
    [(1, 3), (7, 7)]
    """
    found: list[tuple[int, int]] = []
    for offset in sorted(offsets):
        if found and found[-1][1] == offset - 1:
            found[-1] = (found[-1][0], offset)
        else:
            found.append((offset, offset))
    return found


def _many(ranges: list[tuple[int, int]]) -> str:
    return f"{sum(last - first + 1 for first, last in ranges):,}"


def _listed(ranges: list[tuple[int, int]]) -> str:
    shown = [str(first) if first == last else f"{first} to {last}" for first, last in ranges[:_SHOWN]]
    return ", ".join(shown) + (f" and {len(ranges) - _SHOWN:,} ranges more" if len(ranges) > _SHOWN else "")
