"""What was fetched from which URL, in ``fetched.sqlite`` of a home, so that it is not fetched again while it is unchanged.

It can be lost: then pictures are fetched once more. The pictures themselves lie in the home's store, each under the hash of its bytes.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Final

from app.fetch.fetcher import Validators

_TABLE: Final = """CREATE TABLE IF NOT EXISTS fetched (
    url TEXT PRIMARY KEY, picture TEXT NOT NULL, etag TEXT, modified TEXT, fresh_until REAL NOT NULL, asked REAL NOT NULL
) WITHOUT ROWID"""
_UNUSED_S: Final = 180 * 86_400.0
_LONGEST_FRESH_S: Final = 86_400.0
"""However long a server says that it will not change: shops change pictures under the same URL."""
_PATIENCE_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Kept:
    """What a URL gave.

    Attributes:
        picture: its name in the store.
        fresh: whether the server need not be asked, by its own word.
    """

    picture: str
    validators: Validators
    fresh: bool


class Remembered:
    """The table; several threads and processes may use it at once. A damaged one is begun anew.

    Raises:
        sqlite3.OperationalError: it cannot be opened now.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = Lock()
        try:
            self._file = _opened(path)
        except sqlite3.DatabaseError as error:
            if isinstance(error, sqlite3.OperationalError):  # locked, or no room
                raise
            path.unlink()
            self._file = _opened(path)

    def recall(self, url: str) -> Kept | None:
        """What a URL gave the last time."""
        with self._using() as file:
            row = file.execute("SELECT picture, etag, modified, fresh_until FROM fetched WHERE url = ?", (url,)).fetchone()
        return Kept(row[0], Validators(row[1], row[2]), row[3] > time.time()) if row else None

    def keep(self, url: str, picture: str, validators: Validators, fresh_s: float) -> None:
        """Remember what it gave now."""
        now = time.time()
        row = (url, picture, validators.etag, validators.modified, now + min(fresh_s, _LONGEST_FRESH_S), now)
        with self._using() as file:
            file.execute("INSERT OR REPLACE INTO fetched VALUES (?, ?, ?, ?, ?, ?)", row)

    def close(self) -> None:
        """Close the file."""
        with self._using() as file:
            file.close()

    @contextmanager
    def _using(self) -> Iterator[sqlite3.Connection]:
        with self._lock:
            yield self._file


def _opened(path: Path) -> sqlite3.Connection:
    file = sqlite3.connect(path, timeout=_PATIENCE_S, isolation_level=None, check_same_thread=False)
    try:
        file.execute("PRAGMA journal_mode=WAL")
        file.execute("PRAGMA synchronous=OFF")
        file.execute(_TABLE)
        file.execute("DELETE FROM fetched WHERE asked < ?", (time.time() - _UNUSED_S,))
    except sqlite3.Error:
        file.close()
        raise
    return file
