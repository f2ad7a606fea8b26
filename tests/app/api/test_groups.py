"""A product's page knows its product's id before a size is chosen: the id of a group stands for one of its items."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.app.api.serving import hats, serving


def _of(group: str, name: str, **more: Any) -> dict[str, Any]:
    return {"id": name, "group_id": group, "title": f"{group} {name}", "attributes": {"size": name[-1]}, **more}


ITEMS: list[dict[str, Any]] = [
    _of("shirt", "shirt-s", category="tops", in_stock=False),
    _of("shirt", "shirt-m", category="tops"),
    _of("shirt", "shirt-l", category="tops", in_stock=True),
    _of("gone", "gone-s", category="tops", in_stock=False),
    _of("gone", "gone-m", category="tops", in_stock=False),
    _of("cap", "cap-s"),
    _of("cap", "cap-m", attributes={"size": "M", "color": "red"}),
    _of("fez", "cap"),
    _of("fez", "beret"),
    {"id": "bowler"},
]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of groups, the id of one of which is an item of another."""
    return hats(tmp_path_factory.mktemp("groups"), ITEMS)


@pytest.fixture
def shop(home: Path, tmp_path: Path) -> Iterator[TestClient]:
    """The service over it."""
    with serving(home, tmp_path / "log.sqlite") as opened:
        yield opened


def test_a_product_is_no_item_to_change(shop: TestClient) -> None:
    """The refusal names its items; what is nobody's is only unknown."""
    answer = shop.patch("/items", json={"items": [{"id": "shirt", "in_stock": False}, {"id": "none", "in_stock": False}]})
    told = [error["problem"] for error in answer.json()["errors"]]
    assert (answer.status_code, told) == (
        404,
        ["a product, and no item of its own; its items are 'shirt-s', 'shirt-m', 'shirt-l'", "not in the catalogue"],
    )
    assert "its items are 'gone-s', 'gone-m'" in shop.delete("/items/gone").json()["detail"]


def test_a_category_that_is_new_is_told(shop: TestClient) -> None:
    """With the step of its path that there is, or one that is worn so; it is taken all the same, as is one that is like no other."""
    paths = ("Men > Hats > Trilbies", "Berets", "Lamps", "tops")
    items = [{"id": f"n{at}", "category": category, "features": [1.0, 1.0]} for at, category in enumerate(paths)]
    notes = shop.put("/items", json={"items": items}).json()["notes"]
    assert [note.split(" ")[1] + note[note.index("own") + 3 :] for note in notes] == [
        "'Men; did you mean 'hats'?",
        "'Berets'; did you mean 'hats'?",
    ]
    assert shop.put("/items", json={"items": items[3:]}).json().keys() == {"accepted", "live"}


def completed(shop: TestClient, *items: str, **asked: Any) -> dict[str, Any]:
    """The answer for what is worn, but for its name."""
    said = shop.post("/complete-outfit", json={"items": items, "slots": ["hats"], "k": 9, "explain": True, **asked})
    assert said.status_code == 200, said.text
    return {**said.json(), "recommendation_id": ""}


def hats_of(answer: dict[str, Any]) -> set[str]:
    """The hats that are suggested, with the variants that they stand for."""
    return {one for item in answer["slots"][0]["items"] for one in (item["id"], *item.get("variants", ()))}


@pytest.mark.parametrize(("group", "item"), [("shirt", "shirt-m"), ("gone", "gone-s")])
def test_a_group_is_worn_as_its_first_item_that_is_not_sold_out_else_as_its_first(shop: TestClient, group: str, item: str) -> None:
    """It is not missing, and counts once beside that item."""
    assert completed(shop, group) == completed(shop, item)
    assert completed(shop, group, item) == completed(shop, item)
    assert completed(shop, group, "nothing")["missing"] == ["nothing"]
    several = shop.post("/complete-outfits", json={"requests": [{"items": [one], "slots": ["hats"]} for one in (group, item)]}).json()
    assert several["answers"][0]["answer"]["slots"] == several["answers"][1]["answer"]["slots"]


def test_the_log_names_the_item_that_was_worn(home: Path, tmp_path: Path) -> None:
    """Once, so that what comes of the answer is learned from."""
    with serving(home, tmp_path / "log.sqlite") as shop:
        completed(shop, "shirt", "nothing", "cap", "shirt")
    with sqlite3.connect(tmp_path / "log.sqlite") as connection:
        [(data,)] = connection.execute("SELECT data FROM entries WHERE stream = 'events'").fetchall()
    connection.close()
    assert json.loads(data)["items"] == ["shirt-m", "cap"]


def test_an_items_own_id_wins(shop: TestClient) -> None:
    """Over a group that is called so; what nobody has is not found, as before."""
    assert completed(shop, "cap", slots=["tops"]) != completed(shop, "cap-s", slots=["tops"])
    assert completed(shop, "cap", slots=["tops"]) == completed(shop, "fez", slots=["tops"])
    assert shop.post("/complete-outfit", json={"items": ["nothing"]}).status_code == 404
    assert shop.get("/items/shirt").status_code == 404


def test_outfits_with_a_group_are_scored(shop: TestClient) -> None:
    """By that item, which is what the answer names."""
    given = [["shirt", "bowler", "beret"], ["shirt-m", "bowler", "beret"], ["shirt-m", "shirt"]]
    scored = shop.post("/score-outfit", json={"outfits": [{"items": one} for one in given], "explain": True, "exclude": ["fez"]}).json()
    assert scored["outfits"][0] == scored["outfits"][1]
    assert scored["outfits"][0]["missing"] == []
    assert scored["outfits"][2]["score"] is None


@pytest.mark.parametrize("field", ["id", "item"])
def test_what_is_alike_a_group(shop: TestClient, field: str) -> None:
    """Is what is alike that item."""
    alike = [shop.post("/similar-items", json={field: one}) for one in ("shirt", "shirt-m")]
    assert alike[0].status_code == 200
    assert alike[0].json() == alike[1].json()
    assert shop.post("/similar-items", json={field: "nothing"}).status_code == 404


def test_a_group_is_excluded_in_every_size_and_colour(shop: TestClient) -> None:
    """An item that is called so alone, but for its sizes; of many ids as of few."""
    assert hats_of(completed(shop, "shirt")) == {"cap", "cap-s", "cap-m", "beret", "bowler"}
    many = [f"nothing-{n}" for n in range(99)]
    for more in ([], many):
        answer = completed(shop, "shirt", exclude=["fez", *more])
        assert (hats_of(answer), answer["missing"]) == ({"cap-s", "cap-m", "bowler"}, more)
    assert "cap-m" in hats_of(completed(shop, "shirt", exclude=["cap"]))


def test_a_group_is_what_it_is_now(shop: TestClient) -> None:
    """Without an item that is gone or of another group now, and with what is new; a row that was replaced counts for nothing."""
    assert shop.delete("/items/shirt-m").status_code == 200
    assert completed(shop, "shirt") == completed(shop, "shirt-l")
    assert shop.patch("/items", json=[{"id": "shirt-l", "group_id": "blouse"}]).status_code == 200
    assert completed(shop, "shirt") == completed(shop, "shirt-s")
    assert completed(shop, "blouse") == completed(shop, "shirt-l")
    assert shop.patch("/items", json=[{"id": "shirt-l", "group_id": "tee"}]).status_code == 200
    assert shop.post("/complete-outfit", json={"items": ["blouse"]}).status_code == 404


def test_what_is_told_of_a_group_counts_for_its_item(home: Path, tmp_path: Path) -> None:
    """The log keeps what was sent; it is not unknown, it is left out in every size, and it tells the taste."""
    shopper = {"session": "s1", "user": "u1"}
    events = [{"id": item, "type": "purchase", "item": item, **shopper} for item in ("fez", "nothing")]
    with serving(home, tmp_path / "log.sqlite") as shop:
        assert shop.post("/events", json={"events": events}).json()["unknown_items"] == ["nothing"]
        left = completed(shop, "shirt", exclude_purchased=True, **shopper)
        assert hats_of(left) == {"cap-s", "cap-m", "bowler"}
        assert left["excluded"]["items"] == 1
        assert completed(shop, "shirt", taste_strength=5, **shopper)["taste"]["items"] == ["cap"]  # the first of that group
    with sqlite3.connect(tmp_path / "log.sqlite") as connection:
        rows = connection.execute("SELECT data FROM entries WHERE stream = 'events'").fetchall()
    connection.close()
    assert [said["item"] for (data,) in rows if (said := json.loads(data))["type"] == "purchase"] == ["fez", "nothing"]
