"""One garment in every form that shops send: all of them look the same, and are the same to an encoder."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import Any, Final

import numpy as np
import pytest
import torch
from PIL import Image, ImageCms, ImageDraw

from models.encoders.load import load_encoder
from models.encoders.pictures import check_size, decode
from models.errors import ImageError

WHITE: Final = (255, 255, 255)


def garment(background: str | tuple[int, ...] = "white", mode: str = "RGB") -> Image.Image:
    """A red coat with dark seams, on its own."""
    picture = Image.new(mode, (240, 320), background)
    draw = ImageDraw.Draw(picture)
    draw.polygon(
        [(60, 30), (180, 30), (235, 130), (200, 150), (180, 110), (190, 300), (50, 300), (60, 110), (40, 150), (5, 130)], (180, 30, 41)
    )
    draw.line([(120, 30), (120, 300)], (60, 10, 16), 5)
    return picture


def encoded(picture: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The bytes of a picture."""
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def see_through() -> Image.Image:
    """The garment on nothing; what is not seen is black."""
    picture = garment().convert("RGBA")
    unseen = np.asarray(picture).copy()
    unseen[(unseen[..., :3] == 255).all(axis=2)] = 0
    return Image.fromarray(unseen)


def palette() -> bytes:
    """Of a few colours, one of which is not seen."""
    picture = see_through().convert("RGB").quantize(8)
    unseen = picture.getpixel((0, 0))
    return encoded(picture, transparency=unseen)


def deep() -> bytes:
    """16 bits a channel, with transparency, as Pillow does not write it."""
    pixels = np.asarray(see_through()).astype(">u2") * 257
    lines = b"".join(b"\0" + line.tobytes() for line in pixels)
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 240, 320, 16, 6, 0, 0, 0)), (b"IDAT", zlib.compress(lines)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


def turned(orientation: int = 6) -> bytes:
    """As a phone keeps it, on its side."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(garment().transpose(Image.Transpose.ROTATE_90), "JPEG", quality=95, exif=exif)


def moving(kind: str) -> bytes:
    """The garment first, then something else."""
    return encoded(garment(), kind, save_all=True, append_images=[Image.new("RGB", (240, 320), "green")], duration=100, loop=0)


def of_another_space() -> bytes:
    """In a space whose red is another: the numbers differ, and the look does not."""
    wide, srgb = ImageCms.ImageCmsProfile(io.BytesIO(wide_profile())), ImageCms.createProfile("sRGB")
    picture = ImageCms.profileToProfile(garment(), srgb, wide, outputMode="RGB")
    assert picture is not None
    return encoded(picture, icc_profile=wide_profile())


def wide_profile() -> bytes:
    """A profile of sRGB's curve and white whose red and green are swapped for a wider triangle: a made-up space (ICC.1, matrix/TRC)."""

    def fixed(*values: float) -> bytes:
        return struct.pack(f">{len(values)}i", *(round(value * 65_536) for value in values))

    def xyz(*values: float) -> bytes:
        return b"XYZ \0\0\0\0" + fixed(*values)

    text = b"made-up"
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", len(text) + 1) + text + b"\0" + bytes(78 + 1),
        b"wtpt": xyz(0.9642, 1.0, 0.8249),
        b"rXYZ": xyz(0.6097, 0.3111, 0.0195),  # those of Adobe RGB (1998), adapted to D50
        b"gXYZ": xyz(0.2053, 0.6257, 0.0609),
        b"bXYZ": xyz(0.1492, 0.0632, 0.7446),
        **{name: b"curv\0\0\0\0" + struct.pack(">IH", 1, round(2.2 * 256)) for name in (b"rTRC", b"gTRC", b"bTRC")},
    }
    table, body = struct.pack(">I", len(tags)), b""
    start = 128 + 4 + 12 * len(tags)
    for name, tag in tags.items():
        table += name + struct.pack(">II", start + len(body), len(tag))
        body += tag + bytes(-len(tag) % 4)
    head = struct.pack(">I4sI4s4s4s", start + len(body), b"lcms", 0x02200000, b"mntr", b"RGB ", b"XYZ ") + bytes(12) + b"acsp" + bytes(28)
    head += fixed(0.9642, 1.0, 0.8249)
    return head + bytes(128 - len(head)) + table + body


FORMS: Final[dict[str, Callable[[], bytes]]] = {
    "JPEG": lambda: encoded(garment(), "JPEG", quality=95),
    "WebP": lambda: encoded(garment(), "WEBP", quality=95),
    "AVIF": lambda: encoded(garment(), "AVIF", quality=90),
    "GIF": lambda: encoded(garment(), "GIF"),
    "CMYK": lambda: encoded(garment().convert("CMYK"), "JPEG", quality=95),
    "transparent": lambda: encoded(see_through()),
    "transparent WebP": lambda: encoded(see_through(), "WEBP", lossless=True),
    "transparent AVIF": lambda: encoded(see_through(), "AVIF", quality=90),
    "palette": lambda: encoded(garment().quantize(8)),
    "palette with a colour that is not seen": palette,
    "16 bits": deep,
    "on its side": turned,
    "animated GIF": lambda: moving("GIF"),
    "animated WebP": lambda: moving("WEBP"),
    "animated PNG": lambda: moving("PNG"),
    "another colour space": of_another_space,
    "larger": lambda: encoded(garment().resize((1200, 1600), Image.Resampling.LANCZOS), "JPEG", quality=95),
}


@pytest.fixture(scope="module")
def features() -> Callable[[bytes], Any]:
    """The features of a picture, of length one."""
    encoder = load_encoder("shipped", torch.device("cpu"))

    def found(data: bytes) -> Any:
        vector = encoder.encode([data], [None])[0]
        return vector / np.linalg.norm(vector)

    return found


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_the_same_garment(features: Callable[[bytes], Any], form: str) -> None:
    """To the eye, and to the encoder."""
    data = FORMS[form]()
    seen = np.asarray(decode(data).resize((240, 320)), dtype=int)
    assert np.abs(seen - np.asarray(garment(), dtype=int)).mean() < 3
    assert np.abs(seen[200, 90] - (180, 30, 41)).max() < 8
    assert float(features(data) @ features(encoded(garment()))) >= 0.999


def test_a_space_that_is_not_minded_would_look_otherwise() -> None:
    """So that the test above says something."""
    data = of_another_space()
    plain = np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), dtype=int)[200, 90]
    assert np.abs(plain - (180, 30, 41)).max() > 15


def test_shades_of_grey_are_the_same_in_8_and_16_bits(features: Callable[[bytes], Any]) -> None:
    """And with transparency."""
    grey = garment().convert("L")
    deep_grey = Image.fromarray(np.asarray(grey).astype(np.uint16) * 257)
    forms = [encoded(grey), encoded(deep_grey), encoded(see_through().convert("LA"))]
    for data in forms[1:]:
        assert float(features(data) @ features(forms[0])) >= 0.999


@pytest.mark.parametrize("profile", [b"no profile", wide_profile()[:200], b"\0" * 5_000])
def test_a_broken_profile_harms_nobody(profile: bytes) -> None:
    """The picture is shown as if it had none."""
    seen = np.asarray(decode(encoded(garment(), icc_profile=profile)), dtype=int)
    assert (seen == np.asarray(garment())).all()


def test_a_profile_of_another_kind_of_colours_is_not_used() -> None:
    """One for grey, on a picture in colours."""
    profile = wide_profile().replace(b"RGB ", b"GRAY", 1)
    assert (np.asarray(decode(encoded(garment(), icc_profile=profile))) == np.asarray(garment())).all()


def test_the_size_is_known_before_a_pixel_is_decoded() -> None:
    """From the header alone."""
    data = encoded(Image.new("RGB", (300, 200)), "JPEG")
    check_size(data[: len(data) // 2], max_pixels=60_000)
    with pytest.raises(ImageError, match="300 x 200: more than 59,999 pixels"):
        check_size(data, max_pixels=59_999)
    with pytest.raises(ImageError, match="not a picture"):
        check_size(b"<html>")
