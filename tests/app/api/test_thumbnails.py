"""Pictures as small as they are shown."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from starlette.testclient import TestClient

from app.catalogue.importing import import_catalogue
from app.ground.settings import Settings
from app.home.store import ReleaseStore
from app.home.thumbnails import WIDTHS
from app.main import create_app

BROWSER = {"Accept": "image/avif,image/webp,image/png,image/*;q=0.8,*/*;q=0.5"}


def studio(width: int = 1500, height: int = 2000) -> bytes:
    """A picture as a photographer sends it: large, and full of fine grain."""
    rng = np.random.default_rng(1)
    grain = rng.normal(0, 12, (height, width, 1)) + np.linspace(80, 220, width)[None, :, None] + np.array([30.0, 0, -30])
    buffer = io.BytesIO()
    Image.fromarray(grain.clip(0, 255).astype(np.uint8)).save(buffer, "JPEG", quality=95)
    return buffer.getvalue()


def sideways() -> bytes:
    """A phone's picture; the half that is up is white."""
    picture = Image.new("RGB", (600, 300), "black")
    picture.paste("white", (0, 0, 300, 300))
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


def see_through() -> bytes:
    """A red disc on nothing."""
    buffer = io.BytesIO()
    Image.new("RGBA", (300, 300), (0, 0, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of a studio's picture, a phone's, one that is transparent, and a tiny one."""
    data, home = tmp_path_factory.mktemp("shop"), tmp_path_factory.mktemp("home")
    tiny = io.BytesIO()
    Image.new("RGB", (60, 80), "navy").save(tiny, "GIF")
    pictures = {"a/b": studio(), "phone": sideways(), "clear": see_through(), "tiny": tiny.getvalue()}
    for number, picture in enumerate(pictures.values()):
        (data / f"{number}.jpg").write_bytes(picture)
    lines = [{"id": name, "category": "tops", "image": f"{number}.jpg"} for number, name in enumerate(pictures)]
    (data / "items.jsonl").write_text("".join(json.dumps(line) + "\n" for line in [*lines, {"id": "none", "category": "tops"}]))
    import_catalogue(data, ReleaseStore(home), default_encoder="shipped")
    return home


@pytest.fixture(scope="module")
def client(home: Path) -> Iterator[TestClient]:
    """The service."""
    with TestClient(create_app(Settings(home=home))) as opened:
        yield opened


def pixels(answer: Any) -> Image.Image:
    """The picture of an answer."""
    return Image.open(io.BytesIO(answer.content))


@pytest.mark.parametrize(("asked", "given"), [(1, 128), (111, 128), (128, 128), (129, 256), (500, 512), (1024, 1024)])
def test_the_next_larger_width_is_given(client: TestClient, asked: int, given: int) -> None:
    """Of a few, so that each is made once."""
    answer = client.get("/items/a%2Fb/image", params={"width": asked}, headers=BROWSER)
    assert answer.status_code == 200
    assert pixels(answer).size == (given, round(given * 4 / 3))


def test_a_studio_picture_does_not_travel_to_a_tile(client: TestClient) -> None:
    """Megabytes become kilobytes."""
    whole, small = (client.get("/items/a%2Fb/image", params=params, headers=BROWSER) for params in ({}, {"width": 111}))
    assert len(whole.content) > 1_000_000
    assert len(small.content) < 12_000


def test_webp_is_for_those_who_name_it(client: TestClient) -> None:
    """Everyone else gets a JPEG; caches are told that it depends."""
    for headers, media in ((BROWSER, "image/webp"), ({"Accept": "*/*"}, "image/jpeg"), ({"Accept": "image/webp;q=0"}, "image/jpeg")):
        answer = client.get("/items/a%2Fb/image?width=128", headers=headers)
        assert answer.headers["content-type"] == media
        assert "Accept" in answer.headers["vary"].split(", ")
        assert pixels(answer).format == media.removeprefix("image/").upper()


def test_a_picture_is_not_enlarged(client: TestClient) -> None:
    """A small one comes as large as it is, whatever the shop's format was."""
    answer = client.get("/items/tiny/image?width=512")
    assert pixels(answer).size == (60, 80)
    assert client.get("/items/tiny/image").headers["content-type"] == "image/png"


def test_thumbnails_are_upright_and_on_white(client: TestClient) -> None:
    """As the encoder sees them."""
    upright = pixels(client.get("/items/phone/image?width=128")).convert("L")
    assert upright.size == (128, 256)
    assert np.asarray(upright)[:100].mean() > 240
    assert np.asarray(upright)[150:].mean() < 20
    assert np.asarray(pixels(client.get("/items/clear/image?width=128"))).min() > 250


@pytest.mark.parametrize("width", ["0", "-1", "1025", "99999999999999999999", "wide", "", "1.5"])
def test_a_wrong_width_is_refused(client: TestClient, width: str) -> None:
    """The field is named, with its bound."""
    answer = client.get("/items/tiny/image", params={"width": width})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "width"


def test_each_is_made_once(client: TestClient, home: Path) -> None:
    """And lies in the home."""
    first = client.get("/items/phone/image?width=512")
    made = list((home / "thumbnails").glob("*/*-512.jpg"))
    before = [path.stat().st_mtime_ns for path in made]
    assert client.get("/items/phone/image?width=400").content == first.content
    assert made
    assert [path.stat().st_mtime_ns for path in made] == before


def test_a_client_that_has_it_is_told_so(client: TestClient) -> None:
    """By a strong tag, another for each width and kind."""
    tags = set()
    for params in ({}, {"width": 128}, {"width": 256}):
        for headers in (BROWSER, {"Accept": "*/*"}):
            answer = client.get("/items/tiny/image", params=params, headers=headers)
            tags.add(answer.headers["etag"])
            again = client.get("/items/tiny/image", params=params, headers={**headers, "If-None-Match": answer.headers["etag"]})
            assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
            assert again.headers.get("vary") == answer.headers.get("vary")
    assert len(tags) == 5
    assert all(tag.startswith('"') for tag in tags)


def test_what_is_addressed_by_content_is_kept_for_ever(client: TestClient) -> None:
    """As answers address it; another version, or none, is asked for again."""
    address = client.get("/items/a%2Fb").json()["thumbnail_url"]
    answer = client.get(address)
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert pixels(answer).width == 256
    for other in ("/items/a%2Fb/image?width=256", "/items/a%2Fb/image?width=256&v=", "/items/a%2Fb/image?v=0123456789abcdef"):
        assert client.get(other).headers["cache-control"] == "public, max-age=3600"
    assert "immutable" not in client.get(address[:-10]).headers["cache-control"]
    assert "immutable" in client.get(address.replace("width=256&", "")).headers["cache-control"]


def test_every_answer_says_where_the_thumbnail_is(client: TestClient) -> None:
    """Pages, similar items; an item without a picture says nothing."""
    items = client.get("/items").json()["items"]
    assert {item["id"]: "thumbnail_url" in item for item in items} == {
        "a/b": True,
        "phone": True,
        "clear": True,
        "tiny": True,
        "none": False,
    }
    assert "thumbnail_url" in client.post("/similar-items", json={"item": "phone"}).json()["items"][0]


def test_no_item_no_picture_no_thumbnail(client: TestClient) -> None:
    """404, by name."""
    for path in ("/items/none/image?width=128", "/items/ghost/image?width=128"):
        answer = client.get(path)
        assert answer.status_code == 404
        assert answer.json()["errors"][0]["field"] == "item_id"


def test_a_full_disk_costs_time_alone(client: TestClient, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The thumbnail is sent all the same."""

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.home.thumbnails.replacing", full)
    assert client.get("/items/clear/image?width=1024").status_code == 200
    assert not list((home / "thumbnails").glob("*/*-1024.jpg"))
    assert WIDTHS[-1] == 1024
