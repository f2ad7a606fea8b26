"""The embedded log: one SQLite file, shared by the processes of one machine.

Offsets count up from 1 without gaps, per stream. WAL with ``synchronous=FULL``: a commit is on disk when it returns.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from app.ground.errors import LogLostError, LogUnavailableError, OtherLogError, TrimmedError
from app.ground.parts import LogSettings
from app.log.base import START, Appended, Entry, Event, Lag, Stream, encoded, fits, order, other_kind
from app.log.group_commit import Answer, GroupCommit
from app.log.mark import Mark, Position, Positions, missing
from app.log.owner import Owner, another
from app.log.salvage import UNREADABLE, opened, problems, repaired
from app.log.tables import checksum, ends, lay_out, owner_of, probe, swept, use_wal, used
from sealed.files import make_private, narrow

_PASSING: Final = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY}
_POLL_S: Final = 0.05
_TRIMMED_AT_ONCE: Final = 5_000
_LISTED: Final = "(SELECT value FROM json_each(?))"
_FORGET: Final = f"DELETE FROM ids WHERE stream = ? AND id IN {_LISTED}"  # noqa: S608 - our own names


class SqliteLog:
    """A log in a file.

    Args:
        path: the file; made, with its directory, when it is first needed.
        mark: where it is kept what was acknowledged; None only for a log whose loss nobody would mind.
        owner: the home that uses it; None where anybody may, and where it lies in its home.
    """

    def __init__(self, path: Path, settings: LogSettings | None = None, mark: Mark | None = None, owner: Owner | None = None) -> None:
        self._path, self._settings, self._mark, self._owner = path, settings or LogSettings(), mark, owner
        self._epoch = ""
        self._ends: dict[Stream, int] = {}  # of this commit
        self._commits = GroupCommit(self._connect, self._committed)
        self._grown = asyncio.Event()

    async def append(self, stream: Stream, events: Sequence[Event]) -> Appended:
        rows = await asyncio.to_thread(encoded, events)
        await self._check_own()
        appended = await self._do(lambda c: self._append(c, stream, rows))
        if isinstance(appended, str):
            raise LogLostError(appended)
        self._grown.set()  # wakes who waits in this process
        self._grown = asyncio.Event()
        return appended

    async def read(self, stream: Stream, after: str = START, *, limit: int = 1_000, wait_s: float = 0.0) -> list[Entry]:
        if not fits(after, sqlite=True):
            raise OtherLogError(other_kind(after, sqlite=True))
        behind = order(after)[0]
        entries, trimmed = await self._do(lambda c: _read(c, stream, behind, limit), writes=False)
        if after != START and trimmed > behind:
            msg = f"the {stream} log is trimmed up to {trimmed}, so there is a gap behind {after}; start from a newer snapshot"
            raise TrimmedError(msg)
        if not entries and await self._grows(stream, behind, wait_s):
            return await self.read(stream, after, limit=limit)
        return entries

    async def latest(self, stream: Stream, limit: int) -> list[Entry]:
        query = "SELECT offset, id, data, 0 FROM entries WHERE stream = ? ORDER BY offset DESC LIMIT ?"
        return (await self._do(lambda c: _entries(c.execute(query, (stream, limit))), writes=False))[::-1]

    async def take(self, stream: Stream, group: str, consumer: str, *, limit: int = 1_000) -> list[Entry]:
        await self._check_own()
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

    async def trim(self, stream: Stream, through: str | None = None) -> int:
        await self._check_own()
        gone, total, most = _TRIMMED_AT_ONCE, 0, None if through is None else order(through)[0]
        while gone == _TRIMMED_AT_ONCE:  # in parts, so that appends pass in between
            gone = await self._do(lambda c: _trim(c, stream, most, time.time() - self._settings.remember_s))
            total += gone
        return total

    async def forget(self, stream: Stream, ids: Sequence[str]) -> str | None:
        await self._check_own()
        for first in range(0, len(ids), _TRIMMED_AT_ONCE):
            some = json.dumps(ids[first : first + _TRIMMED_AT_ONCE])
            await self._do(lambda c, some=some: c.execute(_FORGET, (stream, some)).close())  # type: ignore[misc]
        if self._path.exists():
            try:
                await asyncio.to_thread(swept, self._path, self._settings.timeout_s)
            except sqlite3.Error as error:
                raise self._unavailable(error) from error
        return None

    async def ping(self) -> None:
        await self._check_own()
        await self._do(probe)

    async def taken(self) -> int:
        return await self._do(used, writes=False) if self._path.exists() else 0

    async def free(self) -> float | None:
        taken, most = await self.taken(), self._settings.max_bytes
        try:
            disk = await asyncio.to_thread(shutil.disk_usage, self._path.parent)
        except OSError as error:
            raise self._unavailable(error) from error
        return min(disk.free / disk.total, max(0.0, 1 - taken / most) if most else 1.0)

    async def crowds(self) -> bool:
        return False

    async def examine(self, *, thorough: bool = False) -> list[str]:
        def examined() -> list[str]:
            marked = self._mark.read() if self._mark is not None else {}
            if not self._path.exists():
                return [f"{self._path.name} is not there, and has acknowledged entries"] if marked else []
            with opened(self._path) as connection:
                foreign = self._another(connection)
                return [*([] if foreign is None else [foreign]), *problems(connection, marked, thorough=thorough)]

        try:
            found = await asyncio.to_thread(examined)
        except LogLostError as error:
            found = [str(error)]
        except UNREADABLE as error:
            if isinstance(error, sqlite3.OperationalError) and error.sqlite_errorcode & 0xFF in _PASSING:
                raise self._unavailable(error) from error
            found = [f"{self._path.name} is damaged ({error})"]
        except OSError as error:
            raise self._unavailable(error) from error
        self._commits.damaged = bool(found)
        return found

    async def repair(self) -> list[str]:
        await self._check_own()
        marked: Positions = {}
        if self._mark is not None:
            with suppress(LogLostError):
                marked = self._mark.read()
        try:
            positions, said = await asyncio.to_thread(repaired, self._path, marked)
        except (*UNREADABLE, OSError) as error:
            raise self._unavailable(error) from error
        if self._mark is not None:
            self._mark.reset(positions)
        return said

    async def foreign(self) -> str | None:
        def found() -> str | None:
            if self._owner is None or not self._path.exists():
                return None
            with suppress(*UNREADABLE), opened(self._path) as connection:
                return self._another(connection)
            return None

        return await asyncio.to_thread(found)

    async def adopt(self) -> None:
        if self._owner is not None:
            name = await asyncio.to_thread(self._owner.name)
            await self._do(lambda c: _own(c, name))

    def _another(self, connection: sqlite3.Connection) -> str | None:
        """What is said of a log that is another home's; None of one that is not."""
        if self._owner is None or (owner := owner_of(connection)) in {None, self._owner.known()}:
            return None
        return another(owner)

    async def _check_own(self) -> None:
        if why := await self.foreign():
            raise OtherLogError(why)

    async def close(self) -> None:
        with suppress(LogUnavailableError):
            await self.examine()  # it may have been damaged since the last look
        await asyncio.to_thread(self._commits.close)

    async def _do(self, work: Callable[[sqlite3.Connection], Answer], *, writes: bool = True) -> Answer:
        try:
            return await asyncio.wrap_future(self._commits.submit(work, writes=writes))
        except (
            sqlite3.Error,
            OSError,
            TypeError,
            ValueError,
            AttributeError,
        ) as error:  # these where a damaged file holds values of other kinds
            raise self._unavailable(error) from error

    def _unavailable(self, error: Exception) -> LogUnavailableError:
        return LogUnavailableError(f"the log {self._path.name} cannot be used now ({error}); try again, an event id counts once")

    async def _delete(self, table: str, stream: Stream, group: str, offsets: Iterable[str]) -> None:
        statement = f"DELETE FROM {table} WHERE stream = ? AND name = ? AND offset IN {_LISTED}"  # noqa: S608 - our own names
        numbers = json.dumps([int(offset) for offset in offsets])
        await self._do(lambda c: c.execute(statement, (stream, group, numbers)).close())

    async def _grows(self, stream: Stream, beyond: int, wait_s: float) -> bool:
        """Whether the stream grows beyond an offset within ``wait_s``; told of what this process appends, it polls for what others do."""
        until = time.monotonic() + wait_s
        while time.monotonic() < until:
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL_S):  # wait_for of Python 3.11 may swallow a cancellation
                    await self._grown.wait()
            if await self._do(lambda c: ends(c, stream)[0], writes=False) > beyond:
                return True
        return False

    def _connect(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(OSError):  # SQLite says why not
            make_private(self._path)  # and with it the files that SQLite makes beside it
            for path in self._path.parent.iterdir():  # of before, and what a repair kept aside
                if path.name.startswith(self._path.name):
                    narrow(path)
        connection = sqlite3.connect(self._path, timeout=self._settings.timeout_s, isolation_level=None)
        try:
            self._identity = self._which()
            use_wal(connection, time.monotonic() + self._settings.timeout_s)
            connection.execute("PRAGMA synchronous = FULL")
            if self._settings.max_bytes:
                [size] = connection.execute("PRAGMA page_size").fetchone()
                connection.execute(f"PRAGMA max_page_count = {max(1, self._settings.max_bytes // size)}").fetchone()
            self._epoch, self._ends = lay_out(connection), {}
        except BaseException:
            connection.close()
            raise
        return connection

    def _which(self) -> tuple[int, int]:
        """Device and inode of the file that the path names now."""
        file = self._path.stat()
        return file.st_dev, file.st_ino

    def _append(self, c: sqlite3.Connection, stream: Stream, rows: Sequence[tuple[str, str]]) -> Appended | str:
        """Append, or say why this log takes nothing: it lacks what was acknowledged."""
        if self._mark is not None:
            lacks = missing(stream, self._mark.read().get(stream), self._epoch, str(ends(c, stream)[0]))
            if lacks is not None:
                return lacks
        if rows and self._owner is not None and owner_of(c) is None:
            _own(c, self._owner.name())
        appended = _append(c, stream, rows)
        self._ends[stream] = int(appended.end)
        return appended

    def _committed(self) -> None:
        """Keep what is acknowledged now; raise where the file was removed or replaced: it would take commits, and lose them in the end."""
        if self._which() != self._identity:
            msg = "the file was replaced while it was open"
            raise OSError(msg)
        ends, self._ends = self._ends, {}
        if self._mark is not None:
            for stream, end in ends.items():
                self._mark.note(stream, Position(self._epoch, str(end)))


def _entries(rows: Iterable[tuple[int, str, str, int]]) -> list[Entry]:
    return [Entry.decoded(str(offset), event_id, data, deliveries) for offset, event_id, data, deliveries in rows]


def _own(c: sqlite3.Connection, home: str) -> None:
    c.execute("DELETE FROM home")
    c.execute("INSERT INTO home VALUES (?)", (home,))


def _append(c: sqlite3.Connection, stream: Stream, rows: Sequence[tuple[str, str]]) -> Appended:
    last, _ = ends(c, stream)
    first, now = last + 1, time.time()
    for event_id, data in rows:
        if c.execute("INSERT OR IGNORE INTO ids VALUES (?, ?, ?, ?)", (stream, event_id, last + 1, now)).rowcount:
            last += 1
            c.execute("INSERT INTO entries VALUES (?, ?, ?, ?)", (stream, last, event_id, data))
            c.execute("INSERT INTO sums VALUES (?, ?, ?)", (stream, last, checksum(event_id, data)))
    c.execute("UPDATE streams SET last = ? WHERE name = ?", (last, stream))
    return Appended(added=last + 1 - first, end=str(last))


def _read(c: sqlite3.Connection, stream: Stream, behind: int, limit: int) -> tuple[list[Entry], int]:
    query = "SELECT offset, id, data, 0 FROM entries WHERE stream = ? AND offset > ? ORDER BY offset LIMIT ?"
    return _entries(c.execute(query, (stream, behind, limit))), ends(c, stream)[1]


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
    last, _ = ends(c, stream)
    query = """SELECT name, delivered,
        (SELECT COUNT(*) FROM pending WHERE pending.stream = groups.stream AND pending.name = groups.name),
        (SELECT COUNT(*) FROM dead WHERE dead.stream = groups.stream AND dead.name = groups.name) FROM groups WHERE stream = ?"""
    return {name: Lag(last - delivered, pending, dead) for name, delivered, pending, dead in c.execute(query, (stream,))}


def _trim(c: sqlite3.Connection, stream: Stream, most: int | None, forget_before: float) -> int:
    query = """SELECT MIN(COALESCE(
        (SELECT MIN(offset) - 1 FROM pending WHERE pending.stream = groups.stream AND pending.name = groups.name), delivered
        )) FROM groups WHERE stream = ?"""
    [done] = c.execute(query, (stream,)).fetchone()
    last, trimmed = ends(c, stream)
    done = min((bound for bound in (done, most) if bound is not None), default=0)
    floor = min(done, last, trimmed + _TRIMMED_AT_ONCE)
    gone = max(0, floor - trimmed)
    if gone:
        c.execute("DELETE FROM entries WHERE stream = ? AND offset <= ?", (stream, floor))
        c.execute("DELETE FROM sums WHERE stream = ? AND offset <= ?", (stream, floor))
        c.execute("UPDATE streams SET trimmed = ? WHERE name = ?", (floor, stream))
    c.execute("DELETE FROM ids WHERE stream = ? AND offset <= ? AND at < ?", (stream, trimmed + gone, forget_before))
    return gone
