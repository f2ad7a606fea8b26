"""ASGI middleware that reads a request's body before the service sees it: within bounds of bytes, of time, and of memory in all."""

from __future__ import annotations

import asyncio
import time
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import RETRY_AFTER_S, respond
from app.ground.errors import BY_STATUS, PROBLEMS, BusyError, Detail, Problem
from app.ground.settings import Settings

_SMALL: Final = 65_536  # so much of each body is held whatever the others hold, or a few large ones would keep everyone out
_CLOSE: Final = {"Connection": "close"}


class BodyLimit:
    """Answers 413 beyond ``max_body_bytes``, 408 to a body that comes too slowly, and 503 where all bodies together would hold too much."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self._limits, self._times = app, settings.limits, settings.connections
        self._held = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        said = Headers(scope=scope).get("content-length", "")
        announced = int(said[:20]) if said.isascii() and said.isdigit() else 0
        body = _Body()
        try:
            refusal = self._too_large(announced, announced) or await self._read(body, receive)
            if refusal is not None:
                await refuse(refusal, scope, receive, send)
            elif not body.gone:
                await self.app(scope, body.replay(receive), send)
        finally:
            self._held -= body.held

    async def _read(self, body: _Body, receive: Receive) -> Refusal | None:
        """Read the whole body, or say why not."""
        until = time.monotonic() + self._times.body_s
        more = True
        while more:
            patience_s = min(self._times.stalled_s, until - time.monotonic())
            try:
                async with asyncio.timeout(patience_s):
                    message = await receive()
            except TimeoutError:
                problem = f"the body takes too long: nothing for {self._times.stalled_s:g} s, or more than {self._times.body_s:g} s in all"
                return BY_STATUS[408], problem, Detail("body", f"{body.size:,} bytes so far", problem)
            if message["type"] == "http.disconnect":
                body.gone = True
                return None
            more = message.get("more_body", False)
            body.take(message.get("body", b""))
            held = max(0, body.size - _SMALL)
            self._held += held - body.held
            body.held = held
            if refusal := self._too_large(body.size, 0):
                return refusal
            if held and self._held > self._limits.max_bodies_bytes:
                problem = f"large bodies hold as much as they may already ({self._limits.max_bodies_bytes:,} bytes); try again in a moment"
                return PROBLEMS[BusyError], problem, Detail("body", f"{body.size:,} bytes", problem)
        return None

    def _too_large(self, size: int, announced: int) -> Refusal | None:
        most = self._limits.max_body_bytes
        if size <= most:
            return None
        problem = f"the body is larger than {most:,} bytes"
        found = f"{announced:,} bytes" if announced else f"more than {most:,} bytes"
        return BY_STATUS[413], problem, Detail("body", found, problem)


Refusal = tuple[Problem, str, Detail]


async def refuse(refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer, and close the connection, as the rest of the request is left unread."""
    problem, why, detail = refusal
    headers = {**_CLOSE, "Retry-After": str(RETRY_AFTER_S)} if problem.passes else _CLOSE
    await respond(problem, why, [detail], headers)(scope, receive, send)


class _Body:
    """The body of one request. Attributes: ``size`` so far, ``held`` of it beyond what each may; ``gone``: the client left."""

    def __init__(self) -> None:
        self.size = self.held = 0
        self.gone = False
        self._parts: list[bytes] = []

    def take(self, part: bytes) -> None:
        self._parts.append(part)
        self.size += len(part)

    def replay(self, receive: Receive) -> Receive:
        """The body as one message; after it, what comes then."""
        whole: Message | None = {"type": "http.request", "body": b"".join(self._parts), "more_body": False}
        self._parts.clear()

        async def again() -> Message:
            nonlocal whole
            message, whole = whole, None
            return message or await receive()

        return again
