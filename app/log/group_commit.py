"""One thread owns a SQLite connection; work that arrives during a commit shares the next one.

An fsync takes milliseconds whatever it writes, so fifty concurrent appends cost little more than one.
"""

from __future__ import annotations

import ctypes
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

_MOST_TOGETHER: Final = 256
_DAMAGED: Final = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[sqlite3.Connection], Any]
    writes: bool
    future: Future[Any] = field(default_factory=Future)


class GroupCommit:
    """Runs work on one connection, in order, many pieces per transaction; a future resolves once its transaction is on disk.

    Args:
        connect: opens the connection, in the thread, when there is work; called again after an error.
        check: raises where the committed file is not in its place any more; called before every answer.

    Attributes:
        damaged: whether the file is known to be. Its last connection is not closed then, as SQLite would write what it believes to have in
            the write-ahead log over what is whole of the file, and remove both from `attire log repair`.
    """

    def __init__(self, connect: Callable[[], sqlite3.Connection], check: Callable[[], None]) -> None:
        self._connect, self._check = connect, check
        self._queue: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._closed = self._held = self.damaged = False
        self._thread = threading.Thread(target=self._run, name="log-writer", daemon=True)
        self._thread.start()

    def submit(self, work: Callable[[sqlite3.Connection], Answer], *, writes: bool) -> Future[Answer]:
        """Run ``work`` in a transaction that others may share; an error in any of them undoes and fails all, and all may be repeated.

        Raises:
            sqlite3.ProgrammingError: this is closed.
        """
        job = _Job(work, writes)
        with self._lock:
            if self._closed:
                msg = "the log is closed"
                raise sqlite3.ProgrammingError(msg)
            self._queue.put(job)
        return job.future

    def close(self) -> None:
        """Finish what was submitted, then end."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        connection: sqlite3.Connection | None = None
        open_still = True
        while open_still:
            waiting = self._waiting()
            open_still = waiting[-1] is not None
            jobs = [job for job in waiting if job and job.future.set_running_or_notify_cancel()]
            if not jobs:
                continue
            try:
                connection = connection or self._connect()
                connection.execute("BEGIN IMMEDIATE" if any(job.writes for job in jobs) else "BEGIN")
                answers = [job.work(connection) for job in jobs]
                connection.execute("COMMIT")
                self._check()
            except Exception as error:  # noqa: BLE001 - it reaches every waiter
                self.damaged |= isinstance(error, sqlite3.DatabaseError) and getattr(error, "sqlite_errorcode", 0) & 0xFF in _DAMAGED
                if connection is not None:
                    with suppress(sqlite3.Error):
                        connection.rollback()  # where a statement was not read to its end, closing alone keeps the lock
                    with suppress(sqlite3.Error):
                        self._let_go(connection)
                connection = None
                for job in jobs:
                    job.future.set_exception(error)
            else:
                for job, answer in zip(jobs, answers, strict=True):
                    job.future.set_result(answer)
        if connection is not None:
            self._let_go(connection)

    def _let_go(self, connection: sqlite3.Connection) -> None:
        if self.damaged and not self._held:
            # never collected, so never closed: the process's end closes nothing, and while this one is open no other is the last
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(connection))
            self._held = True
        else:
            connection.close()

    def _waiting(self) -> list[_Job | None]:
        """The jobs that wait, blocking for the first; the last is None where no more will come."""
        jobs = [self._queue.get()]
        with suppress(queue.Empty):
            while jobs[-1] is not None and len(jobs) < _MOST_TOGETHER:
                jobs.append(self._queue.get_nowait())
        return jobs
