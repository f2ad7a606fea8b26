"""The embedded log: one SQLite file, shared by the processes of one machine.

Offsets count up from 1 without gaps, per stream. WAL with ``synchronous=FULL``: a commit is on disk when it returns.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from app.ground.errors import LogUnavailableError, TrimmedError
from app.ground.settings import LogSettings
from app.log.base import START, Appended, Entry, Event, Lag, Stream
from app.log.group_commit import Answer, GroupCommit

_VERSION: Final = 1
_SCHEMA: Final = (
    "CREATE TABLE streams (name TEXT PRIMARY KEY, last INTEGER NOT NULL DEFAULT 0, trimmed INTEGER NOT NULL DEFAULT 0) WITHOUT ROWID",
    "CREATE TABLE entries (stream TEXT, offset INTEGER, id TEXT, data TEXT, PRIMARY KEY (stream, offset)) WITHOUT ROWID",
    "CREATE TABLE ids (stream TEXT, id TEXT, offset INTEGER, at REAL, PRIMARY KEY (stream, id)) WITHOUT ROWID",
    "CREATE INDEX ids_by_offset ON ids (stream, offset)",
    "CREATE TABLE groups (stream TEXT, name TEXT, delivered INTEGER NOT NULL, PRIMARY KEY (stream, name)) WITHOUT ROWID",
    """CREATE TABLE pending (stream TEXT, name TEXT, offset INTEGER, consumer TEXT, at REAL, deliveries INTEGER,
       PRIMARY KEY (stream, name, offset)) WITHOUT ROWID""",
    """CREATE TABLE dead (stream TEXT, name TEXT, offset INTEGER, id TEXT, data TEXT, deliveries INTEGER,
       PRIMARY KEY (stream, name, offset)) WITHOUT ROWID""",
)
_POLL_S: Final = 0.05
_TRIMMED_AT_ONCE: Final = 5_000
_LISTED: Final = "(SELECT value FROM json_each(?))"


class SqliteLog:
    """A log in a file.

    Args:
        path: the file; made, with its directory, when it is first needed.
    """

    def __init__(self, path: Path, settings: LogSettings | None = None) -> None:
        self._path, self._settings = path, settings or LogSettings()
        self._commits = GroupCommit(self._connect, self._still_there)

    async def append(self, stream: Stream, events: Sequence[Event]) -> Appended:
        rows = [(event.id, event.encoded()) for event in events]
        return await self._do(lambda c: _append(c, stream, rows))

    async def read(self, stream: Stream, after: str = START, *, limit: int = 1_000, wait_s: float = 0.0) -> list[Entry]:
        behind = int(after or 0)
        entries, trimmed = await self._do(lambda c: _read(c, stream, behind, limit), writes=False)
        if after != START and trimmed > behind:
            msg = f"the {stream} log is trimmed up to {trimmed}, so there is a gap behind {after}; start from a newer snapshot"
            raise TrimmedError(msg)
        if not entries and await self._grows(stream, behind, wait_s):
            return await self.read(stream, after, limit=limit)
        return entries

    async def take(self, stream: Stream, group: str, consumer: str, *, limit: int = 1_000) -> list[Entry]:
        return await self._do(lambda c: _take(c, stream, group, consumer, limit))

    async def claim(self, stream: Stream, group: str, consumer: str, *, idle_s: float, limit: int = 1_000) -> list[Entry]:
        return await self._do(lambda c: _claim(c, stream, group, consumer, idle_s=idle_s, limit=limit, most=self._settings.max_deliveries))

    async def acknowledge(self, stream: Stream, group: str, offsets: Sequence[str]) -> None:
        await self._delete("pending", stream, group, offsets)

    async def dead_letters(self, stream: Stream, group: str, *, limit: int = 1_000) -> list[Entry]:
        query = "SELECT offset, id, data, deliveries FROM dead WHERE stream = ? AND name = ? ORDER BY offset LIMIT ?"
        return await self._do(lambda c: _entries(c.execute(query, (stream, group, limit))), writes=False)

    async def drop_dead_letters(self, stream: Stream, group: str, offsets: Sequence[str]) -> None:
        await self._delete("dead", stream, group, offsets)

    async def lag(self, stream: Stream) -> Mapping[str, Lag]:
        return await self._do(lambda c: _lag(c, stream), writes=False)

    async def trim(self, stream: Stream) -> int:
        gone, total = _TRIMMED_AT_ONCE, 0
        while gone == _TRIMMED_AT_ONCE:  # in parts, so that appends pass in between
            gone = await self._do(lambda c: _trim(c, stream, time.time() - self._settings.remember_s))
            total += gone
        return total

    async def ping(self) -> None:
        await self._do(lambda c: c.execute("UPDATE streams SET last = last WHERE name = ?", (Stream.EVENTS,)).close())

    async def close(self) -> None:
        await asyncio.to_thread(self._commits.close)

    async def _do(self, work: Callable[[sqlite3.Connection], Answer], *, writes: bool = True) -> Answer:
        try:
            return await asyncio.wrap_future(self._commits.submit(work, writes=writes))
        except (sqlite3.Error, OSError) as error:
            msg = f"the log {self._path.name} cannot be used now ({error}); try again, an event id counts once"
            raise LogUnavailableError(msg) from error

    async def _delete(self, table: str, stream: Stream, group: str, offsets: Iterable[str]) -> None:
        statement = f"DELETE FROM {table} WHERE stream = ? AND name = ? AND offset IN {_LISTED}"  # noqa: S608 - our own names
        numbers = json.dumps([int(offset) for offset in offsets])
        await self._do(lambda c: c.execute(statement, (stream, group, numbers)).close())

    async def _grows(self, stream: Stream, beyond: int, wait_s: float) -> bool:
        """Whether the stream grows beyond an offset within ``wait_s``; polls, since another process may write."""
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            await asyncio.sleep(_POLL_S)
            if await self._do(lambda c: _state(c, stream)[0], writes=False) > beyond:
                return True
        return False

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=self._settings.timeout_s, isolation_level=None)
        try:
            self._identity = self._which()
            _use_wal(connection, time.monotonic() + self._settings.timeout_s)
            connection.execute("PRAGMA synchronous = FULL")
            if self._settings.max_bytes:
                [size] = connection.execute("PRAGMA page_size").fetchone()
                connection.execute(f"PRAGMA max_page_count = {max(1, self._settings.max_bytes // size)}").fetchone()
            _lay_out(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _which(self) -> tuple[int, int]:
        """Device and inode of the file that the path names now."""
        file = self._path.stat()
        return file.st_dev, file.st_ino

    def _still_there(self) -> None:
        """Raise where the file was removed or replaced: it would take commits, and lose them when the last process closes it."""
        if self._which() != self._identity:
            msg = "the file was replaced while it was open"
            raise OSError(msg)


def _use_wal(connection: sqlite3.Connection, until: float) -> None:
    """Switch to WAL, trying until ``until``: SQLite's timeout does not apply here when several processes open a fresh file at once."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_POLL_S)
        else:
            return


def _lay_out(connection: sqlite3.Connection) -> None:
    connection.execute("BEGIN IMMEDIATE")
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if version not in {0, _VERSION}:
        msg = f"its form is version {version}, and this program writes version {_VERSION}"
        raise sqlite3.DatabaseError(msg)
    if not version:
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.executemany("INSERT INTO streams (name) VALUES (?)", [(stream,) for stream in Stream])
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    connection.execute("COMMIT")


def _state(c: sqlite3.Connection, stream: Stream) -> tuple[int, int]:
    """The last offset ever given, and the last one dropped."""
    last, trimmed = c.execute("SELECT last, trimmed FROM streams WHERE name = ?", (stream,)).fetchone()
    return last, trimmed


def _entries(rows: Iterable[tuple[int, str, str, int]]) -> list[Entry]:
    return [Entry.decoded(str(offset), event_id, data, deliveries) for offset, event_id, data, deliveries in rows]


def _append(c: sqlite3.Connection, stream: Stream, rows: Sequence[tuple[str, str]]) -> Appended:
    last, _ = _state(c, stream)
    first, now = last + 1, time.time()
    for event_id, data in rows:
        if c.execute("INSERT OR IGNORE INTO ids VALUES (?, ?, ?, ?)", (stream, event_id, last + 1, now)).rowcount:
            last += 1
            c.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", (stream, last, event_id, data))
    c.execute("UPDATE streams SET last = ? WHERE name = ?", (last, stream))
    return Appended(added=last + 1 - first, end=str(last))


def _read(c: sqlite3.Connection, stream: Stream, behind: int, limit: int) -> tuple[list[Entry], int]:
    query = "SELECT offset, id, data, 0 FROM entries WHERE stream = ? AND offset > ? ORDER BY offset LIMIT ?"
    return _entries(c.execute(query, (stream, behind, limit))), _state(c, stream)[1]


def _take(c: sqlite3.Connection, stream: Stream, group: str, consumer: str, limit: int) -> list[Entry]:
    c.execute("INSERT OR IGNORE INTO groups VALUES (?, ?, 0)", (stream, group))
    [delivered] = c.execute("SELECT delivered FROM groups WHERE stream = ? AND name = ?", (stream, group)).fetchone()
    query = "SELECT offset, id, data, 1 FROM entries WHERE stream = ? AND offset > ? ORDER BY offset LIMIT ?"
    entries = _entries(c.execute(query, (stream, delivered, limit)))
    if entries:
        now = time.time()
        given = [(stream, group, int(entry.offset), consumer, now) for entry in entries]
        c.executemany("INSERT INTO pending VALUES (?, ?, ?, ?, ?, 1)", given)
        c.execute("UPDATE groups SET delivered = ? WHERE stream = ? AND name = ?", (int(entries[-1].offset), stream, group))
    return entries


def _claim(c: sqlite3.Connection, stream: Stream, group: str, consumer: str, *, idle_s: float, limit: int, most: int) -> list[Entry]:
    now = time.time()
    stale = (stream, group, now - idle_s)
    c.execute(
        """INSERT INTO dead SELECT stream, name, offset, id, data, deliveries FROM pending JOIN entries USING (stream, offset)
           WHERE stream = ? AND name = ? AND at <= ? AND deliveries >= ?""",
        (*stale, most),
    )
    c.execute("DELETE FROM pending WHERE stream = ? AND name = ? AND at <= ? AND deliveries >= ?", (*stale, most))
    query = "SELECT offset FROM pending WHERE stream = ? AND name = ? AND at <= ? ORDER BY offset LIMIT ?"
    offsets = json.dumps([offset for (offset,) in c.execute(query, (*stale, limit))])
    c.execute(
        "UPDATE pending SET consumer = ?, at = ?, deliveries = deliveries + 1"  # noqa: S608 - our own names
        f" WHERE stream = ? AND name = ? AND offset IN {_LISTED}",
        (consumer, now, stream, group, offsets),
    )
    query = (
        "SELECT offset, id, data, deliveries FROM pending JOIN entries USING (stream, offset)"  # noqa: S608 - likewise
        f" WHERE stream = ? AND name = ? AND offset IN {_LISTED} ORDER BY offset"
    )
    return _entries(c.execute(query, (stream, group, offsets)))


def _lag(c: sqlite3.Connection, stream: Stream) -> dict[str, Lag]:
    last, _ = _state(c, stream)
    query = """SELECT name, delivered,
        (SELECT COUNT(*) FROM pending WHERE pending.stream = groups.stream AND pending.name = groups.name),
        (SELECT COUNT(*) FROM dead WHERE dead.stream = groups.stream AND dead.name = groups.name) FROM groups WHERE stream = ?"""
    return {name: Lag(last - delivered, pending, dead) for name, delivered, pending, dead in c.execute(query, (stream,))}


def _trim(c: sqlite3.Connection, stream: Stream, forget_before: float) -> int:
    query = """SELECT MIN(COALESCE(
        (SELECT MIN(offset) - 1 FROM pending WHERE pending.stream = groups.stream AND pending.name = groups.name), delivered
        )) FROM groups WHERE stream = ?"""
    [done] = c.execute(query, (stream,)).fetchone()
    _, trimmed = _state(c, stream)
    floor = min(done or 0, trimmed + _TRIMMED_AT_ONCE)
    gone = max(0, floor - trimmed)
    if gone:
        c.execute("DELETE FROM entries WHERE stream = ? AND offset <= ?", (stream, floor))
        c.execute("UPDATE streams SET trimmed = ? WHERE name = ?", (floor, stream))
    c.execute("DELETE FROM ids WHERE stream = ? AND offset <= ? AND at < ?", (stream, trimmed + gone, forget_before))
    return gone
