"""Heavy requests are sent to the process beside where it runs; where it does not, they start it, wait for it, or are answered here."""

from __future__ import annotations

import json
import os
import socket
import time
from threading import Thread, Timer

import pytest

from app.api import apart, computing
from app.live.pool import ComputePool
from tests.app.api.apart.beside import HEAVY, ITEMS, KEY, Beside


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
    while "many wait for it" not in beside.client.post("/score-outfit", json=HEAVY).text:  # one may still come in while it ends
        assert time.monotonic() < until
    monkeypatch.setattr(apart, "_MOST_WAITING", 1)
    assert beside.client.post("/score-outfit", json=HEAVY).status_code == 200
    monkeypatch.setattr(apart, "_MOST_WAITING", 0)
    assert beside.client.post("/score-outfit", json=HEAVY).status_code == 200
    assert beside.answered == {"/score-outfit"}


def test_any_type_that_is_json_is_its(beside: Beside) -> None:
    """Whatever else the header says: in bytes that are no ASCII it made a 500."""
    beside.run()
    headers = {b"Content-Type": b"application/json; x=\xe9", b"X-API-Key": KEY["X-API-Key"].encode()}
    assert beside.client.post("/score-outfit", content=json.dumps(HEAVY), headers=headers).status_code == 200  # type: ignore[arg-type]
    assert beside.answered == {"/score-outfit"}


def test_only_what_asks_and_is_heavy_is_its(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change is made once, here, and an ordinary batch is answered here."""
    beside.run()
    assert beside.client.post("/complete-outfits", json={"requests": [{"items": ITEMS[:2]}] * 2}).status_code == 200
    monkeypatch.setattr(computing, "HEAVY", 0.0)
    new = {"id": "tops-new", "category": "tops", "features": [0.5] * 16}
    assert beside.client.put("/items", json={"items": [new]}).status_code == 200
    assert beside.client.get("/items?q=tops").status_code == 200
    assert not beside.answered
    assert beside.client.post("/complete-outfit", json={"items": ITEMS[:2]}).json()["slots"]
    assert beside.answered == {"/complete-outfit"}


def test_who_waits_until_it_is_started_is_told_so(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the deadline comes first."""
    monkeypatch.setattr(beside.outer.pool, "_deadline_s", 0.3)
    answer = beside.client.post("/score-outfit", json=HEAVY)
    assert (answer.status_code, answer.json()["type"]) == (503, "/problems/deadline")
    assert "waiting for the process of heavy requests to start" in answer.json()["detail"]


def test_somebody_elses_directory_is_not_asked(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who has made one where this service's was removed would be sent what others ask."""
    monkeypatch.setattr(apart, "_STARTED_S", 0.0)
    beside.run()
    monkeypatch.setattr(os, "geteuid", lambda: 4_242)
    assert beside.client.post("/score-outfit", json=HEAVY).status_code == 200
    assert not beside.answered


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
