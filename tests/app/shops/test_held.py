"""Shops of which not all run at once: who is asked is started, and whoever was asked longest ago makes room."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
from httpx2 import ASGITransport, AsyncClient
from starlette.testclient import TestClient

from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.shops.service import Shops
from tests.app.homes import copied

QUESTION: Final = {"items": ["tops-1"]}
NAMES: Final = ("a", "b", "c")


@pytest.fixture
def homes(home: Path, tmp_path: Path) -> dict[str, Path]:
    """A home for each of three shops; the second serves another release of its own."""
    found = {name: copied(home, tmp_path / name) for name in NAMES}
    store = ReleaseStore(found["b"])
    store.activate(store.records()[0].id)
    return found


def told(homes: dict[str, Path]) -> Settings:
    """All, by host."""
    return Settings(shops={name: {"home": str(home), "hosts": [f"{name}.example"]} for name, home in homes.items()})


@contextmanager
def opened(homes: dict[str, Path], most: int) -> Iterator[TestClient]:
    """Of them so many run at a time."""
    with TestClient(Shops(told(homes), most=most)) as client:
        yield client


def served(homes: dict[str, Path]) -> set[str]:
    """The shops that run: their homes have the note of a replica that serves."""
    return {name for name, home in homes.items() if list((home / "serving").glob("[0-9a-f]*"))}


def asked(client: TestClient, name: str) -> Any:
    """The release that a shop answers from."""
    answer = client.post(f"http://{name}.example/complete-outfit", json=QUESTION)
    assert answer.status_code == 200, answer.text
    return answer.json()["release"]


def test_who_was_asked_longest_ago_makes_room(homes: dict[str, Path]) -> None:
    """And is there again when it is asked; each answers from its own release whatever the others do."""
    releases = {name: ReleaseStore(home).served().id for name, home in homes.items()}
    with opened(homes, most=2) as client:
        assert served(homes) == set()
        assert client.get("http://10.0.0.7/readyz").json()["status"] == "ready"
        for name, run in [("a", {"a"}), ("b", {"a", "b"}), ("a", {"a", "b"}), ("c", {"a", "c"}), ("b", {"b", "c"}), ("b", {"b", "c"})]:
            assert asked(client, name) == releases[name]
            assert served(homes) == run
    assert served(homes) == set()


def test_a_shop_that_makes_room_answers_first_what_it_was_asked(homes: dict[str, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """Though another waits for its place; and whoever gives up waiting leaves nothing behind."""
    shops = Shops(told(homes), most=1)

    async def all_at_once() -> list[int]:
        asks, go = asyncio.Event(), asyncio.Event()
        async with Life(shops), AsyncClient(transport=ASGITransport(shops)) as client:

            async def ask(name: str) -> int:
                return (await client.post(f"http://{name}.example/complete-outfit", json=QUESTION, timeout=20)).status_code

            assert await ask("a") == 200
            pool = shops._shops["a"].app.state.services.pool  # type: ignore[union-attr]
            run = pool.run

            async def held_up(*args: Any, **more: Any) -> Any:
                asks.set()
                await go.wait()
                return await run(*args, **more)

            monkeypatch.setattr(pool, "run", held_up)
            slow = asyncio.create_task(ask_other(client))
            await asks.wait()
            others = [asyncio.create_task(ask(name)) for name in "bcb"]
            await asyncio.sleep(0.05)
            others.pop().cancel()
            assert not any(one.done() for one in (slow, *others))
            go.set()
            return [await slow, *await asyncio.gather(*others), await ask("a")]

    async def ask_other(client: AsyncClient) -> int:
        body = {"items": ["tops-2"], "k": 2}  # whose answer is not kept yet
        return (await client.post("http://a.example/complete-outfit", json=body, timeout=20)).status_code

    assert asyncio.run(all_at_once()) == [200] * 4


class Life:
    """The lifespan of an application, as a server has it."""

    def __init__(self, app: Shops) -> None:
        self._app, self._came, self._said = app, asyncio.Queue[dict[str, str]](), asyncio.Queue[dict[str, str]]()

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._app({"type": "lifespan"}, self._came.get, self._said.put))  # type: ignore[arg-type]
        await self._came.put({"type": "lifespan.startup"})
        assert (await self._said.get())["type"] == "lifespan.startup.complete"

    async def __aexit__(self, *_: object) -> None:
        await self._came.put({"type": "lifespan.shutdown"})
        await self._task
