"""What a page needs to sell an item: taken by PUT and PATCH, told by every answer."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.catalogue.publishing import publish
from app.ground.parts import LogSettings
from app.home.store import ReleaseStore
from tests.app.api.serving import hats, serving
from tests.app.homes import copied

SOLD: dict[str, Any] = {
    "url": "https://shop.example/n?size=M",
    "currency": "EUR",
    "sale_price": 39.9,
    "group_id": "sneakers-17",
    "sizes": [{"size": "M", "in_stock": True}, {"size": "L", "in_stock": False}],
    "images": ["https://img.shop.example/1.jpg", "//cdn.example/2.jpg"],
    "created": "2026-11-26T16:30:00+01:00",
    "extras": {"material": "canvas", "weight_g": 310, "care": {"wash": [30, None, True]}},
}
TOLD = {name: value for name, value in SOLD.items() if name != "extras"}
NEW = {"id": "n", "category": "hats", "title": "a hat", "price": 49.9, "brand": "Nordhavn", "in_stock": True}


@pytest.fixture(scope="module")
def keyed(home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """One replica for all that is refused."""
    with serving(home, tmp_path_factory.mktemp("log") / "log.sqlite") as opened:
        yield opened


def put(client: TestClient, **item: Any) -> None:
    """Send one item, with features of the shop's own."""
    features = [float(one) for one in np.random.default_rng(7).normal(size=16)]
    answer = client.put("/items", json={"items": [{"features": features, **item}]})
    assert answer.json() == {"accepted": 1, "live": True}


def test_what_sells_an_item_is_kept_and_told(own: TestClient, home: Path, file: Path, tmp_path: Path) -> None:
    """As it was sent, also by a replica that starts later and by the next snapshot; extras where they are asked for."""
    put(own, **NEW, **SOLD)
    told = {**NEW, **TOLD}
    assert own.get("/items/n").json() == told
    copy = copied(home, tmp_path / "home")
    publish(copy / "trained", ReleaseStore(copy), log=LogSettings(url=SecretStr(f"sqlite:{file}")))
    with serving(copy, file) as later:
        assert later.get("/items/n").json() == told
        [listed] = later.get("/items", params={"category": "hats"}).json()["items"]
        assert listed == told


def test_stock_may_be_asked_beside_the_filters(own: TestClient) -> None:
    """As ``filters.in_stock``, which goes before it."""
    put(own, **{**NEW, "in_stock": False})

    def shown(**asked: Any) -> bool:
        body = {"items": ["tops-1"], "slots": ["hats"], "k": 50, **asked}
        return "n" in {item["id"] for item in own.post("/complete-outfit", json=body).json()["slots"][0]["items"]}

    assert [shown(), shown(in_stock=True), shown(in_stock=None), shown(in_stock=None, filters={"in_stock": True})] == [
        False,
        False,
        True,
        False,
    ]


def test_suggestions_looks_and_similar_items_tell_it_too(own: TestClient) -> None:
    """Each as it tells an item."""
    put(own, **NEW, **SOLD)
    answer = own.post("/complete-outfit", json={"items": ["tops-1"], "slots": ["hats"], "looks": 1}).json()
    [suggestion], [looked] = answer["slots"][0]["items"], answer["looks"][0]["items"]
    every = own.post("/similar-items", json={"item": "tops-1", "all_categories": True, "k": 100}).json()["items"]
    [alike] = [item for item in every if item["id"] == "n"]
    for item in (suggestion, looked, alike):
        assert {name: item[name] for name in ("brand", "in_stock", "price")} == {"brand": "Nordhavn", "in_stock": True, "price": 49.9}
        assert {name: item[name] for name in ("url", "currency", "sale_price", "group_id")} == {
            name: SOLD[name] for name in ("url", "currency", "sale_price", "group_id")
        }


def test_suggestions_and_looks_tell_further_fields_where_they_are_asked_for(own: TestClient) -> None:
    """The item's own and what passes through; what nobody has is refused with the nearest; an answer that is kept is kept with them."""
    put(own, **NEW, **SOLD)
    asked = {"items": ["tops-1"], "slots": ["hats"], "promote": ["n"], "looks": 1, "k": 1}
    further = {"sizes": SOLD["sizes"], "extras": {"material": "canvas"}}
    for fields, more in ((None, {}), (["sizes", "material"], further), (["extras"], {"extras": SOLD["extras"]}), (None, {})):
        answer = own.post("/complete-outfit", json=asked | ({"fields": fields} if fields else {})).json()
        [item], [added] = answer["slots"][0]["items"], answer["looks"][0]["items"]
        for said in (item, added):
            assert {name: said[name] for name in ("sizes", "images", "created", "extras") if name in said} == more
            assert (said["id"], said["url"], said["price"], said["brand"]) == ("n", SOLD["url"], 49.9, "Nordhavn")
    refused = own.post("/complete-outfit", json=asked | {"fields": ["matreial"]})
    assert refused.status_code == 422
    assert "did you mean 'material'?" in refused.json()["errors"][0]["problem"]


def test_what_a_put_leaves_out_stays_and_null_takes_it_away(own: TestClient) -> None:
    """As of stock; all else that is left out is empty then."""
    put(own, **NEW, **SOLD)
    put(own, id="n", category="hats")
    assert own.get("/items/n").json() == {"id": "n", "category": "hats", "in_stock": True, **TOLD}
    put(own, id="n", category="hats", in_stock=None, **dict.fromkeys(SOLD))
    assert own.get("/items/n").json() == {"id": "n", "category": "hats"}


def test_whatever_else_a_shop_says_is_kept_in_extras(own: TestClient) -> None:
    """As an import keeps further columns; what is nearly a field's name is a slip."""
    put(own, **NEW, season_code="SS26", extras={"care": "cold"})
    told = {"fields": "season_code,care,lining"}
    assert own.patch("/items", json={"items": [{"id": "n", "season_code": "AW26", "lining": "silk"}]}).status_code == 200
    kept = own.get("/items/n", params={"fields": "extras"}).json()["extras"]
    assert kept["season_code"] == "AW26"
    assert own.get("/items/n", params=told).json()["extras"]["lining"] == "silk"
    refused = own.patch("/items", json={"items": [{"id": "n", "titel": "a hat"}]})
    assert (refused.status_code, refused.json()["errors"][0]["problem"]) == (422, "unknown field; did you mean 'title'?")


def test_a_patch_changes_what_it_names(own: TestClient) -> None:
    """Null and empty take away; the rest stays."""
    put(own, **NEW, **SOLD)
    change = {
        "id": "n",
        "sale_price": 29.9,
        "currency": " usd",
        "sizes": [{"size": "S", "in_stock": "sold out"}],
        "images": [],
        "url": None,
    }
    assert own.patch("/items", json=[change]).status_code == 200
    now = own.get("/items/n").json()
    assert (now["sale_price"], now["currency"], now["sizes"]) == (29.9, "USD", [{"size": "S", "in_stock": False}])
    assert "images" not in now
    assert "url" not in now
    assert (now["title"], now["group_id"], now["created"]) == ("a hat", "sneakers-17", SOLD["created"])


def test_where_a_column_is_empty_the_attributes_tell(own: TestClient) -> None:
    """Brand, currency, link and group; a column wins."""
    said = {"brand": "Contoso", "currency": "SEK", "url": "/n", "item_group_id": "g"}
    put(own, id="n", category="hats", attributes=said)
    now = own.get("/items/n").json()
    assert (now["brand"], now["currency"], now["url"], now["group_id"]) == ("Contoso", "SEK", "/n", "g")
    own.patch("/items", json=[{"id": "n", "brand": "Nordhavn", "currency": "EUR", "url": "/m", "group_id": "h"}])
    now = own.get("/items/n").json()
    assert (now["brand"], now["currency"], now["url"], now["group_id"]) == ("Nordhavn", "EUR", "/m", "h")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("url", "javascript:alert(1)", "no address of the web"),
        ("url", "https://shop.example/" + "x" * 2_000, "at most 2000"),
        ("currency", "EURO", "ISO 4217"),
        ("sale_price", -1, "greater than or equal to 0"),
        ("sale_price", 1e308, "less than or equal to 1000000000"),
        ("price", 1e308, "less than or equal to 1000000000"),
        ("sizes", [{"size": " "}], "name a size"),
        ("sizes", [{"size": "M", "in_stock": "perhaps"}], "neither true nor false"),
        ("sizes", [{"size": str(n)} for n in range(201)], "at most 200"),
        ("images", ["images/1.jpg"], "no address of the web"),
        ("images", ["//a.example/1.jpg"] * 101, "at most 100"),
        ("created", "yesterday", "ISO 8601"),
        ("extras", {str(n): n for n in range(101)}, "at most 100"),
        ("extras", {"a": "x" * 100_001}, "use at most 100,000"),
        ("extras", {"a": "\ud800"}, "half a character"),
        ("extras", {"a": float("nan")}, "not finite"),
        ("extras", {"a": json.loads("[" * 17 + "]" * 17)}, "16 levels"),
    ],
)
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_what_could_not_be_sold_is_refused(keyed: TestClient, method: str, field: str, value: Any, told: str) -> None:
    """Naming the field, by PUT as by PATCH."""
    item = {"id": "tops-1", **({"category": "tops"} if method == "PUT" else {}), field: value}
    sent = json.dumps({"items": [item]}).encode()
    answer = keyed.request(method, "/items", content=sent, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["field"].startswith(f"items[0].{field}")
    assert told in error["problem"]


def test_a_feed_s_columns_are_told(tmp_path: Path) -> None:
    """Of an imported item, as the feed had them."""
    rows = [
        {"id": f"{kind}-{n}", "category": kind, "features": [float(n), 1.0], "price": 50} for kind in ("hats", "tops") for n in range(3)
    ]
    rows[0] |= SOLD
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "items.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    import_catalogue(tmp_path / "shop", ReleaseStore(tmp_path / "home"), default_encoder="shipped")
    with serving(tmp_path / "home", tmp_path / "log.sqlite") as client:
        now = client.get("/items/hats-0").json()
        assert {name: now[name] for name in TOLD} == TOLD


def test_an_item_follows_its_sizes_out_of_stock_and_back(own: TestClient) -> None:
    """By PATCH as by PUT, where it was said to be in stock as where nothing was said: suggestions, looks, filters and pages agree."""

    def found(**filters: Any) -> list[str]:
        asked = {"items": ["tops-1"], "slots": ["hats"], "looks": 1, **({"filters": filters} if filters else {})}
        answer = own.post("/complete-outfit", json=asked).json()
        assert [item["id"] for look in answer["looks"] for item in look["items"]] == [item["id"] for item in answer["slots"][0]["items"]]
        return [item["id"] for item in answer["slots"][0]["items"]]

    def listed(**filters: Any) -> list[str]:
        items = own.get("/items", params={"category": "hats", "filters": json.dumps(filters)}).json()["items"]
        return [item["id"] for item in items]

    gone, back = ([{"size": "S", "in_stock": False}, {"size": "M", "in_stock": stock}] for stock in (False, True))
    for said in (NEW, {**NEW, "in_stock": None}):
        put(own, **said, sizes=back)
        assert (found(), found(size=["M"]), listed(in_stock=True)) == (["n"], ["n"], ["n"])
        assert own.get("/items/n").json()["in_stock"] is True
        own.patch("/items", json=[{"id": "n", "sizes": gone}])
        assert (found(), found(size=["M"]), listed(in_stock=True), listed(size=["M"]), listed(in_stock=False)) == ([], [], [], [], ["n"])
        assert own.get("/items/n").json()["in_stock"] is False
        own.patch("/items", json=[{"id": "n", "in_stock": True}])
        assert found() == []
        own.patch("/items", json=[{"id": "n", "sizes": back}])
        assert found() == ["n"]


def test_suggestions_in_a_size(own: TestClient) -> None:
    """Only what has it in stock; a change of stock is heeded at once; looks and swaps keep to it, too."""
    put(own, **NEW, **SOLD)
    asked = {"items": ["tops-1"], "slots": ["hats"], "looks": 1, "filters": {"size": ["M", "XS"]}}

    def found() -> list[str]:
        return [item["id"] for item in own.post("/complete-outfit", json=asked).json()["slots"][0]["items"]]

    assert found() == ["n"]
    own.patch("/items", json=[{"id": "n", "sizes": [{"size": "M", "in_stock": False}, {"size": "L", "in_stock": True}]}])
    assert found() == []
    own.patch("/items", json=[{"id": "n", "sizes": None, "attributes": {"size": "XS"}}])
    assert found() == ["n"]
    own.patch("/items", json=[{"id": "n", "in_stock": False}])
    assert found() == []


def test_what_is_like_an_item_may_have_to_be_for_whom_it_is_and_to_be_had(tmp_path: Path) -> None:
    """Whatever looks like it, in stock or not, for anybody, where nobody asks; and `filters` narrow it as everywhere."""
    men, women = ({"attributes": {"gender": whom}} for whom in ("men", "women"))
    items = [{"id": "polo", **men}, {"id": "gone", "in_stock": False, **men}, {"id": "hers", **women}, {"id": "his", "price": 90.0, **men}]
    with serving(hats(tmp_path, items), tmp_path / "log.sqlite") as client:

        def alike(**asked: Any) -> set[str]:
            return {item["id"] for item in client.post("/similar-items", json={"id": "polo", **asked}).json()["items"]}

        assert alike() == {"gone", "hers", "his"}
        assert alike(consistent=True) == {"gone", "his"}
        assert alike(consistent=True, filters={"in_stock": True}) == {"his"}
        assert alike(filters={"price": {"max": 80}, "attributes": {"gender": ["men"]}}) == set()
