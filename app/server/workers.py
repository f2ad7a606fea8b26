"""Several processes behind one port: each takes connections from the same socket, and one that dies, or hangs, is replaced.

The processes map the same snapshot, so its pages are in memory once. A crash harms the requests of one process.
"""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from threading import Event
from types import FrameType
from typing import Any, Final

from app.ground.logs import logger

HUNG_S: Final = 60.0
"""Seconds without a sign of life after which a process is killed: its event loop is blocked for good."""
_LOOK_S: Final = 0.2
_WAIT_S: Final = 0.02
_SHORT_LIFE_S: Final = 5.0
_MOST_PAUSE_S: Final = 30.0

Shared = Any  # a value of ctypes that processes share, without a lock, which would stay locked where one of them is killed
Run = Callable[[socket.socket, int, Shared, "TakesOver"], None]


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
    """Processes that run ``run(listener, number, beat, takes_over)``, started anew whenever they end.

    Args:
        run: top level of a module, as a fresh interpreter has to find it. It writes to ``beat`` when it last gave a sign of life, by the
            machine's monotonic clock.
        grace_s: seconds that they get to end.
        first: called once the first of them is loaded; none takes a connection before it returns.
    """

    def __init__(
        self, run: Run, listener: socket.socket, count: int, grace_s: float, *, first: Callable[[], None], hung_s: float = HUNG_S
    ) -> None:
        self._run, self._listener, self._grace_s, self._hung_s = run, listener, grace_s, hung_s
        self._first: Callable[[], None] | None = first
        self._context = get_context("spawn")
        self._all = [_Worker(number) for number in range(count)]
        self._takes_over = TakesOver(*(self._context.Value("b", 0, lock=False) for _ in range(2)))
        self._end = Event()

    def supervise(self) -> None:
        """Start them, and see to it that they live, until SIGTERM or SIGINT; then end them."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ended)
        for worker in self._all:
            self._start(worker)
        while not self._end.is_set():
            for worker in self._all:
                self._look_after(worker)
            if self._first is not None and self._takes_over.loaded:
                self._first()
                self._first = None
                self._takes_over.free()
            self._end.wait(_LOOK_S)
        self._stop()

    def _ended(self, _number: int, _frame: FrameType | None) -> None:
        self._end.set()

    def _start(self, worker: _Worker) -> None:
        worker.beat = self._context.Value("d", 0.0, lock=False)
        worker.started = time.monotonic()
        worker.process = self._context.Process(
            target=self._run, args=(self._listener, worker.number, worker.beat, self._takes_over), name=f"serve-{worker.number}"
        )
        worker.process.start()

    def _look_after(self, worker: _Worker) -> None:
        process, now = worker.process, time.monotonic()
        if process is None:
            if now >= worker.again_at:
                self._start(worker)
        elif not process.is_alive():
            short = now - worker.started < _SHORT_LIFE_S
            worker.pause_s = min(_MOST_PAUSE_S, max(0.5, 2 * worker.pause_s)) if short else 0.0
            worker.process, worker.again_at = None, now + worker.pause_s
            logger().error("process_ended", number=worker.number, pid=process.pid, exit_code=process.exitcode, again_in_s=worker.pause_s)
        elif worker.beat is not None and worker.beat.value and now - worker.beat.value > self._hung_s:
            logger().error("process_hangs", number=worker.number, pid=process.pid, silent_s=round(now - worker.beat.value))
            process.kill()
            process.join()

    def _stop(self) -> None:
        self._takes_over.free()  # or one that has just been loaded would wait for it
        alive = [worker.process for worker in self._all if worker.process is not None]
        for process in alive:
            process.terminate()
        until = time.monotonic() + self._grace_s + _SHORT_LIFE_S
        for process in alive:
            process.join(max(0.0, until - time.monotonic()))
            if process.is_alive():
                process.kill()


class _Worker:
    def __init__(self, number: int) -> None:
        self.number = number
        self.process: BaseProcess | None = None
        self.beat: Shared | None = None
        self.started = self.again_at = self.pause_s = 0.0
