"""Reads snapshots of format 1, which kept their embeddings only in a FAISS file per category."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import numpy as np

from index.backends.base import FloatArray, IntArray
from index.manifest import Format1

_HEADER: Final = np.dtype(
    [("kind", "S4"), ("size", "<i4"), ("count", "<i8"), ("unused", "<i8", 2), ("trained", "?"), ("metric", "<i4"), ("floats", "<u8")]
)


def read_embeddings(directory: Path, manifest: Format1, rows: Mapping[str, IntArray]) -> FloatArray:
    """Read the embeddings of a snapshot whose files were checked, ``(N, D)``.

    A flat inner-product index is a header followed by the vectors, so FAISS is not needed.

    Args:
        rows: category -> its rows, in the order of its file.

    Raises:
        OSError, LookupError, ValueError: a file is missing or malformed.
    """
    embeddings_ND = np.empty((manifest.count, manifest.embedding_size), dtype=np.float32)
    for category, members in rows.items():
        name = manifest.indexes[category]
        content = (directory / name).read_bytes()
        header = np.frombuffer(content, _HEADER, count=1)[0]
        said = (header["kind"], header["size"], header["count"], header["metric"])
        if name not in manifest.files or said != (b"IxFI", manifest.embedding_size, len(members), 0):
            msg = f"{name} is not an index of {len(members)} x {manifest.embedding_size}"
            raise ValueError(msg)
        embeddings_ND[members] = np.frombuffer(content, "<f4", offset=_HEADER.itemsize).reshape(len(members), -1)
    return embeddings_ND
