"""What came of answers, by release."""

from __future__ import annotations

from app.api.room.came_of import came_of
from app.attribution.events import table_of
from app.attribution.products import NO_PRODUCTS
from app.ground.windows import Windows
from app.log.base import Event

NOW = {"timestamp": "2026-11-01T12:00:00+00:00", "received": "2026-11-01T12:00:00+00:00"}


def test_who_bought_without_a_price_is_told_apart() -> None:
    """An average order is of those who said all prices; what is not known counts as no 0, nor as a part of it."""
    events = []
    for number, prices in enumerate([(20.0,), (40.0,), (None,), (500.0, None)]):
        about = {"recommendation_id": f"r{number}", "session": f"s{number}", **NOW}
        events.append(
            Event(f"i{number}", {"type": "impression", "release": "r1", "slots": [{"category": "c", "items": ["a", "b"]}], **about})
        )
        for place, price in enumerate(prices):
            said = {} if price is None else {"price": price, "currency": "EUR"}
            events.append(Event(f"p{number}{place}", {"type": "purchase", "item": "ab"[place], **said, **about}))
    _, [found] = came_of(table_of(events), Windows(), NO_PRODUCTS)
    assert (found.visitors, found.bought, found.order_value, found.left_out) == (4, 4, {"EUR": 30.0}, 2)
