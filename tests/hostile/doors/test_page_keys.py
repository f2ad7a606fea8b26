"""What a page's key is believed about: anybody can read it, and send it from a program that claims to be the page."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.api.believed import UNSIGNED
from app.ground.parts import Keys, LogSettings, Rates
from app.ground.signed import signature_of
from app.home.keys import KeyFile
from app.live import log_watch, met
from tests.redis_server import RedisServer

Asked = Callable[..., AbstractContextManager[TestClient]]
ELSEWHERE = ("203.0.113.9", 4000)
PAGE = "https://shop.example"
OF_THE_SHOP: Final = "a secret of the shop's server"
SIGNING = Keys(shoppers=SecretStr(OF_THE_SHOP))
SIGNED = {"user": "alice", "user_signature": signature_of("alice", OF_THE_SHOP)}


@pytest.fixture(params=["sqlite", pytest.param("redis", marks=pytest.mark.integration)])
def log(request: pytest.FixtureRequest) -> Iterator[LogSettings]:
    """A log of either kind."""
    if request.param == "sqlite":
        yield LogSettings()
        return
    start: Callable[..., RedisServer] = request.getfixturevalue("start_redis")
    yield LogSettings(url=SecretStr(start().url))


def page_key(home: Path, *scopes: Any) -> dict[str, str]:
    """The headers of a program that claims to be the page."""
    return {"X-API-Key": KeyFile(home).create("page", scopes, [PAGE])[1], "Origin": PAGE}


def own_key(home: Path, *scopes: Any) -> dict[str, str]:
    """The headers of the shop's server."""
    return {"X-API-Key": KeyFile(home).create("own", scopes)[1]}


def told(client: TestClient, headers: dict[str, str], *events: dict[str, Any]) -> dict[str, Any]:
    """The answer to a batch that is taken."""
    lines = [{"type": "view", "item": "shoes-01", "session": "s", **event} for event in events]
    answer = client.post("/events", json={"events": lines}, headers=headers)
    assert answer.status_code == 202, answer.text
    said: dict[str, Any] = answer.json()
    return said


def completed(client: TestClient, headers: dict[str, str], **asked: Any) -> dict[str, Any]:
    """The answer to a question."""
    answer = client.post("/complete-outfit", json={"items": ["tops-01"], "slots": ["shoes"], **asked}, headers=headers)
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


def test_what_a_pages_key_said_stands_in_nobody_elses_place(asked: Asked, home: Path, log: LogSettings) -> None:
    """Its ids are its own: they take none from the shop's server nor another page, and tell nothing of theirs; its retries count once."""
    pages, shop = [page_key(home, "clicks") for _ in range(2)], own_key(home, "events")
    line = {"id": "order-1001-1"}
    with asked(ELSEWHERE, log=log) as client:
        assert [told(client, headers, line)["repeated"] for headers in (pages[0], pages[0], pages[1])] == [0, 1, 0]
        for repeated in (0, 1):
            assert told(client, shop, line | {"type": "purchase", "order": "order-1001"})["repeated"] == repeated
        assert told(client, pages[1], line | {"id": "x" * 256})["repeated"] == 0
        assert told(client, pages[1], line | {"id": "x" * 256})["repeated"] == 1
        assert completed(client, own_key(home, "read"), session="s", exclude_purchased=True)["excluded"] == {"items": 1}


def test_a_page_reads_nobodys_history(asked: Asked, home: Path) -> None:
    """By a name alone; signed by the shop, or asked with a key of its own, it is that shopper's answer."""
    page, own = page_key(home, "read"), own_key(home, "read", "events")
    everything: dict[str, Any] = {"exclude_purchased": True, "taste_strength": 1.0}
    with asked(ELSEWHERE, keys=SIGNING) as client:
        told(client, own, {"id": "e1", "type": "purchase", "user": "alice"})
        for unsigned in ({"user": "alice"}, SIGNED | {"user": "bob"}, {"user": "alice", "user_signature": "0" * 64}):
            answer = completed(client, page, **everything, **unsigned)
            assert answer["user_note"] == UNSIGNED
            assert answer["excluded"]["items"] == 0
            assert "shopper" not in answer
            assert not answer.get("taste", {}).get("items")
        for whose in ((page, SIGNED), (page, SIGNED | {"user_signature": SIGNED["user_signature"].upper()}), (own, {"user": "alice"})):
            answer = completed(client, whose[0], **everything, **whose[1])
            assert "user_note" not in answer
            assert answer["excluded"]["items"] == 1
            assert answer["taste"]["items"] == ["shoes-01"]
        batch = {"requests": [{"items": ["tops-01"], "user": name, "taste_strength": 1.0} for name in ("alice", "bob")]}
        answers = client.post("/complete-outfits", json=batch, headers=page).json()["answers"]
        assert [one["answer"]["user_note"] for one in answers] == [UNSIGNED] * 2
        scores = {"outfits": [{"items": ["tops-01", "shoes-01"]}], "user": "alice"}
        assert client.post("/score-outfit", json=scores, headers=page).json()["user_note"] == UNSIGNED
        assert "shopper" in client.post("/score-outfit", json=scores | SIGNED, headers=page).json()


@pytest.mark.parametrize("keys", [Keys(), SIGNING])
def test_a_page_writes_nobodys_history(asked: Asked, home: Path, keys: Keys) -> None:
    """Nor where the shop signs nobody; the event is kept, of the session alone."""
    page, own = page_key(home, "clicks"), own_key(home, "read")
    with asked(ELSEWHERE, keys=keys) as client:
        assert told(client, page, {"id": "d1", "type": "dismiss", "user": "alice"})["user_note"] == UNSIGNED
        assert completed(client, own, user="alice", exclude_seen=True)["excluded"] == {"items": 0}
        assert completed(client, own, session="s", exclude_seen=True)["excluded"] == {"items": 1}
        if keys.shoppers:
            assert "user_note" not in told(client, page, {"id": "d2", "type": "dismiss", **SIGNED})
            assert completed(client, own, user="alice", exclude_seen=True)["excluded"] == {"items": 1}


def test_who_leaves_the_pages_key_out_is_believed_no_more(asked: Asked, home: Path) -> None:
    """Where asking is open to everyone and the shop signs; who sits at this machine is believed."""
    own = own_key(home, "events")
    for peer, believed in ((ELSEWHERE, False), (("127.0.0.1", 1), True)):
        with asked(peer, keys=SIGNING, public=("read", "events")) as client:
            told(client, own, {"id": "e1", "type": "purchase", "user": "alice"})
            assert (completed(client, {}, user="alice", exclude_seen=True)["excluded"]["items"] == 1) == believed


def test_made_up_sessions_push_no_user_out(asked: Asked, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many there are; of whom may have been forgotten it is said."""
    monkeypatch.setattr(met, "_SHOPPERS", 10)
    page, own = page_key(home, "clicks"), own_key(home, "read", "events")
    with asked(ELSEWHERE) as client:
        told(client, own, {"id": "e1", "type": "purchase", "session": "of-alice", "user": "alice"})
        told(client, page, *({"id": f"v{number}", "session": f"made-up-{number}"} for number in range(40)))
        assert completed(client, own, user="alice", exclude_purchased=True)["excluded"] == {"items": 1}
        answer = completed(client, own, session="of-alice", exclude_purchased=True)
        assert answer["excluded"] == {"items": 0, "note": met.FORGOTTEN}


def test_each_event_of_a_page_counts(asked: Asked, home: Path) -> None:
    """As a request does, in the headers, too; the shop's server counts by requests."""
    if (left_s := 60 - time.time() % 60) < 5:
        time.sleep(left_s)
    page, own = page_key(home, "clicks"), own_key(home, "events")
    batch = {"events": [{"id": f"e{number}", "type": "view", "item": "tops-01", "session": "s"} for number in range(4)]}
    with asked(ELSEWHERE, rates=Rates(per_key=10, per_address=10)) as client:
        assert client.post("/events", json={"events": batch["events"] * 3}, headers=page).status_code == 422  # never could be
        answers = [client.post("/events", json=batch, headers=page) for _ in range(3)]
        assert [answer.status_code for answer in answers] == [202, 202, 429]
        assert [answer.headers["ratelimit-remaining"] for answer in answers[:2]] == ["5", "1"]
        assert 1 <= int(answers[2].headers["retry-after"]) <= 60
        assert [client.post("/events", json=batch, headers=own).status_code for _ in range(5)] == [202] * 5


def test_the_last_room_of_the_log_is_the_shops(asked: Asked, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Anybody's events are refused before it is full, and impressions dropped; the shop's purchases and changes are kept on."""
    page, own = page_key(home, "clicks", "read"), own_key(home, "events")
    event = {"type": "view", "item": "tops-01", "session": "s"}
    monkeypatch.setattr(log_watch, "_KEPT_FREE", 0.0)
    with asked(ELSEWHERE, public=("events",), log=LogSettings(open_bytes=300_000, check_s=0.05)) as client:
        for number in range(200):
            batch = {"events": [event | {"id": f"{number}-{line}"} for line in range(200)]}
            refused = client.post("/events", json=batch, headers=page)
            if refused.status_code != 202:
                break
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert client.post("/events", json={"events": [event | {"id": "n"}]}).status_code == 503
        assert told(client, own, event | {"id": "order", "type": "purchase"})["accepted"] == 1
        log = client.get("/readyz").json()["log"]
        assert (log["status"], log["problem"]) == ("degraded", log_watch.SCARCE)
        before = log["impressions_dropped"]
        completed(client, page)
        assert client.get("/readyz").json()["log"]["impressions_dropped"] == before + 1


def test_what_a_shop_passes_through_is_for_itself(asked: Asked, home: Path) -> None:
    """Neither values nor names are told to a page, but what a setting names; nor are answers that were kept for the shop."""
    page, own = page_key(home, "read"), own_key(home, "read", "write")
    item = {"id": "tops-90", "category": "tops", "features": [0.5] * 8, "extras": {"cost_price": 3.1, "material": "wool"}}
    with asked(ELSEWHERE, open_extras="material") as client:
        assert client.put("/items", json={"items": [item]}, headers=own).status_code == 200
        while client.get("/items/tops-90", headers=own).status_code == 404:
            time.sleep(0.05)
        for path in ("/items/tops-90?fields=extras", "/items?ids=tops-90&fields=extras"):
            found = [client.get(path, headers=headers).json() for headers in (own, page)]
            assert [one.get("items", [one])[0]["extras"] for one in found] == [item["extras"], {"material": "wool"}]
        refused = client.get("/items/tops-90?fields=cost_price", headers=page)
        assert refused.status_code == 422
        assert "cost_price" not in refused.json()["detail"]
        question = {"items": ["shoes-01"], "slots": ["tops"], "candidates": ["tops-90"], "fields": ["extras"]}
        for headers, extras in ((own, item["extras"]), (page, {"material": "wool"})):
            answer = client.post("/complete-outfit", json=question, headers=headers).json()
            assert answer["slots"][0]["items"][0]["extras"] == extras
        question["fields"] = ["cost_price"]
        assert [client.post("/complete-outfit", json=question, headers=headers).status_code for headers in (own, page)] == [200, 422]
