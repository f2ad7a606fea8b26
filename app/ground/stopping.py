"""The end of tasks that go on for ever."""

from __future__ import annotations

import asyncio
from typing import Any


async def stopped(*tasks: asyncio.Task[Any] | None, again_s: float = 1.0) -> None:
    """Cancel tasks, and return once all have ended.

    One that goes on all the same is cancelled again: ``asyncio.wait_for`` of Python 3.11, by which Redis is asked, loses a cancellation
    that comes as the answer does, and a service that waited for such a task would never end.

    Args:
        again_s: seconds after which; longer than what a cancelled one may still have to do.

    Raises:
        Exception: what one of them raised.
    """
    left = {task for task in tasks if task is not None}
    while left:
        for task in left:
            task.cancel()
        done, left = await asyncio.wait(left, timeout=again_s)
        for task in done:
            if not task.cancelled():
                task.result()
