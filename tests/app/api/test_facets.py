"""GET /items?filters= and GET /facets: what a catalogue is narrowed by."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.ground.parts import LogSettings
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app

ITEMS: list[dict[str, Any]] = [
    {"id": "a", "category": "hats", "title": "red cap", "price": 30, "brand": "Lumen", "attributes": {"colour": "red", "note": "a"}},
    {
        "id": "b",
        "category": "hats",
        "title": "red beret",
        "price": 50,
        "sale_price": 10,
        "brand": "Lumen",
        "attributes": {"colour": "blue"},
    },
    {"id": "c", "category": "bags", "title": "red tote", "price": 90, "brand": "Halcyon", "in_stock": False},
    {"id": "d", "category": "bags", "title": "clutch"},
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A service of two hats and two bags."""
    root = tmp_path_factory.mktemp("shop")
    lines = [{"features": [float(n), 1.0], **item} for n, item in enumerate(ITEMS)]
    (root / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_catalogue(root, ReleaseStore(root / "home"), default_encoder="shipped")
    with TestClient(create_app(Settings(home=root / "home", log=LogSettings(level="error")))) as opened:
        yield opened


@pytest.mark.parametrize(
    ("filters", "ids"),
    [
        ({}, "abcd"),
        ({"price": {"max": 30}}, "ab"),
        ({"price": {"min": 20}}, "ac"),
        ({"brand": ["Lumen"], "attributes": {"colour": ["red"]}}, "a"),
        ({"in_stock": True}, "abd"),
        ({"brand": ["nobody"]}, ""),
    ],
)
def test_a_page_is_narrowed_as_suggestions_are(shop: TestClient, filters: dict[str, Any], ids: str) -> None:
    """By what is paid now; what is sold out is shown, too, unless that is asked for."""
    page = shop.get("/items", params={"filters": json.dumps(filters)}).json()
    assert [item["id"] for item in page["items"]] == [*ids]
    assert page["total"] == len(ids)


def test_words_sort_and_cursor_go_with_filters(shop: TestClient) -> None:
    """The next page is of the same filters."""
    asked = {"q": "red", "sort": "-price", "limit": "1", "filters": '{"price": {"max": 60}}'}
    first = shop.get("/items", params=asked).json()
    second = shop.get("/items", params={**asked, "cursor": first["next_cursor"]}).json()
    assert [item["id"] for item in first["items"] + second["items"]] == ["a", "b"]
    assert "next_cursor" not in second


@pytest.mark.parametrize(
    ("filters", "field"),
    [("{", "filters"), ('{"prices": 1}', "filters.prices"), ('{"price": {"min": 2, "max": 1}}', "filters.price"), ("[" * 5_000, "filters")],
)
def test_filters_that_are_none_are_refused_by_name(shop: TestClient, filters: str, field: str) -> None:
    """What is no JSON, and a field that there is not."""
    answer = shop.get("/items", params={"filters": filters})
    assert answer.status_code == 422
    assert field in answer.json()["errors"][0]["field"]


def test_filters_do_not_go_with_ids(shop: TestClient) -> None:
    """Which say which items."""
    answer = shop.get("/items", params={"filters": "{}", "ids": "a"})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "filters"


def test_facets_tell_what_there_is_to_filter_by(shop: TestClient) -> None:
    """Brands by how many items they have; an attribute of one value only is none; what is paid now."""
    told = shop.get("/facets").json()
    assert told == {
        "brands": [{"name": "Lumen", "count": 2}, {"name": "Halcyon", "count": 1}],
        "attributes": {"colour": ["blue", "red"]},
        "least": 10.0,
        "most": 90.0,
    }


def test_facets_of_a_category_are_its_own(shop: TestClient) -> None:
    """An unknown one is refused."""
    told = shop.get("/facets", params={"category": "bags"}).json()
    assert told["brands"] == [{"name": "Halcyon", "count": 1}]
    assert (told["least"], told["most"]) == (90.0, 90.0)
    assert told["attributes"] == {}, "bags are of one colour"
    assert shop.get("/facets", params={"category": "shoes"}).status_code == 404
