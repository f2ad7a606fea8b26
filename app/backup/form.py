"""The form of a backup: a tar, plain or compressed, with what says whether it is whole as its last member.

home/…         files of the home, under their names
log/…          the log: ``log.sqlite``, or a file for each key of Redis, as its DUMP gives it
acknowledged   what that log had acknowledged before it was copied, where it says so
backup.json    format, version, when, which release, which log, and the sha256 of every other member
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final, Literal

from pydantic.dataclasses import dataclass as checked

from models.errors import InputError
from sealed.manifest import STRICT

FORMAT: Final = 1
LAST: Final = "backup.json"
HOME: Final = "home"
LOG: Final = "log"
MARK: Final = "acknowledged"
TAKEN: Final = "BACKED_UP"
"""Of a home: when its last backup was taken; in no backup."""
PACKED: Final[Mapping[str, str | None]] = {".tar": None, ".tar.gz": "gzip", ".tar.zst": "zstd"}
"""How a file is compressed, by what its name ends with."""


@checked(frozen=True, slots=True, kw_only=True, config=STRICT)
class About:
    """What a backup says of itself.

    Attributes:
        release: the one that was served. log: what kind of log it has; None where there was none yet.
        files: name of a member -> its sha256.
    """

    format: int
    version: str
    created: str
    release: str | None
    log: Literal["sqlite", "redis"] | None
    files: Mapping[str, str]


def packed(path: Path) -> str | None:
    """How a backup of this name is compressed; None is not at all.

    Raises:
        InputError: the name ends otherwise.
    """
    for ending in PACKED:
        if path.name.endswith(ending) and path.name != ending:
            return PACKED[ending]
    msg = f"a backup's name ends with {', '.join(PACKED)}"
    raise InputError(msg, path=path)


def taken_at(home: Path) -> float | None:
    """When the last backup of a home was taken, in seconds since 1970; None where none was."""
    try:
        return datetime.fromisoformat((home / TAKEN).read_text().strip()).timestamp()
    except (OSError, ValueError):
        return None
