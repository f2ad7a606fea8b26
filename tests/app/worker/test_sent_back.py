"""What comes back is learned from: no part of an outfit, and a candidate that lost."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from app.home.runs import Runs
from app.log.base import Entry, Event
from app.worker.archive import Archive
from app.worker.learn import _Steps
from models.bundle import Bundle
from models.compatibility.ensemble import Ensemble
from models.errors import BundleError


def steps(shop: Any, purchases: Callable[..., list[Event]], **settings: Any) -> _Steps:
    """A run on 300 sessions: what is bought as ``shoes-0`` always comes back, so does ``bags-0``, which only the last visit buys."""
    events = []
    for event in shop.sessions(300):
        if event.data["item"] == "bags-0":
            continue
        events.append(event)
        if event.data["item"] == "shoes-0":
            events.append(Event(f"{event.id}-back", {**event.data, "type": "return"}))
    last = events[-1].data["timestamp"]
    gone = purchases("last", ["bags-0", "hat", "tops-1"]) + purchases("last", ["bags-0", "hat"], kind="return")
    events += [Event(event.id, {**event.data, "timestamp": last, "received": last}) for event in gone]
    runs = Runs(shop.store.home)
    Archive(runs.events).write([Entry(str(place), event) for place, event in enumerate(events)])
    worker = shop.settings.worker.model_copy(update=settings)
    given = shop.settings.model_copy(update={"worker": worker, "device": "cpu"})
    return _Steps(given, runs.begin(), Archive(runs.events).rows, None)


@pytest.mark.parametrize("hygiene", [True, False])
def test_a_training_is_told_what_came_back(
    shop: Any, purchases: Callable[..., list[Event]], monkeypatch: pytest.MonkeyPatch, *, hygiene: bool
) -> None:
    """Of what it may learn from: nothing that was first bought while outfits were held out, or that the catalogue has no more."""
    given = {}

    def retrain(*_: object, **more: Any) -> None:
        given.update(more)
        msg = "enough"
        raise BundleError(msg)

    monkeypatch.setattr("app.worker.learn.retrain", retrain)
    steps(shop, purchases, hygiene=hygiene).take()
    assert given["sent_back"] == (["shoes-0"] if hygiene else [])


@pytest.mark.training
def test_what_only_came_back_is_no_new_item(shop: Any, purchases: Callable[..., list[Event]]) -> None:
    """It is asked against the items that were kept, and has been worn less than expected; nothing is known of what nobody bought."""
    run = steps(shop, purchases).take()
    bundle = Bundle.load(Runs(shop.store.home).directory(run.id) / "candidate")
    assert "bags-0" not in bundle.residuals
    assert isinstance(bundle.model, Ensemble)
    member = next(iter(bundle.model.each()))
    assert member.popularity[1 + bundle.residuals.index("shoes-0")] < 0
    assert all(value.isfinite().all() for value in bundle.model.state_dict().values())
