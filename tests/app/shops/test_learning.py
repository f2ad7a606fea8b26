"""The worker of several shops: each learns from its own, in turn."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from app.ground.settings import Settings
from app.home.alone import alone
from app.home.runs import LearningRun
from app.log.base import Event, Stream
from app.log.open import opened_log
from app.shops.followed import Followed
from app.shops.learning import learn_for
from app.shops.told import Shop
from app.worker.archive import read_archive
from app.worker.loop import Worker
from tests.app.homes import copied

WHEN = "2026-11-01T12:00:00.000+00:00"


def shops(home: Path, root: Path, names: str) -> Followed:
    """One for each letter, with a copy of the home."""
    often = {"archive_s": 0.02, "gc_s": 0, "guard_s": 0, "publish_share": 0}
    return Followed(Settings(shops={name: {"home": str(copied(home, root / name)), "worker": often} for name in names}))


async def learned_until(followed: Followed, done: Callable[[], bool]) -> None:
    """Have them learned for until something is so, which may take a minute."""
    learning = asyncio.create_task(learn_for(followed, 0.05, again_s=0.2))
    try:
        async with asyncio.timeout(60):
            while not done():  # noqa: ASYNC110 - files, which tell nobody
                await asyncio.sleep(0.05)
    finally:
        learning.cancel()
        await asyncio.gather(learning, return_exceptions=True)


def archived(shop: Shop) -> list[str]:
    """The ids in its archive."""
    events = shop.settings.home / "worker" / "events"
    return [str(one) for one in read_archive(events, ("id",), 0).column("id").to_pylist()] if events.is_dir() else []


async def bought(shop: Shop, event_id: str) -> None:
    """Somebody has bought there."""
    async with opened_log(shop.settings.log, shop.settings.home) as log:
        event = Event(event_id, {"timestamp": WHEN, "received": WHEN, "type": "purchase", "item": "tops-1", "session": event_id})
        await log.append(Stream.EVENTS, [event])


def test_each_archives_its_own_and_one_that_fails_holds_up_no_other(home: Path, tmp_path: Path) -> None:
    """It is worked for once it can be."""
    followed = shops(home, tmp_path, "abc")
    told = followed.shops
    for shop in told:
        asyncio.run(bought(shop, f"of-{shop.name}"))
    with alone(told[1].settings.home):  # as another worker would
        asyncio.run(learned_until(followed, lambda: bool(archived(told[0]) and archived(told[2]))))
    assert {shop.name: archived(shop) for shop in told} == {"a": ["of-a"], "b": [], "c": ["of-c"]}
    asyncio.run(learned_until(followed, lambda: bool(archived(told[1]))))
    assert archived(told[1]) == ["of-b"]


def test_shops_take_turns_to_learn(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One at a time, and nobody twice while another waits; a run that breaks is its own shop's matter."""
    begun: list[str] = []
    under_way = 0

    async def run(self: Worker, _: Path | None = None) -> LearningRun:
        nonlocal under_way
        under_way += 1
        assert under_way == 1
        name = self._settings.home.name
        begun.append(name)
        await asyncio.sleep(0.1)
        under_way -= 1
        if name == "b" and begun.count("b") == 1:
            msg = "no such thing"
            raise RuntimeError(msg)
        return LearningRun(id="0001", started="", rows=0, decision="waiting")

    monkeypatch.setattr(Worker, "_run", run)
    monkeypatch.setattr(Worker, "due", lambda _: True)
    asyncio.run(learned_until(shops(home, tmp_path, "abc"), lambda: all(begun.count(name) > 2 for name in "abc")))
    assert all(begun[at] != begun[at + 1] for at in range(len(begun) - 1))
