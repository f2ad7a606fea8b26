"""Reads the changes of the catalogue from the log."""

from __future__ import annotations

from pathlib import Path

from app.ground.parts import LogSettings
from app.log.base import Entry, Stream
from app.log.open import opened_log


async def changes_behind(settings: LogSettings, home: Path, offset: str) -> list[Entry]:
    """All catalogue changes after an offset."""
    found: list[Entry] = []
    async with opened_log(settings, home) as log:
        while more := await log.read(Stream.CATALOGUE, found[-1].offset if found else offset):
            found += more
    return found
