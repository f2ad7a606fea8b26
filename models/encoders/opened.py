"""Opens untrusted pictures with Pillow in few steps: of a file of millions of tiny parts it takes minutes, in which nobody can stop it."""

from __future__ import annotations

import io
import struct
from typing import Final

from PIL import Image

from models.errors import ImageError

FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
_READS: Final = 3_000
"""How often Pillow may read until it knows what a picture is: two to five times for each part of a file, of which there are some dozens."""
_LEAST_PART: Final = 64
"""Bytes of pixels for which it may read once more."""
_SCANS: Final = 500
"""Of a JPEG, each of which may take a step over all of its pixels; progressive ones have some ten."""


UNREADABLE: Final = (
    OSError,
    SyntaxError,
    ValueError,
    IndexError,
    KeyError,
    TypeError,
    RuntimeError,
    struct.error,
    Image.DecompressionBombError,
)
"""What Pillow raises where a file is no picture, or a broken one."""


class _Counted(io.BytesIO):
    """A file that may be read so many times."""

    def __init__(self, data: bytes, reads: int) -> None:
        super().__init__(data)
        self.left = reads

    def read(self, size: int | None = -1, /) -> bytes:
        """Read, or raise ``ImageError``."""
        self.left -= 1
        if self.left < 0:
            raise _too_many()
        return super().read(size)


def opened(data: bytes, reads: int = _READS) -> Image.Image:
    """The picture, whose head alone has been read.

    Raises:
        ImageError: its file is of too many parts. Also whatever ``Image.open`` raises.
    """
    if (data.startswith(b"\xff\xd8") and data.count(b"\xff\xda") > _SCANS) or (data.startswith(b"RIFF") and not _is_of_few(data, reads)):
        raise _too_many()
    file = _Counted(data, reads)
    picture: Image.Image = Image.open(file, formats=FORMATS)
    file.left = reads + len(data) // _LEAST_PART
    return picture


def _is_of_few(riff: bytes, most: int) -> bool:
    """Whether a WebP has few chunks (RFC 9649, 2.3), which are read with Python's lock kept."""
    at = 12
    for _ in range(most):
        if at >= len(riff):
            return True
        size = int.from_bytes(riff[at + 4 : at + 8], "little")
        at += 8 + size + size % 2
    return False


def _too_many() -> ImageError:
    return ImageError("the picture's file is of too many parts; save it again, without metadata and not in scans")
