"""A photo of a whole person in POST /score-outfit."""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.main import create_app

ENCODER = "backbone:shufflenet_v2_x0_5"


def person(width: int = 60, height: int = 200) -> bytes:
    """A person in a red top, blue trousers and black shoes."""
    picture = Image.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    for first, last, colour in ((4, 9, "red"), (9, 15, "blue"), (15, 18, "black")):
        draw.rectangle((15, height * first // 20, 45, height * last // 20), fill=colour)
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG")
    return buffer.getvalue()


def outfit(data: bytes) -> dict[str, Any]:
    """A photo as an outfit of a request."""
    return {"photo": {"base64": base64.b64encode(data).decode()}}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, jpeg: Callable[..., bytes]) -> Path:
    """Tops, bottoms and shoes with pictures. Read only."""
    root = tmp_path_factory.mktemp("people")
    (root / "shop").mkdir()
    lines = []
    for category in ("tops", "bottoms", "shoes"):
        for colour in ("red", "blue", "black"):
            name = f"{category}-{colour}.jpg"
            (root / "shop" / name).write_bytes(jpeg(colour))
            lines.append({"id": f"{category}-{colour}", "category": category, "image": name})
    (root / "shop" / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines))
    import_catalogue(root / "shop", ReleaseStore(root / "home"), default_encoder=ENCODER)
    return root / "home"


@pytest.fixture(scope="module")
def people(home: Path) -> Iterator[TestClient]:
    """The service over it."""
    with TestClient(create_app(Settings(home=home))) as opened:
        yield opened


def test_a_photo_is_cut_by_height_and_the_cut_is_shown(people: TestClient) -> None:
    """Tops from strip 4 to 12 of twenty, bottoms 8 to 17, shoes 14 to 18, over the whole width."""
    answer = people.post("/score-outfit", json={"outfits": [outfit(person()), {"items": ["tops-red", "shoes-black"]}], "explain": True})
    assert answer.status_code == 200, answer.text
    whole, items = answer.json()["outfits"]
    edges = {"tops": (40, 120), "bottoms": (80, 170), "shoes": (140, 180)}
    assert whole["cut"] == [
        {"item": f"outfits[0].photo.{name}", "category": name, "left": 0, "top": top, "right": 60, "bottom": bottom}
        for name, (top, bottom) in edges.items()
    ]
    assert whole["score"] is not None
    assert {item for pair in whole["pairs"] for item in pair["items"]} == {f"outfits[0].photo.{name}" for name in edges}
    assert "cut" not in items


def test_a_photo_scores_as_its_parts_do(people: TestClient) -> None:
    """Sent as three items, the same cuts make the same outfit."""
    picture, parts = Image.open(io.BytesIO(person())), []
    for category, top, bottom in (("tops", 40, 120), ("bottoms", 80, 170), ("shoes", 140, 180)):
        buffer = io.BytesIO()
        picture.crop((0, top, 60, bottom)).save(buffer, "JPEG", quality=95)
        parts.append({"image": {"base64": base64.b64encode(buffer.getvalue()).decode()}, "category": category})
    outfits = people.post("/score-outfit", json={"outfits": [outfit(person()), {"items": parts}]}).json()["outfits"]
    assert outfits[0]["score"] == pytest.approx(outfits[1]["score"], abs=1e-5)


def test_the_strips_are_a_setting(home: Path) -> None:
    """Other categories, in any case, and edges; what the shop does not have is left out."""
    settings = Settings(home=home, photo_cut={"Tops": (0, 10), "hats": (0, 2), "shoes": (10, 20)})
    with TestClient(create_app(settings)) as opened:
        cut = opened.post("/score-outfit", json={"outfits": [outfit(person())]}).json()["outfits"][0]["cut"]
    assert [(one["category"], one["top"], one["bottom"]) for one in cut] == [("tops", 0, 100), ("shoes", 100, 200)]


def test_a_shop_without_those_categories_names_the_setting(home: Path) -> None:
    """What a photo shows cannot be placed."""
    with TestClient(create_app(Settings(home=home, photo_cut={"tops": (0, 10), "gowns": (10, 20)}))) as opened:
        answer = opened.post("/score-outfit", json={"outfits": [outfit(person())]})
    assert answer.status_code == 404
    assert "gowns" in answer.json()["detail"]
    assert "ATTIRE_PHOTO_CUT" in answer.json()["detail"]


def test_a_broken_photo_is_named(people: TestClient) -> None:
    """By its field."""
    answer = people.post("/score-outfit", json={"outfits": [outfit(b"no picture at all")]})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "outfits[0].photo.base64")


def test_a_photo_too_flat_to_cut_is_named_as_it_was_sent(people: TestClient) -> None:
    """By the field of the request and the size of the whole, not by those of a part."""
    buffer = io.BytesIO()
    Image.new("RGB", (1000, 60), "red").save(buffer, "PNG")
    answer = people.post("/score-outfit", json={"outfits": [outfit(buffer.getvalue())]})
    [error] = answer.json()["errors"]
    assert (answer.status_code, error["field"]) == (422, "outfits[0].photo.base64")
    assert "1000 x 60: too flat to cut shoes out of" in error["problem"]


def test_too_many_photos_are_refused_before_any_is_read(people: TestClient) -> None:
    """Each counts as often as it is cut."""
    answer = people.post("/score-outfit", json={"outfits": [outfit(b"not read")] * 6})
    assert (answer.status_code, answer.json()["type"]) == (422, "/problems/limit-exceeded")


@pytest.mark.parametrize("body", [{}, {"items": ["tops-red"], **outfit(b"x")}])
def test_an_outfit_is_either_items_or_a_photo(people: TestClient, body: dict[str, Any]) -> None:
    """Neither and both are told."""
    answer = people.post("/score-outfit", json={"outfits": [body]})
    assert answer.status_code == 422
    assert "either items or a photo" in answer.text


def test_a_tiny_photo_is_cut_too(people: TestClient) -> None:
    """No part is empty, however small the picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (5, 3), "red").save(buffer, "PNG")
    assert people.post("/score-outfit", json={"outfits": [outfit(buffer.getvalue())]}).status_code == 200
