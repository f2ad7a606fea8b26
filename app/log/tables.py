"""The form of the embedded log's file."""

from __future__ import annotations

import secrets
import sqlite3
import time
import zlib
from contextlib import closing, suppress
from pathlib import Path
from typing import Final

from app.log.base import Stream

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
_SINCE: Final = (  # a log of before gets them, and a program of before does without
    "CREATE TABLE IF NOT EXISTS epoch (id TEXT)",
    "CREATE TABLE IF NOT EXISTS sums (stream TEXT, offset INTEGER, sum INTEGER, PRIMARY KEY (stream, offset)) WITHOUT ROWID",
    "CREATE TABLE IF NOT EXISTS lost (stream TEXT, first INTEGER, last INTEGER)",
    "CREATE TABLE IF NOT EXISTS home (id TEXT)",
    "CREATE TABLE IF NOT EXISTS probe (filler BLOB)",
)
_PAUSE_S: Final = 0.05
_PROBE_BYTES: Final = 16_384
MOST: Final = 1 << 53
"""No offset is as large."""


def use_wal(connection: sqlite3.Connection, until: float) -> None:
    """Switch to WAL, trying until ``until``: SQLite's timeout does not apply here when several processes open a fresh file at once."""
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > until:
                raise
            time.sleep(_PAUSE_S)
        else:
            return


def lay_out(connection: sqlite3.Connection) -> str:
    """Make the tables that are missing; returns the log's epoch."""
    connection.execute("BEGIN IMMEDIATE")
    [version] = connection.execute("PRAGMA user_version").fetchone()
    if version not in {0, _VERSION}:
        msg = f"its form is version {version}, and this program writes version {_VERSION}"
        raise sqlite3.NotSupportedError(msg)
    if not version:
        for statement in _SCHEMA:
            connection.execute(statement)
        connection.executemany("INSERT INTO streams (name) VALUES (?)", [(stream,) for stream in Stream])
        connection.execute(f"PRAGMA user_version = {_VERSION}")
    for statement in _SINCE:
        connection.execute(statement)
    connection.execute("INSERT INTO epoch SELECT ? WHERE NOT EXISTS (SELECT * FROM epoch)", (secrets.token_hex(8),))
    [epoch] = connection.execute("SELECT id FROM epoch").fetchone()
    connection.execute("COMMIT")
    return str(epoch)


def probe(connection: sqlite3.Connection) -> None:
    """Write something new, before what was written last goes: what is the same SQLite does not write at all, though there be no room."""
    connection.execute("INSERT INTO probe VALUES (randomblob(?))", (_PROBE_BYTES,))
    connection.execute("DELETE FROM probe WHERE rowid < (SELECT MAX(rowid) FROM probe)")


def used(connection: sqlite3.Connection) -> int:
    """Bytes of the file's pages that hold something."""
    pages, free, size = (connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "freelist_count", "page_size"))
    return int((pages - free) * size)


def swept(path: Path, within_s: float) -> None:
    """Write the file anew, so that neither it nor what SQLite has beside it holds anything of what was deleted.

    Raises:
        sqlite3.Error: others use it all the time, or there is no room for it twice.
    """
    until = time.monotonic() + within_s
    with closing(sqlite3.connect(f"file:{path}?mode=rw", uri=True, timeout=within_s, isolation_level=None)) as connection:
        connection.execute("VACUUM")
        while connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]:
            if time.monotonic() > until:
                msg = "others read it all the time"
                raise sqlite3.OperationalError(msg)
            time.sleep(_PAUSE_S)


def owner_of(connection: sqlite3.Connection) -> str | None:
    """The name of the home whose log it is; None of one that nobody has taken yet, or of before."""
    with suppress(sqlite3.OperationalError):
        for (home,) in connection.execute("SELECT id FROM home"):
            return str(home)
    return None


def disown(connection: sqlite3.Connection) -> None:
    """Make it nobody's: the home that keeps the next entry in it takes it."""
    with suppress(sqlite3.OperationalError):  # a log of before
        connection.execute("DELETE FROM home")


def ends(connection: sqlite3.Connection, stream: Stream) -> tuple[int, int]:
    """The last offset ever given, and the last one dropped.

    Raises:
        sqlite3.DatabaseError: the file tells none that could be.
    """
    found = connection.execute("SELECT last, trimmed FROM streams WHERE name = ?", (stream,)).fetchone()
    match found:
        case (int(last), int(trimmed)) if 0 <= trimmed <= last < MOST:
            return last, trimmed
    msg = f"it does not tell where the {stream} end"
    raise sqlite3.DatabaseError(msg)


def checksum(event_id: str, data: str) -> int:
    """The checksum of an entry."""
    return zlib.crc32(f"{event_id}\n{data}".encode())
