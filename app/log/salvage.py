"""What is wrong with a log's file, and saving what can be saved of it into a new one.

SQLite checks the form of its pages, not what they say, so each entry has a checksum of its own. Entries are numbered without gaps, so what
is missing can be told by number.
"""

from __future__ import annotations

import json
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
from app.log.tables import MOST, checksum, ends, lay_out
from sealed.files import flush, make_private

UNREADABLE: Final = (sqlite3.Error, UnicodeDecodeError)
"""What a damaged file raises: messages about it quote its tables, whose names may be no text any more."""
_SHOWN: Final = 5
_TABLES: Final = {"groups": "delivered", "pending": "offset", "dead": "offset"}
"""Each with what tells a place in its stream."""
_LEAST_BYTES: Final = 15
"""Of an entry."""
Ranges = list[tuple[int, int]]
"""Of offsets, both ends within."""
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
        sqlite3.Error, UnicodeDecodeError: it cannot be read at all.
    """
    found = []
    connection.execute("BEGIN")  # one moment for all that is read
    if connection.execute("SELECT NOT EXISTS (SELECT * FROM sqlite_master)").fetchone() == (1,):  # another process has just made it
        return ["the file is empty, and has acknowledged entries"] if marked else []
    epoch = _epoch(connection)
    for stream in Stream:
        last, trimmed = ends(connection, stream)
        lacks = missing(stream, marked.get(stream), epoch, str(last))
        found += [lacks] if lacks is not None else []
        if thorough:
            there = _ranges(offset for offset, *_ in _sound(connection, stream))
            gone = _gaps([*there, *_known(connection, stream)], trimmed + 1, last)
            found += [f"{stream}: {_many(gone)} of what was acknowledged cannot be read: {_listed(gone)}"] if gone else []
            beyond = [part for bounds in there for part in _gaps([(trimmed + 1, last)], *bounds)]
            found += [f"{stream}: there is what is not of {trimmed + 1} to {last}: {_listed(beyond)}"] if beyond else []
    if thorough:
        for table, column in {**_TABLES, "ids": "offset"}.items():
            [odd] = connection.execute(f"SELECT COUNT(*) FROM {table} WHERE typeof({column}) != 'integer'").fetchone()  # noqa: S608 - our own names
            found += [f"{table}: {odd:,} without a place in their stream"] if odd else []
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
    make_private(fresh)
    with closing(sqlite3.connect(fresh, isolation_level=None)) as new:
        epoch = lay_out(new)
        new.execute("BEGIN")
        for stream in Stream:
            saved, last = _saved(aside, new, stream, int(marked[stream].end) if stream in marked else 0)
            positions[stream] = Position(epoch, str(last))
            said.append(saved)
        with suppress(*UNREADABLE), opened(aside) as old:
            for table, column in _TABLES.items():
                _copied(old, new, table, column)
        new.execute("COMMIT")
    flush(fresh)
    fresh.replace(path)
    flush(path.parent)
    return positions, [*said, f"what was there before is kept as {aside.name}" if aside.exists() else "there was no file"]


def _saved(aside: Path, new: sqlite3.Connection, stream: Stream, marked: int) -> tuple[str, int]:
    """Save a stream; returns what was saved and lost, in words, and its last offset."""
    last = trimmed = 0
    saved, known = list[tuple[int, str, str]](), Ranges()
    with suppress(*UNREADABLE), opened(aside) as old:
        with suppress(*UNREADABLE):
            last, trimmed = ends(old, stream)
        known = _known(old, stream)
        fits = max(marked, trimmed) + aside.stat().st_size // _LEAST_BYTES  # where they end may be told wrongly
        found = {entry[0]: entry for entry in _sound(old, stream, most=max(marked, min(last, fits)))}
        saved = [found[offset] for offset in sorted(found)]  # pages in disorder may tell one twice
        trimmed = min(trimmed, saved[0][0] - 1) if saved else trimmed
        with suppress(*UNREADABLE):
            new.executemany(
                "INSERT OR IGNORE INTO ids VALUES (?, ?, ?, ?)",
                old.execute("SELECT * FROM ids WHERE stream = ? AND typeof(offset) = 'integer'", (stream,)),
            )
    last = max(last, marked, saved[-1][0] if saved else 0)
    now = time.time()
    new.executemany("INSERT INTO entries VALUES (?, ?, ?, ?)", [(stream, *entry) for entry in saved])
    new.executemany("INSERT INTO sums VALUES (?, ?, ?)", [(stream, offset, checksum(*said)) for offset, *said in saved])
    new.executemany("INSERT OR IGNORE INTO ids VALUES (?, ?, ?, ?)", [(stream, event_id, offset, now) for offset, event_id, _ in saved])
    gone = _gaps(_ranges(offset for offset, *_ in saved), trimmed + 1, last)
    new.executemany("INSERT INTO lost VALUES (?, ?, ?)", [(stream, *bounds) for bounds in gone])
    new.execute("UPDATE streams SET last = ?, trimmed = ? WHERE name = ?", (last, trimmed, stream))
    freshly = [part for bounds in gone for part in _gaps(known, *bounds)]
    return f"{stream}: {len(saved):,} entries saved, {_many(freshly)} lost" + (f": {_listed(freshly)}" if freshly else ""), last


def _sound(connection: sqlite3.Connection, stream: Stream, most: int = 0) -> Iterator[tuple[int, str, str]]:
    """The entries that are as they were written, in order: (offset, id, data). Where pages between cannot be read, each number is tried."""
    query = "SELECT offset, id, data, sum FROM entries LEFT JOIN sums USING (stream, offset) WHERE stream = ?"
    plain = "SELECT offset, id, data, NULL FROM entries WHERE stream = ?"
    at = 0
    for wanted in (query, plain):
        try:
            for offset, event_id, data, total in connection.execute(f"{wanted} AND offset > ? ORDER BY offset", (stream, at)):
                at = offset if isinstance(offset, int) else at
                if _is_sound(offset, event_id, data, total):
                    yield offset, event_id, data
        except UNREADABLE:
            continue
        else:
            return
    for number in range(at + 1, most + 1):
        for wanted in (query, plain):
            with suppress(*UNREADABLE):
                for offset, event_id, data, total in connection.execute(f"{wanted} AND offset = ?", (stream, number)).fetchall():
                    if _is_sound(offset, event_id, data, total):
                        yield offset, event_id, data
                break


def _is_sound(offset: object, event_id: object, data: object, total: int | None) -> bool:
    """Whether an entry is as it was written; of one without a checksum, whether it could be one."""
    if not isinstance(offset, int) or not 0 < offset < MOST or not isinstance(event_id, str) or not isinstance(data, str):
        return False
    if total is not None:
        return total == checksum(event_id, data)
    with suppress(ValueError, RecursionError):
        return isinstance(json.loads(data), dict)
    return False


def _mend_first_page(path: Path) -> None:
    """Where the first page, which names the tables, cannot be read, put that of a new log in its place in a copy: all logs begin alike."""
    with suppress(*UNREADABLE):
        with opened(path) as connection:
            connection.execute("SELECT last FROM streams").fetchall()
        return
    if not path.exists():
        return
    kept = path.with_name(f"{path.name}.as-it-was")
    shutil.copy(path, kept)  # as private as it is
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


def _known(connection: sqlite3.Connection, stream: Stream) -> Ranges:
    """The offsets that an earlier repair gave up."""
    with suppress(*UNREADABLE):
        rows = connection.execute("SELECT first, last FROM lost WHERE stream = ?", (stream,)).fetchall()
        return [(first, last) for first, last in rows if isinstance(first, int) and isinstance(last, int)]
    return []


def _copied(old: sqlite3.Connection, new: sqlite3.Connection, table: str, column: str) -> None:
    """Copy what can be read of a table, and has a place in its stream."""
    with suppress(*UNREADABLE):
        rows: list[tuple[Any, ...]] = []
        with suppress(*UNREADABLE):
            rows.extend(old.execute(f"SELECT * FROM {table} WHERE typeof({column}) = 'integer'"))  # noqa: S608 - our own names
        if rows:
            new.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({', '.join('?' * len(rows[0]))})", rows)  # noqa: S608 - likewise


def _ranges(offsets: Iterable[int]) -> Ranges:
    """Offsets as ranges, which are longest where these rise.

    >>> _ranges([1, 2, 3, 7])
    [(1, 3), (7, 7)]
    """
    found = Ranges()
    for offset in offsets:
        if found and found[-1][1] == offset - 1:
            found[-1] = (found[-1][0], offset)
        else:
            found.append((offset, offset))
    return found


def _gaps(ranges: Iterable[tuple[int, int]], first: int, last: int) -> Ranges:
    """What of ``first`` to ``last`` is in none of some ranges; it takes as long as there are ranges, however wide they are.

    >>> _gaps([(7, 9), (2, 3)], 1, 8)
    [(1, 1), (4, 6)]
    """
    found, at = Ranges(), first
    for begin, end in sorted(ranges):
        if at < begin and at <= last:
            found.append((at, min(begin - 1, last)))
        at = max(at, end + 1)
    return [*found, (at, last)] if at <= last else found


def _many(ranges: Ranges) -> str:
    return f"{sum(last - first + 1 for first, last in ranges):,}"


def _listed(ranges: Ranges) -> str:
    shown = [str(first) if first == last else f"{first} to {last}" for first, last in ranges[:_SHOWN]]
    return ", ".join(shown) + (f" and {len(ranges) - _SHOWN:,} ranges more" if len(ranges) > _SHOWN else "")
