"""Pictures whose files are of very many tiny parts, each of which is a step of Python for whoever opens them."""

from __future__ import annotations

import base64
import io
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image

from app.home.bare import bare
from app.recommend.cost import of_pictures
from models.encoders.opened import opened
from models.encoders.pictures import DEFAULT_MAX_PIXELS, check_size, decode
from models.errors import ImageError

PARTS = 60_000
DRAWN = Image.fromarray(np.random.default_rng(3).integers(0, 255, (60, 48, 3), dtype=np.uint8))


def encoded(kind: str, **options: object) -> bytes:
    """The bytes of a picture."""
    buffer = io.BytesIO()
    DRAWN.save(buffer, kind, **options)
    return buffer.getvalue()


def jpeg(part: bytes, count: int = PARTS) -> bytes:
    """A JPEG with something many times before its pixels."""
    data = encoded("JPEG")
    return data[:2] + part * count + data[2:]


def png(name: bytes, *, behind: bool = False, count: int = PARTS) -> bytes:
    """A PNG with an empty chunk many times before its pixels, or behind them."""
    data = encoded("PNG")
    at = len(data) - 12 if behind else 33
    return data[:at] + (struct.pack(">I", 0) + name + struct.pack(">I", zlib.crc32(name))) * count + data[at:]


def gif(part: bytes) -> bytes:
    """A GIF, with something many times between its colours and its pixels."""
    data = encoded("GIF")
    at = 13 + 3 * 2 ** ((data[10] & 7) + 1)
    return data[:at] + part * PARTS + data[at:]


def webp() -> bytes:
    """A WebP with an unknown, empty chunk many times."""
    body = encoded("WEBP")[12:] + b"ABCD\0\0\0\0" * PARTS
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def scans() -> bytes:
    """A JPEG whose last scan comes many times."""
    data = encoded("JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * 600 + data[-2:]


def in_small_parts() -> bytes:
    """A PNG whose pixels come in parts of 256 bytes."""
    lines = b"".join(b"\0" + np.random.default_rng(line).bytes(3 * 1000) for line in range(1000))
    pixels = zlib.compress(lines, 0)
    parts = [(b"IDAT", pixels[at : at + 256]) for at in range(0, len(pixels), 256)]
    chunks = [(b"IHDR", struct.pack(">IIBBBBB", 1000, 1000, 8, 2, 0, 0, 0)), *parts, (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in chunks
    )


MANY = {
    "JPEG, notes": jpeg(b"\xff\xe9\0\2"),
    "JPEG, EXIF": jpeg(b"\xff\xe1\0\x0eExif\0\0II*\0\0\0"),
    "JPEG, profiles": jpeg(b"\xff\xe2\0\x11ICC_PROFILE\0\1\1a"),
    "JPEG, fill": jpeg(b"\xff"),
    "JPEG, junk": jpeg(b"\xff\xe9\0\2" + b"\0" * 9),
    "JPEG, scans": scans(),
    "PNG, texts": png(b"tEXt"),
    "PNG, unknown": png(b"prVt"),
    "GIF, notes": gif(b"!\xfe\1a\0"),
    "GIF, junk": gif(b"\0"),
    "WebP, unknown": webp(),
}


@pytest.mark.parametrize("kind", MANY)
def test_a_file_of_very_many_parts_is_refused_at_once(kind: str) -> None:
    """Some took minutes of a thread that nothing could stop; the refusal says what to do."""
    began = time.process_time()
    for look in (check_size, decode):
        with pytest.raises(ImageError, match="too many parts; save it again"):
            look(MANY[kind])
    assert time.process_time() - began < 1


@pytest.mark.parametrize("kind", MANY)
def test_what_it_costs_is_known_as_soon(kind: str) -> None:
    """It counts as the largest picture that may be sent, as its size would take long to find; but where the size comes before the parts."""
    large = of_pictures([b""], DEFAULT_MAX_PIXELS)
    found = of_pictures([base64.b64encode(MANY[kind]).decode()], DEFAULT_MAX_PIXELS)
    assert found == large or kind in {"JPEG, scans", "PNG, unknown"}


@pytest.mark.parametrize("data", [png(b"prVt", behind=True), png(b"IDAT")], ids=["behind the pixels", "empty pixels"])
def test_parts_of_the_pixels_are_counted_too(data: bytes) -> None:
    """Where the size is known, there is still much to read."""
    check_size(data)
    for look in (decode, bare):
        with pytest.raises(ImageError, match="too many parts"):
            look(data)


@pytest.mark.parametrize(
    "data",
    [
        jpeg(b"\xff\xe2\xff\xff" + b"\1" * 65_533, 200),
        in_small_parts(),
        encoded("JPEG", progressive=True),
        encoded("GIF", comment=b"a" * 50_000),
    ],
    ids=["JPEG of 13 MB of notes", "PNG in 12,000 parts", "progressive JPEG", "GIF with a long note"],
)
def test_what_cameras_and_programs_write_is_taken(data: bytes) -> None:
    """Parts that are full, or small ones that hold pixels, are what there is."""
    assert decode(data, whole=True).size == opened(bare(data)).size == opened(data).size


def test_pixels_that_cannot_be_decoded_are_no_picture() -> None:
    """Of AVIF, too, whose decoder says so in its own way."""
    data = encoded("AVIF")
    broken = data[: data[3]] + b"\0\0\0\x08free" * 100 + data[data[3] :]  # what its head says of where the pixels lie is no longer so
    with pytest.raises(ImageError, match="cannot be decoded"):
        decode(broken)
    assert isinstance(bare(broken), bytes)
