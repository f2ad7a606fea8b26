"""GET /items?q=: words of titles in other forms, with a slip, and by what they mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.ground.settings import Keys, LogSettings, Settings
from app.home.store import ReleaseStore
from app.main import create_app

TITLES = {
    "a": "Red linen shirt",
    "b": "Blue shirts, pack of two",
    "c": "Party dress",
    "d": "Silk scarf",
    "e": "Grey hoodie",
    "f": "Cocktail & parties: dresses",
    "g": None,
    "h": "Ботинки зимние",
}


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A shop whose catalogue brings its own features, so that no encoder reads."""
    root = tmp_path_factory.mktemp("shop")
    items = [
        {"id": item, "category": "cd"[n % 2], "title": title, "features": [float(n), 1.0]} for n, (item, title) in enumerate(TITLES.items())
    ]
    (root / "items.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    import_catalogue(root, ReleaseStore(root / "home"), default_encoder="shipped")
    log = LogSettings(url=SecretStr(f"sqlite:{root / 'log.sqlite'}"))
    with TestClient(
        create_app(Settings(home=root / "home", log=log, keys=Keys(open_on_loopback=True))),
        base_url="http://127.0.0.1",
        client=("127.0.0.1", 5000),
    ) as opened:
        yield opened


@pytest.fixture(scope="module")
def reading(pictures: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[TestClient]:
    """A shop with pictures, and an encoder that reads."""
    home = tmp_path_factory.mktemp("reading")
    import_catalogue(pictures, ReleaseStore(home), encoder="shipped", default_encoder="shipped")
    with TestClient(create_app(Settings(home=home))) as opened:
        yield opened


def found(client: TestClient, q: str, **more: Any) -> list[str]:
    """Ids of what words find."""
    return [item["id"] for item in client.get("/items", params={"q": q, "limit": 100, **more}).json()["items"]]


@pytest.mark.parametrize(
    ("words", "ids"),
    [
        ("shirts", "ab"),
        ("shirt", "ab"),
        ("SHIRTS linen", "a"),
        ("party", "cf"),
        ("parties dress", "cf"),
        ("dresses", "cf"),
        ("scarves", "d"),
        ("hoodies", "e"),
        ("hoody", "e"),
        ("ботинки", "h"),
    ],
)
def test_singular_and_plural_are_one(shop: TestClient, words: str, ids: str) -> None:
    """In the words asked for and in titles; all of them are needed."""
    answer = shop.get("/items", params={"q": words}).json()
    assert "".join(item["id"] for item in answer["items"]) == ids
    assert "fallback" not in answer


@pytest.mark.parametrize(
    ("words", "ids", "read"),
    [
        ("shrit", "ab", "shirt"),
        ("linnen shirts", "a", "linen"),
        ("drses", "cf", "dress"),
        ("hoddies", "e", "hoodie"),
        ("ботинкы", "h", "ботинки"),
    ],
)
def test_one_slip_is_forgiven_and_told(shop: TestClient, words: str, ids: str, read: str) -> None:
    """A letter more, less, other, or swapped with the next, of a word that no title has."""
    answer = shop.get("/items", params={"q": words}).json()
    assert "".join(item["id"] for item in answer["items"]) == ids
    assert f"read as {read}" in answer["fallback"]


@pytest.mark.parametrize("words", ["shrti linnne", "rde", "linen dress", "shirt xyzzy"])
def test_what_is_further_off_finds_nothing_where_no_encoder_reads(shop: TestClient, words: str) -> None:
    """Two slips, one in a short word, and words that no one title has together."""
    assert shop.get("/items", params={"q": words}).json() == {"total": 0, "items": []}


def test_words_of_changed_items_are_known_at_once(shop: TestClient) -> None:
    """Also with a slip, and no longer once they are gone."""
    shop.patch("/items", json=[{"id": "g", "title": "Corduroy"}])
    assert found(shop, "cordury") == ["g"]
    shop.patch("/items", json=[{"id": "g", "title": None}])
    assert found(shop, "cordury") == []


def test_where_no_title_has_the_words_their_meaning_finds(reading: TestClient) -> None:
    """As /similar-items does, in its order, in pages by offset, of one category too, sorted where asked; and the answer says so."""
    asked = {"q": "blue blouse", "limit": 3}
    answer = reading.get("/items", params=asked).json()
    alike = [item["id"] for item in reading.post("/similar-items", json={"text": "blue blouse", "k": 100}).json()["items"]]
    assert [item["id"] for item in answer["items"]] == alike[:3]
    assert "no title has all of these words" in answer["fallback"]
    assert answer["total"] == len(alike)
    assert "next_cursor" not in answer
    assert found(reading, "blue blouse", offset=3, mixed=True) == alike[3:]
    assert {item.partition("-")[0] for item in found(reading, "blue blouse", category="shoes")} == {"shoes"}
    assert found(reading, "blue blouse", sort="title")[0].startswith(("black", "shoes-4"))


def test_titles_come_before_meaning(reading: TestClient) -> None:
    """Where one has the words, nothing is guessed; nor where the encoder does not know them, or turns pages."""
    answer = reading.get("/items", params={"q": "blue tops"}).json()
    assert [item["id"] for item in answer["items"]] == ["tops-2"]
    assert "fallback" not in answer
    assert found(reading, "xyzzyx") == []
    assert found(reading, "blue blouse", cursor="YQ") == []
