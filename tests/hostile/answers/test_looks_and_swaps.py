"""Looks are as good as the best there are, unlike each other where that is asked; swaps are what may be suggested."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations, product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.ground.parts import Limits
from app.ground.settings import Settings
from app.main import create_app
from app.recommend.looks import best_looks
from app.recommend.outfit import resolve
from app.recommend.rank import rank, score_outfits
from app.release.release import Release

pytestmark = pytest.mark.training

SLOTS = ("shoes", "bags", "bottoms")
ENOUGH = 0.97


@pytest.fixture(scope="module")
def client(home_of: Callable[[str], Path]) -> Iterator[TestClient]:
    """The service over the flagship's home."""
    with TestClient(create_app(Settings(home=home_of("attire")))) as opened:
        yield opened


def test_looks_are_nearly_the_best_of_all(flagship: Release) -> None:
    """First and tenth, against every combination; scores are spread from that of a middling one to that of the best."""
    shares = []
    for number in range(6):
        worn = resolve(flagship, [f"tops-{number}"], Limits())
        pools = [rank(flagship, worn, name, flagship.snapshot.rows_in(name)) for name in SLOTS]
        rows = [list(each) for each in product(*(pool.rows_M.tolist() for pool in pools))]
        vectors = [np.concatenate([worn.embeddings_ID, flagship.snapshot.embeddings(each)]) for each in rows]
        scores = np.sort(score_outfits(flagship, vectors, [["tops", *SLOTS]] * len(rows)))[::-1]
        found = [look.score for look in best_looks(flagship, worn, pools, 10, None)]
        middling = float(np.median(scores))
        shares.append([(found[place] - middling) / (scores[place] - middling) for place in (0, 9)])
    assert np.mean(shares, axis=0).min() >= ENOUGH, shares


def test_a_slot_has_as_many_looks_as_are_asked(client: TestClient) -> None:
    """One blank, ten looks."""
    answer = client.post("/complete-outfit", json={"items": ["tops-1"], "slots": ["shoes"], "looks": 10}).json()
    assert len(answer["looks"]) == 10


def test_looks_obey_diversity(client: TestClient) -> None:
    """Fewer items in common the more of it is asked; the best look stays the first."""

    def shared(diversity: float) -> tuple[list[str], int]:
        body = {"items": ["tops-1"], "slots": list(SLOTS), "looks": 6, "diversity": diversity}
        looks = [[item["id"] for item in look["items"]] for look in client.post("/complete-outfit", json=body).json()["looks"]]
        return looks[0], sum(len({*one} & {*other}) for one, other in combinations(looks, 2))

    (best, alike), (first, unlike) = shared(0.0), shared(0.8)
    assert best == first
    assert unlike < alike / 2


def swaps(client: TestClient, **more: Any) -> list[dict[str, Any]]:
    """The swaps of sixteen outfits that have one, most of them with an item that is sold out."""
    outfits = [{"items": [f"{name}-{(number + place) % 15}" for place, name in enumerate(("tops", *SLOTS))]} for number in range(16)]
    answer = client.post("/score-outfit", json={"outfits": outfits, "explain": True, **more})
    assert answer.status_code == 200, answer.text
    return [outfit["swap"]["item"] for outfit in answer.json()["outfits"] if "swap" in outfit]


def test_swaps_are_in_stock_unless_anything_is_asked_for(client: TestClient) -> None:
    """As suggestions are."""
    assert all(item["in_stock"] for item in swaps(client))
    assert not all(item["in_stock"] for item in swaps(client, filters={"in_stock": None}))


def test_swaps_take_filters_and_exclusions(client: TestClient) -> None:
    """Price, brand and ids."""
    first = swaps(client)
    assert first
    assert all(item["price"] <= 15 for item in swaps(client, filters={"price": {"max": 15}}))
    assert {item["brand"] for item in swaps(client, filters={"brand": ["Contoso"]})} == {"Contoso"}
    unwanted = [item["id"] for item in first]
    assert not {*unwanted} & {item["id"] for item in swaps(client, exclude=unwanted)}


def test_an_outfit_without_a_known_item_answers_itself(client: TestClient) -> None:
    """The other ninety-nine are scored."""
    outfits = [{"items": ["ghost"]}, *({"items": [f"tops-{number % 15}", f"bags-{number % 13}"]} for number in range(99))]
    answer = client.post("/score-outfit", json={"outfits": outfits, "explain": True})
    assert answer.status_code == 200
    unknown, *others = answer.json()["outfits"]
    assert (unknown["score"], unknown["probability"], unknown["missing"]) == (None, None, ["ghost"])
    assert unknown["why_not"]
    assert all(other["score"] is not None for other in others)
