"""Pictures of PUT /items that are named by URL: fetched before anything of the batch is kept, so that all of it is, or nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from app.api.services import Services
from app.ground.errors import Detail, FetchError, RefusedUrlError, UnreachableError

_OFF: Final = "this service fetches no pictures; send base64 or part, or name the hosts that it may ask in ATTIRE_FETCH__SERVICE_HOSTS"


@dataclass(frozen=True, slots=True)
class Sources:
    """What pictures of a batch may be besides base64.

    Attributes:
        parts: name of a part of the request -> its bytes. fetched: URL -> name of the picture in the store.
    """

    parts: Mapping[str, bytes]
    fetched: Mapping[str, str]


async def fetched_pictures(services: Services, urls: Sequence[str | None]) -> dict[str, str]:
    """Each URL of a batch with the name of its picture in the store.

    Args:
        urls: by place of the item.

    Raises:
        FetchError: of the first that gives none; names the field. UnreachableError: its server is gone, or all of them take too long.
    """
    place_of: dict[str, int] = {}
    for place, url in enumerate(urls):
        if url is not None:
            place_of.setdefault(url, place)
    if not place_of:
        return {}
    pictures, deadline_s = services.pictures, services.settings.deadline_s
    if pictures is None:
        raise _at(place_of, RefusedUrlError(next(iter(place_of)), _OFF))
    tasks = {url: asyncio.create_task(pictures.fetch(url)) for url in place_of}
    try:
        async with asyncio.timeout(deadline_s):
            return {url: await task for url, task in tasks.items()}
    except TimeoutError:
        late = next(url for url, task in tasks.items() if task.cancelled() or not task.done())
        raise _at(place_of, UnreachableError(late, f"takes longer than {deadline_s:g} s")) from None
    except FetchError as error:
        raise _at(place_of, error) from error
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)


def _at(place_of: Mapping[str, int], error: FetchError) -> FetchError:
    """The error, with the field that it is about."""
    error.details = (Detail(f"items[{place_of[error.url]}].image.url", error.url, error.reason),)
    return error
