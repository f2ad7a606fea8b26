"""Both logs, each on real storage."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.ground.parts import LogSettings
from app.log.base import Entry, Event, Log, Stream
from app.log.redis import RedisLog
from app.log.sqlite import SqliteLog
from tests.redis_server import RedisServer


@pytest.fixture
def anyio_backend() -> str:
    """What the service runs on."""
    return "asyncio"


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.integration)])
async def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Callable[..., Log]]:
    """Opens the same log once more, as another process or a restart would; closed at the end."""
    opened: list[Log] = []
    if request.param == "redis":
        server: RedisServer = request.getfixturevalue("shared_redis")
        with server.client() as client:
            client.flushall()

    def open_again(**settings: Any) -> Log:
        asked = LogSettings(**settings)
        opened.append(SqliteLog(tmp_path / "log.sqlite", asked) if request.param == "sqlite" else RedisLog(server.url, asked))
        return opened[-1]

    yield open_again
    for log in opened:
        await log.close()


@pytest.fixture
async def log(reopen: Callable[..., Log]) -> Log:
    """An empty log."""
    return reopen()


def batch(*ids: str) -> list[Event]:
    """Events of these ids."""
    return [Event(one, {"item": f"item of {one}"}) for one in ids]


def ids(entries: Sequence[Entry]) -> list[str]:
    """Whose entries these are."""
    return [entry.event.id for entry in entries]


async def everything(log: Log, stream: Stream = Stream.EVENTS) -> list[str]:
    """The ids of all that is kept."""
    return ids(await log.read(stream, limit=1_000_000))


@pytest.fixture(name="batch", scope="session")
def batch_fixture() -> Callable[..., list[Event]]:
    """Makes events of ids."""
    return batch


@pytest.fixture(name="ids", scope="session")
def ids_fixture() -> Callable[[Sequence[Entry]], list[str]]:
    """Tells whose entries these are."""
    return ids


@pytest.fixture(name="everything", scope="session")
def everything_fixture() -> Callable[..., Any]:
    """Reads the ids of all that is kept."""
    return everything
