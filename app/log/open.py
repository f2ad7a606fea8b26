"""Opens the log that the settings name."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.ground.errors import OtherLogError
from app.ground.log_urls import SQLITE, unreadable
from app.ground.parts import LogSettings
from app.log.base import Log, fits, other_kind
from app.log.mark import Mark
from app.log.owner import Owner
from app.log.sqlite import SqliteLog


def open_log(settings: LogSettings, home: Path) -> Log:
    """The log that the settings name. Opening touches nothing: a log that is gone raises when it is used, and may come back.

    Raises:
        InputError: Redis's client cannot read the URL. The message leaves out its text, which may hold a password.
    """
    url, path = settings.url.get_secret_value(), sqlite_file(settings, home)
    if path is not None:
        return SqliteLog(path, settings, Mark.of(home, url), None if path.is_relative_to(home) else Owner(home))
    from app.log.redis import RedisLog  # noqa: PLC0415 - as long to import as all else that a command needs

    try:
        return RedisLog(url, settings, Mark.of(home, url), Owner(home))
    except ValueError as error:
        raise unreadable() from error


def sqlite_file(settings: LogSettings, home: Path) -> Path | None:
    """The file of a log that lies in one; None for a log elsewhere."""
    url = settings.url.get_secret_value()
    if not url.startswith(SQLITE):
        return None
    name = url.removeprefix(SQLITE)
    return home / Path(name.removeprefix("//") if name.startswith("///") else name).expanduser()


def check_place(settings: LogSettings, release: str, offset: str) -> None:
    """Refuse a release that has its place in a log of another kind than the one that the settings name.

    Raises:
        OtherLogError: it has.
    """
    sqlite = settings.url.get_secret_value().startswith(SQLITE)
    if not fits(offset, sqlite=sqlite):
        msg = f"release {release}: {other_kind(offset, sqlite=sqlite)}"
        raise OtherLogError(msg)


@asynccontextmanager
async def opened_log(settings: LogSettings, home: Path) -> AsyncIterator[Log]:
    """The log that the settings name, closed at the end."""
    log = open_log(settings, home)
    try:
        yield log
    finally:
        await log.close()
