"""From archived events to visits: acts of one shopper without a long pause."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from typing import Final

import polars as pl
import pyarrow as pa

from app.attribution.returns import sent_back

COLUMNS: Final = ("type", "session", "user", "item", "order", "timestamp", "received")
"""The columns of the archive that ``visits_of`` reads."""
KINDS: Final = ("view", "add_to_cart", "purchase", "dismiss", "return")


@dataclass(frozen=True, slots=True)
class Act:
    """One thing a shopper did with an item, ``at`` seconds since 1970; ``returned``: a purchase that came back, then or later."""

    kind: str
    item: str
    at: float
    returned: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """A session, or the part of one between two long pauses; one act or more, in order of time.

    Attributes:
        id: the session's; its second and later parts add ``#`` and their number.
        truncated: whether the visit was cut because it became too long.
    """

    id: str
    user: str | None
    acts: tuple[Act, ...]
    truncated: bool = False

    @property
    def end(self) -> float:
        """Time of the last act, in seconds since 1970."""
        return self.acts[-1].at

    def items(self, kind: str) -> list[str]:
        """The distinct items of one kind of act, in order."""
        return list(dict.fromkeys(act.item for act in self.acts if act.kind == kind))


def visits_of(events: pa.Table, *, gap_s: float, longest_s: float, since: datetime | None = None) -> list[Visit]:
    """The visits, ordered by their end.

    A client's clock may be wrong: an event dated after its arrival counts at its arrival.

    Args:
        events: the ``COLUMNS`` of the archive, in its order.
        gap_s: seconds of silence that end a visit. longest_s: seconds after which a visit is cut.
        since: earlier events are left out.
    """
    timed = _timed(events).with_row_index("id")
    back = sent_back(timed.lazy().with_columns(pl.lit(1).alias("quantity"))).select("id").collect()["id"]
    timed = timed.with_columns(pl.col("id").is_in(back.implode()).alias("returned"))
    if since is not None:
        timed = timed.filter(pl.col("at") >= since)
    ordered = timed.sort("session", "at", maintain_order=True).with_columns(pl.col("at").dt.epoch("ms") / 1000)
    rows = ordered.select("session", "user", "type", "item", "at", "returned").rows()
    visits = [visit for name, part in groupby(rows, itemgetter(0)) for visit in _cut(name, list(part), gap_s, longest_s)]
    return sorted(visits, key=lambda visit: (visit.end, visit.id))


def older_than(since: datetime, events: pa.Table) -> tuple[int, int]:
    """How many sessions have events from before a moment, and how many such events there are; see ``visits_of``."""
    older = _timed(events).filter(pl.col("at") < since)
    return older["session"].n_unique(), len(older)


def _timed(events: pa.Table) -> pl.DataFrame:
    """What shoppers did with items, and when, as far as it is known."""
    table = pl.from_arrow(events)
    assert isinstance(table, pl.DataFrame)  # noqa: S101 - a table gives a frame
    acts = table.filter(pl.col("type").is_in(KINDS) & pl.col("session").is_not_null() & pl.col("item").is_not_null())
    return acts.with_columns(pl.min_horizontal("timestamp", "received").alias("at")).filter(pl.col("at").is_not_null())


Row = tuple[str, str | None, str, str, float, bool]


def _cut(name: str, rows: Sequence[Row], gap_s: float, longest_s: float) -> Iterator[Visit]:
    start, number = 0, 1
    for place in range(1, len(rows) + 1):
        ended = place == len(rows)
        too_long = not ended and rows[place][4] - rows[start][4] > longest_s
        if ended or too_long or rows[place][4] - rows[place - 1][4] > gap_s:
            part = rows[start:place]
            user = next((row[1] for row in part if row[1] is not None), None)
            acts = tuple(Act(*row[2:]) for row in part)
            yield Visit(name if number == 1 else f"{name}#{number}", user, acts, too_long)
            start, number = place, number + 1
