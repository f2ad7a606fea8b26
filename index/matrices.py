"""The matrices of a snapshot as files: written part by part, read memory-mapped."""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from index.backends.base import FloatArray
from index.errors import SnapshotError, VectorError
from index.manifest import MENDED

_CHUNK: Final = 8_192  # rows of features in memory at once while writing


def halves(features_NF: FloatArray | NDArray[np.float16]) -> Iterator[NDArray[np.float16]]:
    """The features in parts, as they are kept."""
    for start in range(0, max(len(features_NF), 1), _CHUNK):
        with np.errstate(over="ignore"):  # what float16 cannot hold becomes inf, refused below
            chunk = np.asarray(features_NF[start : start + _CHUNK]).astype(np.float16)
        if not np.isfinite(chunk).all():
            row = start + int(np.argmin(np.isfinite(chunk).all(axis=1)))
            msg = f"features: row {row} holds NaN, an infinity or a value beyond float16; encode the item again"
            raise VectorError(msg)
        let_go(features_NF)
        yield chunk


def write_matrix(path: Path, kind: str, parts: Iterable[NDArray[Any]], rows: int) -> int:
    """Write a matrix of so many rows part by part, as ``np.save`` would; returns the number of its columns."""
    written, columns = 0, 0
    with path.open("wb") as file:
        for part in parts:
            if not written:
                columns = int(part.shape[1])
                np.lib.format.write_array_header_1_0(file, {"descr": kind, "fortran_order": False, "shape": (rows, columns)})
            file.write(np.ascontiguousarray(part, dtype=kind).data)  # numpy's own way does not say what the disk says
            written += len(part)
    if written != rows:
        msg = f"{path.name}: {written} rows for {rows} items; give one for each"
        raise SnapshotError(msg)
    return columns


def mapped(path: Path, kind: str, shape: tuple[int, int]) -> NDArray[Any]:
    """Memory-map a matrix, read-only."""
    found: NDArray[Any] = np.load(path, mmap_mode="r")
    agree(path, (found.dtype.name, found.shape), (kind, shape))
    return found


def let_go(matrix: NDArray[Any]) -> None:
    """Give back the memory that pages of a mapped file have come to take; they are read again when they are needed."""
    if isinstance(matrix, np.memmap):
        matrix._mmap.madvise(mmap.MADV_DONTNEED)  # type: ignore[attr-defined]  # noqa: SLF001 - numpy has no public name for it


def agree(path: Path, found: object, expected: object) -> None:
    """Raise SnapshotError where a file holds something else than the manifest says."""
    if found != expected:
        msg = f"{path}: holds {found}, the manifest says {expected}; {MENDED}"
        raise SnapshotError(msg)
