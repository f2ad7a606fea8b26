"""Looks within a budget are of the categories that make them possible, and of each product in one size."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app

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
    _write(root, rows)
    import_catalogue(root, ReleaseStore(root / "home"), default_encoder="shipped")
    return TestClient(create_app(Settings(home=root / "home")))


def _write(root: Path, rows: list[dict[str, Any]]) -> None:
    (root / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


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
