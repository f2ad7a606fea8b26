"""Impressions on their way to the log."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from app.ground.logs import configure
from app.ground.parts import LogSettings
from app.log import impressions as module
from app.log.base import Log, Stream
from app.log.impressions import Impressions
from app.log.sqlite import SqliteLog

pytestmark = pytest.mark.anyio
Everything = Callable[..., Awaitable[list[str]]]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_RETRY_S", 0.02)
    monkeypatch.setattr(module, "_FAREWELL_S", 0.3)


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A place that cannot be written to until it is unlinked."""
    path = tmp_path / "volume"
    path.write_text("not mounted")
    return path


@pytest.fixture
def mount(volume: Path) -> Callable[[], None]:
    """Brings the log back."""
    return volume.unlink


@pytest.fixture
async def log(volume: Path) -> AsyncIterator[SqliteLog]:
    """A log that is gone for now."""
    made = SqliteLog(volume / "log.sqlite")
    yield made
    await made.close()


async def settled(buffer: Impressions) -> None:
    """Wait until nothing waits."""
    async with asyncio.timeout(5):
        while buffer.waiting:  # noqa: ASYNC110 - nothing tells when
            await asyncio.sleep(0.01)


async def test_what_is_noted_reaches_the_log_in_the_background(log: Log, mount: Callable[[], None]) -> None:
    """With what was shown, when, and the recommendation's id."""
    mount()
    buffer = Impressions(log, 10)
    buffer.start()
    buffer.note({"recommendation_id": "r1", "release": "r2-x", "items": ["a"]})
    await settled(buffer)
    [entry] = await log.read(Stream.EVENTS)
    said = dict(entry.event.data)
    assert entry.event.id == "impression:r1"
    assert said.pop("timestamp") == said.pop("received")
    assert said == {"type": "impression", "recommendation_id": "r1", "release": "r2-x", "items": ["a"]}
    assert (buffer.written, buffer.dropped, buffer.trouble) == (1, 0, None)
    await buffer.close()


async def test_they_wait_while_the_log_is_gone_and_go_on_when_it_is_back(
    log: Log, mount: Callable[[], None], everything: Everything
) -> None:
    """In order, by themselves; the trouble is told meanwhile."""
    buffer = Impressions(log, 10)
    buffer.start()
    for n in range(3):
        buffer.note({"recommendation_id": str(n)})
    await asyncio.sleep(0.1)
    assert (buffer.waiting, buffer.written) == (3, 0)
    assert buffer.trouble is not None
    mount()
    await settled(buffer)
    assert await everything(log) == ["impression:0", "impression:1", "impression:2"]
    await asyncio.sleep(0.02)
    assert (buffer.written, buffer.trouble) == (3, None)
    await buffer.close()


async def test_what_does_not_fit_is_dropped_and_counted(log: Log, mount: Callable[[], None], everything: Everything) -> None:
    """The buffer never grows beyond its bound."""
    buffer = Impressions(log, 2)
    buffer.start()
    for n in range(5):
        buffer.note({"recommendation_id": str(n)})
    assert (buffer.waiting, buffer.dropped) == (2, 3)
    mount()
    await settled(buffer)
    buffer.note({"recommendation_id": "room"})
    await settled(buffer)
    assert await everything(log) == ["impression:0", "impression:1", "impression:room"]
    await buffer.close()


async def test_more_than_one_batch_is_written(log: Log, mount: Callable[[], None], monkeypatch: pytest.MonkeyPatch) -> None:
    """One after the other."""
    monkeypatch.setattr(module, "_TOGETHER", 4)
    mount()
    buffer = Impressions(log, 100)
    for n in range(10):
        buffer.note({"recommendation_id": str(n)})
    buffer.start()
    await settled(buffer)
    assert len(await log.read(Stream.EVENTS)) == buffer.written == 10
    await buffer.close()


async def test_closing_writes_what_waits(log: Log, mount: Callable[[], None], everything: Everything) -> None:
    """Also what was noted a moment ago."""
    mount()
    buffer = Impressions(log, 10)
    buffer.start()
    buffer.note({"recommendation_id": "last"})
    await buffer.close()
    assert await everything(log) == ["impression:last"]


async def test_closing_without_a_log_ends_soon_and_counts_the_loss(log: Log, capfd: pytest.CaptureFixture[str]) -> None:
    """And says so."""
    configure(LogSettings())  # another test of this process may have asked for errors alone
    buffer = Impressions(log, 10)
    buffer.start()
    buffer.note({"recommendation_id": "lost"})
    async with asyncio.timeout(3):
        await buffer.close()
    assert (buffer.waiting, buffer.dropped) == (0, 1)
    assert "impressions_lost" in "".join(capfd.readouterr())
