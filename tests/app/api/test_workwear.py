"""A shop of workwear that has no outfits to learn from: each trade is dressed for itself; one whose clothes are all of some range, too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from starlette.testclient import TestClient

from tests.app.titled import opened, titled

WORK = {
    "Hi-Vis": "Hi-Vis Bomber Jacket;Hi-Vis Trousers;Hi-Vis Polo Shirt",
    "Safety Footwear": "Safety Boots S3;Steel Toe Trainers;Kitchen Clogs;Rigger Boots",
    "Chefswear": "Chef Jacket White;Chef Jacket Black;Chef Trousers Check",
    "Healthcare": "Scrub Top Navy;Scrub Trousers Navy;Nurse Tunic White;Nursing Shoes White",
    "Security": "Security Shirt White;Security Jumper Black;Security Combat Trousers",
    "Beauty & Spa": "Beauty Tunic Black;Salon Trousers Black",
    "Shirts & Polos": "Polo Shirt Navy;Oxford Work Shirt",
    "Work Trousers": "Work Trousers with Knee Pockets;Cargo Work Trousers",
}
RANGED = {
    "Adaptive": "Magnetic Fastening Shirt;Seated Fit Jeans;Curve Wheelchair Trousers",
    "Tops": "Petite Blouse;Tall Breton Top;Plus Size Tunic",
    "Jeans": "Petite Bootcut Jeans;Tall Bootcut Jeans",
    "Shoes": "Wide Fit Boots;Wide Fit Loafers",
    "Lingerie": "Front Fastening Bra",
}


@pytest.fixture(name="completed", scope="module")
def completed_fixture(tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, str], str], set[str]]:
    """The titles of the first of each slot, by that of what is worn; titles are ids."""
    shops: dict[str, TestClient] = {}

    def completed(pieces: dict[str, str], worn: str) -> set[str]:
        key = ";".join(pieces)
        if key not in shops:
            shops[key] = opened(titled(pieces), tmp_path_factory.mktemp("work"))
        with shops[key] as client:
            slots = client.post("/complete-outfit", json={"items": [worn], "k": 1}).json()["slots"]
        return {slot["items"][0]["id"] for slot in slots if slot["items"]}

    return completed


@pytest.mark.parametrize(
    ("worn", "found"),
    [
        ("Chef Jacket White", {"Chef Trousers Check", "Kitchen Clogs"}),
        ("Chef Trousers Check", {"Chef Jacket White", "Chef Jacket Black", "Kitchen Clogs"}),
        ("Scrub Trousers Navy", {"Scrub Top Navy", "Nurse Tunic White", "Nursing Shoes White"}),
        ("Security Combat Trousers", {"Security Shirt White", "Security Jumper Black"}),
        ("Beauty Tunic Black", {"Salon Trousers Black"}),
        ("Hi-Vis Trousers", {"Hi-Vis Polo Shirt", "Safety Boots S3", "Steel Toe Trainers", "Rigger Boots"}),
        (
            "Polo Shirt Navy",
            {*WORK["Work Trousers"].split(";"), *WORK["Safety Footwear"].split(";"), "Hi-Vis Trousers"} - {"Kitchen Clogs"},
        ),
    ],
)
def test_a_trade_is_dressed_for_itself(completed: Callable[[dict[str, str], str], set[str]], worn: str, found: set[str]) -> None:
    """In whatever categories its pieces are; safety boots go with what is for no trade."""
    first = completed(WORK, worn)
    assert first
    assert first <= found


@pytest.mark.parametrize(
    ("worn", "found"),
    [
        ("Tall Bootcut Jeans", {"Tall Breton Top"}),
        ("Plus Size Tunic", {"Curve Wheelchair Trousers"}),
        ("Magnetic Fastening Shirt", {"Seated Fit Jeans"}),
    ],
)
def test_a_range_is_dressed_for_itself(completed: Callable[[dict[str, str], str], set[str]], worn: str, found: set[str]) -> None:
    """With the shop's shoes."""
    first = completed(RANGED, worn)
    assert first - {*RANGED["Shoes"].split(";")} == found
    assert first & {*RANGED["Shoes"].split(";")}


def test_shoes_are_completed_where_all_clothes_are_of_some_range(completed: Callable[[dict[str, str], str], set[str]]) -> None:
    """By clothes, though none is of the usual sizes."""
    assert completed(RANGED, "Wide Fit Boots")
