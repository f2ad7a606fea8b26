"""The threads that compute, and the queue before them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

import pytest

from app.ground.errors import BusyError
from app.live.pool import ComputePool


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
