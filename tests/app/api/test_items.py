"""The catalogue over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.testclient import TestClient


def test_an_item_is_told_with_all_the_shop_says(client: TestClient) -> None:
    """Fields without a value are left out."""
    assert client.get("/items/shoes-1").json() == {
        "id": "shoes-1",
        "category": "shoes",
        "title": "shoes number 1",
        "price": 11.0,
        "brand": "Northwind",
        "in_stock": True,
        "attributes": {"season": "Summer"},
    }


def test_an_unknown_item_is_404_naming_it(client: TestClient) -> None:
    """The id is in the problem."""
    answer = client.get("/items/ghost")
    assert answer.status_code == 404
    assert answer.json()["errors"][0]["value"] == "ghost"


def test_categories_are_counted(client: TestClient) -> None:
    """By name, with the number of items."""
    assert client.get("/categories").json()["categories"][0] == {"name": "bags", "count": 12}
    worn_as = {one["name"]: one["role"] for one in client.get("/categories", params={"roles": True}).json()["categories"]}
    assert worn_as == {"bags": "bag", "bottoms": "bottom", "shoes": "footwear", "tops": "top"}


def test_pages_of_a_category_do_not_overlap(client: TestClient) -> None:
    """Limit and offset walk through all items once."""
    pages = [client.get("/items", params={"category": "shoes", "limit": 5, "offset": offset}).json() for offset in (0, 5, 10)]
    seen = [item["id"] for page in pages for item in page["items"]]
    assert len(seen) == len(set(seen)) == pages[0]["total"] == 12


def test_a_mixed_page_shows_every_category(client: TestClient) -> None:
    """One of each in turn, none twice, each category in the catalogue's order, last what is sold out, and only what is sought."""
    pages = [client.get("/items", params={"mixed": True, "limit": 24, "offset": offset}).json() for offset in (0, 24)]
    ids = [item["id"] for page in pages for item in page["items"]]
    assert ids == [f"{category}-{number}" for number in (*range(10), 11, 10) for category in ("bags", "bottoms", "shoes", "tops")]
    some = client.get("/items", params={"mixed": True, "q": "number 1", "category": "tops"}).json()
    assert [item["id"] for item in some["items"]] == ["tops-1", "tops-11", "tops-10"]
    assert client.get("/items", params={"mixed": True, "q": "nothing"}).json() == {
        "total": 0,
        "items": [],
        "fallback": "no title has all of these words, and none was understood",
        "text": {"constraints": [], "ignored": ["nothing"]},
    }


@pytest.mark.parametrize(("words", "total"), [("NUMBER 3", 4), ("shoes number", 12), ("tops-7", 1), ("a.*b", 0)])
def test_search_finds_words_of_title_or_id_in_any_case(client: TestClient, words: str, total: int) -> None:
    """All words must occur; they are words, not patterns."""
    assert client.get("/items", params={"q": words}).json()["total"] == total


def test_similar_items_are_of_the_same_category_and_not_the_item(client: TestClient) -> None:
    """By falling cosine."""
    items = client.post("/similar-items", json={"item": "tops-1", "k": 20}).json()["items"]
    assert len(items) == 11
    assert {item["category"] for item in items} == {"tops"}
    assert "tops-1" not in {item["id"] for item in items}
    assert [item["score"] for item in items] == sorted((item["score"] for item in items), reverse=True)


def test_similar_items_of_all_categories(client: TestClient) -> None:
    """The option looks beyond the category."""
    items = client.post("/similar-items", json={"item": "tops-1", "k": 47, "all_categories": True}).json()["items"]
    assert len(items) == 47


def test_an_item_without_a_picture_has_no_image(client: TestClient) -> None:
    """404, not an empty picture."""
    assert client.get("/items/shoes-1/image").status_code == 404


def test_a_picture_comes_back_as_the_shop_sent_it(picture_client: TestClient, pictures: Path) -> None:
    """Same bytes, right media type, at the address that the item tells."""
    answer = picture_client.get(picture_client.get("/items/shoes-1").json()["image_url"])
    assert answer.content == (pictures / "shoes-1.jpg").read_bytes()
    assert answer.headers["content-type"] == "image/jpeg"
    head = picture_client.head("/items/shoes-1/image")
    assert (head.status_code, head.content, head.headers["etag"]) == (200, b"", answer.headers["etag"])
