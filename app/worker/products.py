"""What names an item otherwise than by its id: a product, as its page does before a size is chosen, or what a shop calls it inside."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
from pydantic_core import from_json

from models.datasets.feeds.records import SHOP_ID


def first_variants(ids: Iterable[str], items: pa.Table) -> dict[str, str]:
    """Of each id that no item has and that is the ``group_id`` of some: the first of these.

    Args:
        items: the catalogue, of which ``id`` and ``group_id`` are read.
    """
    names, groups = items.column("id").to_pylist(), items.column("group_id").to_pylist()
    unknown = set(ids).difference(names)
    if not unknown:
        return {}
    first = {group: item for item, group in zip(reversed(names), reversed(groups), strict=True)}
    return {one: first[one] for one in unknown if one in first}


def ids_by_shop(named: Iterable[str], items: pa.Table) -> dict[str, str]:
    """The item of each id that a shop has inside and that is no item's own.

    Args:
        items: the catalogue, of which ``id`` and ``extras`` are read.
    """
    if "extras" not in items.column_names:
        return {}
    unknown = set(named).difference(items.column("id").to_pylist())
    if not unknown:
        return {}
    told = items.select(["id", "extras"]).filter(pc.match_substring(items.column("extras"), f'"{SHOP_ID}"'))
    ids = {from_json(one["extras"]).get(SHOP_ID): one["id"] for one in told.to_pylist()}
    return {one: ids[one] for one in unknown if one in ids}


def by_item(events: pa.Table, items: pa.Table) -> pa.Table:
    """Events of the archive, with an item in place of each product; what they hold beside that column is as it was sent."""
    column = events.column("item")
    named = column.unique().drop_null().to_pylist()
    if not (first := first_variants(named, items)):
        return events
    meant = pl.Series(column).replace(first).to_arrow()
    return events.set_column(events.column_names.index("item"), "item", meant.cast(column.type))
