"""One thread, one connection, one commit for all who wait."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from app.log.group_commit import GroupCommit


class Traced:
    """Commits to a file, and the statements that they took."""

    def __init__(self, path: Path) -> None:
        self.path, self.statements, self.opened = path, list[str](), 0
        self.commits = GroupCommit(self.connect, lambda: None)

    def connect(self) -> sqlite3.Connection:
        """Open a table of numbers."""
        self.opened += 1
        connection = sqlite3.connect(self.path, isolation_level=None)
        connection.execute("CREATE TABLE IF NOT EXISTS numbers (n INTEGER PRIMARY KEY)")
        connection.set_trace_callback(self.statements.append)
        return connection

    def insert(self, number: int) -> Future[None]:
        """Add a number."""
        return self.commits.submit(lambda c: c.execute("INSERT INTO numbers VALUES (?)", (number,)).close(), writes=True)

    def numbers(self) -> list[int]:
        """What is there."""
        query = "SELECT n FROM numbers ORDER BY n"
        return self.commits.submit(lambda c: [n for (n,) in c.execute(query)], writes=False).result(5)

    def hold(self) -> threading.Event:
        """Keep the thread busy until the event is set."""
        free, begun = threading.Event(), threading.Event()

        def work(_: sqlite3.Connection) -> None:
            begun.set()
            free.wait(5)

        self.commits.submit(work, writes=False)
        begun.wait(5)
        return free


@pytest.fixture
def traced(tmp_path: Path) -> Iterator[Traced]:
    """A file to commit to."""
    made = Traced(tmp_path / "numbers.sqlite")
    yield made
    made.commits.close()


def test_what_waits_shares_one_commit(traced: Traced) -> None:
    """Fifty inserts that came while another was under way."""
    free = traced.hold()
    waiting = [traced.insert(n) for n in range(50)]
    traced.statements.clear()
    free.set()
    for future in waiting:
        future.result(5)
    assert traced.statements.count("COMMIT") == 2
    assert traced.numbers() == list(range(50))


def test_reading_takes_no_write_lock(traced: Traced) -> None:
    """So that readers of several processes do not wait for each other."""
    traced.numbers()
    assert "BEGIN IMMEDIATE" not in traced.statements


def test_an_error_amid_reading_keeps_no_lock(traced: Traced) -> None:
    """Though its statement was not read to the end, and whoever waited has the error still."""
    for number in (1, 2):
        traced.insert(number).result(5)

    def breaks(connection: sqlite3.Connection) -> None:
        for _ in connection.execute("SELECT n FROM numbers"):
            msg = "not what was expected"
            raise ValueError(msg)

    broken = traced.commits.submit(breaks, writes=True)
    assert isinstance(broken.exception(5), ValueError)
    traced.insert(3).result(2)


def test_an_error_reaches_every_waiter_and_nothing_of_them_is_kept(traced: Traced) -> None:
    """All may try again, on a fresh connection."""
    traced.insert(7).result(5)
    free = traced.hold()
    waiting = [traced.insert(n) for n in (1, 7, 2)]
    free.set()
    for future in waiting:
        with pytest.raises(sqlite3.IntegrityError):
            future.result(5)
    assert traced.numbers() == [7]
    assert traced.opened == 2


def test_whoever_stopped_waiting_is_left_out(traced: Traced) -> None:
    """And does not disturb the others."""
    free = traced.hold()
    first, second = traced.insert(1), traced.insert(2)
    assert first.cancel()
    free.set()
    second.result(5)
    assert traced.numbers() == [2]


def test_closing_finishes_what_was_submitted(traced: Traced) -> None:
    """Then takes no more."""
    free = traced.hold()
    future = traced.insert(1)
    closing = threading.Thread(target=traced.commits.close)
    closing.start()
    free.set()
    closing.join(5)
    assert future.done()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        traced.insert(2)
