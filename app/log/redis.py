"""The log of several machines: Redis Streams, with the append-only file on.

An append is as durable as Redis's ``appendfsync``: with ``always`` it outlives a power cut, with ``everysec`` only the death of the
process. A Redis without an append-only file is refused.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from itertools import chain
from typing import Any, Final

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError, RedisError, ResponseError

from app.ground.errors import LogLostError, LogUnavailableError, NoDatabaseError, OtherLogError, TrimmedError
from app.ground.lost import told_as_lost
from app.ground.parts import LogSettings
from app.log import redis_scripts
from app.log.base import START, Appended, Entry, Event, Lag, Stream, encoded, fits, order, other_kind
from app.log.mark import Mark, Position, Positions, missing
from app.log.owner import Owner, another

_LONGEST_WAIT_S: Final = 5.0
_AT_ONCE: Final = 16
_FIRST: Final = "0-0"
_NO_DATABASE: Final = "DB index is out of range"
_ANOTHER: Final = -2
_CROWDED: Final = 0.5
"""Share of the memory that is taken from which on no log's events of pages take more than its part of all."""
_FORGOTTEN_AT_ONCE: Final = 5_000
_REPACKED: Final = 10_000
_NOT_YET: Final = "Redis holds what is gone until the entries that it lies among are gone, and in its file until that is written anew after"
_REWRITTEN_WITHIN_S: Final = 600.0
_PAUSE_S: Final = 0.1


class RedisLog:
    """A log in Redis.

    Args:
        url: ``redis://[[user]:password@]host:port/db``, ``rediss://`` or ``unix://``.
        mark: where it is kept what was acknowledged; None only for a log whose loss nobody would mind.
        owner: the home that uses it; None where anybody may.

    Raises:
        ValueError: the URL cannot be read.
    """

    def __init__(self, url: str, settings: LogSettings | None = None, mark: Mark | None = None, owner: Owner | None = None) -> None:
        self._settings, self._mark, self._owner = settings or LogSettings(), mark, owner
        self._marking = asyncio.Lock()
        self._latest: dict[Stream, Position] = {}  # to be kept
        timeout_s = self._settings.timeout_s
        self._redis = _client(url, timeout_s, timeout_s)
        self._waiting = _client(url, timeout_s, timeout_s + _LONGEST_WAIT_S)  # a socket must outlast the wait it blocks in
        self._append = self._redis.register_script(redis_scripts.APPEND)
        self._claim = self._redis.register_script(redis_scripts.CLAIM)
        self._trim = self._redis.register_script(redis_scripts.TRIM)
        self._repack = self._redis.register_script(redis_scripts.REPACK)
        self._known_durable = self._taken = False
        self._named = ""
        self._turns = asyncio.Semaphore(_AT_ONCE)

    async def append(self, stream: Stream, events: Sequence[Event]) -> Appended:
        marked = (await self._marked()).get(stream)
        said = [marked.epoch, marked.end] if marked is not None else ["", ""]
        words = list(chain.from_iterable(await asyncio.to_thread(encoded, events)))
        keys = [_key(stream), *(_key(stream, part) for part in ("ids", "epoch", "home"))]
        if events:
            await self._take_it()
        async with self._answering():
            await self._check_durable()
            home = await self._name()
            added, end, epoch = await self._append(keys=keys, args=[*said, secrets.token_hex(8), home, *words])
            if added == _ANOTHER:
                raise OtherLogError(another(epoch))
            if added < 0:
                raise LogLostError(missing(stream, marked, epoch, end) or "the log lacks what it has acknowledged")
            await self._note(stream, Position(epoch, end))
        return Appended(added, end)

    async def read(self, stream: Stream, after: str = START, *, limit: int = 1_000, wait_s: float = 0.0) -> list[Entry]:
        if not fits(after, sqlite=False):
            raise OtherLogError(other_kind(after, sqlite=False))
        async with self._answering():
            client = self._waiting if wait_s > 0 else self._redis
            block_ms = max(1, int(1000 * min(wait_s, _LONGEST_WAIT_S))) if wait_s > 0 else None  # Redis takes 0 as for ever
            answer = await client.xread({_key(stream): after or _FIRST}, count=limit, block=block_ms)
            trimmed: Any = await self._redis.get(_key(stream, "trimmed"))
        if after != START and trimmed is not None and order(trimmed) > order(after):
            msg = f"the {stream} log is trimmed up to {trimmed}, so there is a gap behind {after}; start from a newer snapshot"
            raise TrimmedError(msg)
        return await asyncio.to_thread(_entries, answer, 0)

    async def latest(self, stream: Stream, limit: int) -> list[Entry]:
        async with self._answering():
            found = await self._redis.xrevrange(_key(stream), count=limit)
        return (await asyncio.to_thread(_entries, [(stream, found)], 0))[::-1]

    async def take(self, stream: Stream, group: str, consumer: str, *, limit: int = 1_000) -> list[Entry]:
        await self._check_own()
        async with self._answering():
            for _ in range(2):
                try:
                    answer = await self._redis.xreadgroup(group, consumer, {_key(stream): ">"}, count=limit)
                except ResponseError as error:
                    await self._make_group(stream, group, error)
                else:
                    return _entries(answer, deliveries=1)
        return []

    async def claim(self, stream: Stream, group: str, consumer: str, *, idle_s: float, limit: int = 1_000) -> list[Entry]:
        words: list[str | int] = [group, consumer, int(idle_s * 1000), limit, self._settings.max_deliveries]
        async with self._answering():
            try:
                claimed = await self._claim(keys=[_key(stream), _key(stream, "dead", group)], args=words)
            except ResponseError as error:
                await self._make_group(stream, group, error)
                return []
        return [_entry(offset, dict(zip(flat[::2], flat[1::2], strict=True)), deliveries) for offset, deliveries, flat in claimed]

    async def acknowledge(self, stream: Stream, group: str, offsets: Sequence[str]) -> None:
        async with self._answering():
            if offsets:
                await self._redis.xack(_key(stream), group, *offsets)

    async def dead_letters(self, stream: Stream, group: str, *, limit: int = 1_000) -> list[Entry]:
        async with self._answering():
            found: Any = await self._redis.xrange(_key(stream, "dead", group), count=limit)
        return [_entry(offset, fields, int(fields["deliveries"])) for offset, fields in found]

    async def drop_dead_letters(self, stream: Stream, group: str, offsets: Sequence[str]) -> None:
        async with self._answering():
            if offsets:
                await self._redis.xdel(_key(stream, "dead", group), *offsets)

    async def lag(self, stream: Stream) -> Mapping[str, Lag]:
        async with self._answering():
            if not await self._redis.exists(_key(stream)):
                return {}
            lags = {}
            for group in await self._redis.xinfo_groups(_key(stream)):
                unread = group["lag"]
                if unread is None:  # entries were deleted by hand; what is kept bounds what is unread
                    unread = await self._redis.xlen(_key(stream))
                dead = await self._redis.xlen(_key(stream, "dead", group["name"]))
                lags[group["name"]] = Lag(unread, group["pending"], dead)
        return lags

    async def trim(self, stream: Stream, through: str | None = None) -> int:
        await self._check_own()
        keys = [_key(stream), _key(stream, "ids"), _key(stream, "trimmed")]
        async with self._answering():
            gone: int = await self._trim(keys=keys, args=[self._settings.remember_s, "" if through is None else through or _FIRST])
        return gone

    async def forget(self, stream: Stream, ids: Sequence[str]) -> str | None:
        await self._check_own()
        async with self._answering():
            for first in range(0, len(ids), _FORGOTTEN_AT_ONCE):
                await self._redis.zrem(_key(stream, "ids"), *ids[first : first + _FORGOTTEN_AT_ONCE])
            repacked: Any = await self._repack(keys=[_key(stream), _key(stream, "tried")], args=[_REPACKED])
            await self._rewrite()
        return _NOT_YET if repacked < 0 else None

    async def _rewrite(self) -> None:
        """Have Redis write its append-only file anew, and wait for that."""
        until = time.monotonic() + _REWRITTEN_WITHIN_S
        asked = False
        while True:
            about: dict[str, Any] = await self._redis.info("persistence")
            busy = about.get("aof_rewrite_in_progress") or about.get("aof_rewrite_scheduled") or about.get("rdb_bgsave_in_progress")
            if not busy and asked:
                return
            if not busy:  # one that was under way before may have begun with what is gone
                await self._redis.bgrewriteaof()
                asked = True
            if time.monotonic() > until:
                msg = (
                    "the log in Redis does not get its append-only file written anew (BGREWRITEAOF); look at Redis's own log, and try again"
                )
                raise LogUnavailableError(msg)
            await asyncio.sleep(_PAUSE_S)

    async def ping(self) -> None:
        await self._check_own()
        self._known_durable = False
        async with self._answering():
            await self._check_durable()
            await self._redis.set(_key(Stream.EVENTS, "probe"), 1)  # one that is full, or a replica, answers what is only read

    async def taken(self) -> int:
        async with self._answering():
            about: dict[str, Any] = await self._redis.info("memory")
        return int(about["used_memory"])

    async def free(self) -> float | None:
        async with self._answering():
            about: dict[str, Any] = await self._redis.info("memory")
        most = about.get("maxmemory", 0)
        return max(0.0, 1 - about["used_memory"] / most) if most else None

    async def crowds(self) -> bool:
        async with self._answering():
            memory: dict[str, Any] = await self._redis.info("memory")
            logs: dict[str, Any] = await self._redis.info("keyspace")
            most = int(memory.get("maxmemory", 0))
            if not most or len(logs) < 2 or memory["used_memory"] < _CROWDED * most:  # noqa: PLR2004 - it has the room alone
                return False
            sizes: list[int | None] = [await self._redis.memory_usage(_key(stream, *part)) for stream in Stream for part in ((), ("ids",))]
        return sum(size or 0 for size in sizes) > most / len(logs)

    async def examine(self, *, thorough: bool = False) -> list[str]:  # noqa: ARG002 - Redis checks its file itself when it starts
        try:
            marked = await self._marked()
        except LogLostError as error:
            return [str(error)]
        async with self._answering():
            found = {stream: await self._position(stream) for stream in Stream}
            for stream, (epoch, last) in found.items():
                if epoch is not None and stream not in marked and last != _FIRST:
                    await self._note(stream, Position(epoch, last))  # a home that sees this log for the first time
        told = [await self.foreign(), *(missing(stream, marked.get(stream), epoch, last) for stream, (epoch, last) in found.items())]
        return [problem for problem in told if problem is not None]

    async def repair(self) -> list[str]:
        await self._check_own()
        try:
            marked = await self._marked()
        except LogLostError:
            marked = {}
        said, positions = list[str](), dict[Stream, Position]()
        async with self._answering():
            await self._check_durable()
            for stream in Stream:
                epoch, last = await self._position(stream)
                lacks = missing(stream, marked.get(stream), epoch, last)
                count = await self._redis.xlen(_key(stream))
                said.append(f"{stream}: {count:,} entries are there; {lacks.partition(': ')[2] if lacks else 'nothing is missing'}")
                fresh = secrets.token_hex(8)
                await self._redis.set(_key(stream, "epoch"), fresh)
                positions[stream] = Position(fresh, last)
        if self._mark is not None:
            await asyncio.to_thread(self._mark.reset, positions)
        return said

    async def foreign(self) -> str | None:
        if self._owner is None:
            return None
        async with self._answering():
            owners: list[Any] = await self._redis.mget(_HOMES)
            known = await asyncio.to_thread(self._owner.known)
        return next((another(owner) for owner in owners if owner is not None and owner != known), None)

    async def adopt(self) -> None:
        if self._owner is not None:
            async with self._answering():
                await self._redis.mset(dict.fromkeys(_HOMES, await self._name()))

    async def _take_it(self) -> None:
        """Make a log that is nobody's this home's, all of it."""
        if self._owner is not None and not self._taken:
            await self._check_own()
            async with self._answering():
                for key in _HOMES:
                    await self._redis.set(key, await self._name(), nx=True)
            self._taken = True

    async def _name(self) -> str:
        """The home's; empty where anybody may use the log."""
        if self._owner is not None and not self._named:
            self._named = await asyncio.to_thread(self._owner.name)
        return self._named

    async def _check_own(self) -> None:
        if why := await self.foreign():
            raise OtherLogError(why)

    async def close(self) -> None:
        await self._redis.aclose()
        await self._waiting.aclose()

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[None]:
        """Take one of a few connections, in order of arrival; redis-py's own pool lets callers overtake until earlier ones time out."""
        try:
            async with asyncio.timeout(self._settings.timeout_s):
                await self._turns.acquire()
            try:
                with told_as_lost():
                    yield
            finally:
                self._turns.release()
        except (RedisError, OSError) as error:
            self._known_durable = False
            if isinstance(error, AuthenticationError):
                msg = "Redis refuses the user or the password of ATTIRE_LOG__URL; correct it there, or in Redis"
                raise LogUnavailableError(msg) from error
            if isinstance(error, ResponseError) and _NO_DATABASE in str(error):
                number = int(self._redis.connection_pool.connection_kwargs["db"])
                msg = (
                    f"Redis has no database {number}: start it with `--databases {number + 1}` or more, or name another in ATTIRE_LOG__URL"
                )
                raise NoDatabaseError(msg) from error
            what = str(error) if isinstance(error, ResponseError) else type(error).__name__  # the others name the address
            msg = f"the log in Redis cannot be used now ({what}); try again, an event id counts once"
            raise LogUnavailableError(msg) from error

    async def _position(self, stream: Stream) -> tuple[str | None, str]:
        """The epoch of a stream, and its last offset."""
        epoch: Any = await self._redis.get(_key(stream, "epoch"))
        if not await self._redis.exists(_key(stream)):
            return epoch, _FIRST
        about: Any = await self._redis.xinfo_stream(_key(stream))
        return epoch, about["last-generated-id"]

    async def _marked(self) -> Positions:
        """What was acknowledged, by whoever shares the home."""
        try:
            return self._mark.read() if self._mark is not None else {}
        except OSError as error:
            msg = f"it cannot be read what the log has acknowledged ({error.strerror}); try again"
            raise LogUnavailableError(msg) from error

    async def _note(self, stream: Stream, position: Position) -> None:
        """Keep what is acknowledged now; those that wait for their turn meanwhile find that it is kept, or share the next one."""
        if self._mark is not None:
            self._latest[stream] = max(self._latest.get(stream, position), position, key=lambda one: order(one.end))
            async with self._marking:
                if (last := self._latest.pop(stream, None)) is not None:
                    try:
                        await asyncio.to_thread(self._mark.note, stream, last)
                    except BaseException:
                        self._latest[stream] = max(self._latest.get(stream, last), last, key=lambda one: order(one.end))
                        raise

    async def _check_durable(self) -> None:
        """Check, once per living Redis, that it keeps what it is given."""
        if not self._known_durable:
            about: dict[str, Any] = await self._redis.info("persistence")
            if not about.get("aof_enabled"):
                msg = "the log in Redis would not outlive it: set `appendonly yes` there"
                raise LogUnavailableError(msg)
            if about.get("aof_last_write_status", "ok") != "ok":
                msg = "Redis cannot write its append-only file; look at its disk"
                raise LogUnavailableError(msg)
            self._known_durable = True

    async def _make_group(self, stream: Stream, group: str, error: ResponseError) -> None:
        """Make the group after NOGROUP: it is new, or Redis lost it. Raises any other error again."""
        if "NOGROUP" not in str(error):
            raise error
        try:
            await self._redis.xgroup_create(_key(stream), group, id="0", mkstream=True)
        except ResponseError as other:
            if "BUSYGROUP" not in str(other):  # otherwise somebody else was faster
                raise


def _client(url: str, connect_s: float, answer_s: float) -> Redis:
    return Redis.from_url(
        url,
        socket_connect_timeout=connect_s,
        socket_timeout=answer_s,
        retry=Retry(NoBackoff(), 1),  # a connection that died unnoticed; every call here may be made twice
        decode_responses=True,
        protocol=2,
    )


def _key(stream: Stream, *parts: str) -> str:
    return ":".join([f"attire:{{{stream}}}", *parts])


_HOMES: Final = [_key(stream, "home") for stream in Stream]


def _entry(offset: str, fields: Mapping[str, str], deliveries: int) -> Entry:
    return Entry.decoded(offset, fields["id"], fields["data"], deliveries)


def _entries(answer: Any, deliveries: int) -> list[Entry]:  # noqa: ANN401 - [[stream, [(offset, fields)…]]], or nothing
    return [_entry(offset, fields, deliveries) for _, found in answer or [] for offset, fields in found]
