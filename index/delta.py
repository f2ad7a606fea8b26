"""An overlay: a snapshot with items added, replaced and removed since, without changing the snapshot.

An overlay is immutable. A further change makes a new overlay of the same snapshot, so searches in the old one go on; the cost depends on
the number of changes, not on the size of the catalogue. Rows of the snapshot keep their numbers and changed items follow them, so a
replaced item has a hidden row and a new one.

Shape legend: N rows of the snapshot · M changed items · F features · D embedding size · B queries · k results.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from index.backends.base import BoolArray, FloatArray, IntArray, as_allowed, as_count, as_vectors
from index.category_index import CategoryIndex
from index.columns import Columns, Filter
from index.errors import SnapshotError
from index.manifest import SnapshotManifest
from index.snapshot import Snapshot, item_table, row_of_id

_FEW: Final = 256
"""Up to this many hidden rows of a category, over-fetch and drop them."""


class Overlay:
    """Has the interface of ``Snapshot``, and answers with the changes applied.

    Args:
        base: the snapshot.
        items: M changed items, as ``Snapshot.write`` takes them; one of an id that the snapshot has replaces it.
        features_MF: their features.
        embeddings_MD: their embeddings.
        removed: ids of removed items; ids that the snapshot does not have are ignored.

    Raises:
        SnapshotError: rows disagree in number or size, an id occurs twice, or an item cannot be held by a snapshot.
        VectorError: an embedding is not finite.
    """

    def __init__(
        self, base: Snapshot, *, items: pa.Table, features_MF: FloatArray, embeddings_MD: FloatArray, removed: Collection[str] = ()
    ) -> None:
        changed = item_table(items)
        embeddings = as_vectors(embeddings_MD, "embeddings", base.manifest.embedding_size)
        if np.shape(features_MF) != (changed.num_rows, base.manifest.feature_size) or len(embeddings) != changed.num_rows:
            msg = f"{changed.num_rows} changed items, features of {np.shape(features_MF)}, embeddings of {embeddings.shape}: one row each"
            raise SnapshotError(msg)
        self.base: Final = base
        ids, categories = changed.column("id").to_pylist(), changed.column("category").to_pylist()
        place_of = row_of_id(changed)
        hidden = {item for item in (*ids, *removed) if item in base.row_of}
        self.items: Final[pa.Table] = pa.concat_tables([base.items, changed], promote_options="default")
        self.features: Final = StackedFeatures(base.features, np.asarray(features_MF, dtype=np.float16))
        self.row_of: Final[Mapping[str, int]] = _Rows(base.row_of, hidden, place_of)
        self.columns: Final = StackedColumns(base.columns, Columns(changed, place_of))
        self._index = CategoryIndex.build(categories, embeddings)
        rows = np.array([base.row_of[item] for item in hidden], dtype=np.int64)
        self._live_N = np.ones(base.count + len(ids), dtype=np.bool_)
        self._live_N[rows] = False
        self._hidden = Counter(base.category_of(int(row)) for row in rows)

    @property
    def manifest(self) -> SnapshotManifest:
        """The snapshot's manifest; its counts are those before the changes."""
        return self.base.manifest

    @property
    def count(self) -> int:
        """The number of items after the changes."""
        return len(self.row_of)

    @cached_property
    def rows(self) -> IntArray:
        """The rows of all items after the changes, ascending."""
        return np.flatnonzero(self._live_N)

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """Category -> number of items after the changes, without empty categories."""
        sizes = {name: size - self._hidden[name] for name, size in self.base.sizes.items()}
        for name in self._index.categories:
            sizes[name] = sizes.get(name, 0) + len(self._index.rows_in(name))
        return {name: sizes[name] for name in sorted(sizes) if sizes[name]}

    @property
    def categories(self) -> Sequence[str]:
        """Names of the categories that have items after the changes, sorted."""
        return tuple(self.sizes)

    def category_of(self, row: int) -> str:
        """The category of a row.

        Raises:
            IndexError: there is no such row.
        """
        before = self.base.manifest.count
        return self.base.category_of(row) if row < before else self._index.category_of(row - before)

    def embeddings(self, rows: Sequence[int] | IntArray) -> FloatArray:
        """Embeddings of rows, ``(n, D)``.

        Raises:
            IndexError: there is no such row.
        """
        wanted = np.asarray(rows, dtype=np.int64)
        new = wanted >= self.base.manifest.count
        if not new.any():
            return self.base.embeddings(wanted)
        found = np.empty((len(wanted), self.base.manifest.embedding_size), dtype=np.float32)
        found[~new] = self.base.embeddings(wanted[~new])
        found[new] = self._index.embeddings(wanted[new] - self.base.manifest.count)
        return found

    def rows_in(self, category: str) -> IntArray:
        """The rows of one category, ascending.

        Raises:
            KeyError: no item has that category.
        """
        if category not in self.sizes:
            raise KeyError(category)
        parts = []
        if category in self.base.sizes:
            old = self.base.rows_in(category)
            parts.append(old[self._live_N[old]])
        if category in self._index.categories:
            parts.append(self._index.rows_in(category) + self.base.manifest.count)
        return np.concatenate(parts)

    def search(self, category: str, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None = None) -> tuple[FloatArray, IntArray]:
        """The best k rows of a category per query; see ``Snapshot.search``.

        Args:
            allowed_N: over all rows, hidden ones too (as ``columns.mask`` returns it); None for all items.

        Raises:
            KeyError: no item has that category.
            VectorError: a query of another size or not finite, a filter of another length, or k below 1.
        """
        if category not in self.sizes:
            raise KeyError(category)
        before, k = self.base.manifest.count, as_count(k)
        allowed = None if allowed_N is None else as_allowed(allowed_N, len(self._live_N)) & self._live_N
        found = []
        if category in self.base.sizes:
            found.append(self._search_base(category, queries_BD, k, None if allowed is None else allowed[:before]))
        if category in self._index.categories:
            scores, rows = self._index.search(category, queries_BD, k, None if allowed is None else allowed[before:])
            found.append((scores, rows + before))
        if len(found) == 1:
            return found[0]
        scores, rows = (np.concatenate(parts, axis=1) for parts in zip(*found, strict=True))
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]  # stable: ties go to the lower row, which comes first
        return np.take_along_axis(scores, best, axis=1), np.take_along_axis(rows, best, axis=1)

    def _search_base(self, category: str, queries_BD: FloatArray, k: int, allowed_N: BoolArray | None) -> tuple[FloatArray, IntArray]:
        hidden, before = self._hidden[category], self.base.manifest.count
        if allowed_N is not None or not hidden:
            return self.base.search(category, queries_BD, k, allowed_N)
        if hidden > _FEW:
            return self.base.search(category, queries_BD, k, self._live_N[:before])
        scores, rows = self.base.search(category, queries_BD, k + hidden)
        k = min(k, self.base.sizes[category] - hidden)
        best = np.argsort(~self._live_N[rows], axis=1, kind="stable")[:, :k]
        return np.take_along_axis(scores, best, axis=1), np.take_along_axis(rows, best, axis=1)


class StackedFeatures:
    """The features of a snapshot and of changed items as one array, indexed like a numpy array."""

    def __init__(self, base: NDArray[np.float16], changed: NDArray[np.float16]) -> None:
        self._base, self._changed = base, changed
        self.shape: tuple[int, int] = (len(base) + len(changed), base.shape[1])
        self.dtype = base.dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> NDArray[np.float16]:  # noqa: ANN401 - a row, rows, or rows and columns
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        wanted = np.arange(len(self))[rows] if isinstance(rows, slice) else np.asarray(rows, dtype=np.int64)
        taken = np.empty((wanted.size, self.shape[1]), dtype=np.float16)[:, columns]
        flat, before = wanted.reshape(-1), len(self._base)
        new = flat >= before
        taken[~new] = self._base[flat[~new], columns]
        taken[new] = self._changed[flat[new] - before, columns]
        return taken[0] if wanted.ndim == 0 else taken


class StackedColumns(Columns):
    """The columns of a snapshot and of changed items as one, over all rows."""

    def __init__(self, base: Columns, changed: Columns) -> None:
        self._parts = (base, changed)

    @property
    def prices(self) -> NDArray[np.float64]:
        return np.concatenate([part.prices for part in self._parts])

    @property
    def attribute_names(self) -> tuple[str, ...]:
        return tuple(sorted({name for part in self._parts for name in part.attribute_names}))

    def attribute_values(self, name: str) -> tuple[str, ...]:
        return tuple(sorted({value for part in self._parts for value in part.attribute_values(name)}))

    def mask(self, wanted: Filter) -> BoolArray | None:
        """True for the rows that satisfy a filter; None when it asks nothing. ``search`` leaves out hidden rows."""
        masks = [mask for part in self._parts if (mask := part.mask(wanted)) is not None]
        return np.concatenate(masks) if masks else None


class _Rows(Mapping[str, int]):
    """Item id -> row; it does not copy the snapshot's own mapping, which may hold a million ids."""

    def __init__(self, base: Mapping[str, int], hidden: Collection[str], place_of: Mapping[str, int]) -> None:
        self._base, self._hidden, self._place_of = base, hidden, place_of

    def __getitem__(self, item: str) -> int:
        place = self._place_of.get(item)
        if place is not None:
            return len(self._base) + place
        if item in self._hidden:
            raise KeyError(item)
        return self._base[item]

    def __iter__(self) -> Iterator[str]:
        yield from (item for item in self._base if item not in self._hidden)
        yield from self._place_of

    def __len__(self) -> int:
        return len(self._base) - len(self._hidden) + len(self._place_of)
