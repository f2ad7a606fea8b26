"""How many requests a minute a key or an address may send; counted in Redis where the log is there, so that replicas count together.

Where a page's key is sent, or none, each event of a batch counts as a request does: what they fill is the shop's disk.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, replace
from typing import Final

from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from starlette.requests import HTTPConnection
from starlette.responses import Response

from app.api.keys import from_this_machine, is_one_of
from app.api.problems import respond
from app.ground.addresses import known, network_of
from app.ground.errors import BY_STATUS, Detail
from app.ground.logs import logger
from app.ground.lost import told_as_lost
from app.ground.settings import Settings
from app.home.keys import Key

ENTRIES: Final = 10
"""Times a minute that an address may try a key in the form of /ops."""
_PREFIX: Final = "attire:rates"
_PATIENCE_S: Final = 0.25
_AGAIN_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Allowance:
    """What is left of a minute, after this request.

    Attributes:
        by_address: whether it is the address that is counted, as anybody could have sent it.
    """

    allowed: bool
    limit: int
    remaining: int
    reset_s: int
    by_address: bool = False

    @property
    def headers(self) -> dict[str, str]:
        """As answers tell it."""
        told = {"RateLimit-Limit": self.limit, "RateLimit-Remaining": self.remaining, "RateLimit-Reset": self.reset_s}
        return {name: str(value) for name, value in told.items()}


class Rates:
    """Counts requests. A Redis that does not answer is let be for 10 s, while each replica counts for itself."""

    def __init__(self, settings: Settings) -> None:
        self._per_key, self._per_address = settings.rates.per_key, settings.rates.per_address
        self._proxies = settings.proxies
        self._here = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._shared: SlidingWindowCounterRateLimiter | None = None
        url = settings.log.url.get_secret_value()
        if url.startswith(("redis://", "rediss://", "redis+unix://", "unix://")):
            known = url.replace("unix://", "redis+unix://") if url.startswith("unix://") else url
            self._shared = SlidingWindowCounterRateLimiter(_redis(known))
        self._not_before = 0.0

    async def count(self, connection: HTTPConnection, key: Key | None, who: str) -> Allowance | None:
        """Count a request of somebody, as ``who`` says; None where no limit is for it."""
        by_address = key is None or key.is_publishable
        if by_address and from_this_machine(connection, self._proxies):
            return None
        limit = self._per_address if by_address else self._per_key
        return replace(await self._hit(limit, who), by_address=by_address) if limit else None

    async def count_parts(self, allowance: Allowance, who: str, parts: int) -> Allowance:
        """Count a request, which has been counted as one, as so many."""
        return await self._hit(allowance.limit, who, parts - 1) if parts > 1 else allowance

    async def count_entry(self, connection: HTTPConnection) -> bool:
        """Count somebody who tries a key by hand, from this machine, too; whether they may, now."""
        return (await self._hit(ENTRIES, f"entry:{network_of(self.address(connection))}")).allowed

    def who(self, connection: HTTPConnection, key: Key | None) -> str:
        """Who asks, for whatever is shared out: the key, or the address where there is none or everybody has it."""
        if key is not None and not key.is_publishable:
            return f"key:{key.id}"
        return f"address:{network_of(self.address(connection))}"

    def address(self, connection: HTTPConnection) -> str:
        """Where a request comes from: the peer, or, where that is a trusted proxy, the last address in its header that is none."""
        address = connection.client.host if connection.client else ""
        for before in reversed([part.strip() for line in connection.headers.getlist("x-forwarded-for") for part in line.split(",")]):
            if not is_one_of(address, self._proxies) or known(before) is None:
                break
            address = before
        return address

    async def _hit(self, most: int, who: str, cost: int = 1) -> Allowance:
        limit = RateLimitItemPerMinute(most)
        if self._shared is not None and time.monotonic() >= self._not_before:
            try:
                with told_as_lost():
                    return await _counted(self._shared, limit, who, cost)
            except (StorageError, OSError, TimeoutError) as error:
                self._not_before = time.monotonic() + _AGAIN_S
                logger().warning("rates_not_shared", why=str(error) or type(error).__name__)
        return await _counted(self._here, limit, who, cost)


async def _counted(counter: SlidingWindowCounterRateLimiter, limit: RateLimitItemPerMinute, who: str, cost: int) -> Allowance:
    allowed = await counter.hit(limit, who, cost=cost)
    left = await counter.get_window_stats(limit, who)
    return Allowance(allowed, limit.amount, left.remaining, max(1, math.ceil(left.reset_time - time.time())))


def too_many(allowance: Allowance) -> Response:
    """The refusal of what is beyond it."""
    problem = f"{allowance.limit:,} requests a minute are taken; ask again in {allowance.reset_s} s"
    return respond(
        BY_STATUS[429], problem, [Detail("rate", f"{allowance.limit:,} a minute", problem)], {"Retry-After": str(allowance.reset_s)}
    )


def _redis(url: str) -> Storage:
    name = f"async+{url}"
    patience = {"socket_connect_timeout": _PATIENCE_S, "socket_timeout": _PATIENCE_S}
    return RedisStorage(name, wrap_exceptions=True, implementation="redispy", key_prefix=_PREFIX, **patience)
