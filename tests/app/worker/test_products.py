"""What is told of a product, on whose page no size is chosen yet, is learned from: its first variant stands for it."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pyarrow as pa

from app.home.runs import Runs
from app.log.base import Entry, Event
from app.worker.archive import SCHEMA, Archive, read_archive
from app.worker.learn import _Steps
from app.worker.products import by_item
from index.snapshot import Snapshot


def archived(shop: Any, events: list[Event]) -> Runs:
    """The runs of a home whose archive has these events."""
    runs = Runs(shop.store.home)
    Archive(runs.events).write([Entry(str(place), event) for place, event in enumerate(events)])
    return runs


def test_a_product_is_its_first_variant(shop: Any, purchases: Callable[..., list[Event]]) -> None:
    """An item's own id wins over a group that is called so; what nobody has stays, and so does all else of an event."""
    runs = archived(shop, purchases("s", ["tee", "b", "gone", "b-1"]))
    events = read_archive(runs.events, SCHEMA.names)
    items = pa.table({"id": ["a", "b", "c"], "group_id": ["b", "tee", "tee"]})
    meant = by_item(events, items)
    assert meant.column("item").to_pylist() == ["b", "b", "gone", "b-1"]
    assert meant.drop_columns("item") == events.drop_columns("item")
    assert meant.schema == events.schema
    assert by_item(events, items.slice(0, 0)) is events


def test_what_was_bought_by_products_is_an_outfit(shop: Any, purchases: Callable[..., list[Event]]) -> None:
    """Where events name products only, baskets are those of their items."""
    runs = archived(shop, purchases("s", ["tops", "shoes"]))
    steps = _Steps(shop.settings, runs.begin(), Archive(runs.events).rows, None)
    snapshot = Snapshot.load(shop.store.snapshot_path(shop.store.served().snapshot))
    ids = snapshot.items.column("id").to_pylist()
    groups = pa.array([item.partition("-")[0] for item in ids], pa.string())
    place = snapshot.items.column_names.index("group_id")
    given: Any = SimpleNamespace(items=snapshot.items.set_column(place, "group_id", groups))
    [basket], _ = steps._baskets(given)
    assert basket.items == ("tops-0", "shoes-0")
