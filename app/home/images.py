"""Pictures of the catalogue, kept once each, without metadata, under the sha256 of their bytes.

Three formats lie here, which every browser shows; what comes as another one that can be read is kept as one of these (``bare``).
"""

from __future__ import annotations

import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from app.home.bare import bare
from app.home.origin import origin_of
from sealed.files import flush, replacing

_SIGNATURES: Final = ((b"\xff\xd8\xff", "jpg"), (b"\x89PNG", "png"), (b"RIFF", "webp"))
_MEDIA_TYPES: Final = {"jpg": "image/jpeg", "png": "image/png", "webp": "image/webp"}
_NAME: Final = re.compile(r"[0-9a-f]{64}\.(jpg|png|webp)")


@dataclass(frozen=True, slots=True)
class ImageStore:
    """Pictures under ``root``, in 256 folders so that none grows huge."""

    root: Path

    def put(self, data: bytes, *, to_disk: bool = False) -> str | None:
        """Keep a picture without its metadata, and return its name; None when it is of no accepted format.

        Args:
            to_disk: return only when it would outlive a power cut; and, of a home in object storage, when others can have it.

        Raises:
            OSError: it cannot be kept. HomeError: nor there.
        """
        data = bare(data)
        suffix = next((suffix for start, suffix in _SIGNATURES if data.startswith(start)), None)
        if suffix is None:
            return None
        name = f"{hashlib.sha256(data).hexdigest()}.{suffix}"
        path = self.path(name)
        try:
            os.utime(path)  # it is needed again, so it is no leftover
        except FileNotFoundError:
            with replacing(path, to_disk=False) as staging:
                staging.write_bytes(data)
        if to_disk:
            for place in (path, path.parent, self.root, self.root.parent):
                flush(place)
            if (origin := origin_of(self.root.parent)) is not None:
                origin.send_picture(name, path)
        return name

    def path(self, name: str) -> Path:
        """Where a picture of that name lies (or would lie).

        Raises:
            ValueError: no picture can have that name, so that a name is never a path out of the store.
        """
        if not _NAME.fullmatch(name):
            msg = f"{name!r} is not the name of a stored picture"
            raise ValueError(msg)
        return self.root / name[:2] / name

    def bring(self, name: str) -> Path:
        """The same, once the picture is here, which it may not be yet where the home is in object storage; raises as ``path``.

        Raises:
            HomeError: the storage does not give it.
        """
        path = self.path(name)
        if not path.is_file() and (origin := origin_of(self.root.parent)) is not None:
            origin.bring_picture(name, path)
        return path


def media_type(name: str) -> str:
    """The media type of a stored picture, from its name."""
    return _MEDIA_TYPES[name.rpartition(".")[2]]
