"""Large bodies of what only asks are read by the process of heavy requests alone, while it runs or is being started."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Timer
from typing import Any

import pytest

from app.api import apart, inside, reading
from tests.app.api.apart.beside import ADMIN, HEAVY, ITEMS, Beside

SMALL = {"outfits": [{"items": ITEMS[:40]} for _ in range(40)]}


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    """The bodies that were read, by either process."""
    checked, bodies = reading._checked, list[bytes]()

    def noted(parsed: Callable[[bytes], Any], body: bytes) -> Any:
        bodies.append(body)
        return checked(parsed, body)

    monkeypatch.setattr(reading, "_checked", noted)
    return bodies


def test_it_is_read_once_where_that_process_runs(beside: Beside, read: list[bytes]) -> None:
    """One of fewer values is read here, too, where it is not known yet what it costs."""
    beside.run()
    assert beside.client.post("/score-outfit", json=HEAVY).status_code == 200  # until then nobody knows that it runs
    for asked, times in ((HEAVY, 1), (SMALL, 2)):
        read.clear()
        assert beside.client.post("/score-outfit", json=asked).status_code == 200
        assert len(read) == times
    assert beside.answers == 3


def test_it_is_not_read_while_that_process_is_started(beside: Beside, read: list[bytes]) -> None:
    """But for the one that has it started: clients that come and go had all of theirs read in vain."""
    beside.outer.pool._deadline_s = 1.0
    assert beside.client.post("/score-outfit", json=HEAVY).status_code == 503
    assert len(read) == 1
    answer = beside.client.post("/score-outfit", json=HEAVY)
    assert answer.status_code == 503
    assert "waiting for the process of heavy requests to start" in answer.json()["detail"]
    assert len(read) == 1
    beside.outer.pool._deadline_s = 30.0
    starting = Timer(0.5, beside.run)
    starting.start()
    assert beside.client.post("/score-outfit", json=HEAVY).status_code == 200
    starting.join()
    assert len(read) == 2
    assert beside.answers == 1


def test_where_it_never_comes_it_is_read_here(beside: Beside, read: list[bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    """After some seconds, and without these the next time."""
    monkeypatch.setattr(apart, "_STARTED_S", 0.3)
    beside.place.asked.value = apart.time.monotonic()
    for _ in range(2):
        assert beside.client.post("/score-outfit", json=HEAVY).status_code == 200
    assert len(read) == 2
    assert beside.outer.apart is not None
    assert beside.outer.apart._hopeless_until


@pytest.mark.parametrize(
    "wrong", [{"outfits": [*HEAVY["outfits"], {"items": [7]}]}, {"outfits": [*HEAVY["outfits"]] * 2}, {**HEAVY, "outfit": 1}]
)
def test_what_is_wrong_is_told_as_here(beside: Beside, read: list[bytes], monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any]) -> None:
    """The field, the value and what to do."""
    with monkeypatch.context() as patched:  # nobody comes, and it is not waited for
        patched.setattr(apart, "_STARTED_S", 0.3)
        here = beside.client.post("/score-outfit", json=wrong)
    beside.run()
    assert beside.client.post("/score-outfit", json=HEAVY).status_code == 200
    read.clear()
    there = beside.client.post("/score-outfit", json=wrong)
    assert there.status_code == here.status_code == 422
    assert there.json() == here.json()
    assert there.headers["content-type"] == "application/problem+json"
    assert len(read) == 1


def test_a_variants_release_that_it_has_not_is_asked_here(beside: Beside, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who asks is in the body, so any release of an experiment might be theirs until it is read here."""
    monkeypatch.setattr(inside, "_CAUGHT_UP_S", 0.1)
    beside.run()
    [old, new] = [record.id for record in beside.outer.store.records()]
    assert beside.client.post("/score-outfit", json=HEAVY).json()["release"] == new
    monkeypatch.setattr(beside.inner.state.services.variants, "_load", asyncio.sleep)
    variants = [{"name": name, "release": old} for name in "ab"]
    given = {"experiments": [{"name": "x", "variants": variants}]}
    assert beside.client.put("/experiments", json=given, headers={"X-API-Key": ADMIN}).status_code == 200
    before = beside.answers
    assert beside.client.post("/score-outfit", json={**HEAVY, "user": "u1"}).json()["release"] == old
    assert beside.client.post("/score-outfit", json=HEAVY).json()["release"] == new
    assert beside.answers == before + 1
