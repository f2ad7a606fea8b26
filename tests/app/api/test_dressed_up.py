"""How dressed up pieces are, in a shop that has no outfits to learn from: a gown gets heels and a clutch, and joggers no blouse."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.app.titled import opened, titled

PIECES = {
    "Dresses": "Velvet evening gown;Wedding guest maxi dress;Cotton sundress;Denim shirt dress;Linen smock dress",
    "Shoes": "Strappy block heel sandals;Stiletto heels;Block heel ankle boots;Penny loafers;White trainers;Wellington boots;Ballet flats",
    "Bags": "Beaded clutch bag;Canvas backpack;Leather tote bag;Nylon crossbody bag",
    "Tops": "Satin cami;Silk blouse;Cotton T-shirt;Graphic sweatshirt;Sequin top",
    "Bottoms": "Straight jeans;Satin midi skirt;Tailored trousers;Joggers;Denim shorts",
    "Coats": "Wool wrap coat;Leather biker jacket;Puffer jacket;Shearling coat",
    "Hats & Fascinators": "Feather fascinator;Wool beanie;Felt beret",
}
DRESSED_UP = {"Velvet evening gown", "Wedding guest maxi dress", "Satin cami", "Sequin top", "Satin midi skirt"}
HEELS = {"Strappy block heel sandals", "Stiletto heels"}


@pytest.fixture(name="shop", scope="module")
def shop_fixture(tmp_path_factory: pytest.TempPathFactory) -> TestClient:
    """Of what is dressed up and what is not."""
    return opened(titled(PIECES), tmp_path_factory.mktemp("dressed"))


def answered(shop: TestClient, worn: str | list[str], **asked: Any) -> dict[str, Any]:
    """What completes a piece, or several."""
    with shop as client:
        answer: dict[str, Any] = client.post("/complete-outfit", json={"items": [worn] if isinstance(worn, str) else worn, **asked}).json()
    return answer


def first(answer: dict[str, Any]) -> dict[str, str]:
    """The first item of each slot."""
    return {slot["category"]: slot["items"][0]["id"] for slot in answer["slots"]}


@pytest.mark.parametrize("worn", sorted(DRESSED_UP))
def test_what_one_goes_out_in_gets_heels_and_a_clutch(shop: TestClient, worn: str) -> None:
    """Two kinds of heels come before all other shoes, in a look, too."""
    answer = answered(shop, worn, slots=["Shoes", "Bags"], looks=1)
    shoes, bags = ([item["id"] for item in slot["items"]] for slot in answer["slots"])
    assert {*shoes[:2]} == HEELS
    assert bags[0] == "Beaded clutch bag"
    assert {item["id"] for item in answer["looks"][0]["items"]} & (HEELS | {"Beaded clutch bag"}) == {
        item["id"] for item in answer["looks"][0]["items"]
    }


@pytest.mark.parametrize("worn", ["Cotton T-shirt", "Graphic sweatshirt", "Leather tote bag", "Puffer jacket", "Wool beanie"])
def test_what_is_plain_gets_what_is_plain(shop: TestClient, worn: str) -> None:
    """No gown beside a beanie that is filed with fascinators; heels are worn by day, but not with what is casual."""
    found = first(answered(shop, worn))
    assert found
    assert {*found.values()}.isdisjoint(DRESSED_UP | {"Beaded clutch bag"})
    assert worn in {"Leather tote bag", "Puffer jacket"} or {*found.values()}.isdisjoint(HEELS)


def test_what_is_called_after_its_season_comes_after_what_is_not_of_another(shop: TestClient) -> None:
    """Beside shearling sandals come last, and are there."""
    answer = answered(shop, "Shearling coat", slots=["Shoes"], k=20)
    shoes = [item["id"] for item in answer["slots"][0]["items"]]
    assert shoes.index("Strappy block heel sandals") > max(shoes.index(one) for one in ("Stiletto heels", "Ballet flats", "White trainers"))
    assert len(shoes) == len(PIECES["Shoes"].split(";"))


def test_joggers_are_worn_at_ease(shop: TestClient) -> None:
    """A blouse gets trousers, and joggers no blouse."""
    assert first(answered(shop, "Silk blouse"))["Bottoms"] != "Joggers"
    assert first(answered(shop, "Joggers"))["Tops"] in {"Cotton T-shirt", "Graphic sweatshirt"}


def test_words_say_how_dressed_up_one_comes(shop: TestClient) -> None:
    """Who asks for heels beside a T-shirt, or for a party, gets them."""
    assert first(answered(shop, "Cotton T-shirt", slots=["Shoes"], text="stiletto heels"))["Shoes"] == "Stiletto heels"
    assert first(answered(shop, "Straight jeans", slots=["Shoes"], text="for a party"))["Shoes"] in HEELS


def test_nothing_is_left_out_for_it(shop: TestClient) -> None:
    """It says what comes first."""
    answer = answered(shop, "Velvet evening gown", slots=["Shoes"], k=20)
    assert len(answer["slots"][0]["items"]) == len(PIECES["Shoes"].split(";"))


def test_nothing_goes_with_pieces_that_do_not_go_together(tmp_path: Path) -> None:
    """A boy's jacket and a woman's heels are no complete outfit, and the answer says so."""
    pieces = {
        "Coats": "Boys' denim jacket;Women's trench coat",
        "Shoes": "Women's stiletto heels;Boys' trainers",
        "Tops": "Boys' T-shirt;Women's blouse",
        "Bottoms": "Boys' jeans;Women's skirt",
    }
    answer = answered(opened(titled(pieces), tmp_path), ["Boys' denim jacket", "Women's stiletto heels"])
    assert (answer["slots"], answer["complete"]) == ([], False)
    assert "share no outfit" in answer["why_not"]
