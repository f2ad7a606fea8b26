"""Has the service's threads compute an answer, or another process a heavy one: for whoever asks, and only as long as they wait for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated, TypeVar

from anyio import to_thread
from fastapi import Depends, Request

from app.api.apart import AnsweredApartError, Apart
from app.api.reading import Read
from app.api.services import InjectedServices
from app.live.pool import HEAVY, VERY_HEAVY, ComputePool
from app.recommend.cost import of_pictures

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Computing:
    """The threads, as one request may use them.

    Attributes:
        apart: what answers heavy requests; None where there is no such process.
        who: whose turn it is, as the doors tell it. max_pixels: the most that a picture may have.
    """

    pool: ComputePool
    apart: Apart | None
    request: Request
    who: str
    max_pixels: int

    async def __call__(
        self, compute: Callable[[], Answer], cost: float = 1.0, pictures: Sequence[bytes | str] = (), *, joins: bool = False
    ) -> Answer:
        """Compute in a thread; raises as ``ComputePool.run`` does, or ``AnsweredApartError``, which a route lets pass.

        Args:
            cost: but for the ``pictures``, whose heads are read in a thread, too.
            joins: see ``ComputePool.run``; not with pictures.
        """
        if pictures:
            cost += await to_thread.run_sync(of_pictures, pictures, self.max_pixels)
        if cost >= HEAVY and self.apart is not None and isinstance(self.request, Read) and self.request.sent is not None:
            await self._elsewhere(self.apart, self.request, self.request.sent, waits=cost >= VERY_HEAVY)
        return await self.pool.run(compute, cost=cost, who=self.who, joins=joins and not pictures, gone=self._gone)

    async def _elsewhere(self, apart: Apart, request: Read, body: bytes, *, waits: bool) -> None:
        """Raise the other process's answer; return where there is no such process yet."""
        asked = apart.answer(request, body, self.who, starts=waits or self.pool.crowded, waits=waits)
        if (response := await self.pool.elsewhere(asked, gone=self._gone)) is not None:
            self.pool.refused += response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
            raise AnsweredApartError(response)

    async def _gone(self) -> None:
        """Return once the client has closed its connection."""
        while (await self.request.receive())["type"] != "http.disconnect":
            pass


async def computing(request: Request, services: InjectedServices) -> Computing:
    """The threads for this request."""
    return Computing(services.pool, services.apart, request, request.state.who, services.settings.limits.max_pixels)


CurrentComputing = Annotated[Computing, Depends(computing)]
