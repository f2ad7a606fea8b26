"""Decodes untrusted pictures: it restricts formats, and reads the size from the header before it decodes a pixel."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import ExifTags, Image, ImageOps, UnidentifiedImageError

from models.encoders.apart import apart_for
from models.encoders.opened import FORMATS, opened
from models.encoders.profiles import in_srgb
from models.errors import ImageError

_HEIC: Final = frozenset(b"ftyp" + brand for brand in (b"heic", b"heix", b"hevc", b"mif1", b"msf1"))
_DECODERS: Final = 4
DEFAULT_MAX_PIXELS: Final = 40_000_000
_AMPLE: Final = 1024  # no encoder looks at more; what a larger picture holds beyond it is not kept in memory
_STRIP: Final = 1 << 18  # pixels
_REDUCIBLE: Final = frozenset({"L", "LA", "RGB", "RGBA", "CMYK", "YCbCr"})
MOST_STRETCHED: Final = 50
"""Largest ratio of the sides; a thinner picture, scaled to an encoder's size, would have no width left."""

UPRIGHT: Final[Mapping[object, Image.Transpose]] = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
"""EXIF's orientation -> the transposition that turns the picture upright (EXIF 2.3, 4.6.4 A)."""


def decode(data: bytes, max_pixels: int = DEFAULT_MAX_PIXELS, *, whole: bool = False, ample: int = _AMPLE) -> Image.Image:
    """Decode a picture to RGB, upright, on white where it is transparent; a large one smaller, its shorter side ``ample`` pixels or more.

    Args:
        data: the encoded picture.
        max_pixels: width times height that is accepted; read from the header, so that a small file cannot fill the memory.
        whole: keep every pixel.
        ample: pixels of the shorter side that are enough.

    Raises:
        ImageError: not a picture of an accepted format, truncated, too large or too thin.
    """
    with _told(data, max_pixels):
        picture = _opened(data, max_pixels)
        if not whole:
            picture.draft(None, (ample, ample))  # a JPEG is decoded at a part of its size, if that is enough
        if (apart := apart_for(picture)) is not None:
            return apart(decode, data, max_pixels=max_pixels, whole=whole, ample=ample)
        picture = _loaded(picture, None if whole else ample)
        turn = UPRIGHT.get(picture.getexif().get(ExifTags.Base.Orientation))
        if turn is not None:  # not exif_transpose: it rewrites the other tags, and fails on malformed ones
            picture = picture.transpose(turn)
        if picture.mode.startswith("I"):  # 16-bit grey; Pillow's conversion would clip it to white
            picture = Image.fromarray((np.asarray(picture) >> 8).astype(np.uint8))
        picture = in_srgb(picture)
        if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
            return _on_white(picture)
        return picture.convert("RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    """Strip by strip: of a large one, four copies at once took seconds, in which Python's lock was kept."""
    seen, rows = Image.new("RGB", picture.size), max(1, _STRIP // picture.width)
    for top in range(0, picture.height, rows):
        strip = picture.crop((0, top, picture.width, min(top + rows, picture.height))).convert("RGBA")
        white = Image.new("RGBA", strip.size, "white")
        seen.paste(Image.alpha_composite(white, strip).convert("RGB"), (0, top))
    return seen


def check_size(data: bytes, max_pixels: int = DEFAULT_MAX_PIXELS) -> None:
    """Read a picture's header; no pixel is decoded. Raises ``ImageError`` as ``decode`` does, of all that the header tells."""
    with _told(data, max_pixels):
        _opened(data, max_pixels)


def _opened(data: bytes, max_pixels: int) -> Image.Image:
    if not data:
        msg = "the picture is empty (0 bytes)"
        raise ImageError(msg)
    picture = opened(data)
    width, height = picture.size
    if width * height > max_pixels:
        msg = f"the picture is {width} x {height}: more than {max_pixels:,} pixels; scale it down"
        raise ImageError(msg)
    if max(width, height) > MOST_STRETCHED * min(width, height):
        msg = f"the picture is {width} x {height}: one side is more than {MOST_STRETCHED} times the other; crop it"
        raise ImageError(msg)
    return picture


@contextmanager
def _told(data: bytes, max_pixels: int) -> Iterator[None]:
    """Whatever Pillow raises, as an ``ImageError`` that says what to do."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except UnidentifiedImageError as error:
        what = "a HEIC picture, as phones keep them" if data[4:12] in _HEIC else f"its first bytes are {data[:8]!r}"
        msg = f"not a picture that can be read: {what}; send {', '.join(FORMATS)}"
        raise ImageError(msg) from error
    except Image.DecompressionBombError as error:
        msg = f"the picture is larger than {max_pixels:,} pixels; scale it down"
        raise ImageError(msg) from error
    except (OSError, SyntaxError, ValueError, IndexError, KeyError, TypeError, RuntimeError) as error:  # the last one of broken AVIF
        msg = f"the picture cannot be decoded ({error}); it may be truncated"
        raise ImageError(msg) from error


def _loaded(picture: Image.Image, ample: int | None) -> Image.Image:
    picture.load()
    if ample is None or min(picture.size) < 2 * ample or picture.mode not in _REDUCIBLE:
        return picture
    return picture.reduce(min(picture.size) // ample)


@cache
def decoders() -> ThreadPoolExecutor:
    """Threads to decode on; Pillow releases the GIL while it decodes."""
    return ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode")


def square(picture: Image.Image, side: int) -> NDArray[np.uint8]:
    """Fit a whole picture into a white square, ``(3, side, side)``; nothing is cropped."""
    fitted = ImageOps.pad(picture, (side, side), Image.Resampling.BICUBIC, color="white")
    return np.asarray(fitted, dtype=np.uint8).transpose(2, 0, 1).copy()
