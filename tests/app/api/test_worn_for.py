"""What something is worn for chooses what goes with it, where there are no outfits to learn from."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app

Titles = dict[str, list[str]]


@pytest.fixture
def shop(tmp_path: Path) -> Callable[..., TestClient]:
    """A shop of women's or men's pieces by category, whose ids are their titles; some are of a season."""

    def made(titles: Titles, gender: str = "women", seasons: Mapping[str, str] | None = None) -> TestClient:
        rng, data, seasons = np.random.default_rng(0), tmp_path / "data", seasons or {}
        data.mkdir()
        items = [
            {
                "id": title,
                "category": category,
                "title": title,
                "attributes": {"gender": gender} | ({"season": seasons[title]} if title in seasons else {}),
                "features": rng.normal(size=8).tolist(),
            }
            for category, some in titles.items()
            for title in some
        ]
        (data / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
        import_catalogue(data, ReleaseStore(tmp_path / "home"), default_encoder="shipped")
        return TestClient(create_app(Settings(home=tmp_path / "home")))

    return made


def _numbered(title: str, count: int) -> list[str]:
    return [f"{title} no. {number}" for number in range(count)]


def _completed(client: TestClient, worn: str) -> dict[str, list[str]]:
    """The suggestions of each slot."""
    answer = client.post("/complete-outfit", json={"items": [worn]}).json()
    return {slot["category"]: [item["id"] for item in slot["items"]] for slot in answer["slots"]}


MENS: Titles = {
    "T-shirts": _numbered("Printed T-shirt", 8),
    "Shirts": [*_numbered("White shirt", 2), *_numbered("Navy check shirt", 2)],
    "Jeans": _numbered("Blue jeans", 8),
    "Trousers": _numbered("Grey trousers", 3),
    "Track pants": _numbered("Track pants", 2),
    "Casual Shoes": _numbered("Canvas shoes", 8),
    "Formal Shoes": _numbered("Black shoes", 2),
    "Sports Shoes": _numbered("Running shoes", 2),
    "Flip Flops": _numbered("Blue flip flops", 2),
    "Ties": _numbered("Silk tie", 2),
    "Suspenders": ["Black suspenders"],
    "Caps": ["Navy cap"],
    "Umbrellas": ["Green umbrella"],
}


@pytest.mark.parametrize("worn", ["Silk tie no. 0", "Black suspenders", "Black shoes no. 0"])
def test_what_is_formal_asks_for_shirts_and_trousers_however_few_there_are(shop: Callable[..., TestClient], worn: str) -> None:
    """And for none with checks, as long as there are others."""
    with shop(MENS, "men") as client:
        slots = _completed(client, worn)
    assert sorted(slots["Shirts"]) == _numbered("White shirt", 2)
    assert "Trousers" in slots
    assert not {"T-shirts", "Jeans", "Casual Shoes"} & {*slots}


@pytest.mark.parametrize("worn", ["Running shoes no. 0", "Track pants no. 0", "Blue flip flops no. 0", "Navy cap"])
def test_what_is_sport_beach_or_casual_asks_for_no_shirts(shop: Callable[..., TestClient], worn: str) -> None:
    """Of which there are more than there are T-shirts."""
    with shop(MENS | {"Shirts": _numbered("White shirt", 12), "Trousers": _numbered("Grey trousers", 12)}, "men") as client:
        slots = _completed(client, worn)
    assert "T-shirts" in slots
    assert not {"Shirts", "Trousers", "Formal Shoes"} & {*slots}


def test_what_is_carried_says_why_nothing_is_known_to_go_with_it(shop: Callable[..., TestClient]) -> None:
    """An umbrella is no whole outfit."""
    with shop(MENS, "men") as client:
        answer = client.post("/complete-outfit", json={"items": ["Green umbrella"]}).json()
    assert (answer["complete"], answer["slots"]) == (False, [])
    assert "name `slots`" in answer["why_not"]


WOMENS: Titles = {
    "Tops": [*_numbered("Black top", 9), *_numbered("Cotton kurti", 2)],
    "Trousers": _numbered("Office trousers", 9),
    "Churidar": _numbered("Beige churidar", 2),
    "Sarees": _numbered("Green sari", 1),
    "Casual Shoes": _numbered("Canvas sneakers", 9),
    "Heels": _numbered("Grey heels", 3),
}


def test_dress_of_a_tradition_is_worn_with_its_own_and_else_with_what_goes_with_all(shop: Callable[..., TestClient]) -> None:
    """A churidar with a kurti out of many tops, and shoes that are no sneakers."""
    with shop(WOMENS) as client:
        slots = _completed(client, "Beige churidar no. 0")
    assert sorted(slots["Tops"]) == _numbered("Cotton kurti", 2)
    assert "Heels" in slots


def test_what_it_is_for_goes_before_the_season(shop: Callable[..., TestClient]) -> None:
    """Heels of winter with a sari of summer, rather than sneakers of summer."""
    seasons = {"Green sari no. 0": "Summer"} | dict.fromkeys(WOMENS["Heels"], "Winter") | dict.fromkeys(WOMENS["Casual Shoes"], "Summer")
    with shop(WOMENS, seasons=seasons) as client:
        answer = client.post("/complete-outfit", json={"items": ["Green sari no. 0"], "looks": 1}).json()
    (shoes,) = answer["slots"]
    assert (shoes["category"], len(shoes["items"])) == ("Heels", 3)
    assert "season" in shoes["fallback"]
    assert answer["looks"][0]["items"][-1]["id"] in WOMENS["Heels"]


def test_slots_of_one_occasion_are_for_whom_the_worn_piece_is(shop: Callable[..., TestClient]) -> None:
    """In a shop for grown-ups a child's bag finds a child's shirt and shoes, though formal and casual ones are torn."""
    kids = {"Bags": ["Kids bag"], "Shirts": ["Kids formal shirt", "Kids check shirt"], "Shoes": ["Kids casual shoes", "Kids formal shoes"]}
    adults = {
        "Shirts": _numbered("Mens white shirt", 90),
        "Shoes": _numbered("Mens black shoes", 90),
        "Trousers": _numbered("Kids trousers", 2),
    }
    with shop({name: kids.get(name, []) + adults.get(name, []) for name in ("Bags", "Shirts", "Shoes", "Trousers")}, "") as client:
        slots = _completed(client, "Kids bag")
    assert {"Shirts", "Shoes"} <= {*slots}
    assert all(slots.values())
    assert all(item.startswith("Kids") for some in slots.values() for item in some)


LEISURE: Titles = {
    "Swimwear": ["Floral bikini", "Printed sarong"],
    "Sleepwear": ["Striped pyjamas", "Velvet dressing gown"],
    "Tops": _numbered("Black top", 9),
    "Jeans": _numbered("Blue jeans", 9),
    "Heels": _numbered("Grey heels", 9),
    "Shoes": ["Rubber flip-flops", "Felt slippers"],
    "Bags": [*_numbered("Leather handbag", 9), "Straw beach bag"],
    "Sunglasses": ["Aviator sunglasses"],
    "Hats": ["Straw sun hat", "Black beret"],
}


@pytest.mark.parametrize(
    ("worn", "beside"),
    [
        ("Floral bikini", {"Printed sarong", "Rubber flip-flops"}),
        ("Printed sarong", {"Floral bikini", "Rubber flip-flops"}),
        ("Striped pyjamas", {"Velvet dressing gown", "Felt slippers"}),
        ("Felt slippers", {"Striped pyjamas", "Velvet dressing gown"}),
    ],
)
def test_swimwear_and_nightwear_have_outfits_of_their_own(shop: Callable[..., TestClient], worn: str, beside: set[str]) -> None:
    """A cover-up and what is worn on the beach; a robe and slippers. No jeans, and no heels."""
    with shop(LEISURE) as client:
        slots = client.post("/complete-outfit", json={"items": [worn]}).json()["slots"]
        best = {slot["items"][0]["id"] for slot in slots}
        assert client.post("/complete-outfit", json={"items": [worn, *best]}).json()["complete"]
    assert beside <= best
    assert best <= {
        *LEISURE["Swimwear"],
        *LEISURE["Sleepwear"],
        *LEISURE["Shoes"],
        "Straw beach bag",
        "Aviator sunglasses",
        "Straw sun hat",
    }


def test_a_shop_without_beach_shoes_has_none_for_a_bikini(shop: Callable[..., TestClient]) -> None:
    """Nor a leather handbag; nor has it heels for pyjamas."""
    with shop(LEISURE | {"Shoes": ["Canvas sneakers"], "Bags": _numbered("Leather handbag", 9)}) as client:
        slots = [*_completed(client, "Floral bikini"), *_completed(client, "Striped pyjamas")]
    assert {"Shoes", "Heels", "Bags"}.isdisjoint(slots)


def test_with_clothes_no_slippers_are_worn(shop: Callable[..., TestClient]) -> None:
    """Heels, though there are more slippers."""
    with shop(LEISURE | {"Slippers": _numbered("Felt slippers", 20)}) as client:
        assert "Heels" in _completed(client, "Blue jeans no. 0")


def test_what_is_not_worn_begins_no_outfit(shop: Callable[..., TestClient]) -> None:
    """A doll is not dressed, and a quilt not worn; the answer says so."""
    with shop(LEISURE | {"Toys": ["Fashion doll with dress"], "Bedding": ["Cotton quilt"]}) as client:
        answers = [client.post("/complete-outfit", json={"items": [item]}).json() for item in ("Fashion doll with dress", "Cotton quilt")]
    assert [(answer["complete"], answer["slots"]) for answer in answers] == [(False, [])] * 2
    assert all("not worn" in answer["why_not"] for answer in answers)


def test_what_is_not_worn_is_not_suggested_among_what_is(shop: Callable[..., TestClient]) -> None:
    """A key ring among scarves; of a category of key rings it is what was asked for."""
    with shop(LEISURE | {"Accessories": [*_numbered("Silk scarf", 3), "Brass key ring"], "Key rings": ["Steel key ring"]}) as client:
        asked = {"items": ["Blue jeans no. 0"], "slots": [{"category": "Accessories"}, {"category": "Key rings"}]}
        found = [[item["id"] for item in slot["items"]] for slot in client.post("/complete-outfit", json=asked).json()["slots"]]
    assert [sorted(found[0]), found[1]] == [_numbered("Silk scarf", 3), ["Steel key ring"]]


def test_what_is_for_nothing_of_its_own_is_worn_with_the_like(shop: Callable[..., TestClient]) -> None:
    """A handbag asks for no sari, as long as there are dresses, and for no running shoes."""
    titles = {"Dresses": ["Green sari", "Red dirndl", "Blue dress"], "Shoes": ["Running shoes", "Embroidered juttis", "Grey heels"]}
    with shop({"Bags": _numbered("Leather handbag", 4), **titles}) as client:
        slots = _completed(client, "Leather handbag no. 0")
    assert slots == {"Dresses": ["Blue dress"], "Shoes": ["Grey heels"]}


def test_of_a_shop_for_grown_ups_what_says_nothing_is_for_them(shop: Callable[..., TestClient]) -> None:
    """A watch of which nothing is said asks for no child's dress."""
    dresses = {"Dresses": [*_numbered("Womens blue dress", 9), "Girls blue dress"], "Shoes": [*_numbered("Womens heels", 9), "Girls shoes"]}
    with shop({"Watches": ["Steel watch"], **dresses}, "") as client:
        slots = _completed(client, "Steel watch")
    assert slots
    assert not any(item.startswith("Girls") for some in slots.values() for item in some)
