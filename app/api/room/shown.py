"""What the pages show, from the services that the JSON routes use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from anyio import to_thread

from app.api.ops import lags_of
from app.api.schemas.rules import MoreOrFewer
from app.api.services import Services
from app.attribution.events import table_of
from app.ground.errors import LogError
from app.ground.windows import Windows
from app.home.feeds import FeedRecord, FeedRecords, Reject
from app.home.runs import LearningRun, Runs
from app.live.lately import lately
from app.live.metrics import Traffic
from app.log.base import Event, Lag
from app.release.release import CatalogueItem, Release

if TYPE_CHECKING:
    from app.api.room.came_of import Outcome

ENTRIES: Final = 2_000
"""Last impressions and events that the pages look at."""
REJECTS_SHOWN: Final = 20
"""Rows that were set aside, of each file of them."""
_WIDE, _HIGH = 600, 160


@dataclass(frozen=True, slots=True)
class Lately:
    """The last impressions and events.

    Attributes:
        entries: how many they are. since: when the first of them was received.
        answers: impressions; empty: those without any suggestion that are not complete. slots_empty: slots without one, of ``slots``.
        events: type -> how many. attributed: of these, what follows from one of these answers, of the types that can.
        outcomes: what came of it, by release.
    """

    entries: int = 0
    since: str = ""
    answers: int = 0
    empty: int = 0
    slots: int = 0
    slots_empty: int = 0
    events: Mapping[str, int] = field(default_factory=dict)
    attributed: Mapping[str, int] = field(default_factory=dict)
    outcomes: Sequence[Outcome] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The first page."""

    traffic: Sequence[Traffic]
    lately: Lately | None
    lags: Mapping[str, Mapping[str, Lag]] | None
    feeds: Sequence[FeedRecord]
    rejects: Sequence[Reject]
    trouble: Sequence[str]


async def overview(services: Services) -> Overview:
    """How the service is; what the log does not answer in time is None."""
    try:
        entries = await lately(services.log, services.settings.home, ENTRIES)
        seen = await to_thread.run_sync(of_entries, entries, services.settings.attribution, services.serving.release)
    except LogError:
        seen = None
    feeds = FeedRecords(services.settings.home)
    said = [services.watch.lost, services.replay.trouble, services.replay.encoder_trouble, services.follower.trouble]
    return Overview(
        traffic=services.metrics.traffic(),
        lately=seen,
        lags=await lags_of(services.log),
        feeds=await to_thread.run_sync(feeds.all),
        rejects=await to_thread.run_sync(feeds.rejects, REJECTS_SHOWN),
        trouble=[str(one) for one in (*said, services.rules.trouble, services.impressions.trouble) if one],
    )


def of_entries(entries: Mapping[str, Mapping[str, Any]], windows: Windows, release: Release | None = None) -> Lately:
    """What the last impressions and events come to.

    Args:
        entries: by their ids, oldest first. release: its catalogue says which items are sizes and colours of one product.

    >>> of_entries({"1": {"type": "impression", "complete": True, "slots": []}, "2": {"type": "impression", "slots": []}}, Windows()).empty
    1
    """
    from app.api.room.came_of import came_of  # noqa: PLC0415 - polars takes a part of a start, and only this page takes it
    from app.attribution.products import Products  # noqa: PLC0415

    said = list(entries.values())
    impressions = [one for one in said if one.get("type") == "impression"]
    slots = [[slot.get("items") or [] for slot in one.get("slots") or []] for one in impressions]
    table = table_of(Event(name, data) for name, data in entries.items())
    acts, outcomes = came_of(table, windows, Products.of(_items(release, said)) if release else Products())
    return Lately(
        entries=len(said),
        since=str(said[0].get("received", "")) if said else "",
        answers=len(impressions),
        empty=sum(not any(of) and not one.get("complete") for one, of in zip(impressions, slots, strict=True)),
        slots=sum(map(len, slots)),
        slots_empty=sum(not slot for of in slots for slot in of),
        events=Counter(str(one.get("type")) for one in said if one.get("type") != "impression"),
        attributed=acts,
        outcomes=outcomes,
    )


def _items(release: Release, entries: Sequence[Mapping[str, Any]]) -> pa.Table:
    """Those of what was shown and done."""
    shown = (item for one in entries for slot in one.get("slots") or () for item in slot.get("items") or ())
    looked = (item for one in entries for look in one.get("looks") or () for item in look)
    rows = release.snapshot.row_of.known({*map(str, shown), *map(str, looked), *(str(one.get("item")) for one in entries)})
    return release.snapshot.items.select(["id", "group_id"]).take(pa.array(rows.values(), pa.int64()))


@dataclass(frozen=True, slots=True)
class Point:
    """One run on the learning curve, placed in the drawing."""

    run: LearningRun
    value: float
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class Curve:
    """Recall@10 of each run's candidate on the reference set, as a drawing of ``wide`` by ``high``."""

    points: Sequence[Point]
    top: float
    wide: int = _WIDE
    high: int = _HIGH

    @property
    def line(self) -> str:
        """Through what was published: what served."""
        return " ".join(f"{one.x:.1f},{one.y:.1f}" for one in self.points if one.run.decision == "published")


def curve(runs: Sequence[LearningRun]) -> Curve:
    """The learning curve of runs, oldest first."""
    found = [(run, one.candidate) for run in runs for one in run.metrics if (one.set, one.metric) == ("reference", "recall_at_10")]
    top = max([value for _, value in found], default=1.0) or 1.0
    step = (_WIDE - 40) / max(1, len(found) - 1)
    points = [Point(run, value, 20 + step * at, _HIGH - 20 - (_HIGH - 40) * value / top) for at, (run, value) in enumerate(found)]
    return Curve(points, top)


async def runs_of(services: Services) -> list[LearningRun]:
    """The finished runs, oldest first."""
    return await to_thread.run_sync(Runs(services.settings.home).finished)


def named(release: Release, counts: Sequence[MoreOrFewer]) -> list[tuple[CatalogueItem, int]]:
    """Items by their titles, each with its number of answers."""
    items = release.items([release.snapshot.row_of[one.id] for one in counts]) if counts else []
    return [(item, one.answers) for item, one in zip(items, counts, strict=True)]
