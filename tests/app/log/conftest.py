"""Both logs, each on real storage, and a redis-server to start, kill and start again."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import redis

from app.ground.parts import LogSettings
from app.log.base import Entry, Event, Log, Stream
from app.log.redis import RedisLog
from app.log.sqlite import SqliteLog

REDIS_SERVER = shutil.which("redis-server")
START_S = 20.0


class RedisServer:
    """A redis-server with an append-only file in a directory of its own."""

    def __init__(self, directory: Path, *options: str) -> None:
        directory.mkdir(exist_ok=True)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        durable = () if "--appendonly" in options else ("--appendonly", "yes", "--appendfsync", "always")
        places = ("--bind", "127.0.0.1", "--port", str(self.port), "--dir", str(directory), "--save", "")
        self._command = [REDIS_SERVER or "", *places, *durable, *options]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        """Start it, and wait until it has read what it kept."""
        self.process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until = time.monotonic() + START_S
        with self.client() as client:
            while True:
                try:
                    client.ping()
                except redis.ConnectionError:
                    assert time.monotonic() < until, "redis-server does not come up"
                    assert self.process.poll() is None, "redis-server ended"
                    time.sleep(0.02)
                else:
                    return

    def client(self) -> redis.Redis:
        """A plain client."""
        return redis.Redis(host="127.0.0.1", port=self.port, decode_responses=True)

    def kill(self) -> None:
        """As if the machine had lost it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@pytest.fixture(scope="session")
def start_redis(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., RedisServer]]:
    """Starts a redis-server, which ends with the tests."""
    if REDIS_SERVER is None:
        pytest.skip("redis-server is not installed")
    started: list[RedisServer] = []

    def start(*options: str) -> RedisServer:
        started.append(RedisServer(tmp_path_factory.mktemp("redis"), *options))
        return started[-1]

    yield start
    for server in started:
        server.kill()


@pytest.fixture(scope="session")
def shared_redis(start_redis: Callable[..., RedisServer]) -> RedisServer:
    """A server for whoever leaves it alive."""
    return start_redis()


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
