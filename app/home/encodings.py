"""Features of changed items, kept so that no replica encodes again what one of them has, and a restart shows everything at once.

``encoded/<fingerprint of the encoder>/<first two digits>/<sha256 of picture's name and title>``: 32 bytes of sha256 over name and numbers,
then the numbers, ``(F,)`` float16. They can be made again from picture and title, so whatever is missing or damaged is only encoded again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sealed.files import replacing

_DIGEST_BYTES: Final = 32

Source = tuple[str | None, str | None]
"""What an encoder reads of an item: the name of its picture, and its title."""


@dataclass(frozen=True, slots=True)
class Encodings:
    """Those of one encoder, under ``root``."""

    root: Path

    def recall(self, source: Source, size: int) -> NDArray[np.float16] | None:
        """The features of a picture and title, ``(size,)``; None where they are not kept, or not as they were written."""
        path = self.path(source)
        try:
            found = path.read_bytes()
        except OSError:
            return None
        digest, numbers = found[:_DIGEST_BYTES], found[_DIGEST_BYTES:]
        if digest != _digest(path.name, numbers) or len(numbers) != size * np.dtype(np.float16).itemsize:
            return None
        return np.frombuffer(numbers, dtype=np.float16)

    def keep(self, source: Source, features_F: NDArray[np.float16]) -> None:
        """Keep features. They outlive the process at once, and a power cut once the system has written them."""
        path, numbers = self.path(source), features_F.astype(np.float16).tobytes()
        with replacing(path, to_disk=False) as staging:
            staging.write_bytes(_digest(path.name, numbers) + numbers)

    def path(self, source: Source) -> Path:
        """Where the features of a picture and title lie, or would lie."""
        name = hashlib.sha256(json.dumps(source).encode()).hexdigest()
        return self.root / name[:2] / name

    def paths(self) -> Iterator[Path]:
        """All that is kept."""
        with suppress(FileNotFoundError):
            yield from (path for path in self.root.glob("??/*") if path.is_file())


def _digest(name: str, numbers: bytes) -> bytes:
    return hashlib.sha256(name.encode() + numbers).digest()
