"""What the pages show, from the services that the JSON routes use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from anyio import to_thread

from app.api.lately import lately
from app.api.ops import lags_of
from app.api.schemas.rules import MoreOrFewer
from app.api.services import Services
from app.ground.errors import LogError
from app.home.feeds import FeedRecord, FeedRecords
from app.home.runs import LearningRun, Runs
from app.live.metrics import Traffic
from app.log.base import Lag
from app.release.release import CatalogueItem, Release

ENTRIES: Final = 2_000
"""Last impressions and events that the pages look at."""
_WIDE, _HIGH = 600, 160


@dataclass(frozen=True, slots=True)
class Lately:
    """The last impressions and events.

    Attributes:
        entries: how many they are. since: when the first of them was received.
        answers: impressions; empty: those without any suggestion that are not complete. slots_empty: slots without one, of ``slots``.
        events: type -> how many. attributed: of these, what names a recommendation that shows the item.
    """

    entries: int = 0
    since: str = ""
    answers: int = 0
    empty: int = 0
    slots: int = 0
    slots_empty: int = 0
    events: Mapping[str, int] = field(default_factory=dict)
    attributed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The first page."""

    traffic: Sequence[Traffic]
    lately: Lately | None
    lags: Mapping[str, Mapping[str, Lag]] | None
    feeds: Sequence[FeedRecord]
    trouble: Sequence[str]


async def overview(services: Services) -> Overview:
    """How the service is; what the log does not answer in time is None."""
    try:
        seen = of_entries(await lately(services, ENTRIES))
    except LogError:
        seen = None
    said = [services.watch.lost, services.replay.trouble, services.replay.encoder_trouble, services.follower.trouble]
    return Overview(
        traffic=services.metrics.traffic(),
        lately=seen,
        lags=await lags_of(services.log),
        feeds=await to_thread.run_sync(FeedRecords(services.settings.home).all),
        trouble=[str(one) for one in (*said, services.rules.trouble, services.impressions.trouble) if one],
    )


def of_entries(entries: Sequence[Mapping[str, Any]]) -> Lately:
    """What the last impressions and events come to.

    >>> shown = {"type": "impression", "recommendation_id": "r", "slots": [{"category": "tops", "items": ["a"]}, {"items": []}]}
    >>> dict(of_entries([shown, {"type": "view", "item": "a", "recommendation_id": "r"}, {"type": "view", "item": "b"}]).attributed)
    {'view': 1}
    >>> of_entries([{"type": "impression", "complete": True, "slots": []}, {"type": "impression", "slots": []}]).empty
    1
    """
    impressions = [one for one in entries if one.get("type") == "impression"]
    slots = [[slot.get("items") or [] for slot in one.get("slots") or []] for one in impressions]
    shown = {one.get("recommendation_id"): {item for slot in of for item in slot} for one, of in zip(impressions, slots, strict=True)}
    done = [one for one in entries if one.get("type") != "impression"]
    attributed = [one for one in done if str(one.get("item")) in shown.get(one.get("recommendation_id"), ())]
    return Lately(
        entries=len(entries),
        since=str(entries[0].get("received", "")) if entries else "",
        answers=len(impressions),
        empty=sum(not any(of) and not one.get("complete") for one, of in zip(impressions, slots, strict=True)),
        slots=sum(map(len, slots)),
        slots_empty=sum(not slot for of in slots for slot in of),
        events=Counter(str(one.get("type")) for one in done),
        attributed=Counter(str(one.get("type")) for one in attributed),
    )


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
