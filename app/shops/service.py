"""The service of several shops: an application for each, and in front of them who is asked.

A request is for the shop that answers to its ``Host``; under any other name for the shop that has made its key. Everything else of a
request is that application's matter: its doors, limits, data and figures. Each has its own queue and threads (``app.live.pool``), among
which the system shares the cores, so that a shop that is asked much leaves the others theirs.

A shop that cannot start is tried again, and the others answer meanwhile.
"""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import Final
from uuid import uuid4

from anyio import to_thread
from fastapi import FastAPI
from prometheus_client import CONTENT_TYPE_PLAIN_0_0_4
from starlette.datastructures import Headers
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from app.api.headers import SecurityHeaders
from app.api.keys import sent_token
from app.api.ops import lags_of
from app.api.problems import RETRY_AFTER_S, respond
from app.api.ring import Ring
from app.ground.errors import BY_STATUS, PROBLEMS, UNKNOWN_SHOP, Detail, NotReadyError, ServiceError
from app.ground.logs import configure, logger
from app.ground.parts import Keys
from app.ground.settings import Settings
from app.home.keys import Key, KeyFile
from app.live.watchdog import Watchdog
from app.main import create_app
from app.shops.figures import labelled
from app.shops.told import Shop, shops_of

AGAIN_S: Final = 30.0
"""Seconds after which a shop that could not start is tried again."""
_UNKNOWN: Final = "no shop answers under this name, and no key of a shop was sent; ATTIRE_SHOPS says which there are"


class _Running:
    """A shop, and its application while it runs.

    Attributes:
        why: it does not run, in a word for whoever asks; the line ``shop_not_started`` says more.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop, self.ring = shop, Ring(KeyFile(shop.settings.home), Keys())
        self.app: FastAPI | None = None
        self.why = "it starts"
        self.tried = asyncio.Event()

    @property
    def state(self) -> str:
        """In a word, or in those why not."""
        if self.app is None:
            return self.why
        return "ready" if self.app.state.services.serving.release is not None else "no release yet"

    async def run(self, starts: asyncio.Lock, end: asyncio.Event) -> None:
        """Run until the end; what goes wrong at the start is tried again. One shop starts at a time, as ``starts`` is held meanwhile."""
        while not end.is_set():
            try:
                async with AsyncExitStack() as running:
                    async with starts:
                        app = await to_thread.run_sync(create_app, self.shop.settings)
                        await running.enter_async_context(app.router.lifespan_context(app))
                    self.app = app
                    self.tried.set()
                    await end.wait()
                    self.app, self.why = None, "it stops"
            except Exception as error:  # noqa: BLE001 - whatever it is, the other shops go on
                self.app, self.why = None, "cannot start"
                logger().error("shop_not_started", why=str(error), again_s=AGAIN_S)
                self.tried.set()
                await _within(end.wait(), AGAIN_S)


class _Pools:
    """The pools of all shops, for a shutdown."""

    def __init__(self, shops: Sequence[_Running]) -> None:
        self._shops = shops

    def hurry(self) -> None:
        """No more requests come."""
        for shop in self._shops:
            if shop.app is not None:
                shop.app.state.services.pool.hurry()

    def cut(self, error: ServiceError) -> None:
        """Answer every request that waits or is computed with this error."""
        for shop in self._shops:
            if shop.app is not None:
                shop.app.state.services.pool.cut(error)


class Shops:
    """The ASGI application.

    Raises:
        InputError: as ``shops_of``.
    """

    def __init__(self, settings: Settings, beaten: Callable[[float], None] | None = None) -> None:
        self._settings, self._beaten = settings, beaten
        self._shops = [_Running(shop) for shop in shops_of(settings)]
        self._own: ASGIApp = SecurityHeaders(self._answer)
        self.state = SimpleNamespace(services=SimpleNamespace(pool=_Pools(self._shops)))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._live(receive, send)
            return
        asked = self._asked(Headers(scope=scope))
        if asked is None or asked.app is None:
            scope["asked"] = asked
            await self._own(scope, receive, send)
            return
        with bound_contextvars(shop=asked.shop.name):
            await asked.app(scope, receive, send)

    def _asked(self, headers: Headers) -> _Running | None:
        """The shop that a request is for."""
        host = _name(headers.get("host", ""))
        named = next((one for one in self._shops if one.shop.answers_to(host)), None)
        if named is not None:
            return named
        key_id = Key.id_of(sent_token(headers) or "")
        return next((one for one in self._shops if key_id and one.ring.stamped(key_id)), None)

    async def _live(self, receive: Receive, send: Send) -> None:
        await receive()
        configure(self._settings.log)
        starts, end, tasks = asyncio.Lock(), asyncio.Event(), list[asyncio.Task[None]]()
        for one in self._shops:
            with bound_contextvars(shop=one.shop.name):  # and so every line that is logged for it
                tasks.append(asyncio.create_task(one.run(starts, end), name=one.shop.name))
        await asyncio.gather(*(one.tried.wait() for one in self._shops))
        watchdog = Watchdog(self._beaten)  # of the process, whichever shops run
        watchdog.start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        end.set()
        await asyncio.gather(*tasks)
        await watchdog.close()
        await send({"type": "lifespan.shutdown.complete"})

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """What is asked of no shop, or of one that does not run."""
        said = {"X-Request-ID": uuid4().hex}
        asked, path = scope["asked"], scope["path"]
        if asked is not None:
            why = f"shop {asked.shop.name} does not answer now; try again in {RETRY_AFTER_S} s"
            answer: Response = respond(PROBLEMS[NotReadyError], why, headers={**said, "Retry-After": str(RETRY_AFTER_S)})
        elif path == "/healthz":
            answer = JSONResponse({"status": "ok"}, headers=said)
        elif path == "/readyz":
            answer = self._readiness(Headers(scope=scope), said)
        elif path == "/metrics":
            answer = await self._metrics(Headers(scope=scope), said)
        else:
            host = Headers(scope=scope).get("host", "")
            answer = respond(UNKNOWN_SHOP, _UNKNOWN, [Detail("Host", host, _UNKNOWN)], said)
        await answer(scope, receive, send)

    def _readiness(self, headers: Headers, said: Mapping[str, str]) -> Response:
        """How many shops are ready; which, to the installation's own admin key."""
        states = {one.shop.name: one.state for one in self._shops}
        ready = sum(state == "ready" for state in states.values())
        status = "ready" if ready == len(states) else "degraded" if ready else "not ready"
        more = {} if ready else {"Retry-After": str(RETRY_AFTER_S)}
        told = {"shops": states} if self._opened(headers) else {"not_ready": len(states) - ready}
        return JSONResponse({"status": status, **told}, 200 if ready else 503, {**said, **more})

    def _opened(self, headers: Headers) -> bool:
        """Whether the installation's own admin key is sent."""
        admin, sent = self._settings.keys.admin, (sent_token(headers) or "").encode("utf-8", "surrogateescape")
        return admin is not None and hmac.compare_digest(sent, admin.get_secret_value().encode())

    async def _metrics(self, headers: Headers, said: Mapping[str, str]) -> Response:
        """Of all shops, for whom the installation lets look: anyone, or its own admin key."""
        if "metrics" not in self._settings.public and not self._opened(headers):
            return respond(BY_STATUS[404], "path /metrics: it asks for ATTIRE_KEYS__ADMIN, or `metrics` in ATTIRE_PUBLIC", (), said)
        expositions = {}
        for one in self._shops:
            if one.app is not None:
                services = one.app.state.services
                expositions[one.shop.name] = await to_thread.run_sync(services.metrics.exposition, await lags_of(services.log))
        return Response(labelled(expositions), media_type=CONTENT_TYPE_PLAIN_0_0_4, headers=dict(said))


def _name(host: str) -> str:
    """A ``Host`` without its port.

    >>> _name("Shop.Example:8000"), _name("[::1]:80"), _name("shop.example.")
    ('shop.example', '[::1]', 'shop.example')
    """
    name, _, port = host.rpartition(":")
    return (name if port.isdecimal() and name else host).lower().rstrip(".")


async def _within(awaited: Awaitable[object], seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await awaited
    except TimeoutError:
        return
