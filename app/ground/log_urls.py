"""The URL of a log: which there are, and which database of Redis one names."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import SecretStr

from app.ground.addresses import known
from models.errors import InputError

SQLITE: Final = "sqlite:"
REDIS: Final = ("redis://", "rediss://", "unix://")
FIELD: Final = "ATTIRE_LOG__URL"
_PORT: Final = 6379
_DATABASE: Final = re.compile(r"/*(\d*)/*", re.ASCII)


def checked(url: SecretStr) -> SecretStr:
    """The URL, which is one of a log.

    Raises:
        InputError: it is of no known kind, or cannot be read. The message leaves out its text, which may hold a password.
    """
    text = url.get_secret_value()
    if text.startswith(REDIS):
        try:
            list(_named(text))
        except ValueError as error:
            raise unreadable() from error
    elif not text.startswith(SQLITE) or text == SQLITE:
        msg = f"a log begins with {SQLITE}, {', '.join(REDIS)}; see docs/settings.md"
        raise InputError(msg, field=FIELD)
    return url


def unreadable() -> InputError:
    """What is said of a URL of Redis that cannot be read."""
    msg = "this redis URL cannot be read; write redis://:PASSWORD@HOST:PORT/DB, special characters of the password as %XX"
    return InputError(msg, field=FIELD)


def databases(url: str) -> Iterator[str]:
    """Where the database of a URL of Redis is, however it is written: at each address that its host has now, else at its name.

    >>> list(databases("redis://:secret@127.0.0.1")), list(databases("redis://127.0.0.1:6379/0"))
    (['127.0.0.1:6379/0'], ['127.0.0.1:6379/0'])
    """
    host, port, database = _named(url)
    if not port:
        yield f"{host}/{database}"
        return
    try:
        found = {str(one[4][0]) for one in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    except OSError:
        found = {host}
    yield from sorted({f"{_plain(one)}:{port}/{database}" for one in found})


def _named(url: str) -> tuple[str, int, int]:
    """Host, port and number of the database; of a socket its path, and 0."""
    parts = urlsplit(url)
    asked = parse_qs(parts.query).get("db", [""])[0]
    if parts.scheme == "unix":
        if not parts.path:
            msg = "no path"
            raise ValueError(msg)
        return unquote(parts.path), 0, int(asked or 0)
    below = _DATABASE.fullmatch(unquote(parts.path))
    if below is None:
        msg = "no number of a database"
        raise ValueError(msg)
    return unquote(parts.hostname or "localhost"), parts.port or _PORT, int(asked or below[1] or 0)


def _plain(address: str) -> str:
    """An address, of several ways to write this machine's the usual one."""
    found = known(address)
    if found is None:
        return address.lower().rstrip(".")
    return "127.0.0.1" if isinstance(found, IPv6Address) and found.is_loopback else str(found)
