"""Orders that lost an item which the catalogue does not have: what is left of them would be learned as a whole outfit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import polars as pl

_LEAST: Final = 2
_MOST: Final = 0.5
"""The largest share of outfits that is left out: of old orders more may name what is no longer sold, and they are all that there is."""


@dataclass(frozen=True, slots=True)
class Incomplete:
    """How many of the outfits lost an item, and whether they are ``left_out`` of what is learned.

    Attributes:
        undone: those of them with one item left or none, which are left out in any case.
    """

    outfits: int
    of: int
    left_out: bool
    undone: int = 0


def without_incomplete(events: pl.DataFrame, catalogue: Collection[str]) -> tuple[pl.DataFrame, Incomplete]:
    """The lines of those orders that lost nothing; where more than half of the outfits did, of all that have two items left.

    An order of two items or more is an outfit. What was sent back in the same order is not lost.

    Args:
        events: ``type``, ``session`` and ``item`` of each line. catalogue: its ids.
    """
    lines = events.select("type", "session", "item")
    back = lines.filter(pl.col("type") == "return")
    kept = lines.filter(pl.col("type") == "purchase").join(back, on=["session", "item"], how="anti")
    known = pl.col("item").is_in(list(catalogue))
    orders = kept.group_by("session").agg(pl.col("item").filter(known).n_unique().alias("there"), pl.col("item").n_unique().alias("of"))
    outfits = orders.filter(pl.col("of") >= _LEAST)
    lost = outfits.filter(pl.col("there") < pl.col("of"))
    undone = lost.filter(pl.col("there") < _LEAST)
    left_out = 0 < len(lost) <= _MOST * len(outfits)
    gone = lost if left_out else undone
    left = events.filter(~pl.col("session").is_in(gone["session"].to_list()))
    return left, Incomplete(len(lost), len(outfits), left_out, len(undone))
