"""Has a home go on with another log than before, or with one that was another home's."""

from __future__ import annotations

import asyncio

from app.ground.log_urls import SQLITE
from app.ground.parts import LogSettings
from app.home.store import ReleaseRecord, ReleaseStore
from app.log.base import Stream, fits, order
from app.log.open import opened_log


def adopt(store: ReleaseStore, log: LogSettings) -> ReleaseRecord | None:
    """Make the log that the settings name this home's.

    Where the current release has its place in another log, the same catalogue and model become a release whose place is the end of this
    one. Changes and events that only the log before has stay there.

    Returns:
        That release; None where the place of the current one is one of this log.

    Raises:
        LogUnavailableError: the log cannot be written now. LogLostError: it lacks what this home knows of it.
        HomeError: the home is broken.
    """

    async def end() -> str:
        async with opened_log(log, store.home) as opened:
            await opened.adopt()
            return (await opened.append(Stream.CATALOGUE, [])).end

    current, last = store.current(), asyncio.run(end())
    sqlite = log.url.get_secret_value().startswith(SQLITE)
    if current is None or (fits(current.catalog_offset, sqlite=sqlite) and order(current.catalog_offset) <= order(last)):
        return None
    record = store.add(bundle=current.bundle, snapshot=current.snapshot, recipe=current.recipe, items=current.items, catalog_offset=last)
    return store.activate(record.id)
