"""An import that is killed at any of its steps: the release of before is served, and the next import does it all."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from typing import Any, Final

import pytest

from app.catalogue import importing, publishing
from app.catalogue.again import Source, end_of_changes, imported_before
from app.catalogue.importing import import_catalogue
from app.ground.parts import LogSettings
from app.home.store import ReleaseStore
from app.release.release import Release
from index import snapshot

ROWS: Final = 300
POINTS: Final[dict[str, tuple[Any, str]]] = {
    "when it is read": (importing, "stored_features"),
    "when the features are there": (importing, "_items_table"),
    "when the snapshot has its items": (snapshot, "halves"),
    "when the snapshot has its features": (publishing, "_embedded"),
    "when the snapshot is written": (ReleaseStore, "keep"),
    "when the snapshot is there": (ReleaseStore, "add"),
    "when the release is there": (Release, "open"),
    "when the release is checked": (ReleaseStore, "activate"),
}


@pytest.fixture
def served(tmp_path: Path) -> Callable[[], tuple[int, float]]:
    """A home with a release, and a feed with other items and prices; gives how many items are served, and the first one's price."""
    store = ReleaseStore(tmp_path / "home")
    feed(tmp_path / "feed.csv", ROWS, price=10)
    taken_in(tmp_path)
    feed(tmp_path / "feed.csv", ROWS + 100, price=20)

    def now() -> tuple[int, float]:
        release = Release.open(store, store.served())
        return release.snapshot.count, float(release.snapshot.columns.prices[0])

    return now


def feed(path: Path, rows: int, *, price: float) -> None:
    """Items with features of their own, so that no encoder is loaded."""
    lines = (f's{row},{("tops", "shoes")[row % 2]},{price},"[{row}, 1, {price}]"\n' for row in range(rows))
    path.write_text("id,category,price,features\n" + "".join(lines))


def taken_in(root: Path) -> None:
    """Import the feed."""
    store = ReleaseStore(root / "home")
    import_catalogue(root / "feed.csv", store, default_encoder="shipped", log=LogSettings())


def taken_in_until(root: Path, point: str) -> None:
    """Import, and be killed at a step."""
    where, name = POINTS[point]
    setattr(where, name, lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL))
    taken_in(root)


@pytest.mark.integration
def test_killed_at_any_step_it_changes_nothing(served: Callable[[], tuple[int, float]], tmp_path: Path) -> None:
    """And the next one finds nothing in its way."""
    together = get_context("forkserver")
    together.set_forkserver_preload([__name__])
    for point in POINTS:
        process = together.Process(target=partial(taken_in_until, tmp_path, point))
        process.start()
        process.join(120)
        assert process.exitcode == -signal.SIGKILL, point
        assert served() == (ROWS, 10), point
    store = ReleaseStore(tmp_path / "home")
    taken_in(tmp_path)
    assert served() == (ROWS + 100, 20)
    end = end_of_changes(LogSettings(), store.home)
    assert imported_before(store, Source(tmp_path / "feed.csv", strict=True), end) == store.served()
