"""Which items are sizes and colours of one product: who was shown one may buy another."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

import polars as pl
import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Products:
    """Item -> its ``group_id``, of those that have one. A product that an event names, as its page does, is itself."""

    of_item: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, items: pa.Table) -> Products:
        """Those of a catalogue, of which ``id`` and ``group_id`` are read."""
        names, groups = items.column("id").to_pylist(), items.column("group_id").to_pylist()
        return cls({name: group for name, group in zip(names, groups, strict=True) if group is not None})

    def name(self, item: str) -> str:
        """What items of one product have in common; the item where it is none of several."""
        return self.of_item.get(item, item)

    def named(self) -> pl.Expr:
        """The ``name`` of the column ``item``, as ``product``."""
        item = pl.col("item")
        return (item.replace(self.of_item) if self.of_item else item).alias("product")


NO_PRODUCTS: Final = Products()
"""Each item is a product of its own."""
