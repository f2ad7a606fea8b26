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
