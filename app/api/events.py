"""POST /events: what shoppers did goes into the log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request

from app.api.keeping import keep
from app.api.keys import behind
from app.api.problems import documented
from app.api.reading import BoundedRoute
from app.api.schemas.events import EventIn, EventsIn, EventsOut
from app.api.services import InjectedServices
from app.ground.doors import Door, Scope
from app.ground.errors import Detail, KeyRefusedError
from app.log.base import Event, Stream
from app.recommend.limits import check_count
from app.recommend.products import unknown
from app.recommend.stages import count
from app.release.serving import Serving

router = APIRouter(route_class=BoundedRoute, tags=["events"], responses=documented(401, 403, 422, 429), dependencies=[behind(Door.EVENTS)])

_BOUGHT: Final = frozenset({"purchase", "return"})


@router.post("/events", status_code=202, response_model_exclude_none=True)
async def events(request: Request, batch: EventsIn, services: InjectedServices) -> EventsOut:
    """Keep what shoppers did. 202 once it is on disk; on 503, or no answer, send the same batch again: an event's id counts once."""
    check_count("events", len(batch.events), services.settings.limits.max_events, "events")
    _check_told(getattr(request.state, "scopes", ()), batch.events)
    count("events", len(batch.events))
    received = datetime.now(UTC).isoformat(timespec="milliseconds")
    appended = await keep(services, Stream.EVENTS, [_event(event, received) for event in batch.events])
    services.metrics.told(event.type for event in batch.events)
    repeated = len(batch.events) - appended.added
    return EventsOut(accepted=appended.added, repeated=repeated, unknown_items=_unknown(services.serving, batch.events))


def _check_told(scopes: Collection[Scope], told: Sequence[EventIn]) -> None:
    """Believe a key for clicks nothing of what was bought.

    Raises:
        KeyRefusedError: it says that something was, or came back.
    """
    if "clicks" not in scopes or not {"events", "admin"}.isdisjoint(scopes):
        return
    problem = "this key opens clicks; what was bought, and what came back, needs a key of the scope events"
    details = [Detail(f"events[{place}].type", event.type, problem) for place, event in enumerate(told) if event.type in _BOUGHT]
    if details:
        msg = f"{details[0].field}: {problem}"
        raise KeyRefusedError(msg, details)


def _event(event: EventIn, received: str) -> Event:
    data: dict[str, Any] = event.model_dump(exclude={"id", "timestamp"}, exclude_none=True)
    when = received if event.timestamp is None else event.timestamp.astimezone(UTC).isoformat(timespec="milliseconds")
    return Event(event.id, {**data, "timestamp": when, "received": received})


def _unknown(serving: Serving, events: list[EventIn]) -> list[str] | None:
    if serving.release is None:
        return None
    return unknown(serving.release, [event.item for event in events])
