"""GET /items by ids, sorted, and with the fields that are asked for."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.app.api.serving import hats, serving

ITEMS: list[dict[str, Any]] = [
    {"id": "a", "title": "cap", "price": 30, "created": "2026-01-02", "extras": {"material": "wool", "care": {"wash": 30}}},
    {"id": "b", "title": "Beret", "price": 50, "sale_price": 10, "created": "2026-01-02T01:00:00+02:00", "url": "/b"},
    {"id": "c", "title": "beanie", "price": 30, "created": "2025-12-31T23:00:00Z", "extras": {"material": "felt"}},
    {"id": "d", "price": None},
    {"id": "e", "title": "Derby", "price": 20, "created": "2026-03-01"},
]
BY = {"price": "beacd", "-price": "acebd", "created": "cbaed", "-created": "eabcd", "title": "cbaed"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of five hats."""
    return hats(tmp_path_factory.mktemp("hats"), ITEMS)


@pytest.fixture
def shop(home: Path, tmp_path: Path) -> Iterator[TestClient]:
    """The service over it."""
    with serving(home, tmp_path / "log.sqlite") as opened:
        yield opened


def ids(answer: Any) -> str:
    """The ids of a page in one word."""
    return "".join(item["id"] for item in answer.json()["items"])


def problem(answer: Any) -> dict[str, str]:
    """What is wrong, where it is a refusal."""
    assert answer.status_code == 422
    error: dict[str, str] = answer.json()["errors"][0]
    return error


def test_only_the_fields_asked_for_are_told(shop: TestClient) -> None:
    """Id and category always; what is passed through by name, or all of it; of one item as of a page."""
    asked = {"fields": "title, url,material"}
    first, second, *_ = shop.get("/items", params=asked).json()["items"]
    assert first == {"id": "a", "category": "hats", "title": "cap", "extras": {"material": "wool"}}
    assert second == {"id": "b", "category": "hats", "title": "Beret", "url": "/b"}
    assert shop.get("/items/a", params=asked).json() == first
    assert shop.get("/items/a", params={"fields": "extras"}).json()["extras"] == ITEMS[0]["extras"]
    assert "extras" not in shop.get("/items/a").json()


@pytest.mark.parametrize(("field", "told"), [("titel", "'title'"), ("materiel", "'material'"), ("qqq", "known are id, category")])
@pytest.mark.parametrize("path", ["/items", "/items/a"])
def test_a_field_that_no_item_has_is_refused(shop: TestClient, path: str, field: str, told: str) -> None:
    """With the nearest that some have."""
    wrong = problem(shop.get(path, params={"fields": f"id,{field}"}))
    assert (wrong["field"], wrong["value"]) == ("fields", field)
    assert told in wrong["problem"]


def test_what_is_passed_through_later_can_be_asked_for(shop: TestClient) -> None:
    """Its name is known as soon as an item has it."""
    assert shop.get("/items/d", params={"fields": "brim_cm"}).status_code == 422
    shop.patch("/items", json=[{"id": "d", "extras": {"brim_cm": 7}}])
    assert shop.get("/items/d", params={"fields": "brim_cm"}).json()["extras"] == {"brim_cm": 7}


def test_items_by_their_ids(shop: TestClient) -> None:
    """In that order, each once, and the unknown ones named."""
    answer = shop.get("/items", params={"ids": "d,ghost,a,d,,x", "fields": "title"})
    assert (ids(answer), answer.json()["missing"], answer.json()["total"]) == ("da", ["ghost", "x"], 2)
    assert "missing" not in shop.get("/items").json()


def test_ids_go_alone_and_are_bounded(shop: TestClient) -> None:
    """Whatever else would say which items is refused, and so are more than a page may have."""
    for other in ({"q": "cap"}, {"category": "hats"}, {"sort": "price"}, {"offset": "1"}, {"mixed": "true"}, {"cursor": "YQ"}):
        assert problem(shop.get("/items", params={"ids": "a", **other}))["field"] == next(iter(other))
    assert problem(shop.get("/items", params={"ids": ",".join(map(str, range(101)))}))["field"] == "ids"


@pytest.mark.parametrize("sort", list(BY))
def test_sorted(shop: TestClient, sort: str) -> None:
    """By what is paid now, by the moment in any zone, by title in any case; without a value last, equals by id; in pages too."""
    assert ids(shop.get("/items", params={"sort": sort})) == BY[sort]
    assert ids(shop.get("/items", params={"sort": sort, "offset": 1, "limit": 2})) == BY[sort][1:3]
    seen, cursor = "", ""
    while cursor is not None:
        answer = shop.get("/items", params={"sort": sort, "limit": 2, **({"cursor": cursor} if cursor else {})})
        seen, cursor = seen + ids(answer), answer.json().get("next_cursor")
    assert seen == BY[sort]


def test_pages_stay_right_while_others_change(shop: TestClient) -> None:
    """What is deleted, added before, or changed without moving past the place neither hides nor repeats an item."""
    first = shop.get("/items", params={"sort": "price", "limit": 2})
    assert ids(first) == "be"
    shop.delete("/items/e")
    shop.patch("/items", json=[{"id": "b", "sale_price": 5}, {"id": "c", "title": "beanie, blue"}])
    rest = shop.get("/items", params={"sort": "price", "limit": 2, "cursor": first.json()["next_cursor"]})
    assert ids(rest) == "ac"
    assert ids(shop.get("/items", params={"sort": "price", "cursor": rest.json()["next_cursor"]})) == "d"


def test_a_sale_price_is_told_where_it_is_less_than_the_price(shop: TestClient) -> None:
    """Neither one above it, nor the same; where no price is known it is what the item costs."""
    for price, sale, told in ((50, 60, False), (50, 50, False), (50, 49.5, True), (None, 60, True)):
        shop.patch("/items", json=[{"id": "b", "price": price, "sale_price": sale}])
        item = shop.get("/items/b").json()
        assert item.get("sale_price") == (sale if told else None)
        [listed] = shop.get("/items", params={"ids": "b", "fields": "sale_price"}).json()["items"]
        assert listed.get("sale_price") == (sale if told else None)


def test_orders_are_not_mixed_up(shop: TestClient) -> None:
    """A cursor belongs to its order; turning by category is an order of its own; other orders are named."""
    cursor = shop.get("/items", params={"sort": "price", "limit": 2}).json()["next_cursor"]
    assert "another order" in problem(shop.get("/items", params={"cursor": cursor}))["problem"]
    assert "another order" in problem(shop.get("/items", params={"cursor": cursor, "sort": "-price"}))["problem"]
    plain = shop.get("/items", params={"limit": 2}).json()["next_cursor"]
    assert "another order" in problem(shop.get("/items", params={"cursor": plain, "sort": "title"}))["problem"]
    assert problem(shop.get("/items", params={"sort": "price", "mixed": "true"}))["field"] == "mixed"
    assert "'-price'" in problem(shop.get("/items", params={"sort": "prize"}))["problem"]


@pytest.mark.parametrize(
    "text",
    [
        "\0",
        "\0[]",
        '\0["price", 0, "x", "a"]',
        '\0["price", 0, 1e999, "a"]',
        '\0["price", 2, 1.0, "a"]',
        '\0["price", 0, 1.0, "\\ud800"]',
        "\0{}",
    ],
)
def test_a_made_up_cursor_is_refused(shop: TestClient, text: str) -> None:
    """Naming it."""
    cursor = base64.urlsafe_b64encode(text.encode()).decode()
    assert problem(shop.get("/items", params={"sort": "price", "cursor": cursor}))["field"] == "cursor"


def test_filters_and_budgets_go_by_what_is_paid_now(shop: TestClient) -> None:
    """The sale price, where there is one."""
    asked = {"items": [{"id": "a"}], "slots": ["hats"], "filters": {"price": {"max": 15}}, "looks": 1}
    answer = shop.post("/complete-outfit", json=asked).json()
    assert [item["id"] for item in answer["slots"][0]["items"]] == ["b"]
    assert answer["looks"][0]["price"] == 10
