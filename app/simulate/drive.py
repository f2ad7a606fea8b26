"""Drives many synthetic shoppers at once against a running service, cycle after cycle."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass, field
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid4

import httpx2
import numpy as np

from app.ground.errors import ServiceError
from app.simulate.measure import Cycle, measure
from app.simulate.shoppers import FINDS, Shopping, noise, shop
from app.simulate.world import World

_TRIES: Final = 8
_PATIENCE_S: Final = 30.0
_RETRIED: Final = frozenset({408, 429, 503})
_PACE_S: Final = 15.0  # between two things that a person does
_LOOK_S: Final = 1.0


@dataclass
class Simulation:
    """Synthetic shoppers of a wardrobe at a service.

    Attributes:
        url: of the service. transport: how to reach it; None is over the network.
        at_once: sessions at the same time.
        noise_share: share of sessions that teach nothing.
        key: sent with each request; None where asking and ``/events`` need none.
        bias, finds: see ``shop``. trend: by which what is popular moves, see ``World.moved``.
        before: baskets of earlier cycles, as rows; the counting baselines count them, and each cycle adds its own.
        name: of this simulation, as sessions of two simulations are different sessions.
    """

    world: World
    url: str
    _: KW_ONLY
    seed: int = 0
    at_once: int = 8
    noise_share: float = 0.15
    bias: float = 0.0
    finds: float = FINDS
    trend: float = 0.0
    before: Sequence[Sequence[int]] = ()
    transport: httpx2.AsyncBaseTransport | None = None
    key: str | None = field(default=None, repr=False)
    name: str = field(default_factory=lambda: uuid4().hex[:8])

    async def run(
        self,
        cycles: int,
        sessions: int,
        *,
        first: int = 1,
        wait_s: float = 0.0,
        on_cycle: Callable[[Cycle], None],
        advance: Callable[[], None],
    ) -> list[Cycle]:
        """Run cycles; after each but the last, wait until another release serves.

        Args:
            first: number of the first cycle. wait_s: seconds to wait at most; 0 does not wait.
            on_cycle: called with each cycle at its end. advance: called after each session.

        Raises:
            ServiceError: the service does not answer, or refuses what it should take.
        """
        found = []
        headers = {} if self.key is None else {"X-API-Key": self.key}
        async with httpx2.AsyncClient(base_url=self.url, headers=headers, timeout=_PATIENCE_S, transport=self.transport) as client:
            for number in range(first, first + cycles):
                release = await self._release(client)
                found.append(await self._cycle(client, number, release, sessions, advance))
                on_cycle(found[-1])
                if number < first + cycles - 1 and wait_s:
                    await self._another(client, release, wait_s)
        return found

    async def _cycle(self, client: httpx2.AsyncClient, number: int, release: str, sessions: int, advance: Callable[[], None]) -> Cycle:
        turns, world = asyncio.Semaphore(self.at_once), self.world.moved(number, self.trend, self.seed)
        seen: list[Shopping] = []
        ms: list[float] = []
        dice = np.random.default_rng([self.seed, 20, number])
        noisy = dice.random(sessions) < self.noise_share

        async def session(place: int) -> None:
            async with turns:
                seen.append(await self._session(client, world, ms, (number, place), noisy=bool(noisy[place])))
                advance()

        try:
            async with asyncio.TaskGroup() as group:
                for place in range(sessions):
                    group.create_task(session(place))
        except* ServiceError as failed:
            raise failed.exceptions[0] from None  # one line is enough: the others say the same
        cycle = measure(
            world,
            [slot for shopping in seen for slot in shopping.asked],
            self.before,
            cycle=number,
            release=release,
            sessions=int((~noisy).sum()),
            noise=int(noisy.sum()),
            p99_ms=float(np.percentile(ms, 99)) if ms else 0.0,
        )
        self.before = [*self.before, *(shopping.basket for shopping in seen)]
        return cycle

    async def _session(self, client: httpx2.AsyncClient, world: World, ms: list[float], place: tuple[int, int], *, noisy: bool) -> Shopping:
        dice = np.random.default_rng([self.seed, 30, *place])
        name = f"sim-{self.name}-{place[0]}-{place[1]}"

        async def suggest(question: dict[str, Any]) -> tuple[str, list[str]]:
            started = time.perf_counter()
            answer = await self._post(client, "/complete-outfit", question)
            ms.append(1000 * (time.perf_counter() - started))
            return str(answer["recommendation_id"]), [item["id"] for slot in answer["slots"] for item in slot["items"]]

        if noisy:
            shopping, pace_s = noise(world, name, dice)
        else:
            shopping, pace_s = await shop(world, name, suggest, dice, bias=self.bias, finds=self.finds), _PACE_S
        await self._post(client, "/events", {"events": shopping.events(ended=datetime.now(UTC), pause_s=pace_s)})
        return shopping

    async def _post(self, client: httpx2.AsyncClient, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """Post, and repeat where the service refuses for the moment: an event's id counts once."""
        for attempt in range(_TRIES):
            try:
                answer = await client.post(path, json=body)
            except httpx2.TransportError as error:
                if attempt == _TRIES - 1:
                    msg = f"{self.url}{path} does not answer ({type(error).__name__})"
                    raise ServiceError(msg) from error
            else:
                if answer.is_success:
                    return dict(answer.json())
                if answer.status_code not in _RETRIED:
                    msg = f"{self.url}{path} answered {answer.status_code}: {answer.text[:200]}"
                    raise ServiceError(msg)
            await asyncio.sleep(min(0.1 * 2**attempt, 2.0))
        msg = f"{self.url}{path} was not ready {_TRIES} times"
        raise ServiceError(msg)

    async def _release(self, client: httpx2.AsyncClient) -> str:
        try:
            answer = await client.get("/readyz")
        except httpx2.TransportError as error:
            msg = f"{self.url} does not answer ({type(error).__name__}); start `attire serve` there"
            raise ServiceError(msg) from error
        if not answer.is_success:
            msg = f"{self.url}/readyz answered {answer.status_code}: {answer.text[:200]}"
            raise ServiceError(msg)
        return str(answer.json().get("release", ""))

    async def _another(self, client: httpx2.AsyncClient, release: str, wait_s: float) -> None:
        until = time.monotonic() + wait_s
        while time.monotonic() < until and await self._release(client) == release:  # noqa: ASYNC110 - another process's doing
            await asyncio.sleep(_LOOK_S)
