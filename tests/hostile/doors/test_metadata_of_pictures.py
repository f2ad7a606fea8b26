"""A picture is kept without what it says of where, when and by whom it was taken, at the door and at an import."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image, ImageCms
from PIL.PngImagePlugin import PngInfo
from starlette.testclient import TestClient

from app.ground.parts import Keys
from app.home.bare import bare
from app.home.images import ImageStore
from models.encoders.pictures import decode

Asked = Callable[..., AbstractContextManager[TestClient]]
FORMATS = ("JPEG", "PNG", "WEBP")
SECRET = b"Pobeda street 7"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def picture(kind: str, *, orientation: int | None = None, said: bool = True) -> bytes:
    """A picture, higher than wide, whose top is red; with a place, an owner and a colour profile if something is said."""
    drawn = Image.new("RGB", (40, 60), "blue")
    drawn.paste("red", (0, 0, 40, 20))
    more: dict[str, object] = {}
    exif = Image.Exif()
    if orientation is not None:
        exif[ExifTags.Base.Orientation] = orientation
    if said:
        exif[ExifTags.Base.Artist] = SECRET.decode()
        exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (55.0, 1.0, 2.0)
        more = {"icc_profile": PROFILE} if kind in {"PNG", "GIF"} else {"icc_profile": PROFILE, "xmp": b"<x>" + SECRET + b"</x>"}
        if kind in {"JPEG", "GIF"}:
            more["comment"] = SECRET
        if kind == "PNG":
            text = PngInfo()
            text.add_text("Author", SECRET.decode())
            text.add_itxt("Comment", SECRET.decode())
            more["pnginfo"] = text
    buffer = io.BytesIO()
    drawn.save(buffer, kind, **({"exif": exif} if len(exif) else {}), **more)  # type: ignore[arg-type]
    return buffer.getvalue()


@pytest.mark.parametrize("kind", FORMATS)
def test_metadata_goes_and_no_pixel_with_it(kind: str) -> None:
    """Neither place nor owner are in the file; pixels and colour profile are what they were, and a second time changes nothing."""
    given = picture(kind)
    assert SECRET in given
    kept = bare(given)
    with Image.open(io.BytesIO(kept)) as opened:
        assert not opened.getexif()
        assert opened.info["icc_profile"] == PROFILE
    assert SECRET not in kept
    assert np.array_equal(np.asarray(decode(kept)), np.asarray(decode(given)))
    assert bare(kept) == kept


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_no_colour_profile_goes(kind: str) -> None:
    """A text in its place is one that nobody looks for there; the picture looks as it did."""
    drawn, buffer = Image.new("RGB", (40, 60), "blue"), io.BytesIO()
    drawn.save(buffer, kind, icc_profile=SECRET * 20)
    assert SECRET in buffer.getvalue() or kind == "PNG"  # which packs it
    kept = bare(buffer.getvalue())
    with Image.open(io.BytesIO(kept)) as opened:
        assert "icc_profile" not in opened.info
    assert np.abs(np.asarray(decode(kept), float) - np.asarray(drawn, float)).mean() < 3
    assert bare(kept) == kept


@pytest.mark.parametrize(("kind", "kept_as"), [("GIF", "PNG"), ("AVIF", "WEBP")])
def test_other_formats_are_kept_as_those_without_what_they_say(kind: str, kept_as: str, tmp_path: Path) -> None:
    """A picture that looks the same, in a format that lies in the store."""
    given = picture(kind)
    kept = bare(given)
    with Image.open(io.BytesIO(kept)) as opened:
        assert (opened.format, opened.size) == (kept_as, (40, 60))
        assert not opened.getexif()
    assert SECRET not in kept
    assert np.abs(np.asarray(decode(kept), float) - np.asarray(decode(given), float)).mean() < 3
    name = ImageStore(tmp_path).put(given)
    assert name is not None
    assert ImageStore(tmp_path).path(name).read_bytes() == kept


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("orientation", range(2, 9))
def test_a_picture_on_its_side_is_turned_before_the_note_of_it_goes(kind: str, orientation: int) -> None:
    """As upright as a viewer showed it."""
    given = picture(kind, orientation=orientation)
    kept = bare(given)
    with Image.open(io.BytesIO(kept)) as opened:
        assert not opened.getexif()
        assert opened.info["icc_profile"] == PROFILE
    assert SECRET not in kept
    assert np.abs(np.asarray(decode(kept), float) - np.asarray(decode(given), float)).mean() < 3


@pytest.mark.parametrize("kind", FORMATS)
def test_a_picture_without_metadata_stays_the_same_bytes(kind: str) -> None:
    """And so what is known of it by its digest."""
    given = picture(kind, said=False)
    assert bare(given) == given


@pytest.mark.parametrize("kind", FORMATS)
def test_a_second_picture_behind_the_first_goes_too(kind: str) -> None:
    """As telephones append one, with metadata of its own."""
    first = picture(kind, said=False)
    assert bare(first + picture(kind)) == first


@pytest.mark.parametrize("kind", FORMATS)
def test_no_broken_file_is_too_much(kind: str) -> None:
    """Cut and altered anywhere: an answer, and no exception; what still decodes shows nothing."""
    whole, dice = picture(kind, orientation=6), np.random.default_rng(0)
    for cut in range(0, len(whole), 7):
        bare(whole[:cut])
    for _ in range(200):
        altered = bytearray(whole)
        for place in dice.integers(0, len(whole), 3):
            altered[place] = dice.integers(256)
        bare(bytes(altered))


def test_a_picture_that_is_put_is_served_bare(asked: Asked) -> None:
    """Over HTTP, from the form to the picture's address."""
    with asked(keys=Keys(open_on_loopback=True)) as client:
        image = {"base64": base64.b64encode(picture("JPEG", orientation=3)).decode()}
        sent = {"id": "mine", "category": "tops", "image": image, "features": [1.0] * 8}
        assert client.put("/items", json={"items": [sent]}).status_code == 200
        answer = client.get("/items/mine/image")
    assert SECRET not in answer.content
    assert decode(answer.content).getpixel((20, 5)) != decode(answer.content).getpixel((20, 55))
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_store_keeps_a_picture_bare(tmp_path: Path) -> None:
    """However it comes there, as by an import."""
    images = ImageStore(tmp_path)
    name = images.put(picture("JPEG"))
    assert name is not None
    assert SECRET not in images.path(name).read_bytes()
