"""POST /events: what shoppers did goes into the log."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from fastapi import APIRouter, Request, Response

from app.api.believed import believed
from app.api.keeping import keep
from app.api.keys import behind
from app.api.problems import documented
from app.api.rates import Allowance, too_many
from app.api.reading import BoundedRoute
from app.api.schemas.events import EventIn, EventsIn, EventsOut
from app.api.services import InjectedServices
from app.ground.doors import Door, Scope
from app.ground.errors import Detail, KeyRefusedError
from app.log.base import Event, Stream, of_page
from app.recommend.limits import check_count
from app.recommend.products import unknown
from app.recommend.stages import count
from app.release.serving import Serving

router = APIRouter(route_class=BoundedRoute, tags=["events"], responses=documented(401, 403, 422, 429), dependencies=[behind(Door.EVENTS)])

_BOUGHT: Final = frozenset({"purchase", "return"})


@router.post("/events", status_code=202, response_model=EventsOut, response_model_exclude_none=True)
async def events(request: Request, batch: EventsIn, services: InjectedServices) -> EventsOut | Response:
    """Keep what shoppers did. 202 once it is on disk; on 503, or no answer, send the same batch again: an event's id counts once."""
    state, settings = request.state, services.settings
    check_count("events", len(batch.events), _most(state.allowance, settings.limits.max_events), "events")
    _check_told(getattr(state, "scopes", ()), batch.events)
    count("events", len(batch.events))
    if state.page is not None or not hasattr(state, "key"):
        services.watch.check_room()
    if state.allowance is not None and state.allowance.by_address:
        state.allowance = await request.app.state.rates.count_parts(state.allowance, state.who, len(batch.events))
        if not state.allowance.allowed:
            return too_many(state.allowance)
    received, page = datetime.now(UTC).isoformat(timespec="milliseconds"), state.page
    told = [believed(event, request, settings.keys) for event in batch.events]
    appended = await keep(services, Stream.EVENTS, [_event(event, received, page) for event, _ in told])
    services.metrics.told(event.type for event in batch.events)
    repeated = len(batch.events) - appended.added
    note = next((note for _, note in told if note), None)
    return EventsOut(accepted=appended.added, repeated=repeated, unknown_items=_unknown(services.serving, batch.events), user_note=note)


def _most(allowance: Allowance | None, most: int) -> int:
    """How many events a batch may have: no more than may be sent in a minute, where each counts."""
    return most if allowance is None or not allowance.by_address else min(most, allowance.limit)


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


def _event(event: EventIn, received: str, page: str | None) -> Event:
    data: dict[str, Any] = event.model_dump(exclude={"id", "timestamp", "user_signature"}, exclude_none=True)
    when = received if event.timestamp is None else event.timestamp.astimezone(UTC).isoformat(timespec="milliseconds")
    return Event(event.id if page is None else of_page(page, event.id), {**data, "timestamp": when, "received": received})


def _unknown(serving: Serving, events: list[EventIn]) -> list[str] | None:
    if serving.release is None:
        return None
    return unknown(serving.release, [event.item for event in events])
