"""GET /items with one item of each product, and what it says of filters that nothing is like."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.app.api.serving import hats, serving

ITEMS: list[dict[str, Any]] = [
    {"id": "g", "group_id": "clog", "price": 70, "category": "shoes", "in_stock": False, "attributes": {"size": "42", "color": "red"}},
    {"id": "d", "group_id": "cap", "price": 20, "attributes": {"color": "black"}},
    {"id": "a", "group_id": "cap", "price": 30, "in_stock": False, "title": "a cap"},
    {"id": "h", "group_id": "cap", "price": 20},
    {"id": "e", "group_id": "fez", "price": 25, "sizes": [{"size": "M", "in_stock": True}, {"size": "XL", "in_stock": False}]},
    {"id": "b", "group_id": "fez", "price": 40},
    {"id": "c", "price": 10},
    {"id": "f", "group_id": "clog", "price": 60, "category": "shoes", "in_stock": False},
]
FIRST = {None: "abcf", "price": "cdef", "-price": "gbac"}
"""The variant that has the place of its product, by order."""
SHOWN = {None: "dbcf", "price": "cdef", "-price": "gbdc"}

EXACT = "names and values match exactly; GET /facets lists them"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of four products in eight variants."""
    return hats(tmp_path_factory.mktemp("products"), ITEMS)


@pytest.fixture
def shop(home: Path, tmp_path: Path) -> Iterator[TestClient]:
    """The service over it."""
    with serving(home, tmp_path / "log.sqlite") as opened:
        yield opened


def page(shop: TestClient, **asked: Any) -> Any:
    """A page of products."""
    filters = {"filters": json.dumps(asked.pop("filters"))} if "filters" in asked else {}
    return shop.get("/items", params={"grouped": True, **asked, **filters}).json()


def ids(found: Any) -> str:
    """The ids of a page in one word."""
    return "".join(item["id"] for item in found["items"])


@pytest.mark.parametrize("sort", list(FIRST))
def test_a_product_has_the_place_of_its_first_variant_and_shows_one_in_stock(shop: TestClient, sort: str | None) -> None:
    """In every order, on one page or on many, by cursor or by offset; products are counted."""
    order = {"sort": sort} if sort else {}
    assert ids(page(shop, **order)) == SHOWN[sort]
    assert "".join(ids(page(shop, **order, limit=1, offset=place)) for place in range(5)) == SHOWN[sort]
    seen, cursor = "", ""
    while cursor is not None:
        found = page(shop, **order, limit=1, **({"cursor": cursor} if cursor else {}))
        seen, cursor = seen + ids(found), found.get("next_cursor")
        assert found["total"] == 4
    assert seen == SHOWN[sort]


def test_other_orders_have_each_product_once(shop: TestClient) -> None:
    """By categories in turn, last what is sold out in every variant; and of what words find."""
    assert ids(page(shop, mixed=True)) == "decg"
    assert page(shop, mixed=True)["total"] == 4
    assert ids(page(shop, q="cap")) == "a"


def test_a_filter_chooses_among_the_variants(shop: TestClient) -> None:
    """What stands for a product passes; a variant that does not, neither leads nor stands in."""
    assert ids(page(shop, filters={"price": {"max": 39}})) == "dce"
    assert ids(page(shop, filters={"price": {"min": 25}})) == "abf"
    assert ids(page(shop, filters={"in_stock": True}, sort="-price")) == "bdc"


def test_stock_that_changes_meanwhile_moves_no_product(shop: TestClient) -> None:
    """Who turns pages sees each product once, whatever of it sells out or comes in."""
    first = page(shop, limit=2)
    assert ids(first) == "db"
    shop.patch("/items", json=[{"id": "a", "in_stock": True}, {"id": "d", "in_stock": False}, {"id": "b", "in_stock": False}])
    rest = page(shop, limit=2, cursor=first["next_cursor"])
    assert ids(rest) == "cf"
    assert "next_cursor" not in rest
    assert ids(page(shop)) == "aecf"


def test_categories_count_products(shop: TestClient) -> None:
    """Of all, and of what filters leave; items are counted where nobody asks for products."""
    counts = [
        {one["name"]: one["count"] for one in shop.get("/categories", params=asked).json()["categories"]}
        for asked in ({"grouped": True}, {"grouped": True, "filters": '{"price": {"max": 15}}'}, {})
    ]
    assert counts == [{"hats": 3, "shoes": 1}, {"hats": 1, "shoes": 0}, {"hats": 6, "shoes": 2}]


def test_ids_say_which_items(shop: TestClient) -> None:
    """Not products."""
    answer = shop.get("/items", params={"ids": "a,d", "grouped": True})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "grouped"


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"size": ["4 2", "M"]}, None),
        ({"size": ["MM"]}, "none has the size 'MM': did you mean 'M'?"),
        ({"size": ["XL"]}, None),
        ({"attributes": {"color": ["blak"]}}, "none has as color 'blak': did you mean 'black'?"),
        ({"attributes": {"colr": ["black"]}}, "none has the attribute 'colr': did you mean 'color'?"),
        ({"attributes": {"color": ["black"]}, "price": {"max": 1}}, None),
        (
            {"brand": ["Quil"], "attributes": {"color": ["RED"]}},
            f"none is of the brand 'Quil': {EXACT}; none has as color 'RED': did you mean 'red'?",
        ),
    ],
)
def test_a_misspelt_filter_that_leaves_nothing_is_told_with_the_nearest(
    shop: TestClient, filters: dict[str, Any], said: str | None
) -> None:
    """By pages and by suggestions alike; what some item has is not doubted, be it sold out."""
    assert page(shop, filters=filters).get("fallback") == said
    asked = {"items": [{"id": "f"}], "slots": ["hats"], "filters": filters, "consistent": False}
    [slot] = shop.post("/complete-outfit", json=asked).json()["slots"]
    told = slot.get("fallback") or ""
    assert told.endswith(f"passes the filters; {said}" if said else "passes the filters") or (said is None and slot["items"])
