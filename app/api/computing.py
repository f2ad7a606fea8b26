"""Has the service's threads compute an answer, or another process a heavy one: for whoever asks, and only as long as they wait for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any, TypeVar

from anyio import to_thread
from fastapi import Depends, Request

from app.api.apart import Apart, Sent
from app.api.inside import Told
from app.api.reading import Read, left
from app.api.services import InjectedServices, Services
from app.live.met import Encounters
from app.live.pool import HEAVY, VERY_HEAVY
from app.recommend.cost import of_pictures

Answer = TypeVar("Answer")


@dataclass(frozen=True, slots=True)
class Noting:
    """Of an answer, also where another process gives it.

    Attributes:
        release: gives it. name: of one that is noted. met: what its shopper has. note: takes what that process says of it.
    """

    release: str
    name: str = ""
    met: Encounters | None = None
    note: Callable[[dict[str, Any]], None] | None = None


@dataclass(frozen=True, slots=True)
class Computing:
    """The threads, as one request may use them.

    Attributes:
        apart: what answers heavy requests; None where there is no such process.
        path: that it is asked. body: what it is asked; None where it must not be.
        waits: for it, if it is being started, whatever this request costs.
    """

    services: Services
    request: Request
    apart: Apart | None
    path: str = ""
    body: Callable[[], bytes] | None = None
    waits: bool = False

    @property
    def told(self) -> Told | None:
        """How the request was met where it came in; None where that is here."""
        return getattr(self.request.state, "told", None)

    async def __call__(
        self,
        compute: Callable[[], Answer],
        cost: float = 1.0,
        pictures: Sequence[bytes | str] = (),
        *,
        joins: bool = False,
        noting: Noting | None = None,
    ) -> Answer:
        """Compute in a thread; raises as ``ComputePool.run`` does, or ``AnsweredApartError``, which a route lets pass.

        Args:
            cost: but for the ``pictures``, whose heads are read in a thread, too.
            joins: see ``ComputePool.run``; not with pictures.
        """
        if pictures:
            cost += await to_thread.run_sync(of_pictures, pictures, self.services.settings.limits.max_pixels)
        if cost >= HEAVY and self.apart is not None and self.body is not None:
            await self._elsewhere(self.apart, self.body(), noting, waits=self.waits or cost >= VERY_HEAVY)
        joins = joins and not pictures
        return await self.services.pool.run(compute, cost=cost, who=self.request.state.who, joins=joins, gone=partial(left, self.request))

    async def _elsewhere(self, apart: Apart, body: bytes, noting: Noting | None, *, waits: bool) -> None:
        """Raise the other process's answer; return where there is none."""
        pool, request = self.services.pool, self.request
        noting = noting or Noting(str(getattr(request.state, "release", "")))
        told = Told.of(request, self.services, [noting.release], noting.name, noting.met).in_words()
        sent = Sent(path=self.path, body=body, told=told, starts=waits or pool.crowded, waits=waits)
        if (done := await apart.answer(sent, pool, partial(left, request))) is not None:
            if done.noted is not None and noting.note is not None:
                noting.note(done.noted)
            raise done


async def computing(request: Request, services: InjectedServices) -> Computing:
    """The threads for this request."""
    sent = request.sent if isinstance(request, Read) else None
    return Computing(services, request, services.apart, request.url.path, None if sent is None else lambda: sent)


CurrentComputing = Annotated[Computing, Depends(computing)]
