"""Waits for what the worker does in a process, or on a thread, of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from multiprocessing.process import BaseProcess
from typing import TypeVar

Answer = TypeVar("Answer")


async def ended(process: BaseProcess, within_s: float) -> bool:
    """Start a process and wait for it; it is ended where it takes longer, or whoever waits is told to stop.

    Returns:
        Whether it ended by itself.
    """
    process.start()
    try:
        await asyncio.to_thread(process.join, within_s)
    finally:
        by_itself = not process.is_alive()
        process.kill()
        process.join()
    return by_itself


async def finished(function: Callable[[], Answer]) -> Answer:
    """Wait for what a thread does; to its end also where whoever waits is told to stop, as the home may be somebody else's then."""
    done = asyncio.ensure_future(asyncio.to_thread(function))
    try:
        return await asyncio.shield(done)
    finally:
        await asyncio.wait([done])
