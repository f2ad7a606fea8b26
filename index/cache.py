"""A cache beside a snapshot: the vectors of large categories, one after the other, and indexes that are slow to build from them.

cache/vectors-1/<category>/             vectors.npy, memory-mapped: all replicas on a machine share its pages
cache/<backend>-<version>/<category>/   the index as its backend writes it; both have a manifest with the snapshot's id and each sha256

The cache is not part of a snapshot's content: an index that is missing, damaged, or of another snapshot or version is built again.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import numpy as np
from pydantic.dataclasses import dataclass

from index.backends.base import Backend, FloatArray, IntArray, VectorIndex
from index.errors import VectorError
from index.matrices import let_go, write_matrix
from sealed.directories import CACHE, staged
from sealed.errors import SealedError
from sealed.manifest import STRICT, Manifest, Seal

MAPPED_FROM: Final = 2**24
"""Bytes of vectors from which they are kept in the cache; fewer are copied."""
_VECTORS: Final = "vectors.npy"
_PART: Final = 1_024  # vectors in memory at once while writing; each may bring pages about its own, where categories alternate
_PLAIN: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class CachedIndex(Manifest):
    """The manifest of a cached index."""

    snapshot: str
    backend: str
    category: str


_INDEX: Final = Seal(kind="cached index", manifest=CachedIndex, format=1)


def open_index(
    snapshot: Path,
    snapshot_id: str,
    category: str,
    name: str,
    backend: Backend,
    vectors_ND: FloatArray,
    queries: Callable[[], FloatArray] | None = None,
) -> VectorIndex:
    """Read the index of a category from the cache; build it, and cache it, if there is none that is intact.

    Backends without ``write`` are not cached.

    Args:
        snapshot: the snapshot's directory; if it is not writable, nothing is cached.
        name: the backend's.
        vectors_ND: the category's.
        queries: returns some that they will be asked, ``(B, D)``; for backends that are tuned by them.

    Raises:
        VectorError: the backend cannot hold the vectors.
    """
    if backend.write is None or backend.read is None:
        return _made(backend, vectors_ND, queries)
    said = CachedIndex(snapshot=snapshot_id, backend=f"{name}-{backend.version}", category=category)
    directory = snapshot / CACHE / said.backend / _directory_name(category)
    with suppress(SealedError, OSError, VectorError):
        return backend.read(_sound(directory, said), vectors_ND)
    index = _made(backend, vectors_ND, queries)
    with suppress(OSError), staged(directory) as staging:
        backend.write(index, staging)
        _INDEX.put(staging, said)
    return index


def open_vectors(snapshot: Path, snapshot_id: str, category: str, rows_N: IntArray, embeddings_MD: FloatArray) -> FloatArray:
    """The vectors of a category, ``(N, D)``: a view of the embeddings where its rows follow each other, of the cache where they are many.

    Args:
        snapshot: the snapshot's directory; if it is not writable, nothing is cached.
        rows_N: the category's rows, ascending, of all embeddings.
    """
    if len(rows_N) and rows_N[-1] - rows_N[0] + 1 == len(rows_N):
        return embeddings_MD[rows_N[0] : rows_N[-1] + 1]
    if len(rows_N) * embeddings_MD.shape[1] * embeddings_MD.itemsize < MAPPED_FROM:
        return np.concatenate([*_parts(embeddings_MD, rows_N)]) if len(rows_N) else embeddings_MD[rows_N]
    said = CachedIndex(snapshot=snapshot_id, backend="vectors-1", category=category)
    directory = snapshot / CACHE / said.backend / _directory_name(category)
    for _ in range(2):
        with suppress(SealedError, OSError, ValueError):
            found: FloatArray = np.load(_sound(directory, said) / _VECTORS, mmap_mode="r")
            return found
        with suppress(OSError), staged(directory) as staging:
            write_matrix(staging / _VECTORS, "<f4", _parts(embeddings_MD, rows_N), len(rows_N))
            _INDEX.put(staging, said)
    return embeddings_MD[rows_N]


def _parts(embeddings_MD: FloatArray, rows_N: IntArray) -> Iterator[FloatArray]:
    for start in range(0, len(rows_N), _PART):
        yield embeddings_MD[rows_N[start : start + _PART]]
        let_go(embeddings_MD)


def _made(backend: Backend, vectors_ND: FloatArray, queries: Callable[[], FloatArray] | None) -> VectorIndex:
    index = backend.build(vectors_ND)
    return backend.tune(index, queries()) if backend.tune and queries else index


def _sound(directory: Path, said: CachedIndex) -> Path:
    """The directory, if it is whole and what it should be.

    Raises:
        SealedError: it is not.
    """
    found = _INDEX.read(directory)
    if (found.snapshot, found.backend, found.category) != (said.snapshot, said.backend, said.category):
        msg = f"{directory}: of another snapshot, backend or category"
        raise SealedError(msg)
    _INDEX.check(directory, found)
    return directory


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
