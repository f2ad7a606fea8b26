"""Watches the event loop: how late it is, how often it was blocked, and where."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
import traceback
from collections.abc import Callable
from typing import Final

from app.ground.logs import logger

BLOCKED_S: Final = 0.25
"""An event loop that is this late counts as blocked: whoever asks notices."""
_BEAT_S: Final = 0.05
_LINES: Final = 6


class Watchdog:
    """Beats on the event loop, and looks from a thread whether it does.

    Args:
        beaten: called at each beat, with the time of the machine's monotonic clock.

    Attributes:
        blocked: how often the loop was late by more than ``BLOCKED_S``. blocked_s: for how long, in all.
    """

    def __init__(self, beaten: Callable[[float], None] | None = None) -> None:
        self._beaten = beaten
        self.blocked = 0
        self.blocked_s = 0.0
        self._worst_s = 0.0
        self._last = 0.0
        self._task: asyncio.Task[None] | None = None
        self._end = threading.Event()

    def start(self) -> None:
        """Begin; called on the event loop."""
        self._last = time.monotonic()
        self._task = asyncio.create_task(self._beat())
        threading.Thread(target=self._look, args=(threading.get_ident(),), name="watchdog", daemon=True).start()

    async def close(self) -> None:
        """End."""
        self._end.set()
        if self._task is not None:
            self._task.cancel()

    def worst_s(self) -> float:
        """The longest that the loop was late since this was asked last."""
        worst, self._worst_s = max(self._worst_s, time.monotonic() - self._last - _BEAT_S), 0.0
        return max(0.0, worst)

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(_BEAT_S)
            now = time.monotonic()
            late_s = now - self._last - _BEAT_S
            self._last, self._worst_s = now, max(self._worst_s, late_s)
            if late_s > BLOCKED_S:
                self.blocked += 1
                self.blocked_s += late_s
                logger().warning("event_loop_blocked", ms=round(1000 * late_s))
            if self._beaten is not None:
                self._beaten(now)

    def _look(self, loop_thread: int) -> None:
        """Say where the loop is, once each time that it is blocked."""
        said = 0.0
        while not self._end.wait(BLOCKED_S):
            if time.monotonic() - self._last > BLOCKED_S + _BEAT_S and said != self._last:
                said = self._last
                frame = sys._current_frames().get(loop_thread)  # noqa: SLF001 - there is no other way to see a thread's stack
                where = [f"{at.filename}:{at.lineno} {at.name}" for at in traceback.extract_stack(frame)[-_LINES:]]
                logger().warning("event_loop_stands", where=where)
