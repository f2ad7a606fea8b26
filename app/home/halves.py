"""What a restore that was killed leaves in a home: half of what it had, or of what was to come."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from app.ground.errors import HomeError

STAGED: Final = ".restored-"
BEFORE: Final = ".replaced-"


def is_left(path: Path) -> bool:
    """Whether an entry of a home is what a restore works with, which goes when it is done."""
    return path.name.startswith((STAGED, BEFORE))


def refuse_half(home: Path) -> None:
    """Refuse a home that a restore left without ``CURRENT``, as it was killed before it was done.

    Raises:
        HomeError: this is one; says what to do.
    """
    if home.is_dir() and not (home / "CURRENT").exists() and any(map(is_left, home.iterdir())):
        msg = f"a restore was broken off in {home}; do it again: `attire restore BACKUP --home {home} --force`"
        raise HomeError(msg)
