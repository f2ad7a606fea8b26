"""Shops list each size as an item of its own: whoever asks about one is told which others there are, and in which colours."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.app.api.serving import hats, serving


def _cap(name: str, color: str, size: str, **more: Any) -> dict[str, Any]:
    cap = {"id": name, "group_id": "cap", "title": f"Cap {size}", "attributes": {"color": color, "size": size}}
    return cap | {"category": "hats", "in_stock": True, **more}


ITEMS: list[dict[str, Any]] = [
    {"id": "top", "category": "tops"},
    _cap("a", "black", "XL"),
    _cap("b", "black", "S", in_stock=False),
    _cap("c", "black", "M", in_stock=None),
    _cap("d", "red", "S", in_stock=False),
    _cap("e", "red", "M"),
    {"id": "f", "title": "Fez", "group_id": "fez", "attributes": {"size": "M"}},
    {"id": "g", "title": "Beret", "sizes": [{"size": "L", "in_stock": True}], "group_id": "beret", "attributes": {"size": "L"}},
    {"id": "h", "title": "Beret", "group_id": "beret", "attributes": {"size": "S"}},
]
BLACK = [{"size": "S", "in_stock": False, "id": "b"}, {"size": "M", "id": "c"}, {"size": "XL", "in_stock": True, "id": "a"}]
RED = [{"size": "S", "in_stock": False, "id": "d"}, {"size": "M", "in_stock": True, "id": "e"}]


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home of caps in two colours and several sizes, and of others."""
    return hats(tmp_path_factory.mktemp("sizes"), ITEMS)


@pytest.fixture
def shop(home: Path, tmp_path: Path) -> Iterator[TestClient]:
    """The service over it."""
    with serving(home, tmp_path / "log.sqlite") as opened:
        yield opened


def test_an_item_tells_the_sizes_of_its_colour_from_the_smallest_on_and_other_colours(shop: TestClient) -> None:
    """Of each other colour what is not sold out; an item that has sizes of its own tells these, one that is alone none."""
    told = {name: shop.get(f"/items/{name}").json() for name in "abcdefgh"}
    assert [told[name]["sizes"] for name in "abcde"] == [BLACK, BLACK, BLACK, RED, RED]
    assert [told[name]["variants"] for name in "abcde"] == [["e"], ["e"], ["e"], ["a"], ["a"]]
    assert "sizes" not in told["f"]
    assert told["g"]["sizes"] == [{"size": "L", "in_stock": True}]
    assert [told[name].get("variants") for name in "fgh"] == [None] * 3


def test_every_answer_that_tells_sizes_tells_them(shop: TestClient) -> None:
    """Pages, products, ids, fields, what is alike, and suggestions with that field; not where other fields are asked for."""
    sizes = {item["id"]: item.get("sizes") for item in shop.get("/items").json()["items"]}
    assert (sizes["a"], sizes["e"], sizes["top"]) == (BLACK, RED, None)
    assert [item["sizes"] for item in shop.get("/items?ids=d,a&fields=sizes").json()["items"]] == [RED, BLACK]
    assert shop.get("/items/a?fields=sizes").json() == {"id": "a", "category": "hats", "sizes": BLACK}
    assert shop.get("/items/a?fields=title").json() == {"id": "a", "category": "hats", "title": "Cap XL"}
    alike = shop.post("/similar-items", json={"id": "g", "k": 9}).json()["items"]
    assert next(item for item in alike if item["id"] in "abcde")["sizes"] in (BLACK, RED)
    asked = {"items": ["top"], "slots": ["hats"], "k": 9}
    [slot] = shop.post("/complete-outfit", json={**asked, "fields": ["sizes"]}).json()["slots"]
    assert next(item for item in slot["items"] if item["id"] in "abcde")["sizes"] in (BLACK, RED)
    [slot] = shop.post("/complete-outfit", json=asked).json()["slots"]
    assert all("sizes" not in item for item in slot["items"])


def test_sizes_follow_what_changes(shop: TestClient) -> None:
    """What is sold out, gone or new a moment later."""
    assert shop.patch("/items", json=[{"id": "a", "in_stock": False}]).status_code == 200
    assert shop.delete("/items/c").status_code == 200
    assert shop.put("/items", json=[_cap("n", "black", "L", features=[1.0, 1.0])]).status_code == 200
    out = {"in_stock": False}
    now = [{"size": "S", "id": "b", **out}, {"size": "L", "in_stock": True, "id": "n"}, {"size": "XL", "id": "a", **out}]
    assert [shop.get(f"/items/{name}").json()["sizes"] for name in "abn"] == [now] * 3
    assert shop.get("/items/e").json()["variants"] == ["n"]
