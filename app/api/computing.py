"""Has the service's threads compute an answer, or another process a heavy one: for whoever asks, and only as long as they wait for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, TypeVar

from anyio import to_thread
from fastapi import Depends, Request

from app.api.apart import AnsweredApartError
from app.api.reading import Read
from app.api.sent import left, sent_on
from app.api.services import InjectedServices, Services
from app.live.pool import HEAVY, VERY_HEAVY
from app.recommend.cost import of_pictures

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Computing:
    """The threads, as one request may use them.

    Attributes:
        body: what another process may be asked; None where it must not be.
    """

    services: Services
    request: Request
    body: bytes | None

    async def __call__(
        self, compute: Callable[[], Answer], cost: float = 1.0, pictures: Sequence[bytes | str] = (), *, joins: bool = False
    ) -> Answer:
        """Compute in a thread; raises as ``ComputePool.run`` and ``unless_apart`` do.

        Args:
            cost: but for the ``pictures``, whose heads are read in a thread, too.
            joins: see ``ComputePool.run``; not with pictures.
        """
        cost = await self.unless_apart(cost, pictures)
        joins = joins and not pictures
        return await self.services.pool.run(compute, cost=cost, who=self.request.state.who, joins=joins, gone=partial(left, self.request))

    async def unless_apart(self, cost: float, pictures: Sequence[bytes | str] = (), *, timed: bool = True) -> float:
        """What is to be computed here costs, its pictures included.

        Args:
            timed: whether there is a deadline for the whole of it.

        Raises:
            AnsweredApartError: it is heavy, and another process has answered it; a route lets it pass. Also what ``sent_on`` raises.
        """
        if pictures:
            cost += await to_thread.run_sync(of_pictures, pictures, self.services.settings.limits.max_pixels)
        if cost >= HEAVY and self.body is not None:
            waits = cost >= VERY_HEAVY
            starts = waits or self.services.pool.crowded
            answer = await sent_on(self.request, self.services, self.body, starts=starts, waits=waits, timed=timed)
            if answer is not None:
                raise AnsweredApartError(answer)
        return cost


async def computing(request: Request, services: InjectedServices) -> Computing:
    """The threads for this request."""
    return Computing(services, request, request.sent if isinstance(request, Read) else None)


CurrentComputing = Annotated[Computing, Depends(computing)]
