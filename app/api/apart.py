"""Heavy requests, answered by a process beside this one (``app.server.heavy``), so that ordinary ones do not wait behind them.

This process has admitted such a request; that one reads its body, and answers it as this one would. What it would note of its answer comes
back with it, and is counted and written here; what only this process knows, which is what shoppers have met, it asks back for. While it
runs, or is being started, it alone reads large bodies of some routes (``app.api.reading``): Python's lock, held for one of them, keeps
everybody here waiting. ``app.api.sent`` is how routes ask it.
"""

from __future__ import annotations

import asyncio
import json
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, Final

import httpx2
from fastapi import Request, Response
from pydantic import BaseModel
from structlog.contextvars import get_contextvars

from app.api.middleware import REQUEST_ID
from app.ground.errors import BusyError
from app.ground.heavy import Place
from app.live.pool import ComputePool

TOLD: Final = "X-Attire-Told"
"""The header of what that process is told beside a request; see ``app.api.inside``."""
_TYPE: Final = "content-type"
_JSON: Final = "application/json"
_AND_NOTED: Final = "application/jsonl"
_GIVEN: Final = (_TYPE, "retry-after")
_REACHED_S: Final = 0.5
_STARTED_S: Final = 15.0
_TRIED_S: Final = 0.1
_MOST_WAITING: Final = 16
_HOPELESS_S: Final = 60.0  # after nobody came in time
_NOBODY: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Trusts no certificate: there is no TLS here, and to read those of the machine would take each start a tenth of a second."""


class AnsweredApartError(Exception):
    """Not an error: ends the work on a request that another process has answered.

    Attributes:
        response: its answer.
    """

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


def handed_back(answer: BaseModel, noted: Sequence[Mapping[str, Any]]) -> Response:
    """What that process answers: an answer, and line by line what whoever has sent the request on is to note of it."""
    lines = [answer.model_dump_json(by_alias=True, exclude_none=True), *map(json.dumps, noted)]
    return Response("\n".join(lines), media_type=_AND_NOTED)


def asked_back(shoppers: Sequence[tuple[str | None, str | None, float]]) -> AnsweredApartError:
    """Ends the work in that process, which has to be told first what these shoppers have met: user, session, patience in seconds."""
    return AnsweredApartError(Response(json.dumps(shoppers), HTTPStatus.PRECONDITION_REQUIRED))


def answered_apart(_: Request, done: AnsweredApartError) -> Response:
    """Exception handler of the application."""
    return done.response


@dataclass(slots=True, kw_only=True)
class Sent:
    """A request that is sent there.

    Attributes:
        path: that is asked. body: what it is asked. told: what goes with it.
        starts: whether that process is started for it, to answer later ones.
        waits: whether it waits until that process has been started, for some seconds at most.
        timed: whether there is a deadline for the whole of it, and not only for each of its parts, there.
        where: it is now, for whoever has waited in vain.
    """

    path: str
    body: bytes
    told: str
    starts: bool
    waits: bool
    timed: bool = True
    where: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """What that process says to a request.

    Attributes:
        response: its answer, or what it asks back. noted: what is to be noted of it, each in JSON.
    """

    response: Response
    noted: list[bytes] = field(default_factory=list)


class Apart:
    """Sends requests there."""

    def __init__(self, place: Place) -> None:
        self._place, self._runs = place, False
        self._waiting, self._hopeless_until = 0, 0.0
        self._client = httpx2.AsyncClient(
            transport=httpx2.AsyncHTTPTransport(uds=str(place.socket), limits=httpx2.Limits(max_connections=None), verify=_NOBODY),
            base_url="http://localhost",
            timeout=httpx2.Timeout(None, connect=_REACHED_S),  # whoever waits for the answer has a deadline
        )

    @property
    def expected(self) -> bool:
        """Whether it runs, or is being started, as far as is known."""
        return self._runs or time.monotonic() - self._place.asked.value < _STARTED_S

    async def answer(self, sent: Sent, pool: ComputePool, gone: Callable[[], Awaitable[object]]) -> Said | None:
        """The answer; None where that process does not run, or has not come as far as this one.

        Raises:
            BusyError: it ended meanwhile, or many wait for it. Also what ``ComputePool.elsewhere`` raises.
        """
        said = await pool.elsewhere(self._waited(sent), lambda: sent.where, gone, timed=sent.timed)
        if said is not None:
            pool.refused += said.response.status_code == HTTPStatus.SERVICE_UNAVAILABLE
        return said

    async def _waited(self, sent: Sent) -> Said | None:
        answer, began = await self._asked(sent), time.monotonic()
        if self._runs or not sent.waits or began < self._hopeless_until:
            return answer
        if self._waiting >= _MOST_WAITING:
            msg = "the process that computes heavy requests is being started, and many wait for it; try again in a moment"
            raise BusyError(msg)
        self._waiting += 1
        try:
            while not self._runs and time.monotonic() < began + _STARTED_S:
                sent.where = "waiting for the process of heavy requests to start"
                await asyncio.sleep(_TRIED_S)
                answer = await self._asked(sent)
        finally:
            self._waiting -= 1
        if not self._runs:
            self._hopeless_until = time.monotonic() + _HOPELESS_S
        return answer

    async def _asked(self, sent: Sent) -> Said | None:
        sent.where = "being computed"
        if sent.starts or self._runs:
            self._place.asked.value = time.monotonic()
        headers = {_TYPE: _JSON, TOLD: sent.told, REQUEST_ID: get_contextvars().get("request_id", "")}
        if not self._place.ours:
            self._runs = False
            return None
        try:
            answer = await self._client.post(sent.path, content=sent.body, headers=headers)
        except (httpx2.ConnectError, httpx2.ConnectTimeout):
            self._runs = False
            return None
        except httpx2.TransportError as error:
            msg = "the process that computes heavy requests ended meanwhile; try again in a moment"
            raise BusyError(msg) from error
        self._runs, self._place.asked.value = True, time.monotonic()
        if answer.status_code == HTTPStatus.MISDIRECTED_REQUEST:
            return None
        if answer.headers.get(_TYPE) == _AND_NOTED:
            said, *noted = answer.content.split(b"\n")
            return Said(Response(said, media_type=_JSON), noted)
        given = {name: answer.headers[name] for name in _GIVEN if name in answer.headers}
        return Said(Response(answer.content, answer.status_code, given))

    async def close(self) -> None:
        """Let go of its connections."""
        await self._client.aclose()
