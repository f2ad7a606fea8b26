"""A shop that says whose its men's pieces are and nothing of women's, sells co-ords piece by piece, and makes ranges of sizes.

It has no outfits to learn from.
"""

from __future__ import annotations

from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.app.titled import opened, titled

PIECES = {
    "Tops": "Boxy tee;Rib tank;Mesh top;Silk top;Plus halterneck top;Mens polo;Mens oversized t-shirt;Mens rugby shirt",
    "Trousers": "Kick flares;Cargo trousers;Curve wide leg trousers;Mens chinos;Mens cargo trousers;Mens joggers",
    "Dresses": "Skater dress;Slip dress;Shirt dress;Maxi dress",
    "Knitwear": "Cable jumper;Knitted maxi dress;Roll neck jumper",
    "Coats & Jackets": "Trench coat;Biker jacket;Mens puffer jacket;Mens overshirt;Mens parka;Tailored co-ord blazer in pinstripe",
    "Co-ords": "Satin co-ord shirt in champagne;Satin co-ord trousers in champagne;Tailored co-ord wide leg trousers in pinstripe",
    "Shoes": "Ballet flats;Chunky trainers;Cowboy boots;Loafers;Mens trainers;Mens boots",
    "Activewear": "Gym leggings;Sports bra;Gym t-shirt",
    "Loungewear": "Oversized hoodie;Cuffed joggers;Waffle lounge set",
}


@pytest.fixture(name="shop", scope="module")
def shop_fixture(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Their ids are their titles."""
    return opened(titled(PIECES), tmp_path_factory.mktemp("fast"))


def completed(shop: TestClient, worn: str, **asked: Any) -> dict[str, list[str]]:
    """The ids that each slot of an answer holds."""
    with shop as client:
        answer = client.post("/complete-outfit", json={"items": [worn], "k": 20, **asked}).json()
    return {slot["category"]: [item["id"] for item in slot["items"]] for slot in answer["slots"]}


@pytest.mark.parametrize("worn", ["Boxy tee", "Trench coat", "Chunky trainers", "Mens puffer jacket", "Mens trainers"])
def test_what_says_nothing_is_womens_where_men_s_pieces_say_so(shop: TestClient, worn: str) -> None:
    """And a man's coat gets a man's trousers."""
    found = [name for names in completed(shop, worn).values() for name in names]
    assert found
    assert {name.startswith("Mens") for name in found} == {worn.startswith("Mens")}


def test_a_co_ord_s_other_piece_comes_first(shop: TestClient) -> None:
    """Of whatever category it is."""
    assert completed(shop, "Satin co-ord shirt in champagne")["Co-ords"][0] == "Satin co-ord trousers in champagne"
    assert completed(shop, "Tailored co-ord blazer in pinstripe")["Co-ords"][0] == "Tailored co-ord wide leg trousers in pinstripe"


def test_ranges_of_sizes_go_with_their_own(shop: TestClient) -> None:
    """And not with the usual sizes where they have their own, nor the usual ones with them."""
    assert completed(shop, "Plus halterneck top")["Trousers"][0] == "Curve wide leg trousers"
    assert "Curve wide leg trousers" not in completed(shop, "Silk top", slots=["Trousers"])["Trousers"]


def test_a_dress_filed_under_knitwear_is_one(shop: TestClient) -> None:
    """It gets shoes, and no trousers."""
    assert {*completed(shop, "Knitted maxi dress")} == {"Shoes"}


def test_what_one_trains_in_gets_trainers_first(shop: TestClient) -> None:
    """Of a shop whose trainers say nothing of a sport."""
    assert completed(shop, "Gym leggings")["Shoes"][0] == "Chunky trainers"


def test_a_hoodie_to_lounge_in_gets_the_joggers(shop: TestClient) -> None:
    """They are its other half."""
    assert completed(shop, "Oversized hoodie")["Loungewear"] == ["Cuffed joggers"]
