"""More requests than may wait for a thread."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.api import computing, outfits
from app.ground.parts import Answers, LogSettings, Threads
from app.ground.settings import Settings
from app.log.base import Event
from app.main import create_app
from app.recommend.complete import complete

QUESTION = {"items": ["tops-1"], "slots": ["shoes"]}


def eventually(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    until = time.monotonic() + 20
    while not true():
        assert time.monotonic() < until
        time.sleep(0.01)


def test_heads_of_pictures_and_texts_of_changes_are_not_worked_on_by_the_event_loop(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 500 in one body they take tenths of a second, during which nobody would be answered."""
    worked: dict[str, int] = {}

    def noted(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def working(*given: Any) -> Any:
            worked[name] = threading.get_ident()
            return work(*given)

        return working

    monkeypatch.setattr(computing, "of_pictures", noted("pictures", computing.of_pictures))
    monkeypatch.setattr(Event, "encoded", noted("changes", Event.encoded))
    with TestClient(create_app(Settings(home=home))) as client:
        loop = client.portal.call(threading.get_ident)  # type: ignore[union-attr]
        assert client.post("/complete-outfit", json={"items": [{"image": {"base64": "AAAA"}, "category": "tops"}]}).status_code == 422
        event = {"id": "off-the-loop", "type": "view", "item": "tops-1", "session": "s1"}
        assert client.post("/events", json={"events": [event]}).status_code == 202
    assert worked.keys() == {"pictures", "changes"}
    assert loop not in worked.values()


def test_what_finds_no_place_is_refused_at_once_and_the_others_are_answered(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While computing is slow: 503 with Retry-After beyond the limit, in the figures too, and whatever needs no thread answers."""
    gate = threading.Event()

    def slow(*given: Any) -> Any:
        gate.wait(30)
        return complete(*given)

    monkeypatch.setattr(outfits, "complete", slow)
    settings = Settings(home=home, log=LogSettings(url=SecretStr(f"sqlite:{tmp_path}/log.sqlite")), threads=Threads(requests=2, waiting=4))
    with TestClient(create_app(settings)) as client, ThreadPoolExecutor(40) as clients:
        try:
            asked = [clients.submit(client.post, "/complete-outfit", json=QUESTION) for _ in range(40)]
            eventually(lambda: sum(one.done() for one in asked) == 34)
            assert client.get("/healthz").status_code == client.get("/readyz").status_code == 200
            assert client.get("/items/tops-1").status_code == 200
            event = {"id": "e1", "type": "view", "item": "tops-1", "session": "s1"}
            assert client.post("/events", json={"events": [event]}).status_code == 202
            unread = client.post("/complete-outfit", content=b"{", headers={"Content-Type": "application/json"})
            assert (unread.status_code, unread.headers.get("Connection")) == (503, None)  # before anybody looks at what it asks
            assert client.post("/score-outfit", content=b" " * 100_000).headers["Connection"] == "close"
            assert client.post("/similar-items", json={"id": "none"}).status_code == 503
            figures = client.get("/metrics").text
            assert "\nattire_compute_waiting 5.0\n" in figures  # small ones wait for those that are computed, whatever thread is free
            assert "\nattire_compute_refused_total 37.0\n" in figures
            assert 'attire_requests_total{method="POST",route="/complete-outfit",status="503"} 35.0' in figures
        finally:
            gate.set()
        wait(asked, timeout=30)
        answers = [one.result() for one in asked]
        assert sorted(answer.status_code for answer in answers) == [200] * 6 + [503] * 34
        refused = next(answer for answer in answers if answer.status_code == 503)
        assert (refused.headers["Retry-After"], refused.headers["content-type"]) == ("2", "application/problem+json")
        assert (refused.json()["type"], refused.json()["title"]) == ("/problems/busy", "Too many requests at once")
        assert client.post("/complete-outfit", json=QUESTION).status_code == 200
        assert "\nattire_compute_waiting 0.0\n" in client.get("/metrics").text


def test_by_default_many_may_wait(home: Path, tmp_path: Path) -> None:
    """20 for each core, however many are computed at once."""
    settings = Settings(
        home=home,
        log=LogSettings(url=SecretStr(f"sqlite:{tmp_path}/log.sqlite")),
        threads=Threads(requests=1),
        answers=Answers(kept_bytes=0),
    )
    with TestClient(create_app(settings)) as client, ThreadPoolExecutor(21) as clients:
        answers = [clients.submit(client.post, "/complete-outfit", json=QUESTION) for _ in range(21)]
        assert {answer.result().status_code for answer in answers} == {200}
