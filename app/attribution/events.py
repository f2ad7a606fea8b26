"""Events as rows of a table: what the worker's archive keeps of them, and attribution reads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final

import pyarrow as pa

from app.log.base import Event

_TEXTS: Final = ("type", "session", "user", "item", "recommendation_id", "order", "release")
COLUMNS: Final = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        *(pa.field(name, pa.string()) for name in _TEXTS),
        pa.field("timestamp", pa.timestamp("ms", "UTC")),
        pa.field("received", pa.timestamp("ms", "UTC")),
        pa.field("quantity", pa.int64()),
        pa.field("price", pa.float64()),
        pa.field("data", pa.string(), nullable=False),  # all of it, as JSON
    ]
)


def table_of(events: Iterable[Event]) -> pa.Table:
    """One row of ``COLUMNS`` per event."""
    return pa.Table.from_pylist([row_of(event) for event in events], COLUMNS)


def row_of(event: Event) -> dict[str, Any]:
    """An event as a row; what is not of the kind its column holds is in ``data`` alone."""
    data = event.data
    texts = {name: data[name] for name in _TEXTS if isinstance(data.get(name), str) and _writable(data[name])}
    return {
        "id": event.id,
        **texts,
        "timestamp": _moment(data, "timestamp"),
        "received": _moment(data, "received"),
        "quantity": _whole(data.get("quantity")),
        "price": _number(data.get("price")),
        "data": event.encoded(),
    }


def _writable(text: str) -> bool:
    """Whether UTF-8 can hold it: JSON may carry half a character."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def _moment(data: Mapping[str, Any], name: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(data[name])
    except (KeyError, TypeError, ValueError):
        return None
    return moment if moment.tzinfo else None


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None


def _number(value: object) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 2.0**1000 else None
