"""A cache of indexes that are slow to build, beside the vectors that they are built from.

cache/<backend>-<version>/<category>/   the index as its backend writes it, and a manifest with the snapshot's id and the sha256

The cache is not part of a snapshot's content: an index that is missing, damaged, or of another snapshot or version is built again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from pydantic.dataclasses import dataclass

from index.backends.base import Backend, FloatArray, VectorIndex
from index.errors import VectorError
from sealed.directories import CACHE, staged
from sealed.errors import SealedError
from sealed.manifest import STRICT, Manifest, Seal

_FILE: Final = "index"
_PLAIN: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class CachedIndex(Manifest):
    """The manifest of a cached index."""

    snapshot: str
    backend: str
    category: str


_INDEX: Final = Seal(kind="cached index", manifest=CachedIndex, format=1)


def open_index(  # noqa: PLR0917 - what the cache is found by, and what it is made of
    snapshot: Path, snapshot_id: str, category: str, name: str, backend: Backend, vectors: Callable[[], FloatArray]
) -> VectorIndex:
    """Read the index of a category from the cache; build it, and cache it, if there is none that is intact.

    Backends without ``write`` are not cached.

    Args:
        snapshot: the snapshot's directory; if it is not writable, nothing is cached.
        name: the backend's.
        vectors: returns the category's vectors, ``(n, D)``.

    Raises:
        VectorError: the backend cannot hold the vectors.
    """
    if backend.write is None or backend.read is None:
        return backend.build(vectors())
    said = CachedIndex(snapshot=snapshot_id, backend=f"{name}-{backend.version}", category=category)
    directory = snapshot / CACHE / said.backend / _directory_name(category)
    with suppress(SealedError, OSError, VectorError):
        found = _INDEX.read(directory)
        if (found.snapshot, found.backend, found.category) == (said.snapshot, said.backend, said.category):
            _INDEX.check(directory, found)
            return backend.read((directory / _FILE).read_bytes())
    index = backend.build(vectors())
    with suppress(OSError), staged(directory) as staging:
        (staging / _FILE).write_bytes(backend.write(index))
        _INDEX.put(staging, said)
    return index


def _directory_name(category: str) -> str:
    """A directory name for a category: safe, and different for every category.

    >>> _directory_name("tops")
    'tops'
    >>> _directory_name("T-Shirt & co")
    't-shirt-co.f7f029317cf1841f'
    """
    if _PLAIN.fullmatch(category):
        return category
    readable = re.sub(r"[^a-z0-9]+", "-", category.lower()).strip("-")[:40] or "category"
    return f"{readable}.{hashlib.sha256(category.encode()).hexdigest()[:16]}"
