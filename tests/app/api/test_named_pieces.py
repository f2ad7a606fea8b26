"""What words name is offered, whatever the slots would hold; in a shop that has no outfits to learn from."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.recommend.steering import Steering
from tests.app.titled import opened

PIECES = [
    *(("Maternity", title, "women", "UK 10") for title in ("Maternity Leggings", "Maternity Top Wrap", "Maternity Jeans")),
    *(("Tops", title, "women", "UK 10") for title in ("Ribbed Top", "Silk Top", "Wrap Top")),
    *(("Swimsuits", title, "women", "UK 10") for title in ("Tummy Control Swimsuit", "Halter Swimsuit")),
    *(("Beachwear", title, "women", "UK 10") for title in ("Crochet Cover Up", "Mesh Cover Up", "Linen Cover Up", "Printed Kaftan")),
    ("Beachwear", "Striped Kaftan", "women", "UK 16"),
    *(("Bras", title, "women", "34DD") for title in ("Balconette Bra", "Plunge Bra")),
    ("Briefs", "High Leg Briefs", "women", "UK 10"),
]


@pytest.fixture(name="shop", scope="module")
def shop_fixture(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Their ids are their titles."""
    root, rng = tmp_path_factory.mktemp("named"), np.random.default_rng(0)
    items = [
        {
            "id": title, "category": category, "title": title, "features": rng.normal(size=8).tolist(), "price": 20.0,
            "attributes": {"gender": whom, "size": size},
        }
        for category, title, whom, size in PIECES
    ]  # fmt: skip
    return opened(items, root)


def completed(shop: TestClient, worn: str, text: str) -> dict[str, Any]:
    """The ids that each slot of an answer holds."""
    with shop as client:
        answer = client.post("/complete-outfit", json={"items": [worn], "text": text}).json()
    return {slot["category"]: [item["id"] for item in slot["items"]] for slot in answer["slots"]}


@pytest.mark.parametrize(
    ("worn", "text", "category", "ids"),
    [
        ("Maternity Leggings", "maternity top", "Maternity", ["Maternity Top Wrap"]),
        ("Tummy Control Swimsuit", "kaftan, size 16, under 50", "Beachwear", ["Striped Kaftan"]),
        ("High Leg Briefs", "34DD", "Bras", ["Balconette Bra", "Plunge Bra"]),
    ],
)
def test_what_is_named_is_offered(shop: TestClient, worn: str, text: str, category: str, ids: list[str]) -> None:
    """Also of a category that is worn, of what is worn otherwise than most of it, and of what alone comes in a cup."""
    assert sorted(completed(shop, worn, text).get(category, [])) == ids


def test_a_slot_of_nothing_for_whom_words_name_is_of_what_is_worn_so_by_them() -> None:
    """Girls' tops are none for a son."""
    rows, worn_as = {"girls' tops": np.array([0, 1]), "boys' tops": np.array([2])}, {"girls' tops": "top", "boys' tops": "top"}
    for_son = Steering(people=(np.array([False, False, True]),))
    assert for_son.dressed(["girls' tops"], rows.__getitem__, worn_as) == {"girls' tops": "boys' tops"}
    assert for_son.dressed(["boys' tops"], rows.__getitem__, worn_as) == {}
