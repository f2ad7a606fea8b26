"""Large bodies are read one by one: nobody's many keep another's waiting, and those of clients that went away are not read."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI

from app.api import reading
from app.ground.settings import Settings
from app.main import create_app

LARGE = b" " * reading._SHORT + b'{"outfits": [{"items": ["tops-1"]}]}'
Post = Callable[..., Awaitable[int]]


async def sent(app: FastAPI, who: str, gone: asyncio.Event, body: bytes) -> int:
    """The status of a large body's answer; its client goes away once ``gone``."""
    headers = [(b"host", b"localhost"), (b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    scope: dict[str, Any] = {"type": "http", "method": "POST", "path": "/score-outfit", "raw_path": b"/score-outfit", "query_string": b""}
    scope |= {"headers": headers, "client": (who, 1), "server": ("localhost", 80), "scheme": "http", "http_version": "1.1", "root_path": ""}
    parts, statuses = [body], list[int]()

    async def receive() -> dict[str, Any]:
        if parts:
            return {"type": "http.request", "body": parts.pop(), "more_body": False}
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        statuses.extend([message["status"]] if message["type"] == "http.response.start" else [])

    await app(scope, receive, send)
    return statuses[0]


def served(home: Path, scenario: Callable[[FastAPI, Post], Awaitable[None]], **settings: Any) -> None:
    """Run a scenario with a service that anybody may ask."""
    app = create_app(Settings(home=home, public=("read",), **settings))

    async def run() -> None:
        async with app.router.lifespan_context(app):
            never = asyncio.Event()
            await scenario(app, lambda who, gone=never, body=LARGE: sent(app, who, gone, body))

    asyncio.run(run())


def test_nobodys_many_bodies_keep_anothers_waiting(bare_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read after one of theirs at most, where it was after all of them."""
    checked, go, lengths = reading._checked, threading.Event(), list[int]()

    def slowly(parsed: Callable[[bytes], Any], body: bytes) -> Any:
        go.wait(10)
        lengths.append(len(body))
        return checked(parsed, body)

    monkeypatch.setattr(reading, "_checked", slowly)

    async def scenario(_: FastAPI, post: Post) -> None:
        many = [asyncio.create_task(post("10.0.0.1")) for _ in range(8)]
        await asyncio.sleep(0.1)
        other = asyncio.create_task(post("10.0.0.2", body=LARGE + b" "))
        while len(reading._turns) < 2:  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.1)
        go.set()
        assert await asyncio.gather(*many, other) == [200] * 9
        assert lengths.index(len(LARGE) + 1) <= 1

    served(bare_home, scenario)


def test_a_short_body_of_few_values_waits_for_no_large_one(bare_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred outfits are scored while somebody's large body is being read; the same text with more values has to wait."""
    go = threading.Event()
    monkeypatch.setattr(reading, "_checked", lambda *_: go.wait(10))
    few = json.dumps({"outfits": [{"items": ["tops-1"] * 4}] * 100}).encode() + b" " * reading.AT_ONCE
    many = json.dumps({"outfits": [{"items": ["tops-1"] * 12}] * 100}).encode()
    assert len(few) > reading.AT_ONCE
    assert len(many) < reading._SHORT

    async def scenario(_: FastAPI, post: Post) -> None:
        large = asyncio.create_task(post("10.0.0.1"))
        await asyncio.sleep(0.1)
        assert await post("10.0.0.1", body=few) == 200
        assert await post("10.0.0.2", body=many) == 503
        go.set()
        await large

    served(bare_home, scenario, deadline_s=0.5)


def test_what_nobody_waits_for_is_not_read(bare_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hundreds that left after .3 s held up a body of somebody who stayed for minutes."""
    checked, go, read = reading._checked, threading.Event(), list[bytes]()

    def slowly(parsed: Any, body: bytes) -> Any:
        go.wait(10)
        read.append(body)
        return checked(parsed, body)

    monkeypatch.setattr(reading, "_checked", slowly)

    async def scenario(app: FastAPI, post: Post) -> None:
        gone = asyncio.Event()
        first = asyncio.create_task(post("10.0.0.1"))
        await asyncio.sleep(0.1)
        leaving = [asyncio.create_task(post(f"10.0.1.{number}", gone, LARGE + b" " * number)) for number in range(1, 6)]
        await asyncio.sleep(0.1)
        gone.set()
        assert await asyncio.gather(*leaving) == [499] * 5
        go.set()
        assert await first == 200
        assert read == [LARGE]
        assert app.state.services.pool.abandoned == 5

    served(bare_home, scenario)


def test_a_body_that_waits_has_a_deadline(bare_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As whatever waits has."""
    go = threading.Event()
    monkeypatch.setattr(reading, "_checked", lambda *_: go.wait(10))

    async def scenario(_: FastAPI, post: Post) -> None:
        began = time.monotonic()
        assert await asyncio.gather(*(post("10.0.0.1") for _ in range(3))) == [503] * 3
        assert time.monotonic() - began < 5
        go.set()

    served(bare_home, scenario, deadline_s=0.2)


def test_one_who_sends_many_has_them_read_with_pauses(bare_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading holds Python's lock; a body of somebody else is read in the pause."""
    checked, read = reading._checked, list[tuple[float, int]]()

    def slowly(parsed: Any, body: bytes) -> Any:
        time.sleep(0.3)  # so that a busy machine has the other body well before the pause ends
        read.append((time.monotonic(), len(body)))
        return checked(parsed, body)

    monkeypatch.setattr(reading, "_checked", slowly)

    async def scenario(_: FastAPI, post: Post) -> None:
        many = [asyncio.create_task(post("10.0.0.1")) for _ in range(2)]
        await asyncio.sleep(0.05)
        other = asyncio.create_task(post("10.0.0.2", body=LARGE + b" "))
        assert await asyncio.gather(*many, other) == [200] * 3

    served(bare_home, scenario)
    first, last = [at for at, size in read if size == len(LARGE)]
    assert read[-1] == (last, len(LARGE))
    assert last - first > 0.3 * (1 + reading._PAUSES)
