"""A bad candidate before the real worker: it stays out, its page says why, and the release before goes on answering."""

from __future__ import annotations

import asyncio
import html
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.home.runs import CANDIDATE, LearningRun, Runs
from app.log.base import Event, Stream
from app.log.sqlite import SqliteLog
from app.main import create_app
from app.worker.loop import PAGE, Worker
from models.bundle import Bundle

pytestmark = [pytest.mark.training, pytest.mark.usefixtures("learning_here")]
Build = Callable[[Path], Any]


def once(shop: Any, events: Sequence[Event] = (), candidate: Path | None = None) -> LearningRun:
    """What ``attire worker --once`` does after these events."""

    async def work() -> LearningRun:
        log = SqliteLog(shop.store.home / "log.sqlite")
        await log.append(Stream.EVENTS, events)
        try:
            return await Worker(shop.settings, log).once(candidate)
        finally:
            await log.close()

    return asyncio.run(work())


@pytest.fixture(scope="module")
def trained(build_shop: Build, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A shop whose current release has learned, and which has newer sessions to ask about."""
    shop = build_shop(tmp_path_factory.mktemp("trained"))
    run = once(shop, shop.sessions(600))
    assert run.decision == "published", run.reasons

    async def more() -> None:
        log = SqliteLog(shop.store.home / "log.sqlite")
        await log.append(Stream.EVENTS, shop.sessions(300, seed=1))
        await log.close()

    asyncio.run(more())
    return shop


def shuffled(_: Bundle, place: Path, build: Build) -> Path:
    """Learned from items that were put together by chance."""
    other = build(place)
    run = once(other, other.sessions(600, shuffled=True))
    return Runs(other.store.home).directory(run.id) / CANDIDATE


def corrupted(current: Bundle, place: Path, _: Build) -> Path:
    """One byte of its weights is another."""
    current.save(place)
    weights = bytearray((place / "weights.safetensors").read_bytes())
    weights[-1] ^= 0xFF
    (place / "weights.safetensors").write_bytes(weights)
    return place


def without_shoes(current: Bundle, place: Path, _: Build) -> Path:
    """A category of the catalogue is gone."""
    names = tuple("hats" if name == "shoes" else name for name in current.manifest.categories)
    Bundle(replace(current.manifest, categories=names), current.model).save(place)
    return place


def of_another_encoder(current: Bundle, place: Path, _: Build) -> Path:
    """It reads features that the catalogue does not have."""
    Bundle(replace(current.manifest, encoder=replace(current.manifest.encoder, fingerprint="features:99")), current.model).save(place)
    return place


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (shuffled, "on the recent set"),
        (corrupted, "weights.safetensors: corrupted"),
        (without_shoes, "does not know the category 'shoes'"),
        (of_another_encoder, "reads features of"),
    ],
)
def test_it_stays_out(trained: Any, tmp_path: Path, build_shop: Build, spoil: Callable[..., Path], why: str) -> None:
    """Whatever is wrong with it."""
    before, records = trained.store.current(), trained.store.records()
    current = Bundle.load(trained.store.bundle_path(before.bundle))
    run = once(trained, candidate=spoil(current, tmp_path / "bad", build_shop))
    assert run.decision == "rejected"
    assert any(why in reason for reason in run.reasons)
    page = html.unescape((Runs(trained.store.home).directory(run.id) / PAGE).read_text())
    assert all(reason in page for reason in run.reasons)
    assert (trained.store.current(), trained.store.records()) == (before, records)
    with TestClient(create_app(trained.settings)) as client:
        assert client.post("/complete-outfit", json={"items": ["tops-1"]}).json()["release"] == before.id
