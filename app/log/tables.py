"""The form of the embedded log's file."""

from __future__ import annotations

import secrets
import sqlite3
import time
import zlib
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
)
_PAUSE_S: Final = 0.05
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
