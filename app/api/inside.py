"""The process that answers heavy requests (``app.server.heavy``): what it is told beside each, by the process that the request came to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, Self

from fastapi import FastAPI, Request, Response
from pydantic import TypeAdapter
from pydantic.dataclasses import dataclass
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.api.apart import TOLD
from app.api.services import Services
from app.live.met import Encounters
from app.live.replay import Replay
from app.log.base import START, order

_CAUGHT_UP_S: Final = 2.0
_LOOK_S: Final = 0.01


@dataclass(frozen=True, kw_only=True)
class Told:
    """How a request was met where it came in.

    Attributes:
        who: asks, as the doors tell it. believed: whether more is known of them than that anybody may ask.
        shown: of each release that may answer it there, up to where the catalogue's changes are in it, and how many of them wait for the
            encoder.
        name: of the answer, where it has one. met: by user and session, what shoppers have, of whom this process has asked it back.
    """

    who: str
    believed: bool
    shown: dict[str, tuple[str, int]]
    name: str = ""
    met: Sequence[tuple[str | None, str | None, Encounters]] = ()

    @classmethod
    def of(cls, request: Request, services: Services) -> Self:
        """As things stand in this process; of all releases where it is not known yet which one answers."""
        current, answers = services.serving.release, getattr(request.state, "release", None)
        releases = {answers} if answers else {*services.variants.releases, *([] if current is None else [current.id])}
        replays = {release: _replay(services, release) for release in releases}
        shown = {release: (replay.offset, replay.encoding) if replay else (START, 0) for release, replay in replays.items()}
        return cls(who=request.state.who, believed=request.state.believed, shown=shown, name=getattr(request.state, "name", ""))

    def in_words(self) -> str:
        """For a header."""
        return _TOLD.dump_json(self, ensure_ascii=True).decode()

    def met_by(self, user: str | None, session: str | None) -> Encounters | None:
        """What a shopper has met; None where that was not told."""
        return next((met for *who, met in self.met if who == [user, session]), None)

    def ahead(self, services: Services) -> bool:
        """Whether this process does not serve one of these releases yet, or shows less of the catalogue's changes."""
        replays = [(_replay(services, release), *shown) for release, shown in self.shown.items()]
        return any(here is None or here.encoding > encoding or order(here.offset) < order(offset) for here, offset, encoding in replays)


_TOLD: Final = TypeAdapter(Told)


def _replay(services: Services, release: str) -> Replay | None:
    """What keeps a release up to date, here; None where it does not answer."""
    current = services.serving.release
    return services.replay if current is not None and current.id == release else services.variants.replay_of(release)


def told_of(request: Request) -> Told | None:
    """How a request was met where it came in; None where that is here."""
    return getattr(request.state, "told", None)


class Inside:
    """ASGI middleware of that process: its requests come from this service alone."""

    def __init__(self, app: ASGIApp, service: FastAPI) -> None:
        self.app, self._service = app, service

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self.app
        if scope["type"] == "http":
            told = _TOLD.validate_json(Headers(scope=scope)[TOLD])
            scope.setdefault("state", {}).update(who=told.who, believed=told.believed, told=told)
            if not await self._caught_up(told):
                app = Response(status_code=HTTPStatus.MISDIRECTED_REQUEST)  # it is computed where it came in
        await app(scope, receive, send)

    async def _caught_up(self, told: Told) -> bool:
        """Wait until this process has come as far as the other one; a heavy request can wait so long."""
        services, until = self._service.state.services, time.monotonic() + _CAUGHT_UP_S
        while (ahead := told.ahead(services)) and time.monotonic() < until:  # noqa: ASYNC110 - it is two others that change
            await asyncio.sleep(_LOOK_S)
        return not ahead
