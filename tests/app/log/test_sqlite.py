"""What only a file can suffer: a full disk, several processes, their sudden end."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import closing, suppress
from pathlib import Path

import pytest

from app.ground.errors import LogUnavailableError
from app.ground.parts import LogSettings
from app.log.base import Event, Stream
from app.log.sqlite import SqliteLog
from app.log.tables import lay_out, swept, use_wal

pytestmark = pytest.mark.anyio
EVENTS = Stream.EVENTS
Batch = Callable[..., list[Event]]
Everything = Callable[..., Awaitable[list[str]]]

WRITER = """
import asyncio, sys
from pathlib import Path
from app.log.base import Event, Stream
from app.ground.parts import LogSettings
from app.log.sqlite import SqliteLog

async def main(path, name, count):
    log = SqliteLog(Path(path), LogSettings(timeout_s=20))
    for n in range(int(count)):
        await log.append(Stream.EVENTS, [Event(f"{name}-{n}-{half}", {"n": n}) for half in "ab"])
        print(f"{name}-{n}", flush=True)
    await log.close()

asyncio.run(main(*sys.argv[1:]))
"""


def start_writer(path: Path, name: str, count: int) -> subprocess.Popen[str]:
    """A process that appends batches of two and says which are acknowledged."""
    return subprocess.Popen([sys.executable, "-c", WRITER, str(path), name, str(count)], stdout=subprocess.PIPE, text=True)


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteLog]:
    """An empty log."""
    made = SqliteLog(tmp_path / "log.sqlite")
    yield made
    await made.close()


@pytest.mark.parametrize("put_back", [False, True])
async def test_a_file_that_was_taken_away_acknowledges_nothing(
    tmp_path: Path, log: SqliteLog, batch: Batch, everything: Everything, *, put_back: bool
) -> None:
    """A commit to a file without a name would be gone with the process. The next append is in a file that is there."""
    first, second, third = batch("a", "b"), batch("c", "d"), batch("e", "f")
    await log.append(EVENTS, first)
    for name in ("log.sqlite", "log.sqlite-wal", "log.sqlite-shm"):
        (tmp_path / name).unlink()
    if put_back:
        other = SqliteLog(tmp_path / "log.sqlite")
        await other.append(EVENTS, second)
        await other.close()
    with pytest.raises(LogUnavailableError):
        await log.append(EVENTS, third)
    await log.append(EVENTS, third)
    assert await everything(log) == [event.id for event in [*(second if put_back else []), *third]]


@pytest.mark.integration
async def test_two_processes_write_one_log(tmp_path: Path, log: SqliteLog, everything: Everything) -> None:
    """From the first moment on, which lays out the file."""
    writers = [start_writer(tmp_path / "log.sqlite", name, 100) for name in ("one", "two")]
    assert [writer.communicate(timeout=60)[0].count("\n") for writer in writers] == [100, 100]
    assert sorted(await everything(log)) == sorted(f"{name}-{n}-{half}" for name in ("one", "two") for n in range(100) for half in "ab")


@pytest.mark.integration
async def test_what_a_killed_process_acknowledged_is_there(tmp_path: Path, log: SqliteLog, everything: Everything) -> None:
    """With at most the batch under way beside it, and that whole."""
    writer = start_writer(tmp_path / "log.sqlite", "w", 1_000_000)
    assert writer.stdout is not None
    acknowledged = [writer.stdout.readline().strip()]
    until = time.monotonic() + 0.3
    while time.monotonic() < until:
        acknowledged.append(writer.stdout.readline().strip())
    writer.send_signal(signal.SIGKILL)
    acknowledged += writer.communicate(timeout=20)[0].split()
    kept = await everything(log)
    assert len(acknowledged) > 1
    assert len(kept) - 2 * len(acknowledged) in {0, 2}
    assert kept == [f"w-{n}-{half}" for n in range(len(kept) // 2) for half in "ab"]


async def test_a_full_disk_is_told_and_nothing_of_the_batch_is_kept(tmp_path: Path, batch: Batch, everything: Everything) -> None:
    """What was acknowledged before is; and room lets it go on by itself."""
    log = SqliteLog(tmp_path / "log.sqlite", LogSettings(max_bytes=100_000))
    await log.append(EVENTS, batch("before"))
    large = [Event(f"large-{n}", {"text": "x" * 10_000}) for n in range(20)]
    with pytest.raises(LogUnavailableError, match="full"):
        await log.append(EVENTS, large)
    await log.append(EVENTS, batch("after"))
    assert await everything(log) == ["before", "after"]
    await log.close()
    roomy = SqliteLog(tmp_path / "log.sqlite")
    assert (await roomy.append(EVENTS, large)).added == 20
    await roomy.close()


async def test_a_full_log_takes_events_again_once_it_is_trimmed(tmp_path: Path) -> None:
    """The pages of what went are used anew."""
    log = SqliteLog(tmp_path / "log.sqlite", LogSettings(max_bytes=300_000))
    for n in range(100):
        try:
            await log.append(EVENTS, [Event(str(n), {"text": "x" * 10_000})])
        except LogUnavailableError:
            taken = await log.take(EVENTS, "g", "c")
            await log.acknowledge(EVENTS, "g", [entry.offset for entry in taken])
            assert await log.trim(EVENTS) == len(taken)
            assert (await log.append(EVENTS, [Event(str(n), {"text": "x" * 10_000})])).added == 1
    assert (await log.append(EVENTS, [Event("5", {})])).added == 0
    await log.close()


async def test_a_full_log_is_told_where_nothing_is_written_and_so_is_that_there_is_room(tmp_path: Path) -> None:
    """By `ping`, which asks whether an event would be kept."""
    log = SqliteLog(tmp_path / "log.sqlite", LogSettings(max_bytes=300_000))
    await log.ping()
    with suppress(LogUnavailableError):
        for n in range(100):
            await log.append(EVENTS, [Event(str(n), {"text": "x" * 3_000})])
    for _ in range(3):
        with pytest.raises(LogUnavailableError, match="full"):
            await log.ping()
    taken = await log.take(EVENTS, "g", "c")
    await log.acknowledge(EVENTS, "g", [entry.offset for entry in taken])
    await log.trim(EVENTS)
    await log.ping()
    await log.close()


async def test_a_place_that_comes_back_is_used_by_itself(tmp_path: Path, batch: Batch) -> None:
    """Until then each call says that the log cannot be used."""
    (tmp_path / "volume").write_text("not mounted")
    log = SqliteLog(tmp_path / "volume" / "log.sqlite")
    for call in (log.ping(), log.append(EVENTS, batch("a")), log.read(EVENTS)):
        with pytest.raises(LogUnavailableError, match=r"log\.sqlite"):
            await call
    (tmp_path / "volume").unlink()
    assert (await log.append(EVENTS, batch("a"))).added == 1
    await log.close()


async def test_a_log_locked_by_another_is_told_in_time(tmp_path: Path, batch: Batch) -> None:
    """Nobody waits for ever; later it works."""
    log = SqliteLog(tmp_path / "log.sqlite", LogSettings(timeout_s=0.1))
    await log.ping()
    other = sqlite3.connect(tmp_path / "log.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    started = time.monotonic()
    with pytest.raises(LogUnavailableError, match="locked"):
        await log.append(EVENTS, batch("a"))
    assert time.monotonic() - started < 2
    other.close()
    assert (await log.append(EVENTS, batch("a"))).added == 1
    await log.close()


@pytest.mark.parametrize("content", [b"this is no database" * 100, None])
async def test_a_file_that_is_no_log_of_ours_is_left_alone(tmp_path: Path, batch: Batch, content: bytes | None) -> None:
    """Of another kind, or of a later version."""
    path = tmp_path / "log.sqlite"
    if content is None:
        with sqlite3.connect(path) as later:
            later.execute("PRAGMA user_version = 99")
        later.close()
        content = path.read_bytes()
    else:
        path.write_bytes(content)
    log = SqliteLog(path)
    with pytest.raises(LogUnavailableError, match=r"version 99|not a database"):
        await log.append(EVENTS, batch("a"))
    await log.close()
    if content.startswith(b"this"):
        assert path.read_bytes() == content


async def test_a_closed_log_says_so(log: SqliteLog, batch: Batch) -> None:
    """Closing twice is no error."""
    await log.close()
    await log.close()
    with pytest.raises(LogUnavailableError, match="closed"):
        await log.append(EVENTS, batch("a"))


async def test_a_commit_waits_for_the_disk(log: SqliteLog) -> None:
    """WAL, and an fsync per commit."""
    modes = await log._do(lambda c: [c.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")])
    assert modes == ["wal", 2]


def test_what_was_deleted_is_in_no_file_once_it_is_written_anew(tmp_path: Path) -> None:
    """Whatever this SQLite leaves of it by itself, and while others have the file open."""
    path = tmp_path / "log.sqlite"
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        use_wal(other, 0.0)
        other.execute("PRAGMA secure_delete = OFF")
        lay_out(other)
        other.executemany("INSERT INTO ids VALUES ('events', ?, 1, 0)", [(f"secret-{n}",) for n in range(500)])
        other.execute("DELETE FROM ids")
        assert any(b"secret" in file.read_bytes() for file in tmp_path.iterdir())
        swept(path, 5.0)
        assert not any(b"secret" in file.read_bytes() for file in tmp_path.iterdir())
