"""What only a server can suffer: death and return, silence, no file, no room."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from app.ground.errors import LogUnavailableError
from app.ground.parts import LogSettings
from app.log.base import Entry, Event, Log, Stream
from app.log.redis import RedisLog

pytestmark = [pytest.mark.anyio, pytest.mark.integration]
EVENTS = Stream.EVENTS
Batch = Callable[..., list[Event]]
Ids = Callable[[Sequence[Entry]], list[str]]
Everything = Callable[..., Awaitable[list[str]]]


@pytest.fixture(scope="module")
def own_redis(start_redis: Callable[..., Any]) -> Any:
    """A server to be killed."""
    return start_redis()


@pytest.fixture
async def log(own_redis: Any) -> AsyncIterator[Log]:
    """An empty log in the server that may be killed."""
    with own_redis.client() as client:
        client.flushall()
    made = RedisLog(own_redis.url, LogSettings(timeout_s=0.5))
    yield made
    await made.close()


async def test_what_was_acknowledged_outlives_a_kill(log: Log, own_redis: Any, everything: Everything) -> None:
    """Clients that send again whatever failed lose nothing, and nothing counts twice."""
    refused = 0

    async def client(name: str) -> list[str]:
        nonlocal refused
        sent = [f"{name}-{n}" for n in range(60)]
        for one in sent:
            while True:
                try:
                    await log.append(EVENTS, [Event(one, {})])
                    break
                except LogUnavailableError:
                    refused += 1
                    await asyncio.sleep(0.05)
            await asyncio.sleep(0.005)
        return sent

    async def killer() -> None:
        for _ in range(2):
            await asyncio.sleep(0.1)
            await asyncio.to_thread(own_redis.kill)
            await asyncio.sleep(0.1)
            await asyncio.to_thread(own_redis.start)

    *sent, _ = await asyncio.gather(*(client(f"c{n}") for n in range(4)), killer())
    assert refused
    assert sorted(await everything(log)) == sorted(one for ids in sent for one in ids or ())


async def test_a_group_outlives_a_kill(log: Log, own_redis: Any, batch: Batch, ids: Ids) -> None:
    """What it has done, what it was given, what it has not seen."""
    await log.append(EVENTS, batch(*"abc"))
    [first, _] = await log.take(EVENTS, "g", "c", limit=2)
    await log.acknowledge(EVENTS, "g", [first.offset])
    own_redis.kill()
    with pytest.raises(LogUnavailableError):
        await log.take(EVENTS, "g", "c")
    own_redis.start()
    assert ids(await log.take(EVENTS, "g", "c")) == ["c"]
    assert ids(await log.claim(EVENTS, "g", "c", idle_s=0)) == ["b", "c"]


async def test_a_server_that_is_gone_is_told_at_once(log: Log, own_redis: Any, batch: Batch) -> None:
    """By every call."""
    await log.append(EVENTS, batch("a"))
    own_redis.kill()
    started = time.monotonic()
    calls = (log.ping(), log.append(EVENTS, batch("b")), log.read(EVENTS), log.read(EVENTS, wait_s=2), log.lag(EVENTS), log.trim(EVENTS))
    for call in calls:
        with pytest.raises(LogUnavailableError, match="cannot be used now"):
            await call
    assert time.monotonic() - started < 1
    own_redis.start()
    await log.ping()


async def test_a_connection_that_was_closed_is_told_and_another_is_made(log: Log, batch: Batch) -> None:
    """Whatever the event loop calls it: the service's raises no OSError where the server went just before a write."""
    await log.append(EVENTS, batch("a"))
    connections = log._redis.connection_pool._available_connections  # type: ignore[attr-defined]
    assert connections
    for connection in connections:
        connection._writer = Gone(connection._writer)
    with pytest.raises(LogUnavailableError, match=r"cannot be used now \(ConnectionError\)"):
        await log.append(EVENTS, batch("b"))
    assert (await log.append(EVENTS, batch("b"))).added == 1


class Gone:
    """What uvloop's writer is like once its connection was closed."""

    def __init__(self, writer: Any) -> None:
        self._writer = writer

    def writelines(self, _: Any) -> None:
        msg = "unable to perform operation on <TCPTransport closed=True reading=False 0x1>; the handler is closed"
        raise RuntimeError(msg)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)


async def test_a_server_that_is_silent_is_told_in_time(log: Log, own_redis: Any, batch: Batch) -> None:
    """And is used again when it speaks."""
    await log.ping()
    own_redis.process.send_signal(signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(LogUnavailableError):
        await log.append(EVENTS, batch("a"))
    assert time.monotonic() - started < 3
    own_redis.process.send_signal(signal.SIGCONT)
    await log.append(EVENTS, batch("a"))
    assert (await log.append(EVENTS, batch("a"))).added == 0


async def test_a_wait_may_be_longer_than_the_patience_for_an_answer(log: Log) -> None:
    """An empty stream is no silent server."""
    assert await log.read(EVENTS, wait_s=1.0) == []


async def test_more_clients_than_connections_are_served(log: Log, batch: Batch, everything: Everything) -> None:
    """They wait their turn, and nobody is overtaken until its patience ends."""

    async def client(name: int) -> None:
        for n in range(15):
            await log.append(EVENTS, batch(f"{name}-{n}"))

    await asyncio.gather(*(client(name) for name in range(100)))
    assert len(await everything(log)) == 1500


async def test_a_lost_group_is_made_again(log: Log, own_redis: Any, batch: Batch, ids: Ids) -> None:
    """It is given everything that is kept, once more."""
    await log.append(EVENTS, batch(*"ab"))
    await log.take(EVENTS, "g", "c", limit=1)
    with own_redis.client() as client:
        client.xgroup_destroy("attire:{events}", "g")
    assert ids(await log.take(EVENTS, "g", "c")) == ["a", "b"]


async def test_a_server_that_lost_everything_is_used_anew(log: Log, own_redis: Any, batch: Batch, ids: Ids) -> None:
    """No hand is needed."""
    await log.append(EVENTS, batch("a"))
    await log.take(EVENTS, "g", "c")
    with own_redis.client() as client:
        client.flushall()
        client.script_flush()
    assert await log.claim(EVENTS, "g", "c", idle_s=0) == []
    await log.append(EVENTS, batch("b"))
    assert ids(await log.take(EVENTS, "g", "c")) == ["b"]


async def test_a_server_that_keeps_nothing_is_refused(start_redis: Callable[..., Any], batch: Batch) -> None:
    """What would be lost with the process is not acknowledged."""
    log = RedisLog(start_redis("--appendonly", "no").url)
    for call in (log.ping(), log.append(EVENTS, batch("a"))):
        with pytest.raises(LogUnavailableError, match="appendonly yes"):
            await call
    await log.close()


async def test_a_server_without_room_is_told_and_keeps_nothing_of_the_batch(
    start_redis: Callable[..., Any], everything: Everything
) -> None:
    """With room it goes on."""
    server = start_redis("--maxmemory", "3mb", "--maxmemory-policy", "noeviction")
    log = RedisLog(server.url)
    large = [Event(f"large-{n}", {"text": "x" * 10_000}) for n in range(100)]
    kept, problem = 0, ""
    while not problem and kept < 20:
        try:
            await log.append(EVENTS, [Event(f"{kept}-{one.id}", one.data) for one in large])
            kept += 1
        except LogUnavailableError as error:
            problem = str(error)
    assert "maxmemory" in problem
    assert len(await everything(log)) == 100 * kept
    with server.client() as client:
        client.config_set("maxmemory", "0")
    assert (await log.append(EVENTS, large)).added == 100
    await log.close()


async def test_a_log_that_crowds_out_others_is_told_and_they_are_not(start_redis: Callable[..., Any]) -> None:
    """From half of the room on; one that is alone in it may have all."""
    server = start_redis("--maxmemory", "16mb", "--maxmemory-policy", "noeviction")
    large, small = RedisLog(server.url), RedisLog(server.url.removesuffix("0") + "1")
    filler = [Event(f"large-{n}", {"text": "x" * 10_000}) for n in range(850)]
    for first in range(0, 600, 50):
        await large.append(EVENTS, filler[first : first + 50])
    await small.append(EVENTS, [Event("a", {})])
    assert (await large.crowds(), await small.crowds()) == (False, False)
    for first in range(600, 850, 50):
        await large.append(EVENTS, filler[first : first + 50])
    assert (await large.crowds(), await small.crowds()) == (True, False)
    with server.client() as client:
        client.execute_command("SELECT", 1)
        client.flushdb()
    assert not await large.crowds()
    for log in (large, small):
        await log.close()


async def test_a_password_is_not_told() -> None:
    """Neither it nor the address, in the error that clients see."""
    log = RedisLog("redis://:s3cret@127.0.0.1:1/0", LogSettings(timeout_s=0.2))
    with pytest.raises(LogUnavailableError) as refused:
        await log.ping()
    assert "s3cret" not in str(refused.value)
    assert "127.0.0.1" not in str(refused.value)
    await log.close()


async def test_what_is_gone_is_in_no_file_of_redis(log: Log, own_redis: Any, batch: Batch) -> None:
    """Not of an entry that lay among others which are still there, nor an id, once it is forgotten."""
    await log.append(EVENTS, batch("secret-1", "secret-2", "kept"))
    taken = await log.take(EVENTS, "g", "one", limit=2)
    await log.acknowledge(EVENTS, "g", [entry.offset for entry in taken])
    await log.trim(EVENTS)
    await log.forget(EVENTS, ["secret-1", "secret-2"])
    with own_redis.client() as client:
        held = await asyncio.to_thread(_files, Path(client.config_get("dir")["dir"]))
    assert b"item of kept" in held
    assert b"secret" not in held


def _files(directory: Path) -> bytes:
    """All that they hold."""
    return b"".join(path.read_bytes() for path in directory.rglob("*") if path.is_file())
