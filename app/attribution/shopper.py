"""Which events are one shopper's: those that name them, and those of their sessions that name nobody else."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import polars as pl


@dataclass(frozen=True, slots=True)
class Shopper:
    """One shopper.

    Attributes:
        user: as the shop names them; None of one whom it does not. sessions: that are theirs, whomever their events name.
    """

    user: str | None
    sessions: Collection[str] = ()

    def events(self, all_events: pl.LazyFrame) -> pl.Expr:
        """What is true of the shopper's among events, which have the columns ``session`` and ``user``; these are read for it."""
        own = pl.col("session").is_in(_list(self.sessions))
        if self.user is None:
            return own
        named = pl.col("user") == self.user
        in_these = all_events.filter(named).select(pl.col("session").drop_nulls().unique()).collect()["session"].to_list()
        return named.fill_null(value=False) | own | (pl.col("session").is_in(_list(in_these)) & pl.col("user").is_null())


def as_kept(events: pl.LazyFrame, file: Path) -> int:
    """Write events as they are kept, a JSON object each, oldest first; returns how many."""
    told = events.sort("received").select("id", "data").collect()
    with file.open("w", encoding="utf-8") as lines:
        for event_id, data in told.iter_rows():
            lines.write(json.dumps({"id": event_id, **json.loads(data)}) + "\n")
    return len(told)


def _list(names: Collection[str]) -> pl.Expr:
    return pl.lit(pl.Series(sorted(names), dtype=pl.String).implode())
