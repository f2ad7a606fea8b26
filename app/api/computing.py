"""Has the service's threads compute an answer: at its cost, for whoever asks, and only as long as they wait for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeVar

from anyio import to_thread
from fastapi import Depends, Request

from app.api.services import InjectedServices
from app.live.pool import ComputePool
from app.recommend.cost import of_pictures

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Computing:
    """The threads, as one request may use them.

    Attributes:
        who: whose turn it is, as the doors tell it. max_pixels: the most that a picture may have.
    """

    pool: ComputePool
    request: Request
    who: str
    max_pixels: int

    async def __call__(
        self, compute: Callable[[], Answer], cost: float = 1.0, pictures: Sequence[bytes | str] = (), *, joins: bool = False
    ) -> Answer:
        """Compute in a thread; raises as ``ComputePool.run`` does.

        Args:
            cost: but for the ``pictures``, whose heads are read in a thread, too.
            joins: see ``ComputePool.run``; not with pictures.
        """
        if pictures:
            cost += await to_thread.run_sync(of_pictures, pictures, self.max_pixels)
        return await self.pool.run(compute, cost=cost, who=self.who, joins=joins and not pictures, gone=self._gone)

    async def _gone(self) -> None:
        """Return once the client has closed its connection."""
        while (await self.request.receive())["type"] != "http.disconnect":
            pass


async def computing(request: Request, services: InjectedServices) -> Computing:
    """The threads for this request."""
    return Computing(services.pool, request, request.state.who, services.settings.limits.max_pixels)


CurrentComputing = Annotated[Computing, Depends(computing)]
