"""`taste_strength`, `prefer_price` and `diversity_by` over HTTP: what the session's events tell, for that session only."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.ground.parts import LogSettings
from app.ground.settings import Settings
from app.main import create_app

ASKED: dict[str, Any] = {"items": ["tops-1"], "slots": ["shoes"], "k": 12}


@pytest.fixture
def serve(home: Path, tmp_path: Path) -> Callable[..., TestClient]:
    """A service with a log of its own, that it finds again."""
    log = LogSettings(url=SecretStr(f"sqlite:{tmp_path / 'log.sqlite'}"))
    return lambda **more: TestClient(create_app(Settings(home=home, log=log, **more)))


def send(client: TestClient, *events: tuple[str, str], **who: str) -> None:
    """Events of one shopper."""
    made = [{"id": f"{time.monotonic_ns()}-{item}", "type": kind, "item": item, **who} for kind, item in events]
    assert client.post("/events", json={"events": made}).status_code == 202


def ask(client: TestClient, **more: Any) -> dict[str, Any]:
    """An answer."""
    answer = client.post("/complete-outfit", json={**ASKED, **more})
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def tasted(client: TestClient, items: list[str], **more: Any) -> dict[str, Any]:
    """The answer once these items tell the taste; the log is followed, so that is within moments."""
    for _ in range(200):
        answer = ask(client, **more)
        if answer["taste"]["items"] == items:
            return answer
        time.sleep(0.02)
    pytest.fail(f"{answer['taste']}, and not {items}")


def order(answer: dict[str, Any]) -> list[str]:
    """The shoes, best first."""
    return [item["id"] for item in answer["slots"][0]["items"]]


def test_a_session_moves_its_own_answers_and_nobody_elses(serve: Callable[..., TestClient]) -> None:
    """What was dismissed tells nothing, the newest comes first, a bag counts more; others get what is kept, as before."""
    with serve(taste_strength=10.0) as client:
        plain = ask(client)
        assert "taste" not in plain
        send(client, ("view", "shoes-3"), ("view", "shoes-5"), ("dismiss", "shoes-5"), ("add_to_cart", "shoes-7"), session="s1")
        own = tasted(client, ["shoes-7", "shoes-3"], session="s1")
        assert own["taste"] == {"of": "session", "items": ["shoes-7", "shoes-3"], "strength": 10.0}
        assert any(item["pull"] for item in own["slots"][0]["items"])
        assert order(own) != order(plain)
        assert order(ask(client)) == order(plain)
        other = ask(client, session="s2")
        assert (other["taste"], order(other)) == ({"items": [], "strength": 10.0}, order(plain))
        assert "taste" not in ask(client, session="s1", taste_strength=0)
        assert order(ask(client, session="s1", taste_strength=0)) == order(plain)


def test_it_is_off_by_default_and_outlives_a_restart(serve: Callable[..., TestClient]) -> None:
    """It is read from the log; where the session tells nothing the user's last events do."""
    with serve() as client:
        send(client, ("purchase", "shoes-2"), session="s1", user="u1")
        assert "taste" not in ask(client, session="s1")
    with serve() as client:
        asked = {"session": "another", "user": "u1", "taste_strength": 5}
        assert tasted(client, ["shoes-2"], **asked)["taste"] == {"of": "user", "items": ["shoes-2"], "strength": 5.0}


def test_an_answer_of_a_session_is_not_kept_for_others(serve: Callable[..., TestClient]) -> None:
    """Neither by those who name no session, nor by another one with other events."""
    with serve(taste_strength=10.0) as client:
        for session, item in (("s1", "shoes-3"), ("s2", "shoes-9")):
            send(client, ("add_to_cart", item), session=session)
        first, second = (tasted(client, [item], session=session) for session, item in (("s1", "shoes-3"), ("s2", "shoes-9")))
        assert order(first) != order(second)
        assert order(ask(client, session="s1")) == order(first)
        assert order(ask(client)) not in (order(first), order(second))


def test_a_preferred_price_is_asked_for_in_one_way(client: TestClient) -> None:
    """A direction or a price, and nothing is left out; both, neither and a price of 0 are refused with the field."""
    plain = order(ask(client))
    cheap = ask(client, prefer_price={"towards": "cheaper", "strength": 10})
    assert cheap["slots"][0]["items"][0]["price"] <= 12
    assert {*order(cheap)} == {*plain}
    assert abs(ask(client, prefer_price={"near": 16, "strength": 10})["slots"][0]["items"][0]["price"] - 16) <= 1.5
    assert order(ask(client, prefer_price={"towards": "dearer", "strength": 0})) == plain
    for wrong in ({}, {"towards": "cheaper", "near": 5}, {"near": 0}, {"towards": "cheapest"}):
        answer = client.post("/complete-outfit", json={**ASKED, "prefer_price": wrong})
        assert answer.status_code == 422
        assert "prefer_price" in answer.json()["errors"][0]["field"]


def test_looks_are_pulled_as_their_items_are(client: TestClient) -> None:
    """By a price that is preferred, where looks are made of candidates too; how likely they are stays, and strength 0 changes nothing."""

    def looks(**more: Any) -> list[dict[str, Any]]:
        return list(ask(client, slots=["shoes", "bags"], looks=3, **more)["looks"])

    plain = looks()
    assert looks(prefer_price={"towards": "cheaper", "strength": 0}) == plain
    for more in ({}, {"budget": 60}, {"diversity": 0.5}):
        cheap, dear = (looks(prefer_price={"towards": towards, "strength": 10}, **more) for towards in ("cheaper", "dearer"))
        assert cheap[0]["price"] < dear[0]["price"]
        again = client.post("/score-outfit", json={"outfits": [{"items": ["tops-1", *(item["id"] for item in cheap[0]["items"])]}]}).json()
        assert cheap[0]["probability"] == pytest.approx(again["outfits"][0]["probability"], abs=1e-5)
    ids = [f"{name}-{number}" for name in ("shoes", "bags") for number in range(12)]
    cheap, dear = (looks(candidates=ids, prefer_price={"towards": towards, "strength": 10}) for towards in ("cheaper", "dearer"))
    assert cheap[0]["price"] < dear[0]["price"]


def test_a_taste_pulls_looks(serve: Callable[..., TestClient]) -> None:
    """In the session that tells it only."""
    with serve(taste_strength=10.0) as client:
        send(client, ("purchase", "shoes-2"), ("purchase", "bags-3"), session="s1")
        asked = {"slots": ["shoes", "bags"], "looks": 3}
        own = tasted(client, ["bags-3", "shoes-2"], session="s1", **asked)
        assert [look["items"] for look in own["looks"]] != [look["items"] for look in ask(client, **asked)["looks"]]


def test_diversity_by_group_spreads_brands_where_there_are_no_groups(client: TestClient) -> None:
    """Two brands: the first two are of both, whatever looks say."""
    shown = ask(client, diversity=1.0, diversity_by="group", k=2)["slots"][0]["items"]
    assert len({item["brand"] for item in shown}) == 2
