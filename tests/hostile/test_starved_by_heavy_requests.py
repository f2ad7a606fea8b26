"""Heavy requests do not starve ordinary ones; work for clients that went away is let go of."""

from __future__ import annotations

import asyncio
import socket
import sys
import threading
import time
import zlib
from typing import Any

import pytest
from fastapi import FastAPI

from app.api import draining
from app.api.outfits import cost_of_completing, cost_of_scoring
from app.api.schemas.requests import CompleteOutfit, ScoreOutfit
from app.ground.errors import BusyError, ClientGoneError, DeadlineError, StoppingError
from app.ground.parts import Limits
from app.ground.settings import Settings
from app.live import pool as pool_of_threads
from app.live.pool import HEAVY, ComputePool
from app.recommend import cost
from app.recommend.slices import pause
from app.server import process

SLICE_S = 0.02


def heavy(slices: int, done: list[int] | None = None) -> int:
    """Work in slices."""
    for number in range(slices):
        time.sleep(SLICE_S)
        if done is not None:
            done.append(number)
        pause()
    return slices


def test_ordinary_requests_go_between_the_slices_of_heavy_ones() -> None:
    """Even on one thread: each waits for about a slice, where it waited for all the heavy ones before it."""

    async def scenario() -> None:
        pool = ComputePool(1, 64)
        heavies = [asyncio.create_task(pool.run(lambda: heavy(30), cost=HEAVY, who="heavy")) for _ in range(4)]
        await asyncio.sleep(2 * SLICE_S)
        slowest = 0.0
        for _ in range(10):
            began = time.monotonic()
            await pool.run(lambda: None, who="heavy")
            slowest = max(slowest, time.monotonic() - began)
        assert slowest < 10 * SLICE_S
        assert not any(one.done() for one in heavies)
        assert await asyncio.gather(*heavies) == [30] * 4

    asyncio.run(scenario())


def test_those_who_ask_for_much_wait_for_themselves() -> None:
    """Of heavy requests, that of another client does not wait for all of the one who sent many."""

    async def scenario() -> None:
        pool = ComputePool(2, 64)
        many = [asyncio.create_task(pool.run(lambda: heavy(10), cost=HEAVY, who="many")) for _ in range(8)]
        await asyncio.sleep(SLICE_S)
        await pool.run(lambda: heavy(10), cost=HEAVY, who="one")
        assert sum(one.done() for one in many) <= 4
        await asyncio.gather(*many)

    asyncio.run(scenario())


def test_ordinary_requests_of_others_do_not_wait_for_one_clients_queue() -> None:
    """Who has had least comes next."""

    async def scenario() -> None:
        pool = ComputePool(1, 200)
        many = [asyncio.create_task(pool.run(lambda: time.sleep(0.005), who="many")) for _ in range(100)]
        await asyncio.sleep(0.05)
        await pool.run(lambda: None, who="one")
        assert sum(one.done() for one in many) < 60
        await asyncio.gather(*many)

    asyncio.run(scenario())


def test_heavy_ones_do_not_take_the_places_of_ordinary_ones() -> None:
    """However many are sent, an ordinary one is not refused."""

    async def scenario() -> None:
        pool = ComputePool(1, 8)
        many = [asyncio.create_task(pool.run(lambda: heavy(3), cost=HEAVY)) for _ in range(100)]
        await asyncio.sleep(SLICE_S)
        assert await pool.run(lambda: "answer") == "answer"
        refused = [one for one in await asyncio.gather(*many, return_exceptions=True) if isinstance(one, BusyError)]
        assert len(refused) == pool.refused == 96

    asyncio.run(scenario())


def test_heavy_ones_are_finished_by_all_threads_when_no_more_come() -> None:
    """A shutdown drains: the thread that is kept for ordinary ones would stand idle, and looks miss the grace."""

    async def scenario() -> int:
        pool, at_once, most = ComputePool(2, 64), [0], [0]

        def counted() -> None:
            at_once[0] += 1
            most[0] = max(most[0], at_once[0])
            time.sleep(5 * SLICE_S)
            at_once[0] -= 1

        asked = [asyncio.create_task(pool.run(counted, cost=HEAVY)) for _ in range(4)]
        await asyncio.sleep(2 * SLICE_S)
        assert most[0] == 1
        await draining.Draining(FastAPI()).drain(pool, 0.1)
        await asyncio.gather(*asked)
        return most[0]

    assert asyncio.run(scenario()) == 2


@pytest.mark.parametrize("end", ["gone", "late", "stopping"])
def test_work_that_nobody_waits_for_ends(end: str) -> None:
    """It is let go of at its next pause, and its thread is free; whoever still listens is told why."""

    async def scenario() -> None:
        pool, done, left = ComputePool(1, 8, 0.5 if end == "late" else 60), list[int](), asyncio.Event()
        expected = {"gone": ClientGoneError, "late": DeadlineError, "stopping": StoppingError}[end]
        asked = asyncio.create_task(pool.run(lambda: heavy(500, done), cost=HEAVY, gone=left.wait))
        waits = asyncio.create_task(pool.run(lambda: heavy(500, done), cost=HEAVY, gone=left.wait))
        while not done:  # noqa: ASYNC110 - it is about threads
            await asyncio.sleep(0.001)
        if end == "gone":
            left.set()
        elif end == "stopping":
            pool.cut(StoppingError("it stops"))
        for one in (asked, waits):
            with pytest.raises(expected):
                await one
        assert await pool.run(threading.get_ident)
        assert len(done) < 100
        assert pool.waiting == 0

    asyncio.run(scenario())


def test_memory_goes_back_after_the_last_heavy_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once, and not for ordinary ones: 100 outfits of 45 items left a fifth more resident."""
    given: list[threading.Thread] = []
    monkeypatch.setattr(pool_of_threads, "give_back", lambda: given.append(threading.current_thread()))

    async def scenario() -> int:
        pool = ComputePool(2, 64)
        threads = pool._executor._threads  # those of an earlier test may still end
        await pool.run(lambda: None)
        assert not threads & {*given}
        await asyncio.gather(*(pool.run(lambda: heavy(3), cost=HEAVY) for _ in range(4)))
        await pool.run(lambda: None)
        pool.close()
        for thread in threads:  # the answer is there before its thread has put things away
            await asyncio.to_thread(thread.join)
        return sum(thread in threads for thread in given)

    assert asyncio.run(scenario()) == 1


def test_a_thread_does_not_keep_the_lock_for_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Beside eight clients whose batches were refused an ordinary answer took a second, with Python's own 5 ms."""
    before = sys.getswitchinterval()
    monkeypatch.setattr(process._Server, "run", lambda *_, **__: None)
    try:
        with socket.socket() as listener:
            process.answer(FastAPI(), Settings(), listener)
        assert sys.getswitchinterval() <= 0.001
    finally:
        sys.setswitchinterval(before)


def test_costs_are_known_beforehand() -> None:
    """The largest of each kind is heavy, an ordinary question is not; pixels are read from the head of a picture."""
    assert cost.of_completing(3, slots=None, k=10, candidates=0, looks=0, explain=True) < HEAVY
    assert cost.of_completing(4, slots=None, k=10, candidates=0, looks=5, explain=False) > HEAVY  # whole outfits are searched for
    assert cost.of_scoring([45] * 100, explain=False) > HEAVY
    assert cost.of_completing(50, slots=20, k=100, candidates=0, looks=100, explain=True) > HEAVY
    assert cost.of_pictures(["no picture"], 40_000_000) > HEAVY


@pytest.mark.parametrize(
    "more",
    [{"k": 101}, {"k": 10**400}, {"looks": 10**9}, {"items": ["a"] * 51}, {"slots": ["b"] * 21}, {"candidates": ["c"] * 1_001}],
    ids=["k", "k without end", "looks", "items", "slots", "candidates"],
)
def test_what_will_be_refused_costs_nothing(more: dict[str, Any]) -> None:
    """It waited for the process of heavy requests to start, 14 s of it, and was refused there."""
    heavy_but_for_it = {"items": ["a"] * 50, "slots": ["b"] * 20, "k": 100, "looks": 100, "explain": True}
    assert cost_of_completing(CompleteOutfit.model_validate(heavy_but_for_it), Limits()) > HEAVY
    assert cost_of_completing(CompleteOutfit.model_validate({**heavy_but_for_it, **more}), Limits()) == cost.LEAST


@pytest.mark.parametrize("sizes", [[50] * 101, [51] * 100])
def test_outfits_that_will_be_refused_cost_nothing(sizes: list[int]) -> None:
    """Likewise."""
    outfits = [{"items": ["a"] * size} for size in sizes]
    assert cost_of_scoring(ScoreOutfit.model_validate({"outfits": outfits}), Limits()) == cost.LEAST
    assert cost_of_scoring(ScoreOutfit.model_validate({"outfits": [{"items": ["a"] * 50}] * 100}), Limits()) > HEAVY


def test_a_picture_costs_its_pixels() -> None:
    """A head is enough."""
    header = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x27\x10\0\0\x0f\xa0\x08\2\0\0\0"  # 10,000 x 4,000
    large = header + zlib.crc32(header[12:]).to_bytes(4, "big") + b"\0\0\0\x10IDAT"
    assert cost.of_pictures([large], 40_000_000) > HEAVY
