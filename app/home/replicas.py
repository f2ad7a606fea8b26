"""What running replicas serve, noted in the home so that nothing that one of them needs is removed: ``serving/<replica>``, a release id.

A replica writes its note again every minute and removes it when it ends. A note that is older than ``STALE_S`` is of one that was killed.
"""

from __future__ import annotations

import secrets
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sealed.files import replacing

_AGAIN_S: Final = 60.0
STALE_S: Final = 900.0


@dataclass(slots=True)
class ServingNote:
    """The note of one replica."""

    home: Path
    name: str = field(default_factory=lambda: secrets.token_hex(8))
    _written: tuple[str, float] = ("", 0.0)

    def write(self, release_id: str) -> None:
        """Note what this replica serves, if that is new or was last noted a while ago."""
        said, at = self._written
        if release_id != said or time.monotonic() > at + _AGAIN_S:
            with replacing(self.home / "serving" / self.name, to_disk=False) as staging:
                staging.write_text(release_id)
            self._written = (release_id, time.monotonic())

    def again(self) -> None:
        """Note the same again, if that was a while ago."""
        self.write(self._written[0])

    def remove(self) -> None:
        """This replica serves no more; where that cannot be told, the note grows old."""
        with suppress(OSError):
            (self.home / "serving" / self.name).unlink(missing_ok=True)


def served_by_replicas(home: Path) -> set[str]:
    """The releases that running replicas serve; removes the notes of those that were killed."""
    found = set()
    for path in (home / "serving").glob("[0-9a-f]*"):
        try:
            if time.time() - path.stat().st_mtime > STALE_S:
                path.unlink(missing_ok=True)
            else:
                found.add(path.read_text().strip())
        except FileNotFoundError:  # it ended just now
            continue
    return found


def last_noted_s(home: Path) -> float:
    """Seconds since a replica last noted that it serves."""
    now, noted = time.time(), list[float]()
    for path in (home / "serving").glob("[0-9a-f]*"):
        with suppress(FileNotFoundError):
            noted.append(path.stat().st_mtime)
    return max(0.0, now - max(noted, default=now))
