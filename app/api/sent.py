"""A request that is sent on to the process of heavy requests: what that one is told, what it asks back, and what is noted of its answer."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from functools import partial
from http import HTTPStatus
from typing import Final

from fastapi import Request, Response

from app.api.apart import Sent
from app.api.inside import Told
from app.api.noted import note
from app.api.services import Services
from app.ground.heavy import HEAD_BYTES

_MOST_TOLD: Final = HEAD_BYTES // 2


async def left(request: Request) -> None:
    """Return once the client of a request whose body has arrived has closed its connection."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def sent_on(request: Request, services: Services, body: bytes, *, starts: bool, waits: bool, timed: bool = True) -> Response | None:
    """The answer of that process, of which all is noted that is to be; None where it does not give one.

    Raises:
        As ``Apart.answer``, whose ``Sent`` says what ``starts``, ``waits`` and ``timed`` are.
    """
    if services.apart is None or services.serving.release is None:
        return None
    told = Told.of(request, services)
    for _ in range(2):  # once more where it has asked what shoppers have met
        sent = Sent(path=request.url.path, body=body, told=told.in_words(), starts=starts, waits=waits, timed=timed)
        said = await services.apart.answer(sent, services.pool, partial(left, request)) if len(sent.told) <= _MOST_TOLD else None
        if said is None:
            return None
        if said.response.status_code != HTTPStatus.PRECONDITION_REQUIRED:
            for noted in said.noted:
                note(services, json.loads(noted))
                await asyncio.sleep(0)  # however many there are
            return said.response
        asked = json.loads(bytes(said.response.body))
        told = replace(told, met=[(user, session, await services.met.by(user, session, patience_s)) for user, session, patience_s in asked])
    return None
