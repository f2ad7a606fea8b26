"""A shutdown, as who is answered meanwhile sees it."""

from __future__ import annotations

import asyncio

import httpx2
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from app.api.draining import Draining


@pytest.mark.anyio
async def test_what_is_under_way_is_its_connections_last() -> None:
    """So that nobody's next request meets a connection that is closed; before a shutdown connections are kept."""
    asked, go = asyncio.Event(), asyncio.Event()

    async def slow(_: Request) -> PlainTextResponse:
        asked.set()
        await go.wait()
        return PlainTextResponse("done")

    async def at_once(_: Request) -> PlainTextResponse:
        return PlainTextResponse("done")

    service = Draining(Starlette(routes=[Route("/slow", slow), Route("/", at_once)]))
    async with httpx2.AsyncClient(transport=httpx2.ASGITransport(service), base_url="http://test") as client:
        assert "connection" not in (await client.get("/")).headers
        under_way = asyncio.create_task(client.get("/slow"))
        await asked.wait()
        drained = asyncio.create_task(service.drain(None, 10))
        await asyncio.sleep(0)
        refused = await client.get("/")
        assert (refused.status_code, refused.headers["connection"]) == (503, "close")
        go.set()
        answer = await under_way
        assert (answer.status_code, answer.headers["connection"]) == (200, "close")
        await drained
