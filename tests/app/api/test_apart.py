"""Heavy requests are answered by the process beside, as this one would answer them; without it, here."""

from __future__ import annotations

import asyncio
import json
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from ctypes import c_double
from pathlib import Path
from threading import Thread, Timer
from types import SimpleNamespace
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI
from starlette.testclient import TestClient

from app.api import apart, computing
from app.ground.heavy import Place
from app.ground.parts import Answers, Keys, LogSettings
from app.ground.settings import Settings
from app.live.pool import ComputePool
from app.main import create_app
from tests.app.homes import copied

ITEMS = [f"{category}-{number}" for category in ("bags", "bottoms", "shoes", "tops") for number in range(12)]
HEAVY = {"outfits": [{"items": ITEMS[:45]} for _ in range(60)]}
KEY = {"X-API-Key": "of-the-catalogue-itself"}


class Beside:
    """A service with the process beside it, which is a thread here."""

    def __init__(self, home: Path, folder: Path, stack: ExitStack) -> None:
        log = LogSettings(level="error")
        self.settings = Settings(home=home, log=log, keys=Keys(catalogue=KEY["X-API-Key"]), answers=Answers(kept_bytes=0))
        self.place = Place(folder / "heavy", c_double(0))
        self.inner = create_app(self.settings, inside=True)
        self.server = uvicorn.Server(uvicorn.Config(self.inner, uds=str(self.place.socket), log_config=None))
        self._stack = stack
        self.client = stack.enter_context(TestClient(create_app(self.settings, heavy=self.place), headers=KEY))

    def run(self) -> None:
        """Start the process beside."""
        thread = Thread(target=self.server.run, daemon=True)
        thread.start()

        def stop() -> None:
            self.server.should_exit = True
            thread.join()

        self._stack.callback(stop)
        until = time.monotonic() + 20
        while not self.server.started and time.monotonic() < until:
            time.sleep(0.01)

    @property
    def answered(self) -> set[str]:
        """The routes of what the process beside has answered."""
        return {one.route for one in self.inner.state.services.metrics.traffic()}


@pytest.fixture
def beside(home: Path, tmp_path: Path) -> Iterator[Beside]:
    """It does not run yet."""
    with ExitStack() as stack:
        yield Beside(copied(home, tmp_path / "home"), tmp_path, stack)


def test_without_it_heavy_requests_are_answered_here_and_start_it(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """A very heavy one does, and one that comes while another is inside; one by itself is not worth it."""
    monkeypatch.setattr(apart, "_STARTED_S", 0.0)
    assert beside.client.post("/score-outfit", json=HEAVY).status_code == 200
    assert beside.place.asked.value
    beside.place.asked.value = 0.0
    one = {"outfits": [{"items": ITEMS[:45]} for _ in range(10)]}
    assert beside.client.post("/score-outfit", json=one).status_code == 200
    assert not beside.place.asked.value
    monkeypatch.setattr(ComputePool, "crowded", True)
    assert beside.client.post("/score-outfit", json=one).status_code == 200
    assert beside.place.asked.value


def test_a_very_heavy_request_waits_until_it_is_started(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few may; where it did not come, the next ones do not wait again."""
    starting = Timer(0.5, beside.run)
    starting.start()
    assert beside.client.post("/score-outfit", json=HEAVY).status_code == 200
    starting.join()
    assert beside.answered == {"/score-outfit"}
    beside.server.should_exit = True
    monkeypatch.setattr(apart, "_STARTED_S", 0.5)
    monkeypatch.setattr(apart, "_MOST_WAITING", 0)
    until = time.monotonic() + 10
    while (answer := beside.client.post("/score-outfit", json=HEAVY)).status_code == 200 and time.monotonic() < until:
        pass
    assert "many wait for it" in answer.json()["detail"]
    monkeypatch.setattr(apart, "_MOST_WAITING", 1)
    assert beside.client.post("/score-outfit", json=HEAVY).status_code == 200
    monkeypatch.setattr(apart, "_MOST_WAITING", 0)
    assert beside.client.post("/score-outfit", json=HEAVY).status_code == 200
    assert beside.answered == {"/score-outfit"}


def test_it_answers_as_this_one_does(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """With its own request's id; ordinary requests are not its."""
    monkeypatch.setattr(apart, "_STARTED_S", 0.0)
    here = beside.client.post("/score-outfit", json=HEAVY)
    beside.run()
    there = beside.client.post("/score-outfit", json=HEAVY, headers={"X-Request-ID": "mine"})
    assert beside.answered == {"/score-outfit"}
    assert there.json() == here.json()
    assert there.headers["X-Request-ID"] == "mine"
    assert there.headers["content-encoding"] == here.headers["content-encoding"]
    assert beside.client.post("/complete-outfit", json={"items": ITEMS[:2]}).status_code == 200
    assert beside.answered == {"/score-outfit"}


def test_it_shows_what_was_just_changed(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """As whoever has changed it expects, however far it is behind."""
    beside.run()
    replay = beside.inner.state.services.replay
    shown = replay._apply

    async def late(*entries: Any) -> None:
        await asyncio.sleep(0.5)
        await shown(*entries)

    monkeypatch.setattr(replay, "_apply", late)
    new = {"id": "tops-new", "category": "tops", "features": [0.5] * 16}
    assert beside.client.put("/items", json={"items": [new]}).status_code == 200
    asked = {"outfits": [{"items": ["tops-new", *ITEMS[:44]]} for _ in range(60)]}
    scored = beside.client.post("/score-outfit", json=asked).json()
    assert beside.answered == {"/score-outfit"}
    assert scored["outfits"][0] == beside.client.post("/score-outfit", json={"outfits": asked["outfits"][:1]}).json()["outfits"][0]


def test_it_answers_from_the_release_that_serves_here(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """It waits a while until it has swapped, too, and until what was changed is encoded."""
    beside.run()
    monkeypatch.setattr(apart, "_CAUGHT_UP_S", 0.5)

    def took() -> float:
        began = time.monotonic()
        assert beside.client.post("/score-outfit", json=HEAVY).status_code == 200
        return time.monotonic() - began

    took()
    replay = beside.inner.state.services.replay
    with monkeypatch.context() as encodes:
        encodes.setattr(type(replay), "encoding", 1)
        assert took() >= 0.5
    assert isinstance(beside.client.app, FastAPI)
    other = SimpleNamespace(release=SimpleNamespace(id="r9-other"))
    monkeypatch.setattr(beside.client.app.state.services.apart, "_serving", other)
    assert took() >= 0.5


def test_any_type_that_is_json_is_its(beside: Beside) -> None:
    """Whatever else the header says: in bytes that are no ASCII it made a 500."""
    beside.run()
    headers = {b"Content-Type": b"application/json; x=\xe9", b"X-API-Key": KEY["X-API-Key"].encode()}
    assert beside.client.post("/score-outfit", content=json.dumps(HEAVY), headers=headers).status_code == 200  # type: ignore[arg-type]
    assert beside.answered == {"/score-outfit"}


def test_only_what_asks_and_is_heavy_is_its(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change is made once, here; a batch of questions, each of which may be heavy, is shared out here."""
    monkeypatch.setattr(computing, "HEAVY", 0.0)
    beside.run()
    new = {"id": "tops-new", "category": "tops", "features": [0.5] * 16}
    assert beside.client.put("/items", json={"items": [new]}).status_code == 200
    assert beside.client.post("/complete-outfits", json={"requests": [{"items": ITEMS[:2]}] * 2}).status_code == 200
    assert beside.client.get("/items?q=tops").status_code == 200
    assert not beside.answered
    completed = beside.client.post("/complete-outfit", json={"items": ITEMS[:2]})
    assert beside.answered == {"/complete-outfit"}
    assert completed.json()["slots"]
    assert completed.json()["recommendation_id"]


def test_its_refusals_are_told(beside: Beside) -> None:
    """With when to come again."""
    beside.run()
    beside.inner.state.services.pool._heavy.most_inside = 0
    answer = beside.client.post("/score-outfit", json=HEAVY)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/busy")
    assert answer.headers["Retry-After"]


def test_one_that_ends_meanwhile_is_told(beside: Beside) -> None:
    """The request may have been what ended it, so it is not computed here."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(beside.place.socket))
        listener.listen()

        def hang_up() -> None:
            connection, _ = listener.accept()
            connection.recv(1)
            connection.close()

        thread = Thread(target=hang_up)
        thread.start()
        answer = beside.client.post("/score-outfit", json=HEAVY)
        thread.join()
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/busy")
    assert "ended meanwhile" in answer.json()["detail"]
