"""What a bride, a bridesmaid or a guest wears goes with their own, where there are no outfits to learn from; and words ask for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from starlette.testclient import TestClient

from tests.app.titled import opened

TITLES = {
    "Wedding Dresses": ["Lace wedding dress", "Satin bridal gown", "Tulle wedding gown", "Bridal jumpsuit"],
    "Guest Dresses": ["Sequin gown", "Floral dress"],
    "Bridesmaid Dresses": ["Chiffon bridesmaid dress"],
    "Heels": ["Court heels", "Slingback heels", "Strappy heels", "Kitten heels"],
    "Bridal Shoes": ["Bridal sandals", "Bridal court shoes"],
    "Clutches": ["Satin clutch", "Beaded clutch", "Pearl clutch"],
    "Headgear": ["Brass kalgi", "Silk safa"],
}


@pytest.fixture
def shop(tmp_path: Path) -> TestClient:
    """A shop of women's pieces for weddings; their ids are their titles."""
    rng = np.random.default_rng(0)
    items = [
        {
            "id": title, "category": category, "title": title, "features": rng.normal(size=8).tolist(),
            "attributes": {"gender": "women", "age_group": "adult"}, "in_stock": title != "Silk safa",
        }
        for category, titles in TITLES.items()
        for title in titles
    ]  # fmt: skip
    return opened(items, tmp_path)


def completed(shop: TestClient, worn: str, text: str | None = None) -> dict[str, Any]:
    """The slots of an answer."""
    with shop as client:
        answer = client.post("/complete-outfit", json={"items": [worn], "text": text}).json()
    return {slot["category"]: slot for slot in answer["slots"]}


@pytest.mark.parametrize(
    ("worn", "text", "there", "not_there"),
    [
        ("Court heels", None, "Guest Dresses", "Wedding Dresses"),
        ("Floral dress", None, "Heels", "Bridal Shoes"),
        ("Lace wedding dress", None, "Bridal Shoes", "Heels"),
        ("Court heels", "for my wedding", "Wedding Dresses", "Guest Dresses"),
        ("Court heels", "for my sister's wedding", "Guest Dresses", "Wedding Dresses"),
        ("Satin clutch", "wedding guest, not white", "Guest Dresses", "Wedding Dresses"),
        ("Satin clutch", "bridesmaid", "Bridesmaid Dresses", "Wedding Dresses"),
        ("Satin clutch", "not a bride", "Guest Dresses", "Wedding Dresses"),
    ],
)
def test_slots_are_of_whose_part_it_is(shop: TestClient, worn: str, text: str | None, there: str, not_there: str) -> None:
    """As told by what is worn, and by what is asked."""
    slots = completed(shop, worn, text)
    assert slots[there]["items"]
    assert not_there not in slots


def test_what_titles_alone_call_so_gets_a_slot_where_no_other_has_it(shop: TestClient) -> None:
    """And no other is told to lack it; what is not in stock is told there."""
    slots = completed(shop, "Court heels", "a kalgi")
    assert [item["id"] for item in slots.pop("Headgear")["items"]] == ["Brass kalgi"]
    assert slots
    assert not any("kalgi" in (slot.get("fallback") or "") for slot in slots.values())
    assert "\u201csafa\u201d" in completed(shop, "Court heels", "a safa")["Headgear"]["fallback"]


def test_a_search_for_one_finds_what_is_hers(shop: TestClient) -> None:
    """And not what is for women."""
    with shop as client:
        found = client.get("/items", params={"q": "bridesmaid"}).json()["items"]
    assert [item["id"] for item in found] == ["Chiffon bridesmaid dress"]
