"""PUT /items and DELETE /items/{id}, from the request to every answer."""

from __future__ import annotations

import base64
import json
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.catalogue.publishing import publish
from app.ground.parts import Keys, LogSettings
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app
from tests.app.api.serving import OPEN, serving
from tests.app.homes import copied

FEATURES = 16


@pytest.fixture(scope="module")
def pictured(picture_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A replica whose catalogue has pictures; one for all, since its encoder takes a while to load."""
    with serving(picture_home, tmp_path_factory.mktemp("log") / "log.sqlite") as opened:
        yield opened


def vector(seed: int) -> list[float]:
    """Features of the shop's own."""
    return [float(one) for one in np.random.default_rng(seed).normal(size=FEATURES)]


def put(client: TestClient, *items: dict[str, Any], **more: Any) -> httpx2.Response:
    """Send a batch as JSON."""
    return client.put("/items", json={"items": list(items)}, **more)


def encoded(data: bytes) -> dict[str, str]:
    """A picture in JSON."""
    return {"base64": base64.b64encode(data).decode()}


def suggested(client: TestClient, category: str, **more: Any) -> list[str]:
    """All that completes a top."""
    asked = {"items": ["tops-1"], "slots": [category], "k": 100, **more}
    return [item["id"] for item in client.post("/complete-outfit", json=asked).json()["slots"][0]["items"]]


def counts(client: TestClient) -> dict[str, int]:
    """Items by category."""
    return {one["name"]: one["count"] for one in client.get("/categories").json()["categories"]}


def eventually(check: Callable[[], bool], seconds: float = 60.0) -> None:
    """Wait for what happens by itself."""
    until = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def encoded_by(client: TestClient) -> None:
    """Wait until nothing is left to encode, however busy the machine is."""
    eventually(lambda: client.app.state.services.replay.encoding == 0)  # type: ignore[attr-defined]


def test_a_new_item_is_found_and_completed(pictured: TestClient, jpeg: Callable[..., bytes]) -> None:
    """By its picture, as an outfit's item, as a suggestion, by its id, and its picture is served."""
    data, before = jpeg("red", (64, 64)), counts(pictured)
    answer = put(pictured, {"id": "new", "category": "shoes", "title": "red shoes", "price": 5, "image": encoded(data)})
    assert (answer.status_code, answer.json()["accepted"]) == (200, 1)
    encoded_by(pictured)
    assert pictured.get("/items/new").json()["title"] == "red shoes"
    assert pictured.get("/items/new/image").content == data
    alike = pictured.post("/similar-items", json={"image": encoded(data), "k": 1}).json()
    assert [item["id"] for item in alike["items"]] == ["new"]
    assert pictured.post("/complete-outfit", json={"items": ["new"], "slots": ["tops"]}).status_code == 200
    assert "new" in suggested(pictured, "shoes")
    assert counts(pictured)["shoes"] == before["shoes"] + 1


def test_a_replaced_item_is_another_and_keeps_its_picture_unless_told(pictured: TestClient, jpeg: Callable[..., bytes]) -> None:
    """What is left out is empty then, but for the picture; null takes it away."""
    put(pictured, {"id": "shoes-0", "category": "tops", "price": 3})
    found = pictured.get("/items/shoes-0").json()
    assert found.pop("thumbnail_url").startswith("/items/shoes-0/image?width=256&v=")
    assert found == {"id": "shoes-0", "category": "tops", "price": 3.0, "image_url": "/items/shoes-0/image"}
    assert "shoes-0" in suggested(pictured, "tops")
    assert "shoes-0" not in suggested(pictured, "shoes")
    put(pictured, {"id": "shoes-0", "category": "shoes", "title": "without", "image": None})
    assert pictured.get("/items/shoes-0/image").status_code == 404
    put(pictured, {"id": "shoes-0", "category": "shoes", "image": encoded(jpeg("blue"))})
    assert pictured.get("/items/shoes-0/image").content == jpeg("blue")


def test_pictures_come_as_parts_too(pictured: TestClient, jpeg: Callable[..., bytes]) -> None:
    """A part with the JSON, and one for each picture, by the name the item gives."""
    items = json.dumps([{"id": "a", "category": "shoes", "image": {"part": "front"}}])
    answer = pictured.put("/items", data={"items": items}, files={"front": ("a.jpg", jpeg("green", (64, 60)), "image/jpeg")})
    assert answer.status_code == 200
    encoded_by(pictured)
    assert pictured.get("/items/a/image").content == jpeg("green", (64, 60))


def test_what_is_deleted_or_sold_out_vanishes_at_once(own: TestClient) -> None:
    """From suggestions, looks, similar items, lists and lookups."""
    assert "shoes-3" in suggested(own, "shoes", filters={"in_stock": True})
    before = own.get("/items/shoes-3").json()
    put(own, {**{name: before[name] for name in ("id", "category", "title", "price")}, "in_stock": False})
    assert "shoes-3" not in suggested(own, "shoes", filters={"in_stock": True})
    assert "shoes-3" not in suggested(own, "shoes")
    assert "shoes-3" in suggested(own, "shoes", filters={"in_stock": None})
    assert own.delete("/items/shoes-3").json() == {"accepted": 1, "live": True}
    assert "shoes-3" not in suggested(own, "shoes", filters={"in_stock": None})
    assert own.get("/items/shoes-3").status_code == own.delete("/items/shoes-3").status_code == 404
    assert own.post("/similar-items", json={"id": "shoes-3"}).status_code == 404
    assert "shoes-3" not in [item["id"] for item in own.get("/items", params={"limit": 100}).json()["items"]]
    assert own.post("/complete-outfit", json={"items": ["shoes-3", "tops-1"]}).json()["missing"] == ["shoes-3"]
    looks = own.post("/complete-outfit", json={"items": ["tops-1"], "slots": ["shoes"], "looks": 50}).json()["looks"]
    assert "shoes-3" not in [item["id"] for look in looks for item in look["items"]]


def test_a_deleted_item_can_come_back(own: TestClient) -> None:
    """As another."""
    own.delete("/items/bags-1")
    assert put(own, {"id": "bags-1", "category": "shoes"}).status_code == 422  # its features are gone with it
    assert put(own, {"id": "bags-1", "category": "shoes", "features": vector(1)}).json()["live"]
    assert own.get("/items/bags-1").json()["category"] == "shoes"


def test_features_of_the_shops_own_are_taken_and_kept(own: TestClient) -> None:
    """A new item needs them; a known one keeps what it has."""
    put(own, {"id": "n", "category": "hats", "features": vector(7)})
    put(own, {"id": "n", "category": "hats", "title": "a hat"})
    assert suggested(own, "hats") == ["n"]


def test_a_change_is_on_disk_when_it_is_answered_and_every_replica_replays_it(home: Path, file: Path) -> None:
    """Another one within moments, one that starts later from the beginning."""
    with serving(home, file) as one, serving(home, file) as other:
        put(one, {"id": "n", "category": "shoes", "features": vector(7)})
        with sqlite3.connect(file) as connection:
            assert connection.execute("SELECT COUNT(*) FROM entries WHERE stream = 'catalog'").fetchone() == (1,)
        connection.close()
        one.delete("/items/tops-2")
        eventually(lambda: other.get("/items/n").status_code == 200 and other.get("/items/tops-2").status_code == 404)
    with serving(home, file) as later:
        assert later.get("/items/n").status_code == 200
        assert later.get("/items/tops-2").status_code == 404


def test_publishing_folds_the_changes_into_the_next_snapshot(home: Path, file: Path, tmp_path: Path) -> None:
    """The new release has them itself; later changes are laid over it; an old one served again has all of them laid over."""
    copy = copied(home, tmp_path / "home")
    store = ReleaseStore(copy)
    log = LogSettings(url=SecretStr(f"sqlite:{file}"))
    with serving(copy, file) as client:
        put(
            client,
            {"id": "n", "category": "shoes", "title": "new", "features": vector(7)},
            {"id": "tops-1", "category": "tops", "price": 1},
        )
        client.delete("/items/tops-2")
    record = publish(copy / "trained", store, log=log)
    assert (record.items, publish(copy / "trained", store, log=log).snapshot) == (48, record.snapshot)
    with serving(copy, file) as client:
        assert client.app.state.services.replay.changed == 0  # type: ignore[attr-defined]
        assert client.get("/items/n").json()["title"] == "new"
        assert client.get("/items/tops-1").json() == {"id": "tops-1", "category": "tops", "price": 1.0, "in_stock": True}
        assert client.get("/items/tops-2").status_code == 404
        put(client, {"id": "tops-2", "category": "tops", "features": vector(8)})
    store.activate("r2-" + next(path.stem for path in (copy / "releases").glob("r2-*")).partition("-")[2])
    with serving(copy, file) as client:
        assert client.get("/items/n").status_code == client.get("/items/tops-2").status_code == 200


def test_publishing_encodes_what_no_replica_has(picture_home: Path, file: Path, tmp_path: Path, jpeg: Callable[..., bytes]) -> None:
    """So the snapshot's features are those of its pictures."""
    copy = copied(picture_home, tmp_path / "home")
    store = ReleaseStore(copy)
    current = store.current()
    assert current is not None
    data = jpeg("red", (64, 64))
    with serving(copy, file) as client:
        put(client, {"id": "n", "category": "shoes", "image": encoded(data)})
    publish(store.bundle_path(current.bundle), store, log=LogSettings(url=SecretStr(f"sqlite:{file}")))
    with serving(copy, file) as client:
        assert client.app.state.services.replay.changed == 0  # type: ignore[attr-defined]
        [alike] = client.post("/similar-items", json={"image": encoded(data), "k": 1}).json()["items"]
    assert alike["id"] == "n"
    assert alike["score"] == pytest.approx(1, abs=1e-3)


def test_an_import_begins_anew(home: Path, catalogue: Path, file: Path, tmp_path: Path) -> None:
    """Changes from before it are over."""
    copy = copied(home, tmp_path / "home")
    with serving(copy, file) as client:
        put(client, {"id": "n", "category": "shoes", "features": vector(7)})
        client.delete("/items/tops-2")
    import_catalogue(catalogue, ReleaseStore(copy), default_encoder="shipped", log=LogSettings(url=SecretStr(f"sqlite:{file}")))
    with serving(copy, file) as client:
        assert client.get("/items/n").status_code == 404
        assert client.get("/items/tops-2").status_code == 200


@pytest.mark.parametrize(
    ("items", "field", "value"),
    [
        ([{"id": "a", "category": "x", "features": vector(1)}, {"id": "b"}], "items[1].category", ""),
        ([{"id": "", "category": "x"}], "items[0].id", ""),
        ([{"id": "a\n", "category": "x"}], "items[0].id", '"a\\n"'),
        ([{"id": "a", "category": "x", "price": -1}], "items[0].price", "-1"),
        ([{"id": "a", "category": "x", "prize": 1}], "items[0].prize", "1"),
        ([{"id": "a", "category": "x", "title": "\ud800"}], "items[0].title", '"\\ud800"'),
        ([{"id": "a", "category": "x", "attributes": {"n": [[1]]}}], "items[0].attributes.n", "[[1]]"),
        ([{"id": "a", "category": "x", "attributes": {"n": {"m": [1]}}}], "items[0].attributes.n", '{"m": [1]}'),
        ([{"id": "a", "category": " "}], "items[0].category", " "),
        ([{"id": "a", "category": "x"}], "items[0].features", ""),
        ([{"id": "tops-1", "category": "x", "features": [1.0]}], "items[0].features", "1 numbers"),
        ([{"id": "tops-1", "category": "x", "features": [1e9] * 16}], "items[0].features[0]", "1000000000.0"),
        ([{"id": "tops-1", "category": "x"}, {"id": "tops-1", "category": "y"}], "items[1].id", "tops-1"),
        ([{"id": "tops-1", "category": "x", "image": {"base64": "AAAA"}}], "items[0].image.base64", "3 bytes"),
        ([{"id": "tops-1", "category": "x", "image": {"base64": "?"}}], "items[0].image.base64", "?"),
        ([{"id": "tops-1", "category": "x", "image": {"part": "p"}}], "items[0].image.part", "p"),
        ([{"id": "tops-1", "category": "x", "image": {}}], "items[0].image", "{}"),
        ([{"id": str(n), "category": "x"} for n in range(5)], "items", "5 items"),
        ([], "items", "[]"),
    ],
)
def test_a_bad_item_is_named_and_none_of_its_batch_is_kept(own: TestClient, file: Path, items: Any, field: str, value: str) -> None:
    """Its place in the batch, the field and the value."""
    answer = own.put("/items", content=json.dumps({"items": items}).encode(), headers={"Content-Type": "application/json"})
    assert answer.status_code == 422
    error = answer.json()["errors"][0]
    assert error["field"].startswith(field)
    assert error["value"].startswith(value) or not value
    with sqlite3.connect(file) as connection:
        assert connection.execute("SELECT COUNT(*) FROM entries").fetchone() == (0,)
    connection.close()


@pytest.mark.parametrize(
    ("parts", "status", "field"),
    [
        ({"picture": "x"}, 422, "items"),
        ({"items": "["}, 400, "body"),
        ({"items": '[{"id": "a"}]'}, 422, "items[0].category"),
        ({"items": '[{"id": "tops-1", "category": "x"}]', "lost": "x"}, 422, "lost"),
    ],
)
def test_a_bad_form_is_named(own: TestClient, parts: dict[str, str], status: int, field: str) -> None:
    """The part, or the item in it."""
    answer = own.put("/items", files={name: (None, text) for name, text in parts.items()})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (status, field)


def test_features_where_an_encoder_makes_them_are_refused(pictured: TestClient) -> None:
    """They would not be comparable."""
    answer = put(pictured, {"id": "a", "category": "x", "features": [1.0]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "items[0].features")


def test_a_log_that_is_gone_refuses_changes_and_leaves_the_rest_alone(home: Path, tmp_path: Path) -> None:
    """503 with Retry-After; it goes on by itself."""
    (tmp_path / "volume").write_text("not mounted")
    with serving(home, tmp_path / "volume" / "log.sqlite") as client:
        refused = client.delete("/items/tops-1")
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        assert "tops-1" in [item["id"] for item in client.get("/items", params={"limit": 100}).json()["items"]]
        (tmp_path / "volume").unlink()
        assert client.delete("/items/tops-1").status_code == 200
        eventually(lambda: client.get("/items/tops-1").status_code == 404)


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"X-API-Key": "nonsense"}, 403),
        ({"X-API-Key": "\xff"}, 403),
        ({"X-API-Key": "catalogue-key"}, 200),
        ({"X-API-Key": "admin-key"}, 200),
        ({"Authorization": "Bearer catalogue-key"}, 200),
    ],
)
def test_a_key_opens_the_catalogue(home: Path, file: Path, headers: dict[str, str], status: int) -> None:
    """Either key, in either header; from this machine, too."""
    keys = Keys(catalogue=SecretStr("catalogue-key"), admin=SecretStr("admin-key"))
    with serving(home, file, keys=keys) as client:
        answer = client.delete("/items/tops-1", headers={name: value.encode("latin-1") for name, value in headers.items()})
        assert answer.status_code == status
        assert ("www-authenticate" in answer.headers) == (status == 401)
        assert client.get("/items/tops-1").status_code == (404 if status == 200 else 200)


@pytest.mark.parametrize(
    ("peer", "host", "status"),
    [
        ("127.0.0.1", "localhost", 200),
        ("::1", "[::1]:8000", 200),
        ("127.0.0.1", "shop.example", 401),
        ("127.0.0.1", "127.0.0.1.evil.example", 400),
        ("127.0.0.1", "[", 400),
        ("10.0.0.7", "localhost", 401),
    ],
)
def test_without_a_key_only_the_machine_itself_may(home: Path, file: Path, peer: str, host: str, status: int) -> None:
    """Nobody through a proxy under the shop's name, no page under a foreign name that points here."""
    given = Settings(home=home, log=LogSettings(url=SecretStr(f"sqlite:{file}")), keys=OPEN, hosts=("shop.example",))
    with TestClient(create_app(given), client=(peer, 5000)) as client:
        assert client.delete("/items/tops-1", headers={"Host": host}).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "http://127.0.0.1:8000", "Sec-Fetch-Site": "same-origin"}, 200),
        ({"Origin": "https://127.0.0.1:8000"}, 200),  # a proxy speaks TLS for it
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Origin": "http://evil.example"}, 403),
        ({"Origin": "http://127.0.0.1:9000", "Sec-Fetch-Site": "same-site"}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
    ],
)
def test_without_a_key_no_web_page_from_elsewhere_may(home: Path, file: Path, headers: dict[str, str], status: int) -> None:
    """Neither change the catalogue nor swap releases, though the browser that it runs in sits at this machine; the shop's own page may."""
    with serving(home, file) as client:
        sent = {"Host": "127.0.0.1:8000", **headers}
        release = client.get("/readyz").json()["release"]
        answers = client.post(f"/releases/{release}/activate", headers=sent), client.delete("/items/tops-1", headers=sent)
        assert [answer.status_code for answer in answers] == [status, status]
        assert all(answer.headers["content-type"] == "application/problem+json" for answer in answers if status == 403)


def test_with_a_key_it_does_not_matter_which_page_asks(home: Path, file: Path) -> None:
    """Whoever has the key was given it."""
    with serving(home, file, keys=Keys(catalogue=SecretStr("catalogue-key"))) as client:
        headers = {"X-API-Key": "catalogue-key", "Origin": "http://stock.example"}
        assert client.delete("/items/tops-1", headers=headers).status_code == 200


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
)
known = ["id", "category", "subcategory", "title", "attributes", "price", "brand", "in_stock", "image", "features"]
sold = ["url", "currency", "sale_price", "group_id", "sizes", "images", "created", "extras"]
fields = st.sampled_from(known + sold)


def test_no_item_whatever_makes_a_500(home: Path, file: Path) -> None:
    """Anything at all as a field, and the catalogue is still followed after it."""
    with serving(home, file) as client:

        @settings(max_examples=60, deadline=None)
        @given(st.dictionaries(fields, anything, max_size=3))
        def check(more: dict[str, Any]) -> None:
            body = json.dumps({"items": [{"id": "tops-1", "category": "tops", **more}]}).encode()
            assert client.put("/items", content=body, headers={"Content-Type": "application/json"}).status_code < 500

        check()
        assert client.delete("/items/tops-3").json()["live"]


def test_attributes_and_stock_follow_the_rule_of_files(own: TestClient) -> None:
    """Numbers and truth are text, nothing is left out; a number of pieces and words say whether there is some."""
    for stock, there in (("yes", True), ("out of stock", False), (12, True), (0, False)):
        item = {"id": "n", "category": "hats", "features": vector(7), "in_stock": stock}
        item["attributes"] = {"size": 42, "vegan": True, "fit": None, "colour": ["red", "blue"]}
        put(own, item)
        found = own.get("/items/n").json()
        assert (found["in_stock"], found["attributes"]) == (there, {"size": "42", "vegan": "true", "colour": ["red", "blue"]})
    refused = own.put("/items", json={"items": [{"id": "n", "category": "hats", "in_stock": "perhaps"}]})
    assert refused.status_code == 422
    assert "neither true nor false" in refused.text


def test_a_category_in_another_case_is_the_one_that_there_is(own: TestClient) -> None:
    """As of files, by PUT and by PATCH; one that there is not is new."""
    put(own, {"id": "n", "category": " Shoes ", "features": vector(7)})
    assert own.get("/items/n").json()["category"] == "shoes"
    assert own.patch("/items", json=[{"id": "n", "category": "TOPS"}]).status_code == 200
    assert own.get("/items/n").json()["category"] == "tops"
    put(own, {"id": "n", "category": "Hats", "features": vector(7)})
    assert own.get("/items/n").json()["category"] == "Hats"
