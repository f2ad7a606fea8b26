"""How the items of a feed differ from those that are served now: by id, and by the value of each column that the feed speaks of."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl
import pyarrow as pa
import pyarrow.compute as pc

from index.snapshot import ITEM_COLUMNS

_JSON: Final = ("attributes", "sizes", "extras")
_NOW: Final = "_now"
_ROW: Final = "_row"


@dataclass(frozen=True, slots=True)
class Differences:
    """Differences.

    Attributes:
        new: rows of the feed whose items are not served.
        changed: row of the feed -> the values that are others now, by column.
        gone: ids that are served and that the feed does not have.
        same: how many items are as they were.
    """

    new: Sequence[int]
    changed: Mapping[int, dict[str, Any]]
    gone: Sequence[str]
    same: int

    def kinds(self) -> dict[str, int]:
        """How many items have another value, by column."""
        return dict(Counter(name for values in self.changed.values() for name in values))


def said_columns(feed: pa.Table) -> list[str]:
    """The columns that a feed speaks of: it says one for some item. What it never says stays as it is, for whoever else maintains it."""
    names = [name for name in ITEM_COLUMNS.names if name not in {"id", "image"} and name in feed.column_names]
    return [name for name in names if feed.column(name).null_count < len(feed)]


def differences(now: pa.Table, feed: pa.Table) -> Differences:
    """Compare.

    Args:
        now, feed: ``id`` and other columns of a snapshot's items; pictures are not looked at.
    """
    said = said_columns(feed)
    ours, theirs = (_comparable(table, said) for table in (now, feed))
    joined = theirs.with_row_index(_ROW).join(ours.with_columns(pl.lit(value=True).alias("_served")), "id", how="left", suffix=_NOW)
    joined = joined.sort(_ROW)
    new = joined.filter(pl.col("_served").is_null())[_ROW].to_list()
    differs = joined.filter(pl.col("_served").is_not_null()).select(
        _ROW, *(pl.col(name).ne_missing(pl.col(f"{name}{_NOW}")).alias(name) for name in said)
    )
    found = differs.filter(pl.any_horizontal(said)) if said else differs.clear()
    before = _rows(now, pc.index_in(feed.column("id").take(pa.array(found[_ROW], pa.int64())), now.column("id")), said)
    after = _rows(feed, pa.array(found[_ROW], pa.int64()), said)
    changed = {}
    for row, old, value in zip(found[_ROW].to_list(), before, after, strict=True):
        others = {name: value[name] for name in said if _differs(name, old[name], value[name])}
        if others:
            changed[row] = others
    gone = ours.join(theirs.select("id"), "id", how="anti")["id"].to_list()
    return Differences(new, changed, gone, len(differs) - len(changed))


def _comparable(table: pa.Table, said: Sequence[str]) -> pl.DataFrame:
    frame = pl.from_arrow(table.select(["id", *said]))
    assert isinstance(frame, pl.DataFrame)  # noqa: S101 - a table gives a frame
    return frame.with_columns(pl.col("images").list.join("\n")) if "images" in said else frame


def _rows(table: pa.Table, rows: pa.Array, said: Sequence[str]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = table.select(list(said)).take(rows).to_pylist()
    return found


def _differs(name: str, old: Any, new: Any) -> bool:  # noqa: ANN401 - values of a column
    if name in _JSON and old and new:
        return bool(json.loads(old) != json.loads(new))
    return bool(old != new) and bool(old or new or name in {"price", "sale_price", "in_stock"})
