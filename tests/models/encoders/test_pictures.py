"""Untrusted pictures."""

from __future__ import annotations

import io
import struct
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from models.encoders.pictures import decode
from models.errors import ImageError


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    """The bytes of a picture."""
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def header(width: int, height: int) -> bytes:
    """A PNG that claims a size and has no pixels."""

    def chunk(name: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    size = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def refusal(data: bytes, **limits: int) -> str:
    """Why a picture is refused, in one line."""
    with pytest.raises(ImageError) as caught:
        decode(data, **limits)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "GIF", "AVIF"])
def test_accepted_formats_come_out_as_rgb(kind: str) -> None:
    """Colour and size survive."""
    picture = decode(encoded(Image.new("RGB", (7, 5), (200, 30, 40)), kind))
    assert (picture.mode, picture.size) == ("RGB", (7, 5))
    assert np.abs(np.asarray(picture, dtype=int) - (200, 30, 40)).max() < 12


@pytest.mark.parametrize("size", [(100_000, 100_000), (20_000, 20_000), (7000, 7000)])
def test_a_huge_header_is_refused_before_a_pixel_is_decoded(size: tuple[int, int]) -> None:
    """A few bytes cannot ask for gigabytes, whether or not Pillow would warn."""
    assert "pixels; scale it down" in refusal(header(*size))


def test_the_limit_is_the_callers() -> None:
    """Just at the limit is accepted, one more is not."""
    data = encoded(Image.new("RGB", (10, 10)))
    assert decode(data, max_pixels=100).size == (10, 10)
    assert "10 x 10: more than 99 pixels" in refusal(data, max_pixels=99)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_a_truncated_picture_is_refused(kind: str) -> None:
    """Half a picture is no picture."""
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    assert "decoded" in refusal(data[: len(data) // 2])


@pytest.mark.parametrize("data", [b"hello, I am a text file", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x00" * 100])
def test_what_is_no_picture_is_refused(data: bytes) -> None:
    """The message shows its first bytes and says what to send instead."""
    assert refusal(data).endswith("send JPEG, PNG, WEBP, GIF, AVIF")


def test_a_picture_without_a_pixel_is_not_called_something_else() -> None:
    """Its first bytes are a PNG's, so the message says that the picture cannot be read."""
    assert refusal(header(0, 0)).startswith("not a picture that can be read")


@pytest.mark.parametrize("kind", ["BMP", "TIFF", "ICO", "PPM"])
def test_other_formats_are_refused(kind: str) -> None:
    """Each decoder is a door; only five are open."""
    assert refusal(encoded(Image.new("RGB", (8, 8)), kind)).startswith("not a picture")


def test_no_bytes_are_refused() -> None:
    """The message says that the picture is empty."""
    assert refusal(b"") == "the picture is empty (0 bytes)"


def test_transparency_becomes_white() -> None:
    """Half transparent red on white is pink."""
    image = Image.new("RGBA", (4, 4), (255, 0, 0, 0))
    image.putpixel((0, 0), (255, 0, 0, 128))
    pixels = np.asarray(decode(encoded(image)), dtype=int)
    assert tuple(pixels[1, 1]) == (255, 255, 255)
    assert np.abs(pixels[0, 0] - (255, 127, 127)).max() <= 1


def test_a_transparent_palette_becomes_white() -> None:
    """A transparent colour of a palette becomes white, too."""
    image = Image.new("P", (4, 4), 0)
    image.putpalette([0, 0, 0, 255, 0, 0])
    image.putpixel((0, 0), 1)
    pixels = np.asarray(decode(encoded(image, transparency=0)))
    assert [tuple(pixels[0, 0]), tuple(pixels[2, 2])] == [(255, 0, 0), (255, 255, 255)]


def test_a_phones_picture_is_turned_upright() -> None:
    """EXIF orientation 6: the camera was held upright."""
    image = Image.new("RGB", (20, 10), "black")
    image.paste("white", (0, 0, 10, 10))
    exif = Image.Exif()
    exif[0x0112] = 6
    upright = decode(encoded(image, "JPEG", exif=exif, quality=95))
    assert upright.size == (10, 20)
    assert np.asarray(upright)[:8].mean() > 240
    assert np.asarray(upright)[12:].mean() < 15


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_orientation_is_turned_as_pillow_turns_it(orientation: int) -> None:
    """Mirrored ones too; the picture has no symmetry, so each orientation differs."""
    image = Image.fromarray(np.arange(6 * 4 * 3, dtype=np.uint8).reshape(4, 6, 3))
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encoded(image, exif=exif)
    assert np.array_equal(np.asarray(decode(data)), np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data)))))


def test_odd_exif_beside_the_orientation_costs_nothing() -> None:
    """The width as text, as some cameras write it: the picture is there all the same, and upright."""
    entries = struct.pack("<HHI4s", 0x0100, 2, 4, b"20 \0") + struct.pack("<HHIHH", 0x0112, 3, 1, 6, 0)
    exif = b"Exif\0\0II*\0" + struct.pack("<IH", 8, 2) + entries + struct.pack("<I", 0)
    assert decode(encoded(Image.new("RGB", (20, 10)), "JPEG", exif=exif)).size == (10, 20)


@pytest.mark.parametrize("mode", ["L", "1", "P"])
def test_grey_and_palette_pictures_become_rgb(mode: str) -> None:
    """With three equal channels where they were grey."""
    pixels = np.asarray(decode(encoded(Image.new("L", (4, 4), 255).convert(mode))))
    assert pixels.shape == (4, 4, 3)
    assert (pixels == 255).all()


def test_sixteen_bits_keep_their_greys() -> None:
    """Middle grey stays middle grey, rather than all but black turning white."""
    deep = np.full((4, 4), 0x8000, dtype=np.uint16)
    deep[0] = 0x4000
    pixels = np.asarray(decode(encoded(Image.fromarray(deep))), dtype=int)
    assert abs(pixels[2, 2, 0] - 128) <= 1
    assert abs(pixels[0, 0, 0] - 64) <= 1


def test_inks_become_rgb() -> None:
    """A CMYK JPEG, as printers send."""
    assert decode(encoded(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "JPEG")).mode == "RGB"


@pytest.mark.parametrize("size", [(1, 51), (5000, 99)])
def test_a_picture_too_thin_to_be_scaled_is_refused(size: tuple[int, int]) -> None:
    """An encoder's own resizing would leave nothing of its shorter side; up to fifty times is fine."""
    assert (
        refusal(encoded(Image.new("RGB", size)))
        == f"the picture is {size[0]} x {size[1]}: one side is more than 50 times the other; crop it"
    )
    assert decode(encoded(Image.new("RGB", (1, 50)))).size == (1, 50)
