"""Small pictures for tiles, made once from those of the catalogue: of a few widths, as WebP and as JPEG.

``thumbnails/<first two digits>/<sha256 of the picture>-<width>.<webp|jpg>``. They can be made again, so whatever is missing is.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from PIL import Image

from app.home.images import ImageStore
from models.encoders.pictures import decode
from sealed.files import replacing

WIDTHS: Final = (128, 256, 384, 512, 1024)
"""In pixels; a picture that is narrower is not enlarged."""

_OVER: Final = 2
"""Times the width that a picture is decoded at, from which it looks as good as from all of it."""

Kind = Literal["webp", "jpg"]
_SAVED_AS: Final[Mapping[Kind, Mapping[str, Any]]] = {
    "webp": {"format": "WEBP", "quality": 78, "method": 4},
    "jpg": {"format": "JPEG", "quality": 80, "optimize": True, "progressive": True},
}


def width_for(asked: int) -> int:
    """The least width of ``WIDTHS`` that is as wide; the widest where none is.

    >>> width_for(111), width_for(256), width_for(9_999)
    (128, 256, 1024)
    """
    return next((width for width in WIDTHS if width >= asked), WIDTHS[-1])


@dataclass(frozen=True, slots=True)
class Thumbnails:
    """Those of a store of pictures, under ``root``."""

    root: Path
    images: ImageStore

    def path(self, picture: str, width: int, kind: Kind) -> Path:
        """Where the thumbnail of a picture lies, or would lie; raises as ``ImageStore.path``."""
        digest = self.images.path(picture).stem
        return self.root / digest[:2] / f"{digest}-{width}.{kind}"

    def make(self, picture: str, width: int, kind: Kind) -> bytes:
        """Make the thumbnail of a picture, upright, in sRGB and on white; keep it, if the disk has room for it.

        Raises:
            OSError, HomeError: the picture is not there. ImageError: it cannot be decoded.
        """
        whole = decode(self.images.bring(picture).read_bytes(), ample=_OVER * width)
        height = max(1, round(whole.height * width / whole.width))
        small = whole if whole.width <= width else whole.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=3.0)
        buffer = io.BytesIO()
        small.save(buffer, **_SAVED_AS[kind])
        made = buffer.getvalue()
        with suppress(OSError), replacing(self.path(picture, width, kind), to_disk=False) as staging:
            staging.write_bytes(made)
        return made
