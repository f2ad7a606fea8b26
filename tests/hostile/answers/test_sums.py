"""Whatever is explained adds up: the base and the contributions sum to the score beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.testclient import TestClient

from app.ground.settings import Settings
from app.main import create_app

pytestmark = pytest.mark.training

CATEGORIES = ("bags", "bottoms", "shoes", "tops")
CLOSE = 1e-4
outfits = st.lists(
    st.sampled_from([f"{name}-{number}" for name in CATEGORIES for number in range(15)]), min_size=1, max_size=6, unique=True
)
users = st.sampled_from([None, "u0", "u1", "stranger"])
seeded = settings(max_examples=12, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module", params=["cosine", "attire", "outfit-vector", "personal", "semi-supervised"])
def client(request: pytest.FixtureRequest, home_of: Callable[[str], Path]) -> Iterator[TestClient]:
    """The service over each recipe's home."""
    with TestClient(create_app(Settings(home=home_of(request.param)))) as opened:
        yield opened


def adds_up(told: dict[str, Any]) -> None:
    """The identity."""
    assert told["base"] + sum(part["contribution"] for part in told["why"]) == pytest.approx(told["score"], abs=CLOSE)


def test_suggestions(client: TestClient) -> None:
    """Of slots, of candidates of one category and of several; each worn item is named once, most first."""

    @seeded
    @given(outfits, users, st.sampled_from(["slots", "candidates", "mixed"]))
    def check(items: list[str], user: str | None, kind: str) -> None:
        asked: dict[str, Any] = {
            "slots": {"slots": ["shoes", "bags"], "k": 12},
            "candidates": {"candidates": [f"shoes-{number}" for number in range(8)]},
            "mixed": {"candidates": [f"{name}-{number}" for name in CATEGORIES for number in range(6)]},
        }[kind]
        answer = client.post("/complete-outfit", json={"items": items, "explain": True, "user": user, **asked})
        assert answer.status_code == 200, answer.text
        for slot in answer.json()["slots"]:
            assert all("why" not in item for item in slot["items"][10:])
            for item in slot["items"][:10]:
                adds_up(item)
                assert sorted(part["with"] for part in item["why"]) == sorted(items)
                amounts = [part["contribution"] for part in item["why"]]
                assert amounts == sorted(amounts, reverse=True)

    check()


def test_outfits_and_the_weakest(client: TestClient) -> None:
    """The last contribution is the weakest's: what the score would lose without it."""

    @seeded
    @given(st.lists(outfits, min_size=1, max_size=3), users)
    def check(worn: list[list[str]], user: str | None) -> None:
        body = {"outfits": [{"items": items} for items in worn], "explain": True, "user": user}
        for items, told in zip(worn, client.post("/score-outfit", json=body).json()["outfits"], strict=True):
            if len(items) < 2:
                assert "base" not in told
                continue
            adds_up(told)
            if len(items) < 3:
                assert told["why"] == []
                continue
            assert told["why"][-1]["with"] == told["weakest"]
            rest = [item for item in items if item != told["weakest"]]
            [without] = client.post("/score-outfit", json={"outfits": [{"items": rest}], "user": user}).json()["outfits"]
            assert told["score"] - without["score"] == pytest.approx(told["why"][-1]["contribution"], abs=CLOSE)

    check()


def test_the_order_of_the_outfit_tells_nothing(client: TestClient) -> None:
    """The same set of items gives the same contributions."""
    items = ["tops-1", "tops-2", "bottoms-3", "bags-5", "shoes-6"]
    told = []
    for turned in (items, items[::-1]):
        answer = client.post("/complete-outfit", json={"items": turned, "slots": ["shoes"], "k": 1, "explain": True}).json()
        told.append({part["with"]: part["contribution"] for part in answer["slots"][0]["items"][0]["why"]})
    assert told[0] == pytest.approx(told[1], abs=CLOSE)
