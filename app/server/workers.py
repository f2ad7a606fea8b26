"""Several processes behind one port: each takes connections from the same socket, and one that dies, or hangs, is replaced.

The processes map the same snapshot, so its pages are in memory once. A crash harms the requests of one process.
"""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable
from threading import Event
from types import FrameType
from typing import Final

from app.server.supervised import HUNG_S, LOOK_S, SPAWNING, Shared, Supervised

_WAIT_S: Final = 0.02
_LAST_S: Final = 5.0

Run = Callable[..., None]


class TakesOver:
    """How the first process that is loaded gets the port from whoever answers on it meanwhile: it says so, and waits until it is free."""

    def __init__(self, loaded: Shared, free: Shared) -> None:
        self._loaded, self._free = loaded, free

    @property
    def loaded(self) -> bool:
        """Whether a process is."""
        return bool(self._loaded.value)

    def wait(self) -> None:
        """In a process, once it is loaded: return when it may take connections."""
        self._loaded.value = True
        while not self._free.value:
            time.sleep(_WAIT_S)

    def free(self) -> None:
        """Nobody else takes connections any more."""
        self._free.value = True


class Workers:
    """Processes that run ``run(listener, number, takes_over, *arguments, beat)``, started anew whenever they end.

    Args:
        run: top level of a module, as a fresh interpreter has to find it; see ``Supervised`` for ``beat``.
        grace_s: seconds that they get to end.
        first: called once the first of them is loaded; none takes a connection before it returns.
    """

    def __init__(
        self,
        run: Run,
        listener: socket.socket,
        count: int,
        grace_s: float,
        *arguments: object,
        first: Callable[[], None],
        hung_s: float = HUNG_S,
    ) -> None:
        self._grace_s = grace_s
        self._first: Callable[[], None] | None = first
        self._takes_over = TakesOver(*(SPAWNING.Value("b", 0, lock=False) for _ in range(2)))
        given = self._takes_over, *arguments
        self._all = [Supervised(f"serve-{number}", run, listener, number, *given, hung_s=hung_s) for number in range(count)]
        self._end, self._told = Event(), 0

    def supervise(self) -> None:
        """Start them, and see to it that they live, until SIGTERM or SIGINT; then end them.

        Raises:
            KeyboardInterrupt: it was SIGINT.
        """
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ended)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._ended)
        while not self._end.is_set():
            for worker in self._all:
                worker.look_after()
            if self._first is not None and self._takes_over.loaded:
                self._first()
                self._first = None
                self._takes_over.free()
            self._end.wait(LOOK_S)
        self._stop()
        if self._told == signal.SIGINT:
            raise KeyboardInterrupt

    def _ended(self, number: int, _frame: FrameType | None) -> None:
        self._told = self._told or number
        self._end.set()

    def _stop(self) -> None:
        self._takes_over.free()  # or one that has just been loaded would wait for it
        for worker in self._all:
            worker.end()
        until = time.monotonic() + self._grace_s + _LAST_S
        for worker in self._all:
            worker.ended(until)
