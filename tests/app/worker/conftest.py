"""A shop whose rule is simple: what is worn together has nearly the same hue, and its items say their hue in their features."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import numpy as np
import polars as pl
import pytest

from app.catalogue.importing import import_catalogue
from app.ground.parts import Limits, LogSettings, WorkerSettings
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.log.base import Entry, Event
from app.recommend.complete import complete
from app.recommend.completion import FilledSlot, Question
from app.recommend.exploring import Exploring
from app.release.release import Release
from app.worker import feeds, loop
from app.worker.archive import SCHEMA, Archive, read_archive

CATEGORIES = ("bags", "bottoms", "shoes", "tops")
PER_CATEGORY = 40
TRAINING = {
    "epochs": "6",
    "members": "1",
    "masks": "1",
    "mask_epochs": "2",
    "mask_size": "16",
    "embedding_size": "16",
    "hidden": "32",
    "heads": "2",
    "dropout": "0",
    "judged": "16",
    "label": "0",
    "learning_rate": "0.01",
}
LATEST = datetime(2026, 11, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Shop:
    """A home with a catalogue and an untrained release, and the truth about its items."""

    store: ReleaseStore
    hue: dict[str, float]

    @property
    def settings(self) -> Settings:
        """As small as it gets."""
        worker = WorkerSettings(
            training=TRAINING, least_outfits=100, nice=0, threads=1, archive_s=0.05, reference=Path("none"), window_days=1e5
        )
        return Settings(home=self.store.home, worker=worker, log=LogSettings())

    def outfit(self, dice: np.random.Generator) -> list[str]:
        """Items of one hue, one of each category."""
        wanted = dice.uniform(0, 2 * np.pi)
        chosen = []
        for category in CATEGORIES:
            items = [f"{category}-{number}" for number in range(PER_CATEGORY)]
            near = np.array([4 * np.cos(self.hue[item] - wanted) for item in items])
            chosen.append(str(items[int((near + dice.gumbel(size=len(near))).argmax())]))
        return chosen

    def sessions(self, count: int, *, seed: int = 0, shuffled: bool = False) -> list[Event]:
        """Purchases of outfits, one session each; shuffled, each item is anybody's."""
        dice = np.random.default_rng(seed)
        outfits = [self.outfit(dice) for _ in range(count)]
        if shuffled:
            columns = [dice.permutation([outfit[place] for outfit in outfits]) for place in range(len(CATEGORIES))]
            outfits = [[str(item) for item in outfit] for outfit in zip(*columns, strict=True)]
        return [
            event
            for number, outfit in enumerate(outfits)
            for event in purchases(f"s{seed}-{number}", outfit, at=LATEST + timedelta(minutes=seed * 10_000 + number))
        ]


def purchases(session: str, items: Sequence[str], *, at: datetime = LATEST, kind: str = "purchase") -> list[Event]:
    """Events of one session, seconds apart, as the service keeps them."""
    return [
        said(f"{session}-{place}-{kind}", type=kind, item=item, session=session, at=at + timedelta(seconds=10 * place))
        for place, item in enumerate(items)
    ]


def said(event_id: str, *, at: datetime = LATEST, **data: Any) -> Event:
    """An event as the service keeps it."""
    when = at.isoformat(timespec="milliseconds")
    return Event(event_id, {"timestamp": when, "received": when, **data})


def build(root: Path) -> Shop:
    """Import the catalogue into a fresh home."""
    dice = np.random.default_rng(7)
    hue, lines = {}, []
    for category in CATEGORIES:
        for number in range(PER_CATEGORY):
            item = f"{category}-{number}"
            hue[item] = float(dice.uniform(0, 2 * np.pi))
            features = [np.cos(hue[item]), np.sin(hue[item]), *dice.normal(0, 1, 6)]
            lines.append({"id": item, "category": category, "title": f"{category} {number}", "features": [float(one) for one in features]})
    (root / "shop").mkdir(parents=True)
    (root / "shop" / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    store = ReleaseStore(root / "home")
    import_catalogue(root / "shop", store, default_encoder="shipped")
    return Shop(store, hue)


def shown(ids: Sequence[str], slot: FilledSlot, share: float) -> dict[str, Any]:
    """A slot as an impression has it; ``ids`` are the catalogue's, by row."""
    seen = slot.considered
    said = {
        "category": slot.category,
        "items": [ids[one.row] for one in slot.items],
        "candidates": [ids[row] for row in seen.rows_M],
        "scores": seen.scores_M.tolist(),
    }
    return said | ({"chances": seen.chance_M.tolist(), "open": seen.opened, "explored": list(seen.explored)} if share else {})


@pytest.fixture
def log_of() -> Callable[..., pl.LazyFrame]:
    """The log of a shop whose shoppers look at place k with chance 1/k and buy what has their hue."""

    def make(shop: Shop, home: Path, count: int, share: float) -> pl.LazyFrame:
        store, dice = ReleaseStore(shop.store.home), np.random.default_rng(1)
        release = Release.open(store, store.served())
        ids = release.snapshot.items.column("id").to_pylist()
        entries = []
        for number in range(count):
            worn = f"tops-{dice.integers(40)}"
            exploring = Exploring(seed=f"{number}", share=share, first=1, among=20) if share else None
            answer = complete(release, Question(items=[worn], slots=["shoes"], k=10, exploring=exploring), Limits())
            slot, name, who = shown(ids, answer.slots[0], share), f"r{number}", f"s{number}"
            more = {"exploration": share} if share else {}
            data = {"type": "impression", "recommendation_id": name, "session": who, "items": [worn], "slots": [slot], **more}
            entries.append(said(f"impression:{name}", **data))
            for place, item in enumerate(slot["items"]):
                near = np.cos(shop.hue[item] - shop.hue[worn]) > 0.3
                if dice.random() < 1 / (1 + place) and near:
                    act = {"item": item, "session": who, "recommendation_id": name}
                    entries += [said(f"{name}-{item}-{kind}", type=kind, **act) for kind in ("view", "purchase")]
        Archive(home).write([Entry(str(number), entry) for number, entry in enumerate(entries)])
        frame = pl.from_arrow(read_archive(home, SCHEMA.names))
        assert isinstance(frame, pl.DataFrame)
        return frame.lazy()

    return make


@pytest.fixture
def anyio_backend() -> str:
    """What the worker runs on."""
    return "asyncio"


class _Here(Thread):
    """Stands in for a process where the test is of what it decides; a process spends most of its time on importing torch."""

    exitcode = 0

    def kill(self) -> None:
        """It has ended by then."""


@pytest.fixture(scope="module")
def learning_here() -> Iterator[None]:
    """Runs learn in a thread of this process."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "get_context", lambda _: SimpleNamespace(Process=_Here))
        yield


@pytest.fixture
def syncing_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """Feeds are synchronised in a thread of this process."""
    monkeypatch.setattr(feeds, "get_context", lambda _: SimpleNamespace(Process=_Here))


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """A fresh shop."""
    return build(tmp_path)


@pytest.fixture(name="said", scope="session")
def said_fixture() -> Callable[..., Event]:
    """Makes an event."""
    return said


@pytest.fixture(name="purchases", scope="session")
def purchases_fixture() -> Callable[..., list[Event]]:
    """Makes the events of a session."""
    return purchases


@pytest.fixture(scope="session")
def build_shop() -> Callable[[Path], Shop]:
    """Makes a shop in a directory."""
    return build
