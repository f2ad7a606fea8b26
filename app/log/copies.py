"""A log copied as it is at one moment, while it is in use, and put back: offsets, groups and what they have not done with stay.

SQLite's file is copied by its own online backup. Of Redis the keys of the log are dumped, those of a stream in one transaction; a Redis of
the same version or a later one takes them back.
"""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import quote, unquote

from redis import Redis
from redis.exceptions import RedisError

from app.ground.errors import LogUnavailableError
from app.ground.parts import LogSettings
from app.log.base import Stream
from app.log.open import sqlite_file
from app.log.owner import Owner
from app.log.tables import disown, owner_of
from sealed.files import flush, replacing

FILE: Final = "log.sqlite"
_BESIDE: Final = ("-wal", "-shm")


def copy_out(settings: LogSettings, home: Path, to: Path) -> Literal["sqlite", "redis"] | None:
    """Copy the log into an empty directory; returns which kind it is, None where nothing was ever written.

    Raises:
        LogUnavailableError: it cannot be read now.
    """
    path = sqlite_file(settings, home)
    if path is not None:
        if not path.exists():
            return None
        copy_sqlite(path, to / FILE)
        return "sqlite"
    found = False
    with _redis(settings) as client:
        for stream in Stream:
            keys = sorted(_keys(client, stream))
            with client.pipeline(transaction=True) as together:
                for key in keys:
                    together.dump(key)
                for key, dumped in zip(keys, together.execute(), strict=True):
                    if dumped is not None:
                        (to / quote(key.decode(), safe="")).write_bytes(dumped)
                        found = True
    return "redis" if found else None


def copy_sqlite(source: Path, to: Path) -> None:
    """Copy a SQLite file that others may write meanwhile.

    Raises:
        LogUnavailableError: it cannot be read now.
    """
    try:
        with closing(sqlite3.connect(f"file:{source}?mode=rw", uri=True)) as there, closing(sqlite3.connect(to)) as here:
            there.backup(here)
            here.execute("PRAGMA journal_mode = DELETE").fetchone()  # all of it in the one file
    except sqlite3.Error as error:
        msg = f"{source}: cannot be copied now ({error}); try again, or see what `attire log check` says of it"
        raise LogUnavailableError(msg) from error


def there_is_one(settings: LogSettings, home: Path) -> bool:
    """Whether the settings name a log that somebody has written to.

    Raises:
        LogUnavailableError: it cannot be asked now.
    """
    path = sqlite_file(settings, home)
    if path is not None:
        return path.exists()
    with _redis(settings) as client:
        return any(True for stream in Stream for _ in _keys(client, stream))


def whose(settings: LogSettings, home: Path) -> str | None:
    """The name of the home whose log it is, where that is another one.

    Raises:
        LogUnavailableError: it cannot be asked now.
    """
    path, known = sqlite_file(settings, home), Owner(home).known()
    if path is not None:
        if path.is_relative_to(home) or not path.exists():
            return None
        with suppress(sqlite3.DatabaseError), closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            owner = owner_of(connection)
            return owner if owner != known else None
        return None
    with _redis(settings) as client:
        owners: list[Any] = client.mget(map(_home, Stream))
    return next((owner.decode() for owner in owners if owner is not None and owner.decode() != known), None)


def put_back(settings: LogSettings, home: Path, copied: Path) -> None:
    """Put a copied log in the place that the settings name, and of what is there.

    Raises:
        LogUnavailableError: it cannot be written now.
    """
    path = sqlite_file(settings, home)
    if path is not None:
        for ending in _BESIDE:
            path.with_name(path.name + ending).unlink(missing_ok=True)
        with replacing(path, private=True) as staging:
            shutil.copyfile(copied / FILE, staging)
            with closing(sqlite3.connect(staging, isolation_level=None)) as connection:
                disown(connection)
        flush(path.parent)
        return
    with _redis(settings) as client:
        for stream in Stream:
            name = f"attire:{{{stream}}}"
            dumped = {unquote(file.name): file.read_bytes() for file in copied.iterdir() if unquote(file.name).startswith(name)}
            others = [key for key in _keys(client, stream) if key.decode() not in dumped]
            with client.pipeline(transaction=True) as together:
                for other in others:
                    together.delete(other)
                for key, value in dumped.items():
                    together.restore(key, 0, value, replace=True)
                together.execute()


def _keys(client: Redis, stream: Stream) -> Iterator[bytes]:
    """All of a stream, but for whose it is, as a copy is of the home that it is put back for, and what was only tried."""
    left = {_home(stream), f"attire:{{{stream}}}:probe"}
    return (key for key in client.scan_iter(match=f"attire:{{{stream}}}*", count=1_000) if key.decode() not in left)


def _home(stream: Stream) -> str:
    return f"attire:{{{stream}}}:home"


@contextmanager
def _redis(settings: LogSettings) -> Iterator[Redis]:
    try:
        with closing(Redis.from_url(settings.url.get_secret_value(), socket_connect_timeout=settings.timeout_s)) as client:
            yield client
    except (RedisError, OSError) as error:
        msg = f"the log in Redis cannot be copied or put back now ({type(error).__name__}: {' '.join(str(error).split())[:200]})"
        raise LogUnavailableError(msg) from error
