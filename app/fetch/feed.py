"""A feed by URL: fetched whole into a file, if it has changed."""

from __future__ import annotations

import asyncio
from typing import IO

from app.fetch.allowed import Allowed
from app.fetch.fetcher import Fetched, Fetcher, Validators
from app.ground.fetching import Fetching

_ACCEPT = "text/csv, text/tab-separated-values, application/json, application/xml, */*;q=0.5"


def fetch_feed(url: str, known: Validators, settings: Fetching, into: IO[bytes]) -> Fetched:
    """What a feed is now, written ``into`` an empty file; the body is None where it has not changed since ``known``.

    Raises:
        FetchError: it may not be fetched, cannot be had, or is too large.
    """

    async def fetch() -> Fetched:
        bounds = settings.model_copy(update={"max_bytes": settings.feed_max_bytes, "timeout_s": settings.feed_timeout_s})
        fetcher = Fetcher(bounds, Allowed(settings.import_hosts, settings.http_hosts))
        try:
            return await fetcher.get(url, known, _ACCEPT, into)
        finally:
            await fetcher.close()

    return asyncio.run(fetch())
