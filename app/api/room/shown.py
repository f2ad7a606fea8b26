"""What the pages show, from the services that the JSON routes use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import pyarrow as pa
from anyio import to_thread

from app.api.ops import lags_of
from app.api.schemas.rules import MoreOrFewer
from app.api.services import Services
from app.attribution.products import Products
from app.ground.errors import LogError
from app.home.feeds import FeedRecord, FeedRecords, Reject
from app.home.runs import LearningRun, Runs
from app.live.lately import lately
from app.live.metrics import Traffic
from app.log.base import Lag
from app.release.release import CatalogueItem, Release

ENTRIES: Final = 2_000
"""Last impressions and events that the pages look at."""
REJECTS_SHOWN: Final = 20
"""Rows that were set aside, of each file of them."""
_WIDE, _HIGH = 600, 160
_ITEMS: Final = Products()


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of the suggestions of a release, or of one variant of it, among its visitors: users, else sessions, else single answers.

    Attributes:
        of: the release and, in an experiment, the variant. visitors: how many were answered.
        clicked, attached, bought: how many of them followed, put into the bag or bought, and bought what was suggested.
        order_value: currency -> what each who bought in it spent on what was suggested.
    """

    of: str
    visitors: int
    clicked: int
    attached: int
    bought: int
    order_value: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Lately:
    """The last impressions and events.

    Attributes:
        entries: how many they are. since: when the first of them was received.
        answers: impressions; empty: those without any suggestion that are not complete. slots_empty: slots without one, of ``slots``.
        events: type -> how many. attributed: of these, what names a recommendation that shows the product.
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
        release = services.serving.release
        seen = of_entries(entries, _products(release, entries) if release else _ITEMS)
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


def of_entries(entries: Sequence[Mapping[str, Any]], products: Products = _ITEMS) -> Lately:
    """What the last impressions and events come to.

    >>> shown = {"type": "impression", "recommendation_id": "r", "slots": [{"category": "tops", "items": ["a"]}, {"items": []}]}
    >>> dict(of_entries([shown, {"type": "view", "item": "a", "recommendation_id": "r"}, {"type": "view", "item": "b"}]).attributed)
    {'view': 1}
    >>> dict(of_entries([shown, {"type": "view", "item": "a-xl", "recommendation_id": "r"}], Products({"a": "A", "a-xl": "A"})).attributed)
    {'view': 1}
    >>> in_a_look = shown | {"looks": [["b"]]}, {"type": "view", "item": "b", "recommendation_id": "r"}
    >>> dict(of_entries(in_a_look).attributed)
    {'view': 1}
    >>> sold = {"type": "purchase", "item": "a", "recommendation_id": "r", "price": 20.0, "quantity": 2, "currency": "EUR"}
    >>> (outcome,) = of_entries([shown | {"release": "r1", "user": "u"}, sold]).outcomes
    >>> outcome.of, outcome.visitors, outcome.clicked, outcome.attached, outcome.bought, outcome.order_value
    ('r1', 1, 0, 1, 1, {'EUR': 40.0})
    >>> of_entries([{"type": "impression", "complete": True, "slots": []}, {"type": "impression", "slots": []}]).empty
    1
    """
    impressions = [one for one in entries if one.get("type") == "impression"]
    slots = [[slot.get("items") or [] for slot in one.get("slots") or []] for one in impressions]
    shown = {
        one.get("recommendation_id"): {products.name(item) for shown in (*of, *(one.get("looks") or ())) for item in shown}
        for one, of in zip(impressions, slots, strict=True)
    }
    done = [one for one in entries if one.get("type") != "impression"]
    attributed = [one for one in done if products.name(str(one.get("item"))) in shown.get(one.get("recommendation_id"), ())]
    return Lately(
        entries=len(entries),
        since=str(entries[0].get("received", "")) if entries else "",
        answers=len(impressions),
        empty=sum(not any(of) and not one.get("complete") for one, of in zip(impressions, slots, strict=True)),
        slots=sum(map(len, slots)),
        slots_empty=sum(not slot for of in slots for slot in of),
        events=Counter(str(one.get("type")) for one in done),
        attributed=Counter(str(one.get("type")) for one in attributed),
        outcomes=_outcomes(impressions, attributed),
    )


def _products(release: Release, entries: Sequence[Mapping[str, Any]]) -> Products:
    """Those of what was done."""
    shown = (item for one in entries for slot in one.get("slots") or () for item in slot.get("items") or ())
    looked = (item for one in entries for look in one.get("looks") or () for item in look)
    rows = release.snapshot.row_of.known({*map(str, shown), *map(str, looked), *(str(one.get("item")) for one in entries)})
    return Products.of(release.snapshot.items.select(["id", "group_id"]).take(pa.array(rows.values(), pa.int64())))


def _outcomes(impressions: Sequence[Mapping[str, Any]], attributed: Sequence[Mapping[str, Any]]) -> list[Outcome]:
    """Release and variant, the last first -> what came of them."""
    did: dict[str, dict[str, set[str]]] = {}
    answered = {one["recommendation_id"]: (_answerer(one), _visitor(one)) for one in reversed(impressions) if one.get("recommendation_id")}
    for of, visitor in answered.values():
        did.setdefault(of, {}).setdefault(visitor, set())
    spent: dict[str, dict[str, Counter[str]]] = {of: {} for of in did}
    for act in attributed:
        of, visitor = answered[act["recommendation_id"]]
        did[of][visitor].add(str(act.get("type")))
        if act.get("type") == "purchase" and act.get("price") is not None:
            spent[of].setdefault(str(act.get("currency") or ""), Counter())[visitor] += act["price"] * (act.get("quantity") or 1)
    return [
        Outcome(
            of=of,
            visitors=len(visitors),
            clicked=sum("view" in acts for acts in visitors.values()),
            attached=sum(not acts.isdisjoint(("add_to_cart", "purchase")) for acts in visitors.values()),
            bought=sum("purchase" in acts for acts in visitors.values()),
            order_value={currency: sum(each.values()) / len(each) for currency, each in spent[of].items()},
        )
        for of, visitors in did.items()
    ]


def _answerer(impression: Mapping[str, Any]) -> str:
    return ", ".join(str(impression[name]) for name in ("release", "experiment", "variant") if impression.get(name))


def _visitor(impression: Mapping[str, Any]) -> str:
    return next(f"{name} {impression[name]}" for name in ("user", "session", "recommendation_id") if impression.get(name))


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
