"""What was lately: the end of the log, and before it the end of the archive, which takes over what the worker has read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anyio import to_thread

from app.api.services import Services
from app.home.archived import newest
from app.log.base import Stream


async def lately(services: Services, most: int) -> list[Mapping[str, Any]]:
    """The last impressions and events, oldest first, each once.

    Raises:
        LogUnavailableError: the log cannot be read now.
    """
    entries = await services.log.latest(Stream.EVENTS, most)
    found = {entry.event.id: entry.event.data for entry in entries}
    if len(found) < most:
        before = await to_thread.run_sync(newest, services.settings.home, most - len(found))
        found = {event: data for event, data in before.items() if event not in found} | found
    return list(found.values())
