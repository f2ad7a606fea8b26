"""Events that name a product, as its page does before a size is chosen: its first variant stands for it."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl
import pyarrow as pa


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


def by_item(events: pa.Table, items: pa.Table) -> pa.Table:
    """Events of the archive, with an item in place of each product; what they hold beside that column is as it was sent."""
    column = events.column("item")
    named = column.unique().drop_null().to_pylist()
    if not (first := first_variants(named, items)):
        return events
    meant = pl.Series(column).replace(first).to_arrow()
    return events.set_column(events.column_names.index("item"), "item", meant.cast(column.type))
