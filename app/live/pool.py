"""The threads that compute answers: some requests are computed at once, a bounded number waits, any more are refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread

from app.ground.errors import BusyError

WAITING_PER_THREAD: Final = 64
"""At 10 to 30 ms an answer, the last of them waits for a second or two: about as long as a refused client is asked to stay away."""

Answer = TypeVar("Answer")


class ComputePool:
    """A bounded pool of threads with a bounded queue; used from the event loop only.

    Attributes:
        threads: requests computed at the same time. refused: requests refused since the start.
    """

    def __init__(self, threads: int, most_waiting: int) -> None:
        self.threads, self._most_waiting = threads, most_waiting
        self._limiter = CapacityLimiter(threads)
        self._inside = 0  # counted here: the limiter sees a request only some turns of the event loop later
        self.refused = 0

    @property
    def waiting(self) -> int:
        """Requests that wait for a thread."""
        return max(0, self._inside - self.threads)

    async def run(self, compute: Callable[[], Answer]) -> Answer:
        """Compute in a thread, once one is free.

        Raises:
            BusyError: as many requests wait as may.
        """
        if self._inside >= self.threads + self._most_waiting:
            self.refused += 1
            msg = f"as many requests wait for a thread already as may ({self._most_waiting:,}); try again in a moment"
            raise BusyError(msg)
        self._inside += 1
        try:
            return await to_thread.run_sync(compute, limiter=self._limiter)
        finally:
            self._inside -= 1
