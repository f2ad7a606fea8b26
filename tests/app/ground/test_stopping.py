"""Tasks that go on for ever are stopped, even if one of them loses the word that it should."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import pytest

from app.ground.stopping import stopped

pytestmark = pytest.mark.anyio


async def _once_deaf() -> None:
    with suppress(asyncio.CancelledError):
        await asyncio.sleep(60)
    await asyncio.sleep(60)


async def _failing() -> None:
    try:
        await asyncio.sleep(60)
    finally:
        msg = "the disk is full"
        raise OSError(msg)


async def test_one_that_loses_its_cancellation_is_cancelled_again() -> None:
    """As ``asyncio.wait_for`` loses one that comes with an answer."""
    tasks = [asyncio.create_task(_once_deaf()), asyncio.create_task(asyncio.sleep(60))]
    await asyncio.sleep(0)
    async with asyncio.timeout(20):
        await stopped(*tasks, None, again_s=0.05)
    assert all(task.cancelled() for task in tasks)


async def test_what_one_raises_is_told() -> None:
    """And not kept from whoever stops it."""
    task = asyncio.create_task(_failing())
    await asyncio.sleep(0)
    with pytest.raises(OSError, match="the disk is full"):
        await stopped(task)
