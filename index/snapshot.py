"""A snapshot: an indexed catalogue as an immutable directory.

manifest.json      id, bundle id, encoder fingerprint, counts, sha256 of every file
items.parquet      N rows: id, category, subcategory, title, attributes (JSON), price, brand, in_stock, image (name of the stored picture or null)
features.npy       (N, F) float16, memory-mapped
<category>.faiss   one exact index per category, in the order of that category's rows
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from index.backends.base import BoolArray, FloatArray, IntArray


@dataclass(frozen=True, kw_only=True)
class SnapshotManifest:
    """What a snapshot says of itself."""

    id: str
    bundle: str
    encoder_fingerprint: str
    count: int
    embedding_size: int
    categories: Mapping[str, int]  # category -> number of items
    files: Mapping[str, str]  # name -> sha256
    created: str


class Snapshot:
    """A loaded snapshot. Rows are positions in ``items``."""

    manifest: SnapshotManifest
    items: pa.Table
    features: FloatArray  # (N, F), float16 on disk
    row_of: Mapping[str, int]

    @classmethod
    def write(
        cls,
        directory: Path,
        *,
        items: pa.Table,
        features_NF: FloatArray,
        embeddings_ND: FloatArray,
        bundle_id: str,
        encoder_fingerprint: str,
    ) -> SnapshotManifest:
        """Write a snapshot; it appears under its name only when complete.

        Raises:
            SnapshotError, VectorError: rows disagree in number, an id occurs twice, a vector is not finite.
        """
        raise NotImplementedError

    @classmethod
    def load(cls, directory: Path, *, bundle_id: str | None = None, encoder_fingerprint: str | None = None) -> Snapshot:
        """Read a snapshot, checking every file's sha256 and that it belongs to this bundle and encoder.

        Raises:
            SnapshotError: something is missing, altered or belongs to another bundle; the message names it.
        """
        raise NotImplementedError

    @property
    def categories(self) -> Sequence[str]:
        """Category names, sorted."""
        raise NotImplementedError

    def embeddings(self, rows: Sequence[int] | IntArray) -> FloatArray:
        """Embeddings of rows, ``(n, D)``."""
        raise NotImplementedError

    def rows_in(self, category: str) -> IntArray:
        """The rows of one category, ascending.

        Raises:
            KeyError: no item has that category.
        """
        raise NotImplementedError

    def search(self, category: str, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        """The best k rows of a category per query: scores and ROWS ``(B, k')``, best first; never padded.

        Args:
            allowed_N: over all N rows of the snapshot (as ``columns.Filter`` makes them); None for all.
        """
        raise NotImplementedError
