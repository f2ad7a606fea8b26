"""The service of several shops: an application for each, and in front of them who is asked.

``app.shops.asked`` tells which shop a request is for. All else of a request is that application's matter: its doors, limits, data and
figures. Each has its own queue and threads (``app.live.pool``), among which the system shares the cores, so that a shop that is asked much
leaves the others theirs.

A shop that cannot start is tried again, and the others answer meanwhile. Shops come, go and are started anew as ``app.shops.followed``
tells: one that goes answers first what it was asked, and who asks one that starts waits for it. Where not all run at once, as in a replica
of a cluster, one that is asked is started, and another makes room.
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Final

from anyio import to_thread
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4, CollectorRegistry, Gauge, generate_latest
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from app.api.headers import SecurityHeaders
from app.api.hosts import may_be_asked
from app.api.middleware import RequestLog
from app.api.ops import figures_of
from app.api.problems import RETRY_AFTER_S, respond
from app.ground import collector
from app.ground.allocator import give_back
from app.ground.errors import BY_STATUS, PROBLEMS, UNKNOWN_SHOP, Detail, NotReadyError, ServiceError
from app.ground.logs import configure, logger
from app.ground.settings import Settings
from app.live.figures import labelled
from app.live.siblings import Siblings
from app.live.watchdog import Watchdog
from app.shops.asked import Asked, name_of
from app.shops.door import OwnDoor
from app.shops.followed import Followed
from app.shops.running import DEGRADED, READY, Running, within

_UNKNOWN: Final = "no shop answers under this name, nor, under an address, was a shop's key sent; ATTIRE_SHOPS, or its file, names all"


class _Pools:
    """The pools of all shops that run, for a shutdown."""

    def __init__(self, shops: Mapping[str, Running]) -> None:
        self._shops = shops

    def hurry(self) -> None:
        """No more requests come."""
        for shop in self._shops.values():
            if shop.app is not None:
                shop.app.state.services.pool.hurry()

    def cut(self, error: ServiceError) -> None:
        """Answer every request that waits or is computed with this error."""
        for shop in self._shops.values():
            if shop.app is not None:
                shop.app.state.services.pool.cut(error)


class Shops:
    """The ASGI application.

    Args:
        followed: which there are; None: as the settings say.
        most: shops that run at a time, each from when it is first asked; the one that was asked longest ago makes room. None: all run,
            and are followed.

    Raises:
        InputError: as ``shops_of``.
    """

    def __init__(
        self,
        settings: Settings,
        beaten: Callable[[float], None] | None = None,
        siblings: Siblings | None = None,
        *,
        followed: Followed | None = None,
        most: int | None = None,
    ) -> None:
        self._settings, self._beaten, self._siblings, self._most = settings, beaten, siblings, most
        self._followed = followed or Followed(settings)
        self._shops: dict[str, Running] = {}
        self._take()
        self._own_figures = CollectorRegistry()
        refused = Gauge("attire_shops_file_refused", "Whether the file that names the shops is of no use.", registry=self._own_figures)
        refused.set_function(lambda: self._followed.trouble is not None)
        self._held: dict[str, Running] = {}  # those that run; asked last, last
        self._starts, self._changes = asyncio.Lock(), asyncio.Lock()
        self._own: ASGIApp = SecurityHeaders(RequestLog(OwnDoor(self._answer, settings)))
        self.state = SimpleNamespace(services=SimpleNamespace(pool=_Pools(self._held)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        asked = self._of(Headers(scope=scope))
        if asked is not None and (asked.app is None or self._most is not None):
            await within(self._hold(asked), asked.shop.settings.deadline_s)
        if asked is None or asked.app is None:
            scope["asked"] = asked
            await self._own(scope, receive, send)
            return
        with bound_contextvars(shop=asked.shop.name), asked.under_way():
            await asked.app(scope, receive, send)

    def _of(self, headers: Headers) -> Running | None:
        """Whose a request is; nobody's where its key names a shop that is not asked under this name."""
        name = self._asked.of(headers)
        if name is None or not may_be_asked(name_of(headers), [one.lower() for one in self._shops[name].shop.settings.hosts]):
            return None
        return self._shops[name]

    async def _hold(self, asked: Running) -> None:
        """Have a shop run that may not yet, and return once it was tried. Whoever waits may leave: others find all as they need it."""
        if self._most is None:
            await asked.tried.wait()
            return
        name = asked.shop.name
        if name not in self._held:
            async with self._changes:
                if name not in self._held:
                    if len(self._held) == self._most:
                        await self._held.pop(next(iter(self._held))).stop()
                        await to_thread.run_sync(_let_go, gc.collect)
                    await asked.stop()  # where it made room a moment ago
                    asked.start(self._starts)
                    self._held[name] = asked
                    await asked.tried.wait()
        self._held[name] = self._held.pop(name)
        await asked.tried.wait()

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        configure(self._settings.log)
        ends, following = asyncio.Event(), None
        if self._most is None:
            await to_thread.run_sync(self._followed.look)
            self._take()
            self._held.update(self._shops)
            for one in self._shops.values():
                one.start(self._starts)
            await asyncio.gather(*(one.tried.wait() for one in self._shops.values()))
            following = asyncio.create_task(self._follow(ends), name="shops-file")
        watchdog = Watchdog(self._beaten)  # of the process, whichever shops run
        watchdog.start()
        if self._siblings is not None:
            await self._siblings.start(self._figures)
        await send({"type": "lifespan.startup.complete"})
        await receive()
        if self._siblings is not None:
            await self._siblings.close()
        ends.set()
        if following is not None:
            await following
        await asyncio.gather(*(one.stop() for one in self._shops.values()))
        await watchdog.close()
        await send({"type": "lifespan.shutdown.complete"})

    def _take(self) -> list[Running]:
        """Know the shops that there are now. Returns those that were known, and are no more or are told otherwise."""
        told, before = self._followed.shops, self._shops
        same = {name: one for name, one in before.items() if one.shop in told}
        self._asked, self._shops = Asked(told), {shop.name: same.get(shop.name) or Running(shop) for shop in told}
        return [one for name, one in before.items() if name not in same]

    async def _follow(self, ends: asyncio.Event) -> None:
        """Have those run that there are, until it ends."""
        while not await within(ends.wait(), self._settings.swap.poll_s):
            if await to_thread.run_sync(self._followed.look):
                before, gone = self._shops, self._take()
                self._held.clear()
                self._held.update(self._shops)
                come = [one for name, one in self._shops.items() if before.get(name) is not one]
                named = {what: [one.shop.name for one in these] for what, these in (("gone", gone), ("come", come))}
                logger().info("shops_change", **named)
                await asyncio.gather(*(one.stop() for one in gone))  # before another has its home
                if gone:
                    await to_thread.run_sync(_let_go, collector.thawed)
                for one in come:
                    one.start(self._starts)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is asked of no shop, or of one that does not run."""
        asked, path = scope["asked"], scope["path"]
        admin = "key" in scope.get("state", {})
        if asked is not None:
            why = f"shop {asked.shop.name} does not answer now; try again in {RETRY_AFTER_S} s"
            answer: Response = respond(PROBLEMS[NotReadyError], why, headers={"Retry-After": str(RETRY_AFTER_S)})
        elif path == "/healthz":
            answer = JSONResponse({"status": "ok"})
        elif path == "/readyz":
            answer = await self._readiness(admin=admin)
        elif path == "/metrics":
            answer = await self._metrics(admin=admin)
        else:
            host = Headers(scope=scope).get("host", "")
            answer = respond(UNKNOWN_SHOP, _UNKNOWN, [Detail("Host", host, _UNKNOWN)])
        await answer(scope, receive, send)

    async def _readiness(self, *, admin: bool) -> Response:
        """How many shops answer as they should of those that are to run; which, to the installation's own admin key."""
        held = dict(self._held)
        states = dict(zip(held, await asyncio.gather(*(one.state() for one in held.values())), strict=True))
        ready, degraded = (sum(state == word for state in states.values()) for word in (READY, DEGRADED))
        status = "ready" if ready == len(states) else "degraded" if ready + degraded else "not ready"
        more = {"Retry-After": str(RETRY_AFTER_S)} if status == "not ready" else {}
        told = {"shops": states} if admin else {"not_ready": len(states) - ready - degraded, "degraded": degraded}
        return JSONResponse({"status": status, **told}, 503 if more else 200, more)

    async def _metrics(self, *, admin: bool) -> Response:
        """Of all shops, for whom the installation lets look: anyone, or its own admin key."""
        if "metrics" not in self._settings.public and not admin:
            return respond(BY_STATUS[404], "path /metrics: it asks for ATTIRE_KEYS__ADMIN, or `metrics` in ATTIRE_PUBLIC")
        told = self._figures() if self._siblings is None else self._siblings.figures()
        return Response(await told, media_type=CONTENT_TYPE_PLAIN_0_0_4)

    async def _figures(self) -> bytes:
        """Of the shops that run in this process."""
        expositions = {}
        for name, one in list(self._held.items()):
            if one.app is not None:
                expositions[name] = await figures_of(one.app.state.services)
        return labelled("shop", expositions) + generate_latest(self._own_figures)


def _let_go(collect: Callable[[], object]) -> None:
    """Give what a shop had of memory back to the system: its parts know each other."""
    collect()
    give_back()
