"""Opens the log that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from app.ground.settings import LogSettings
from app.log.base import Log
from app.log.mark import Mark
from app.log.redis import RedisLog
from app.log.sqlite import SqliteLog
from models.errors import InputError

_SQLITE: Final = "sqlite:"
_REDIS: Final = ("redis://", "rediss://", "unix://")
_FIELD: Final = "ATTIRE_LOG__URL"


def open_log(settings: LogSettings, home: Path) -> Log:
    """The log that the settings name. Opening touches nothing: a log that is gone raises when it is used, and may come back.

    Raises:
        InputError: the URL is of no known kind, or cannot be read. The message leaves out its text, which may hold a password.
    """
    url = settings.url.get_secret_value()
    if url.startswith(_SQLITE) and url != _SQLITE:
        name = url.removeprefix(_SQLITE)
        path = Path(name.removeprefix("//") if name.startswith("///") else name)
        return SqliteLog(home / path.expanduser(), settings, Mark.of(home, url))
    if url.startswith(_REDIS):
        try:
            return RedisLog(url, settings, Mark.of(home, url))
        except ValueError as error:
            msg = "this redis URL cannot be read; write redis://:PASSWORD@HOST:PORT/DB, special characters of the password as %XX"
            raise InputError(msg, field=_FIELD) from error
    msg = f"a log begins with {_SQLITE}, {', '.join(_REDIS)}; see docs/settings.md"
    raise InputError(msg, field=_FIELD)


@asynccontextmanager
async def opened_log(settings: LogSettings, home: Path) -> AsyncIterator[Log]:
    """The log that the settings name, closed at the end."""
    log = open_log(settings, home)
    try:
        yield log
    finally:
        await log.close()
