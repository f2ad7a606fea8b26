"""Keeps in the log what a client sent, or says that it is not kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from app.api.problems import LOG_GONE, LOG_UNUSABLE
from app.api.services import Services
from app.ground.errors import LogError, LogLostError, LogUnavailableError, NoDatabaseError
from app.ground.logs import logger
from app.log.base import Appended, Event, Stream

_REFUSED: Final[Mapping[Stream, str]] = {Stream.CATALOGUE: "catalogue_change_refused", Stream.EVENTS: "events_refused"}


async def keep(services: Services, stream: Stream, events: Sequence[Event]) -> Appended:
    """Append to the log; once this returns they are on disk.

    Raises:
        LogLostError: the log lacks something, or is damaged. NoDatabaseError: there is none. LogUnavailableError: it keeps nothing now.
    """
    services.watch.check()
    try:
        return await services.log.append(stream, events)
    except LogLostError:
        raise
    except LogError as error:
        logger().warning(_REFUSED[stream], count=len(events), why=str(error), cause=str(error.__cause__ or ""))
        raise (NoDatabaseError(LOG_UNUSABLE) if isinstance(error, NoDatabaseError) else LogUnavailableError(LOG_GONE)) from error
