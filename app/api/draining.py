"""A shutdown: new requests are refused, those under way are finished, as their connections' last, and what cannot be is told so."""

from __future__ import annotations

import asyncio
import time
from typing import Protocol

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import RETRY_AFTER_S, respond
from app.ground.errors import PROBLEMS, ServiceError, StoppingError

_LIVES = "/healthz"
_POLL_S = 0.05
_LAST_ANSWERS_S = 1.0
_STOPPING = f"this process is being shut down; try again in {RETRY_AFTER_S} s"


class Computing(Protocol):
    """What computes answers: a ``ComputePool``, or those of several shops."""

    def hurry(self) -> None: ...

    def cut(self, error: ServiceError) -> None: ...


class Draining:
    """ASGI middleware; refuses requests once ``drain`` was called.

    Attributes:
        stopping: whether it was. under_way: requests that are being answered.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.stopping = False
        self.under_way = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if self.stopping and scope["path"] != _LIVES:
            await _refuse(scope, receive, send)
            return
        begun = False

        async def noted(message: Message) -> None:
            nonlocal begun
            begun = True
            if self.stopping and message["type"] == "http.response.start":  # or the next request would meet a connection that is closed
                message = {**message, "headers": [*message.get("headers", ()), (b"connection", b"close")]}
            await send(message)

        self.under_way += 1
        try:
            await self.app(scope, receive, noted)
        except asyncio.CancelledError:  # the server gives up waiting for it
            if begun or not self.stopping:
                raise
            await _refuse(scope, receive, send)
        finally:
            self.under_way -= 1

    async def drain(self, pool: Computing | None, grace_s: float) -> None:
        """Refuse new requests; return once none is under way. After ``grace_s`` what still waits or is computed gets 503."""
        self.stopping = True
        if pool is not None:
            pool.hurry()
        await self._finished(grace_s)
        if self.under_way and pool is not None:
            pool.cut(StoppingError(_STOPPING))
            await self._finished(_LAST_ANSWERS_S)

    async def _finished(self, most_s: float) -> None:
        until = time.monotonic() + most_s
        while self.under_way and time.monotonic() < until:  # noqa: ASYNC110 - twenty looks a second, and only once
            await asyncio.sleep(_POLL_S)


async def _refuse(scope: Scope, receive: Receive, send: Send) -> None:
    headers = {"Retry-After": str(RETRY_AFTER_S), "Connection": "close"}
    await respond(PROBLEMS[StoppingError], _STOPPING, headers=headers)(scope, receive, send)
