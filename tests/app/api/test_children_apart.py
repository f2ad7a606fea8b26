"""No answer puts together what a child wears and what is private of grown-ups, whatever is asked; nor does an order that has both."""

from __future__ import annotations

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app
from app.recommend.apart import kept_apart
from app.worker.hygiene import described_items
from models.datasets.labels import PieceLabels

GROWN = {"bra": "Plunge Bra Lace 34DD", "thong": "Thong Lace", "bikini": "Hipster Bikini Bottoms", "skirt": "Pencil Skirt UK 12"}
CHILDS = {"tee": "Girls' Unicorn T-Shirt", "briefs": "Girls' Briefs 7 Pack", "tie": "School Tie", "hoodie": "Hoodie Age 5-6"}
CATEGORY = {"bra": "Bras", "thong": "Underwear", "briefs": "Underwear", "bikini": "Beach", "skirt": "Skirts", "tie": "Uniform"}


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A shop for mothers and daughters of which only titles tell for whom."""
    rng, root = np.random.default_rng(0), tmp_path_factory.mktemp("shop")
    (root / "data").mkdir()
    lines = (
        {"id": item, "category": CATEGORY.get(item, "Tops"), "title": title, "features": rng.normal(size=8).tolist()}
        for item, title in (GROWN | CHILDS).items()
    )
    (root / "data" / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_catalogue(root / "data", ReleaseStore(root / "home"), default_encoder="shipped")
    with TestClient(create_app(Settings(home=root / "home"))) as opened:
        yield opened


@pytest.mark.parametrize("item", [*CHILDS, *GROWN])
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"text": "lace bra and thong"},
        {"text": "girls briefs for my daughter"},
        {"slots": ["Bras", "Underwear", "Beach", "Tops", "Uniform"], "consistent": False},
        {"candidates": [*GROWN, *CHILDS], "consistent": False},
    ],
)
def test_nothing_asks_for_both(client: TestClient, item: str, asked: dict[str, Any]) -> None:
    """Slots, looks and candidates of a child's piece hold nothing private of grown-ups, and the other way round."""
    answer = client.post("/complete-outfit", json={"items": [item], "looks": 3, **asked}).json()
    found = {one["id"] for part in (*answer["slots"], *answer["looks"]) for one in part["items"]}
    others = GROWN.keys() - {"skirt"} if item in CHILDS else CHILDS.keys() if item != "skirt" else set()
    assert not found & others


def test_what_is_alike_and_what_is_scored(client: TestClient) -> None:
    """Neither is alike, and an outfit of both is told to be none."""
    alike = client.post("/similar-items", json={"id": "briefs", "all_categories": True}).json()["items"]
    assert not {one["id"] for one in alike} & {"bra", "thong", "bikini"}
    scored = client.post("/score-outfit", json={"outfits": [{"items": ["tie", "tee", "thong"]}]}).json()["outfits"][0]
    assert "kept apart" in scored["notes"][0]
    assert "thong" in scored["notes"][0]


def test_what_is_known_to_be_a_childs() -> None:
    """Words and sizes know it, and a shop that has nothing of grown-ups."""
    shop: Any = SimpleNamespace(traits=SimpleNamespace(childrens=False))
    tee, trunks = PieceLabels("top", "men child"), PieceLabels("swimwear", private=True)
    assert kept_apart(shop, tee, trunks)
    assert not kept_apart(shop, tee, PieceLabels("swimwear", "men child", private=True))
    assert not kept_apart(shop, PieceLabels("top", "men adult"), trunks)
    shop.traits.childrens = True
    assert not kept_apart(shop, tee, trunks)


def test_an_order_of_both_is_of_two_people() -> None:
    """What is private is a grown-up's where nothing says that it is a child's."""
    names = ("id", "category", "subcategory", "title", "brand", "attributes", "sizes", "group_id")
    rows = [(name, "Things", None, title, None, None, None, None) for name, title in (GROWN | CHILDS).items()]
    items = pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))
    whom = {item: one.whom for item, one in described_items(items, [*GROWN, *CHILDS]).items()}
    assert all((said := whom[item]) is not None and said.ages == {"adult"} for item in ("bra", "thong", "bikini"))
    assert all((said := whom[item]) is not None and "adult" not in said.ages for item in CHILDS)
