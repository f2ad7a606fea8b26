"""What was lately: the end of the log, and before it the end of the archive, which takes over what the worker has read."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from anyio import to_thread

from app.home.archived import newest
from app.log.base import Log, Stream


async def lately(log: Log, home: Path, most: int) -> dict[str, Mapping[str, Any]]:
    """Event id -> what it says, of the last impressions and events of a home, oldest first.

    Raises:
        LogUnavailableError: the log cannot be read now.
    """
    entries = await log.latest(Stream.EVENTS, most)
    found = {entry.event.id: entry.event.data for entry in entries}
    if len(found) < most:
        before = await to_thread.run_sync(newest, home, most - len(found))
        found = {event: data for event, data in before.items() if event not in found} | found
    return found
