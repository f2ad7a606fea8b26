"""Whose a log is: a home has a name, ``ID``, that a log keeps from its first entry on, so that no second one uses it, or is put over it."""

from __future__ import annotations

import fcntl
import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.ground.places import origin_url
from sealed.files import flush

NAME: Final = "ID"
_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Owner:
    """A home, as a log knows it; all working copies of one in object storage are the same."""

    home: Path

    def known(self) -> str | None:
        """Its name; None while it has none."""
        if (url := origin_url(self.home)) is not None:
            return hashlib.sha256(url.encode()).hexdigest()[: 2 * _BYTES]
        try:
            return (self.home / NAME).read_text().strip() or None
        except FileNotFoundError:
            return None

    def name(self) -> str:
        """Its name, which is given now where it has none.

        Raises:
            OSError: it cannot be written.
        """
        return self.known() or self._named()

    def _named(self) -> str:
        self.home.mkdir(parents=True, exist_ok=True)
        handle = os.open(self.home / NAME, os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            found = os.pread(handle, 4 * _BYTES, 0).decode().strip()
            if not found:
                found = secrets.token_hex(_BYTES)
                os.pwrite(handle, f"{found}\n".encode(), 0)
                os.fsync(handle)
                flush(self.home)
        finally:
            os.close(handle)  # and with it the lock
        return found


def another(owner: str) -> str:
    """What is said of a log that is another home's."""
    return (
        f"it is the log of another home ({owner}), which would lose what is there; name another in ATTIRE_LOG__URL, of Redis a database "
        "that is nobody's (redis://…/1); where that home is gone, or is this one, moved: stop its service and worker, "
        "then `attire log adopt`"
    )
