"""The archive: everything once, whatever happens in between."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from app.ground.errors import HomeError
from app.log.base import Entry, Event, Stream
from app.log.sqlite import SqliteLog
from app.worker import archive
from app.worker.archive import Archive, read_archive

Said = Callable[..., Event]

ARCHIVING = """
import asyncio, sys
from pathlib import Path
from app.log.sqlite import SqliteLog
from app.ground.settings import Settings
from app.worker.loop import Worker
home = Path(sys.argv[1])
async def main():
    worker = Worker(Settings(home=home), SqliteLog(home / "log.sqlite"))
    print("up", flush=True)
    while True:
        await worker.drain()
        await asyncio.sleep(0.01)
asyncio.run(main())
"""


def entries(events: Sequence[Event], first: int = 1) -> list[Entry]:
    """Events in their places."""
    return [Entry(str(first + place), event) for place, event in enumerate(events)]


def archived(directory: Path) -> list[str]:
    """The ids in all files, read without the archive's own eyes."""
    return [str(one) for path in directory.glob("part-*.parquet") for one in pq.read_table(path).column("id").to_pylist()]


def test_an_event_is_kept_once_by_its_id(tmp_path: Path, said: Said) -> None:
    """In one batch, in a later one, and after the archive was opened again."""
    events = [said(f"e{number}", type="view", item="a", session="s") for number in range(3)]
    assert Archive(tmp_path).write(entries([*events, events[0]])) == 3
    again = Archive(tmp_path)
    assert again.write(entries([*events, said("e3", type="view")], first=10)) == 1
    assert again.rows == 4
    assert sorted(archived(tmp_path)) == ["e0", "e1", "e2", "e3"]


def test_all_of_an_event_is_kept(tmp_path: Path, said: Said) -> None:
    """What has no column, or is not of its kind, is in ``data``."""
    odd = {"type": "view", "item": 7, "session": "\ud800", "quantity": True, "price": "free", "timestamp": "yesterday", "slots": [["a"]]}
    Archive(tmp_path).write(entries([Event("odd", odd), said("fine", type="purchase", item="ä", session="s", quantity=2, price=3.5)]))
    rows = read_archive(tmp_path, archive.SCHEMA.names).to_pylist()
    assert json.loads(rows[0]["data"]) == odd
    assert [rows[0][name] for name in ("type", "item", "session", "quantity", "price", "timestamp")] == [
        "view",
        None,
        None,
        None,
        None,
        None,
    ]
    assert [rows[1][name] for name in ("type", "item", "quantity", "price")] == ["purchase", "ä", 2, 3.5]
    assert rows[1]["timestamp"].isoformat() == "2026-11-01T00:00:00+00:00"


def test_an_id_is_not_taken_for_another_of_the_same_digest(tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """The digest only suspects."""
    monkeypatch.setattr(archive, "_digests", lambda ids: archive.np.zeros(len(ids), dtype=archive.np.uint64))
    kept = Archive(tmp_path)
    assert kept.write(entries([said("one", type="view")])) == 1
    assert kept.write(entries([said("two", type="view"), said("one", type="view")])) == 1


def test_a_disk_that_refuses_leaves_nothing_behind(tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """And the same entries can be written once it takes them."""
    kept = Archive(tmp_path)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(archive.pq, "write_table", full)
        with pytest.raises(OSError, match="No space"):
            kept.write(entries([said("one", type="view")]))
    assert list(tmp_path.iterdir()) == []
    assert kept.write(entries([said("one", type="view")])) == 1


def test_a_part_that_cannot_be_read_is_named(tmp_path: Path, said: Said) -> None:
    """When the archive is opened, when an event might be in it, and when it is read."""
    kept = Archive(tmp_path)
    kept.write(entries([said("a", type="view")]))
    (part,) = tmp_path.glob("part-*.parquet")
    part.write_bytes(b"not parquet")
    for reading in (
        lambda: Archive(tmp_path),
        lambda: kept.write(entries([said("a", type="view")])),
        lambda: read_archive(tmp_path, ("id",)),
    ):
        with pytest.raises(HomeError, match=part.name):
            reading()


def test_small_parts_become_one(tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch) -> None:
    """In their order, and rows keep their place."""
    monkeypatch.setattr(archive, "_MERGED_AT", 4)
    kept = Archive(tmp_path)
    for number in range(9):
        kept.write(entries([said(f"e{number}", type="view")], first=number))
    assert len(list(tmp_path.iterdir())) < 5
    assert read_archive(tmp_path, ["id"]).column("id").to_pylist() == [f"e{number}" for number in range(9)]
    assert read_archive(tmp_path, ["id"], 3, 7).column("id").to_pylist() == ["e3", "e4", "e5", "e6"]


def test_a_merge_that_was_killed_counts_nothing_twice(tmp_path: Path, said: Said) -> None:
    """The parts that a wider one covers go when the archive is opened."""
    kept = Archive(tmp_path)
    for number in range(2):
        kept.write(entries([said(f"e{number}", type="view")]))
    wide = pq.read_table(sorted(tmp_path.iterdir()))
    pq.write_table(wide, tmp_path / "part-00000001-00000002.parquet")
    assert read_archive(tmp_path, ["id"]).num_rows == 2
    assert Archive(tmp_path).rows == 2
    assert sorted(archived(tmp_path)) == ["e0", "e1"]


def start(home: Path) -> subprocess.Popen[str]:
    """A process that archives the home's log, once it does."""
    process = subprocess.Popen([sys.executable, "-c", ARCHIVING, str(home)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    process.stdout.readline()
    return process


@pytest.mark.integration
def test_kill_9_loses_nothing_and_repeats_nothing(tmp_path: Path, said: Said) -> None:
    """A real process, killed at a few moments while events keep coming; the restart needs no hand."""
    appended = 0

    def tell(seconds: float) -> None:
        async def append() -> None:
            nonlocal appended
            log, until = SqliteLog(tmp_path / "log.sqlite"), time.monotonic() + seconds
            while time.monotonic() < until:
                await log.append(Stream.EVENTS, [said(f"e{appended + place}", type="view", item="a", session="s") for place in range(40)])
                appended += 40
            await log.close()

        asyncio.run(append())

    tell(0.05)
    for moment in (0.02, 0.05, 0.15):
        process = start(tmp_path)
        tell(moment)
        process.kill()
        process.communicate()
    process, until = start(tmp_path), time.monotonic() + 60
    while len(archived(tmp_path / "worker" / "events")) < appended and time.monotonic() < until:
        time.sleep(0.1)
    process.kill()
    process.communicate()
    counts = Counter(archived(tmp_path / "worker" / "events"))
    assert set(counts) == {f"e{number}" for number in range(appended)}
    assert set(counts.values()) == {1}
