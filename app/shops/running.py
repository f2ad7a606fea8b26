"""A shop of a process that answers for several: its application while it runs, and who of its requests is under way."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterator
from contextlib import AsyncExitStack, contextmanager
from contextvars import Context
from typing import Final

from anyio import to_thread
from fastapi import FastAPI
from structlog.contextvars import bind_contextvars

from app.api.ops import health_of
from app.ground.errors import ServiceError
from app.ground.logs import logger
from app.main import create_app
from app.shops.told import Shop

READY, DEGRADED = "ready", "degraded"
AGAIN_S: Final = 30.0
"""Seconds after which a shop that could not start is tried again."""


class Running:
    """A shop, and its application while it runs.

    Attributes:
        why: it does not run, in a word for whoever asks; the line ``shop_not_started`` says more.
    """

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.app: FastAPI | None = None
        self.why = "it starts"
        self.tried, self._end, self._idle = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._under_way = 0

    async def state(self) -> str:
        """As its own ``/readyz?serving=true`` has it: READY, DEGRADED, or in some words why it does not answer."""
        if self.app is None:
            return self.why
        services = self.app.state.services
        if services.serving.release is None:
            return "no release yet"
        try:
            health = await health_of(services, getattr(self.app.state, "ring", None), serving=True)
        except ServiceError:
            return "not ready"
        return DEGRADED if health.degraded else READY

    def start(self, starts: asyncio.Lock) -> None:
        """Run until ``stop``; what goes wrong at the start is tried again. One shop starts at a time, as ``starts`` is held meanwhile."""
        self.why = "it starts"
        self.tried.clear()
        self._end.clear()
        self._task = asyncio.create_task(self._run(starts), name=self.shop.name, context=Context())

    async def stop(self) -> None:
        """Return once it has answered what is under way, and is closed; it may be started again."""
        self._end.set()
        if self._task is not None:
            await asyncio.wait([self._task])

    @contextmanager
    def under_way(self) -> Iterator[None]:
        """Its application stays open meanwhile."""
        self._under_way += 1
        self._idle.clear()
        try:
            yield
        finally:
            self._under_way -= 1
            if not self._under_way:
                self._idle.set()

    async def _run(self, starts: asyncio.Lock) -> None:
        bind_contextvars(shop=self.shop.name)  # and so every line that is logged for it
        self._idle.set()
        while not self._end.is_set():
            try:
                async with AsyncExitStack() as running:
                    async with starts:
                        app = await to_thread.run_sync(create_app, self.shop.settings)
                        await running.enter_async_context(app.router.lifespan_context(app))
                    self.app = app
                    self.tried.set()
                    await self._end.wait()
                    self.app, self.why = None, "it stops"
                    await within(self._idle.wait(), self.shop.settings.deadline_s)
                vars(app).clear()  # FastAPI knows some of its routes for as long as the process lives, and they know it
            except Exception as error:  # noqa: BLE001 - whatever it is, the other shops go on
                self.app, self.why = None, "cannot start"
                self.tried.set()
                logger().error("shop_not_started", why=str(error), again_s=AGAIN_S)
                await within(self._end.wait(), AGAIN_S)


async def within(awaited: Awaitable[object], seconds: float) -> bool:
    """Wait for it at most so long; whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await awaited
    except TimeoutError:
        return False
    return True
