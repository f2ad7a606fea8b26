"""Heavy requests, answered by a process beside this one (``app.server.heavy``), so that ordinary ones do not wait behind them.

This process has read, admitted and checked such a request; that one reads its body again, and answers it as this one would.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from typing import Final

import httpx2
from fastapi import FastAPI, Request, Response
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import get_contextvars

from app.api.middleware import REQUEST_ID
from app.ground.errors import BusyError
from app.ground.heavy import Place
from app.live.replay import Replay
from app.log.base import START, order
from app.release.serving import Serving

_WHO: Final = "X-Attire-Who"
_SHOWN: Final = "X-Attire-Shown"
_RELEASE: Final = "X-Attire-Release"
_TYPE: Final = "content-type"
_GIVEN: Final = (_TYPE, "retry-after")
_REACHED_S: Final = 0.5
_STARTED_S: Final = 15.0
_TRIED_S: Final = 0.1
_MOST_WAITING: Final = 16
_HOPELESS_S: Final = 60.0  # after nobody came in time
_CAUGHT_UP_S: Final = 2.0
_LOOK_S: Final = 0.01
_NOBODY: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts no certificate: there is no TLS here, and to read those of the machine would take each start a tenth of a second."""


class Apart:
    """Sends requests there."""

    def __init__(self, place: Place, replay: Replay, serving: Serving) -> None:
        self._place, self._replay, self._serving, self._runs = place, replay, serving, False
        self._waiting, self._hopeless_until = 0, 0.0
        self._client = httpx2.AsyncClient(
            transport=httpx2.AsyncHTTPTransport(uds=str(place.socket), limits=httpx2.Limits(max_connections=None), verify=_NOBODY),
            base_url="http://localhost",
            timeout=httpx2.Timeout(None, connect=_REACHED_S),  # whoever waits for the answer has a deadline
        )

    async def answer(self, request: Request, body: bytes, who: str, *, starts: bool, waits: bool) -> Response | None:
        """The answer; None where that process does not run.

        Args:
            body: of the request. who: asks it.
            starts: whether it is started for this request, to answer later ones.
            waits: whether this request waits until it has been started, for some seconds at most.

        Raises:
            BusyError: it ended meanwhile, or many wait for it.
        """
        answer, began = await self._asked(request, body, who, starts=starts), time.monotonic()
        if answer is not None or not waits or began < self._hopeless_until:
            return answer
        if self._waiting >= _MOST_WAITING:
            msg = "the process that computes heavy requests is being started, and many wait for it; try again in a moment"
            raise BusyError(msg)
        self._waiting += 1
        try:
            while answer is None and time.monotonic() < began + _STARTED_S:
                await asyncio.sleep(_TRIED_S)
                answer = await self._asked(request, body, who, starts=starts)
        finally:
            self._waiting -= 1
        if answer is None:
            self._hopeless_until = time.monotonic() + _HOPELESS_S
        return answer

    async def _asked(self, request: Request, body: bytes, who: str, *, starts: bool) -> Response | None:
        if starts or self._runs:
            self._place.asked.value = time.monotonic()
        release = self._serving.release
        headers = {_TYPE: "application/json", _WHO: who, _SHOWN: self._replay.offset, _RELEASE: release.id if release else ""}
        headers[REQUEST_ID] = get_contextvars().get("request_id", "")
        try:
            answer = await self._client.request(request.method, str(request.url.path), content=body, headers=headers)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            self._runs = False
            return None
        except httpx2.TransportError as error:
            msg = "the process that computes heavy requests ended meanwhile; try again in a moment"
            raise BusyError(msg) from error
        self._runs, self._place.asked.value = True, time.monotonic()
        return Response(answer.content, answer.status_code, {name: answer.headers[name] for name in _GIVEN if name in answer.headers})

    async def close(self) -> None:
        """Let go of its connections."""
        await self._client.aclose()


class AnsweredApartError(Exception):
    """Not an error: ends the work on a request that another process has answered. ``response`` is its answer."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def answered_apart(_: Request, done: AnsweredApartError) -> Response:
    """Exception handler of the application."""
    return done.response


class Inside:
    """ASGI middleware of that process: its requests come from this service alone, which has told who asks and what they have seen."""

    def __init__(self, app: ASGIApp, service: FastAPI) -> None:
        self.app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            scope.setdefault("state", {})["who"] = headers.get(_WHO, "")
            await self._caught_up(headers.get(_SHOWN, START), headers.get(_RELEASE, ""))
        await self.app(scope, receive, send)

    async def _caught_up(self, offset: str, release: str) -> None:
        """Wait until this process, too, serves the release and shows the changes that the other one does."""
        services, until = self._service.state.services, time.monotonic() + _CAUGHT_UP_S

        def behind() -> bool:
            serving = services.serving.release
            return services.replay.encoding or order(services.replay.offset) < order(offset) or (serving and serving.id != release)

        while behind() and time.monotonic() < until:  # noqa: ASYNC110 - a heavy request can wait so long
            await asyncio.sleep(_LOOK_S)
