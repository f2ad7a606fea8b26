"""Waits for what the worker does in a process of its own."""

from __future__ import annotations

import asyncio
from multiprocessing.process import BaseProcess


async def ended(process: BaseProcess, within_s: float) -> bool:
    """Start a process and wait for it; it is ended where it takes longer, or whoever waits is told to stop. Returns whether it did."""
    process.start()
    try:
        await asyncio.to_thread(process.join, within_s)
    finally:
        late = process.is_alive()
        process.kill()
        process.join()
    return late
