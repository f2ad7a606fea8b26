"""Items that are not of the catalogue: pictures and titles sent along."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest
from starlette.testclient import TestClient

from app.ground.parts import Limits
from app.ground.settings import Settings
from app.main import create_app
from models.errors import EncoderError

Photo = Callable[..., dict[str, Any]]


def huge_png() -> bytes:
    """A PNG of a few bytes whose header says 40,000 x 40,000."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


def test_a_photo_of_a_catalogue_item_is_most_like_that_item(picture_client: TestClient, pictures: Path, photo: Photo) -> None:
    """The way of a photo and the way of the catalogue give the same features."""
    sent = photo((pictures / "tops-2.jpg").read_bytes())
    items = picture_client.post("/similar-items", json={"item": sent, "k": 1}).json()["items"]
    assert items[0]["id"] == "tops-2"
    assert items[0]["score"] == pytest.approx(1, abs=1e-2)


def test_a_photo_completes_as_the_item_it_shows(picture_client: TestClient, pictures: Path, photo: Photo) -> None:
    """Suggestions do not depend on whether the item came by id or by photo; `why` names the photo by its field."""
    by_photo = {"items": [photo((pictures / "tops-2.jpg").read_bytes())], "slots": ["shoes"], "k": 3, "explain": True}
    by_id = {**by_photo, "items": ["tops-2"]}
    [one], [other] = (picture_client.post("/complete-outfit", json=body).json()["slots"] for body in (by_photo, by_id))
    assert [item["id"] for item in one["items"]] == [item["id"] for item in other["items"]]
    assert one["items"][0]["why"][0]["with"] == "items[0]"


def test_a_photo_without_a_category_is_taken_for_what_it_looks_like(picture_client: TestClient, pictures: Path, photo: Photo) -> None:
    """And it is told for what; a title alone tells none."""
    shown = {"image": photo((pictures / "tops-2.jpg").read_bytes())["image"]}
    answer = picture_client.post("/complete-outfit", json={"items": [shown], "slots": ["shoes"], "k": 3}).json()
    told = picture_client.post("/complete-outfit", json={"items": [{**shown, "category": "tops"}], "slots": ["shoes"], "k": 3}).json()
    assert (answer["taken_for"], "taken_for" in told) == ({"items[0]": "tops"}, False)
    assert answer["slots"] == told["slots"]
    scores = picture_client.post("/score-outfit", json={"outfits": [{"items": ["shoes-1", shown]}]}).json()["outfits"]
    assert scores[0]["taken_for"] == {"outfits[0].items[1]": "tops"}
    untold = picture_client.post("/complete-outfit", json={"items": [{"title": "a red top"}]})
    assert (untold.status_code, "a title needs its category" in untold.json()["detail"]) == (422, True)


def test_an_encoder_that_cannot_be_had_is_not_promised_for_later(
    picture_home: Path, photo: Photo, jpeg: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """503 without Retry-After for a photo, which says why; ids are answered."""

    def missing(spec: str, _: object) -> NoReturn:
        msg = f"{spec}: no such weights"
        raise EncoderError(msg)

    monkeypatch.setattr("app.release.photo_encoder.load_encoder", missing)
    with TestClient(create_app(Settings(home=picture_home))) as client:
        answer = client.post("/complete-outfit", json={"items": [photo(jpeg("red"))], "slots": ["shoes"]})
        assert (answer.status_code, answer.json()["type"]) == (503, "/problems/encoder-unavailable")
        assert "no such weights" in answer.json()["detail"]
        assert "retry-after" not in answer.headers
        assert client.post("/complete-outfit", json={"items": ["tops-2"], "slots": ["shoes"]}).status_code == 200


def test_a_data_url_is_taken(picture_client: TestClient, photo: Photo, jpeg: Callable[..., bytes]) -> None:
    """What a browser's canvas gives works as it is."""
    sent = photo(jpeg("red"))
    sent["image"]["base64"] = "data:image/jpeg;base64," + sent["image"]["base64"]
    assert picture_client.post("/score-outfit", json={"outfits": [{"items": [sent, "shoes-1"]}]}).status_code == 200


def bad_pictures(jpeg: Callable[..., bytes]) -> dict[str, bytes]:
    """Pictures that cannot be used, by what is wrong with them."""
    return {
        "huge": huge_png(),
        "truncated": jpeg("red", (200, 200))[:700],
        "text": b"I am a text named shirt.jpg",
        "empty image": b"\xff\xd8\xff",
    }


@pytest.mark.parametrize("what", ["huge", "truncated", "text", "empty image"])
def test_a_bad_picture_is_422_naming_its_field(picture_client: TestClient, photo: Photo, jpeg: Callable[..., bytes], what: str) -> None:
    """Field, size and reason; and the service goes on."""
    answer = picture_client.post("/complete-outfit", json={"items": ["shoes-1", photo(bad_pictures(jpeg)[what])]})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["type"] == "/problems/bad-picture"
    assert answer.json()["errors"][0]["field"] == "items[1].image.base64"
    assert picture_client.get("/readyz").status_code == 200


def test_base64_is_read_however_a_client_writes_it(picture_client: TestClient, pictures: Path, photo: Photo) -> None:
    """In lines, as Android does; of the alphabet for addresses; without padding."""
    picture = (pictures / "tops-2.jpg").read_bytes()
    forms = (base64.encodebytes(picture), base64.urlsafe_b64encode(picture), base64.b64encode(picture).rstrip(b"="))
    for form in forms:
        sent = {**photo(picture), "image": {"base64": form.decode()}}
        assert picture_client.post("/similar-items", json={"item": sent, "k": 1}).json()["items"][0]["id"] == "tops-2"


@pytest.mark.parametrize("text", ["!!!", "data:image/png;base64", "é", "abc"])
def test_what_is_not_base64_is_422(picture_client: TestClient, text: str) -> None:
    """Told as what it is, not as a broken picture."""
    answer = picture_client.post("/similar-items", json={"item": {"image": {"base64": text}, "category": "tops"}})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "item.image.base64"


def test_a_photo_of_an_unknown_category_is_404(picture_client: TestClient, photo: Photo, jpeg: Callable[..., bytes]) -> None:
    """With the nearest category there is."""
    answer = picture_client.post("/complete-outfit", json={"items": [photo(jpeg("red"), "shoos")]})
    assert answer.status_code == 404
    assert "did you mean 'shoes'" in answer.json()["errors"][0]["problem"]


def test_a_catalogue_with_its_own_features_takes_no_photos(client: TestClient, photo: Photo, jpeg: Callable[..., bytes]) -> None:
    """Nothing here could make features of that kind."""
    answer = client.post("/complete-outfit", json={"items": [photo(jpeg("red"))]})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/no-encoder"


def test_more_photos_than_the_limit_are_refused(picture_home: Path, photo: Photo, jpeg: Callable[..., bytes]) -> None:
    """Encoding is the dearest work there is."""
    settings = Settings(home=picture_home, limits=Limits(max_photos=1))
    with TestClient(create_app(settings)) as client:
        answer = client.post("/complete-outfit", json={"items": [photo(jpeg("red")), photo(jpeg("blue"))]})
    assert answer.status_code == 422
    assert answer.json()["type"] == "/problems/limit-exceeded"
