"""The threads that compute, and the queue before them."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable

import pytest

from app.ground.errors import BusyError, DeadlineError
from app.live import pool as pools
from app.live.pool import SMALL, ComputePool


def eventually(true: Callable[[], bool]) -> asyncio.Task[None]:
    """Waits until something is so."""

    async def wait() -> None:
        while not true():  # noqa: ASYNC110 - it is about threads
            await asyncio.sleep(0.001)

    return asyncio.create_task(wait())


def test_no_more_are_computed_or_wait_than_may() -> None:
    """All that were let in are answered, each with its own; the others are refused, counted, and told how many wait."""

    async def scenario() -> None:
        pool, gate = ComputePool(2, 3), threading.Event()
        inside, most, lock = 0, 0, threading.Lock()

        def compute(number: int) -> int:
            nonlocal inside, most
            with lock:
                inside += 1
                most = max(most, inside)
            gate.wait(10)
            with lock:
                inside -= 1
            return number

        def asked(number: int) -> asyncio.Task[int]:
            return asyncio.create_task(pool.run(lambda: compute(number)))

        tasks = [asked(number) for number in range(20)]
        await eventually(lambda: inside == 2 and sum(task.done() for task in tasks) == 15)
        assert (pool.waiting, pool.refused) == (3, 15)
        gate.set()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert [one for one in answers if isinstance(one, int)] == [0, 1, 2, 3, 4]
        assert {str(one) for one in answers if isinstance(one, BusyError)} == {
            "as many requests wait for a thread already as may (3); try again in a moment"
        }
        assert (most, pool.waiting) == (2, 0)
        assert await pool.run(lambda: "again") == "again"

    asyncio.run(scenario())


def test_a_failure_and_a_cancellation_free_their_places() -> None:
    """The error reaches whoever asked; whoever gives up waiting is no longer counted."""

    async def scenario() -> None:
        pool, gate = ComputePool(1, 1), threading.Event()
        with pytest.raises(ZeroDivisionError):
            await pool.run(lambda: 1 // 0)
        first = asyncio.create_task(pool.run(lambda: gate.wait(10)))
        second = asyncio.create_task(pool.run(lambda: True))
        await eventually(lambda: pool.waiting == 1)
        second.cancel()
        with pytest.raises(asyncio.CancelledError):
            await second
        assert pool.waiting == 0
        third = asyncio.create_task(pool.run(lambda: True))
        await eventually(lambda: pool.waiting == 1)
        gate.set()
        assert await asyncio.gather(first, third) == [True, True]

    asyncio.run(scenario())


def busy(pool: ComputePool, gate: threading.Event) -> asyncio.Task[bool]:
    """Something that holds a thread until the gate opens."""
    return asyncio.create_task(pool.run(lambda: gate.wait(10)))


def test_small_requests_that_wait_are_computed_on_one_thread() -> None:
    """Up to as many as may, in order; one that is large, or does not join, is not among them, and each has its own answer."""

    async def scenario() -> None:
        pool, gate, batches = ComputePool(1, 50, together=3), threading.Event(), list[int]()
        plain = pools.side_by_side
        pools.side_by_side = lambda questions: (batches.append(len(questions)), plain(questions))[1]  # type: ignore[func-returns-value]
        try:
            first = busy(pool, gate)
            await eventually(lambda: pool.waiting == 0)
            asked = [asyncio.create_task(pool.run(lambda number=number: number, joins=True)) for number in range(5)]  # type: ignore[misc]
            others = [pool.run(lambda: "large", joins=True, cost=SMALL + 1), pool.run(lambda: "by itself")]
            tasks = [asyncio.create_task(one) for one in others]
            await eventually(lambda: pool.waiting == 7)
            gate.set()
            assert await asyncio.gather(*asked, *tasks) == [0, 1, 2, 3, 4, "large", "by itself"]
        finally:
            pools.side_by_side = plain
        assert await first
        assert (batches, pool.joined, pool.waiting) == ([3, 2], 5, 0)

    asyncio.run(scenario())


def test_one_that_fails_or_gives_up_leaves_the_others_of_its_batch_their_answers() -> None:
    """Its own error reaches each; who is gone before the batch begins is not computed."""

    async def scenario() -> None:
        pool, gate, computed = ComputePool(1, 50, together=8), threading.Event(), list[str]()

        def compute(name: str) -> str:
            computed.append(name)
            return str(1 // 0) if name == "bad" else name

        first = busy(pool, gate)
        await eventually(lambda: pool.waiting == 0)
        names = ["good", "bad", "gone", "last"]
        tasks = [asyncio.create_task(pool.run(lambda name=name: compute(name), joins=True)) for name in names]  # type: ignore[misc]
        await eventually(lambda: pool.waiting == 4)
        tasks[2].cancel()
        await eventually(lambda: pool.waiting == 3)
        gate.set()
        answers = await asyncio.gather(*tasks, return_exceptions=True)
        assert await first
        assert [type(one) for one in answers] == [str, ZeroDivisionError, asyncio.CancelledError, str]
        assert computed == ["good", "bad", "last"]

    asyncio.run(scenario())


def test_who_is_late_in_a_batch_is_told_so_and_is_not_computed() -> None:
    """One that takes longer than its deadline makes its batch late; what has not begun by then is left out, and the thread is free."""

    async def scenario() -> None:
        pool, gate, slow, computed = ComputePool(1, 50, deadline_s=0.5, together=8), threading.Event(), threading.Event(), list[str]()

        def compute(name: str) -> str:
            computed.append(name)
            if name == "slow":
                slow.wait(10)
            return name

        first = asyncio.create_task(pool.run(lambda: gate.wait(10)))
        await eventually(lambda: pool.waiting == 0)
        tasks = [asyncio.create_task(pool.run(lambda name=name: compute(name), joins=True)) for name in ("slow", "last")]  # type: ignore[misc]
        await eventually(lambda: pool.waiting == 2)
        gate.set()
        answers = await asyncio.gather(first, *tasks, return_exceptions=True)
        slow.set()
        assert [type(one) for one in answers[1:]] == [DeadlineError] * 2
        pool._deadline_s = 10.0
        assert await pool.run(lambda: "again", joins=True) == "again"
        assert computed == ["slow"]

    asyncio.run(scenario())


def test_those_who_ask_again_at_once_are_one_batch_again_and_who_comes_alone_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answers of a batch reach the event loop together, and the next batch waits for those who had them, as long as any comes."""

    async def scenario() -> None:
        pool, gate, batches = ComputePool(1, 50, together=3), threading.Event(), list[int]()
        plain = pools.side_by_side
        monkeypatch.setattr(pools, "side_by_side", lambda questions: (batches.append(len(questions)), plain(questions)))
        monkeypatch.setattr(pools, "_MOMENT_S", 0.3)  # so that it is not over before they ask again, however busy the machine

        async def asking(times: int) -> None:
            for _ in range(times):
                await pool.run(lambda: None, joins=True)

        first = busy(pool, gate)
        await eventually(lambda: pool.waiting == 0)
        tasks = [asyncio.create_task(asking(times)) for times in (3, 3, 3, 4)]
        await eventually(lambda: pool.waiting == 4)
        gate.set()
        await asyncio.gather(first, *tasks)
        assert batches == [3, 3, 3, 3]  # and the last of 13 by itself

    asyncio.run(scenario())


def test_small_requests_are_computed_on_one_thread_at_a_time() -> None:
    """Those that come meanwhile are a batch after them; others go on beside them. Where none are computed together, each has a thread."""

    async def scenario(together: int) -> tuple[int, int]:
        pool, gate, inside = ComputePool(2, 50, together=together), threading.Event(), list[str]()

        def compute(name: str) -> bool:
            inside.append(name)
            return gate.wait(10)

        tasks = [asyncio.create_task(pool.run(lambda name=name: compute(name), joins=True)) for name in ("one", "two")]  # type: ignore[misc]
        await eventually(lambda: len(inside) == 3 - min(together, 2))
        waiting = pool.waiting
        if together > 1:
            assert await pool.run(lambda: "by itself") == "by itself"
        gate.set()
        assert await asyncio.gather(*tasks) == [True, True]
        return waiting, len(inside)

    assert asyncio.run(scenario(4)) == (1, 2)
    assert asyncio.run(scenario(1)) == (0, 2)


def test_a_batch_that_breaks_answers_every_waiter(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is left waiting, and the thread is free again."""

    def broken(_: object) -> None:
        msg = "no stack left"
        raise MemoryError(msg)

    async def scenario() -> None:
        pool, gate = ComputePool(1, 50, together=8), threading.Event()
        first = busy(pool, gate)
        await eventually(lambda: pool.waiting == 0)
        tasks = [asyncio.create_task(pool.run(lambda: "answer", joins=True)) for _ in range(4)]
        await eventually(lambda: pool.waiting == 4)
        gate.set()
        assert [type(one) for one in await asyncio.gather(*tasks, return_exceptions=True)] == [MemoryError] * 4
        assert await first
        assert await pool.run(lambda: "again", joins=True) == "again"

    monkeypatch.setattr(pools, "side_by_side", broken)
    asyncio.run(scenario())


def test_the_time_of_a_batch_is_shared_by_those_who_asked() -> None:
    """Whoever asks much waits for their turn as before: one who comes later is in the next batch."""

    async def scenario() -> None:
        pool, done = ComputePool(1, 200, together=4), list[str]()

        def compute(who: str) -> None:
            time.sleep(0.002)
            done.append(who)

        many = [asyncio.create_task(pool.run(lambda: compute("many"), who="many", joins=True)) for _ in range(60)]
        await eventually(lambda: len(done) >= 8)
        await pool.run(lambda: compute("one"), who="one", joins=True)
        assert done.index("one") < 30
        await asyncio.gather(*many)

    asyncio.run(scenario())
