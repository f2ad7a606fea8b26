"""Looks within a budget are of the categories that make them possible, and of each product in one size."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.app.titled import opened

PRICES = {
    "Tops": {"Silk top": 100, "Cotton top": 40},
    "Trousers": {"Wool trousers": 150},
    "Sandals": {"Strap sandals": 200, "Flat sandals": 160},
    "Shoulder Bags": {"Hobo bag": 900, "Baguette bag": 1200, "Moon bag": 1300, "Half moon bag": 1400},
    "Clutches": {"Envelope clutch": 60, "Box clutch": 80, "Pouch clutch": 90},
}


@pytest.fixture(name="shop", scope="module")
def shop_fixture(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Each product comes in two sizes, which are items."""
    root, rng = tmp_path_factory.mktemp("budget"), np.random.default_rng(1)
    rows: list[dict[str, Any]] = []
    for category, prices in PRICES.items():
        for title, price in prices.items():
            features = rng.normal(size=8).tolist()
            rows += [
                {"id": f"{title} {size}", "group_id": title, "category": category, "title": title, "price": price, "features": features}
                for size in ("S", "M")
            ]
    return opened(rows, root)


@pytest.mark.parametrize("budget", [320, 500, 1000, 1150, 3000])
def test_whoever_may_spend_more_gets_a_look_too(shop: TestClient, budget: int) -> None:
    """One bag of the fuller category costs less than 1,000, and no look with it does."""
    with shop as client:
        answer = client.post("/complete-outfit", json={"items": ["Wool trousers S"], "looks": 3, "budget": budget}).json()
    assert answer["looks"], answer.get("no_looks")
    for look in answer["looks"]:
        assert look["price"] <= budget
        assert {item["category"] for item in look["items"]} >= {"Tops", "Sandals"}
    titles = [tuple(item["title"] for item in look["items"]) for look in answer["looks"]]
    assert len(titles) == len({*titles})
