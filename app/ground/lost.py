"""Connections that were closed while they were used."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def told_as_lost() -> Iterator[None]:
    """What uvloop raises where the other end closed a connection just before it is written to is a ``ConnectionError``, as with asyncio.

    Raises:
        ConnectionError: in place of a RuntimeError that says so.
    """
    try:
        yield
    except RuntimeError as error:
        if "handler is closed" not in str(error):
            raise
        msg = "closed by the other end"
        raise ConnectionError(msg) from error
