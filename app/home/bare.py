"""Pictures without what their makers did not mean to publish: where and when they were taken, with what, by whom.

What is only metadata is cut out of the file and not a pixel is touched; a picture that has none stays the same bytes, and so the same name.
One that is stored on its side is turned upright and encoded again, as the note that says so goes, too. Colour profiles stay; what only
is in their place does not.
GIF (of which the first picture is kept) and AVIF are encoded again as PNG and WebP.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Iterator
from typing import Final

from PIL import ExifTags, Image

from models.encoders.apart import Apart, apart_for
from models.encoders.opened import UNREADABLE, opened
from models.encoders.pictures import UPRIGHT

_JPEG_KEPT: Final = frozenset({0xE0, 0xEE})
"""JFIF and Adobe, without which the pixels cannot be read right; of the other APP segments only a colour profile stays."""
_JPEG_PROFILE: Final = (0xE2, b"ICC_PROFILE\0")
_JPEG_NEXT: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_PART: Final = 1 << 19
_MOST_PARTS: Final = 50_000
"""Segments or chunks of a file; one of more is encoded anew."""
_SCAN, _END, _COMMENT = 0xDA, 0xD9, 0xFE
_PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_PNG_SAID: Final = frozenset({b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"tIME"})
_WEBP_SAID: Final = frozenset({b"EXIF", b"XMP "})
_WEBP_FLAGS: Final = 0b0000_1100  # of a VP8X chunk: there is EXIF, there is XMP
_ALIGNED: Final = 4
"""Bytes that a colour profile is padded to a multiple of."""
_QUALITY: Final = 95
_KEPT_AS: Final = {"GIF": "PNG", "AVIF": "WEBP", "MPO": "JPEG"}


class _OddError(Exception):
    """A file that is not built as its format says, or of very many parts."""


def bare(data: bytes) -> bytes:
    """The picture without metadata, upright; what is no picture that can be read is returned as it is.

    Raises:
        ImageError: its file is of too many parts; or it is a large one, and ``models.encoders.apart`` could not do it.
    """
    try:
        apart = _apart(data)
    except UNREADABLE:
        return data
    return _bare(data) if apart is None else apart(_bare, data)


def _bare(data: bytes) -> bytes:
    try:
        turn, plain = _seen(data)
        if turn is not None or not plain:
            return _encoded(data, turn)
        if data.startswith(b"\xff\xd8"):
            return b"".join(_jpeg(data))
        if data.startswith(_PNG_START):
            return b"".join(_png(data))
        return _webp(data) if data.startswith(b"RIFF") else _encoded(data, None)
    except _OddError:
        return _encoded(data, None)
    except UNREADABLE:
        return data


def _apart(data: bytes) -> Apart | None:
    """What works on a large one elsewhere."""
    with warnings.catch_warnings(action="ignore"), opened(data) as picture:
        return apart_for(picture)


def _seen(data: bytes) -> tuple[Image.Transpose | None, bool]:
    """The turn that makes it upright, None where it is or does not say; and whether what it calls its colour profile is one."""
    with warnings.catch_warnings(action="ignore"), opened(data) as picture:
        return UPRIGHT.get(picture.getexif().get(ExifTags.Base.Orientation)), _profile(picture) == picture.info.get("icc_profile")


def _profile(picture: Image.Image) -> bytes | None:
    """Its colour profile, if that is one by its head (ICC.1:2022, 7.2): it tells its length, but for padding, and that it is one."""
    profile: bytes = picture.info.get("icc_profile") or b""
    padding = len(profile) - int.from_bytes(profile[:4], "big")
    return profile if profile[36:40] == b"acsp" and 0 <= padding < _ALIGNED else None


def _encoded(data: bytes, turn: Image.Transpose | None) -> bytes:
    """The picture turned, and encoded anew."""
    try:
        with warnings.catch_warnings(action="ignore"), opened(data) as picture:
            kind, profile = picture.format or "", _profile(picture)
            upright = picture.transpose(turn) if turn is not None else picture.copy()
        upright.info = {name: value for name, value in upright.info.items() if name == "transparency"}
        buffer = io.BytesIO()
        upright.save(buffer, _KEPT_AS.get(kind, kind), quality=_QUALITY, icc_profile=profile)
        return buffer.getvalue()
    except UNREADABLE:
        return data  # what cannot be decoded is no picture, and is refused where it is


def _jpeg(data: bytes) -> Iterator[bytes]:
    """The parts of a JPEG that are kept (ITU T.81, B.1); what lies behind its end, such as a second picture, is not."""
    yield data[:2]
    at = 2
    for _ in range(_MOST_PARTS):
        if at + 1 >= len(data) or data[at] != 0xFF:  # noqa: PLR2004 - every marker begins so
            raise _OddError
        marker = data[at + 1]
        if marker == 0xFF:  # noqa: PLR2004 - a fill byte
            at += 1
            continue
        if marker == _END:
            yield data[at : at + 2]
            return
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        if end < at + 4 or end > len(data):
            raise _OddError
        if marker == _SCAN:
            end = _behind(data, end)
        profile = marker == _JPEG_PROFILE[0] and data.startswith(_JPEG_PROFILE[1], at + 4)
        if profile or marker in _JPEG_KEPT or not (0xE0 <= marker <= 0xEF or marker == _COMMENT):  # noqa: PLR2004 - APP0 to APP15
            yield data[at:end]
        at = end
    raise _OddError


def _behind(data: bytes, scan: int) -> int:
    """Where the first marker behind a scan is; looked for part by part, as Python's lock is kept meanwhile."""
    for at in range(scan, len(data), _PART):
        if (following := _JPEG_NEXT.search(data, at, at + _PART + 1)) is not None:
            return following.start()
    raise _OddError


def _png(data: bytes) -> Iterator[bytes]:
    """The chunks of a PNG that are kept (W3C PNG, 5.3), up to its end."""
    yield _PNG_START
    at = len(_PNG_START)
    for _ in range(_MOST_PARTS):
        kind, end = data[at + 4 : at + 8], at + 12 + int.from_bytes(data[at : at + 4], "big")
        if not kind or end > len(data):
            raise _OddError
        if kind not in _PNG_SAID:
            yield data[at:end]
        if kind == b"IEND":
            return
        at = end
    raise _OddError


def _webp(data: bytes) -> bytes:
    """A WebP without its chunks of metadata (RFC 9649, 2.7)."""
    parts: list[bytes] = []
    at, whole = 12, 8 + int.from_bytes(data[4:8], "little")
    if data[8:12] != b"WEBP" or whole > len(data):
        raise _OddError
    while at + 8 <= whole:
        kind, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        end = at + 8 + size + size % 2
        if end > len(data) + 1:
            raise _OddError
        if kind == b"VP8X":
            flags = data[at + 8] & ~_WEBP_FLAGS
            parts.append(data[at : at + 8] + bytes([flags]) + data[at + 9 : end])
        elif kind not in _WEBP_SAID:
            parts.append(data[at:end])
        at = end
    body = b"".join(parts)
    return b"RIFF" + (4 + len(body)).to_bytes(4, "little") + b"WEBP" + body
