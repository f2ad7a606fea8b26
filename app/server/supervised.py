"""A process that is looked after: started where there is none, and anew when it ends, or hangs."""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from typing import Any, Final

from app.ground.logs import logger

HUNG_S: Final = 60.0
"""Seconds without a sign of life after which a process is killed: its event loop is blocked for good."""
LOOK_S: Final = 0.2
"""Seconds between two looks at it."""
_SHORT_LIFE_S: Final = 5.0
_MOST_PAUSE_S: Final = 30.0

Shared = Any  # a value of ctypes that processes share, without a lock, which would stay locked where one of them is killed
SPAWNING: Final = get_context("spawn")


class Supervised:
    """One such process; after a short life it is started anew later and later.

    Args:
        name: of the process.
        run: what it runs, with these ``arguments``: of a module's top level, as a fresh interpreter has to find it. The last argument is
            added: where it writes when it last gave a sign of life, by the machine's monotonic clock.
    """

    def __init__(self, name: str, run: Callable[..., None], *arguments: object, hung_s: float = HUNG_S) -> None:
        self._name, self._run, self._arguments, self._hung_s = name, run, arguments, hung_s
        self._process: BaseProcess | None = None
        self._beat: Shared = None
        self._started = self._again_at = self._pause_s = 0.0

    @property
    def lives(self) -> bool:
        """Whether it has given a sign of life since it was started."""
        return self._process is not None and bool(self._beat.value)

    def look_after(self) -> None:
        """See to it that it lives."""
        process, now = self._process, time.monotonic()
        if process is None:
            if now >= self._again_at:
                self._start(now)
        elif not process.is_alive():
            short = now - self._started < _SHORT_LIFE_S
            self._pause_s = min(_MOST_PAUSE_S, max(0.5, 2 * self._pause_s)) if short else 0.0
            self._process, self._again_at = None, now + self._pause_s
            logger().error("process_ended", name=self._name, pid=process.pid, exit_code=process.exitcode, again_in_s=self._pause_s)
        elif self._beat.value and now - self._beat.value > self._hung_s:
            logger().error("process_hangs", name=self._name, pid=process.pid, silent_s=round(now - self._beat.value))
            process.kill()
            process.join()

    def end(self) -> None:
        """Ask it to end, which it may take its time for."""
        if self._process is not None:
            self._process.terminate()

    def ended(self, until: float) -> None:
        """Wait until it has, and kill it where it has not by then.

        Args:
            until: by the monotonic clock.
        """
        if self._process is not None:
            self._process.join(max(0.0, until - time.monotonic()))
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._process = None

    def _start(self, now: float) -> None:
        self._beat, self._started = SPAWNING.Value("d", 0.0, lock=False), now
        self._process = SPAWNING.Process(target=self._run, args=(*self._arguments, self._beat), name=self._name)
        self._process.start()
