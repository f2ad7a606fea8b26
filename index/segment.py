"""A segment: items that were changed or removed together, indexed once; and what makes a snapshot and its segments look like one array.

Shape legend: M changed items · F features · D embedding size · N rows of all parts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from index.backends.base import BoolArray, FloatArray, IntArray, as_vectors
from index.backends.faiss_cpu import FlatIndex
from index.category_index import CategoryIndex
from index.columns import Columns, Filter, rows_by_value, values_of
from index.errors import SnapshotError
from index.ids import RowOfId, Rows
from index.selection import Condition
from index.snapshot import Snapshot, item_table


class Segment(CategoryIndex):
    """M changed items over their rows 0 to M-1; immutable.

    Args:
        items: as ``Snapshot.write`` takes them.
        features_MF: their features.
        embeddings_MD: their embeddings.
        removed: ids of removed items.

    Raises:
        SnapshotError: rows disagree in number, an id occurs twice, or an item cannot be held by a snapshot.
        VectorError: an embedding is not finite.
    """

    def __init__(self, items: pa.Table, features_MF: FloatArray, embeddings_MD: FloatArray, removed: Collection[str] = ()) -> None:
        self.items: Final[pa.Table] = item_table(items).combine_chunks()
        embeddings = as_vectors(embeddings_MD, "embeddings")
        if not len(features_MF) == len(embeddings) == self.items.num_rows:
            msg = f"{self.items.num_rows} items, features of {np.shape(features_MF)}, embeddings of {embeddings.shape}: one row each"
            raise SnapshotError(msg)
        rows = rows_by_value(self.items.column("category").combine_chunks())
        super().__init__(rows, {category: FlatIndex(embeddings[members]) for category, members in rows.items()}, embeddings)
        self.features: Final = np.asarray(features_MF, dtype=np.float16)
        self.row_of: Final[Rows] = RowOfId(self.items.column("id"))
        self.columns: Final = Columns(self.items, self.row_of)
        self.removed: Final = frozenset(removed)
        self.embedding_size: Final = embeddings.shape[1]

    def take(self, rows: Sequence[int] | IntArray) -> pa.Table:
        """Rows of ``items``, in this order."""
        return self.items.take(pa.array(rows, pa.int64()))

    def values(self, row: int, names: Sequence[str]) -> dict[str, Any]:
        """What some columns of ``items`` say of a row; see ``values_of``."""
        return values_of(self.items, row, names)


Part = Snapshot | Segment


class StackedRows(Rows):
    """Item id -> row over all parts, the latest first; copies no part's own mapping, which may hold a million ids."""

    def __init__(self, parts: Sequence[Part], starts: Sequence[int], live_N: BoolArray) -> None:
        self._parts, self._starts, self._live_N = parts, starts, live_N

    def __getitem__(self, item: str) -> int:
        for place in range(len(self._parts) - 1, -1, -1):
            part = self._parts[place]
            row = part.row_of.get(item)
            if row is not None:
                return self._starts[place] + row
            if isinstance(part, Segment) and item in part.removed:
                break
        raise KeyError(item)

    def known(self, ids: Collection[str]) -> dict[str, int]:
        """The rows of those ids that there are, looked up together."""
        found: dict[str, int] = {}
        for part, start in zip(reversed(self._parts), self._starts[len(self._parts) - 1 :: -1], strict=True):
            here = part.row_of.known(ids)
            found |= {item: start + row for item, row in here.items()}
            gone = part.removed if isinstance(part, Segment) else ()
            ids = [item for item in ids if item not in here and item not in gone]
        return found

    def __iter__(self) -> Iterator[str]:
        for part, start in zip(self._parts, self._starts, strict=False):
            yield from (item for item, row in part.row_of.items() if self._live_N[start + row])

    def __len__(self) -> int:
        return int(np.count_nonzero(self._live_N))


class StackedFeatures:
    """The features of all parts as one array, indexed like a numpy array."""

    def __init__(self, parts: Sequence[NDArray[np.float16]]) -> None:
        self._parts = parts
        self._starts = np.cumsum([0, *(len(part) for part in parts)])
        self.shape: tuple[int, int] = (int(self._starts[-1]), parts[0].shape[1])
        self.dtype = parts[0].dtype

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, key: Any) -> NDArray[np.float16]:  # noqa: ANN401 - a row, rows, or rows and columns
        rows, columns = key if isinstance(key, tuple) else (key, slice(None))
        wanted = np.arange(len(self))[rows] if isinstance(rows, slice) else np.asarray(rows, dtype=np.int64)
        taken = np.empty((wanted.size, self.shape[1]), dtype=np.float16)[:, columns]
        for place, chosen, local in by_part(wanted.reshape(-1), self._starts):
            taken[chosen] = self._parts[place][local, columns]
        return taken[0] if wanted.ndim == 0 else taken


class StackedColumns(Columns):
    """The columns of all parts as one, over all rows."""

    def __init__(self, parts: Sequence[Columns]) -> None:
        self._parts = parts
        self._starts = np.cumsum([0, *(len(part.prices) for part in parts)])
        self._count = int(self._starts[-1])

    @cached_property
    def prices(self) -> NDArray[np.float64]:
        return np.concatenate([part.prices for part in self._parts])

    @cached_property
    def reduced(self) -> BoolArray:
        return np.concatenate([part.reduced for part in self._parts])

    @cached_property
    def created(self) -> NDArray[np.float64]:
        return np.concatenate([part.created for part in self._parts])

    @property
    def vocabularies(self) -> tuple[tuple[str, ...], ...]:
        return tuple(words for part in self._parts for words in part.vocabularies)

    @cached_property
    def extra_names(self) -> frozenset[str]:
        return frozenset().union(*(part.extra_names for part in self._parts))

    @property
    def brands(self) -> frozenset[str]:
        return frozenset().union(*(part.brands for part in self._parts))

    @property
    def sizes(self) -> frozenset[str]:
        return frozenset().union(*(part.sizes for part in self._parts))

    @property
    def attribute_names(self) -> tuple[str, ...]:
        return tuple(sorted({name for part in self._parts for name in part.attribute_names}))

    def attribute_values(self, name: str) -> tuple[str, ...]:
        return tuple(sorted({value for part in self._parts for value in part.attribute_values(name)}))

    def conditions(self, wanted: Filter) -> Iterator[Condition]:
        asked = {name: values for name, values in wanted.attributes.items() if values or name not in self.attribute_names}
        wanted = replace(wanted, attributes=asked)
        of_parts = [part.conditions(wanted) for part in self._parts]
        yield from (self._stacked(some) for some in zip(*of_parts, strict=True))

    def _stacked(self, parts: Sequence[Condition]) -> Condition:
        def test(rows_M: IntArray) -> BoolArray:
            passes_M = np.empty(len(rows_M), dtype=np.bool_)
            for place, chosen, local in by_part(rows_M, self._starts):
                passes_M[chosen] = parts[place].test(local)
            return passes_M

        def listed() -> IntArray:
            return np.concatenate([start + part.listed() for start, part in zip(self._starts, parts, strict=False) if part.listed])

        return Condition(test, sum(part.passing for part in parts), listed if all(part.listed for part in parts) else None)


def taken(parts: Sequence[Part], rows: IntArray, starts: IntArray) -> pa.Table:
    """Rows of the items of all parts, in this order; see ``by_part``."""
    found = [(chosen, parts[place].take(local)) for place, chosen, local in by_part(rows, starts)]
    if len(found) == 1:
        return found[0][1]
    order = np.argsort(np.concatenate([np.flatnonzero(chosen) for chosen, _ in found]))
    return pa.concat_tables([table for _, table in found], promote_options="default").take(order)


def by_part(rows: IntArray, starts: IntArray) -> Iterator[tuple[int, BoolArray, IntArray]]:
    """For each part that any of the rows is of: its place, which of the rows those are, and their rows within the part.

    Args:
        starts: the first row of each part, and the number of all rows.
    """
    if not len(rows) or rows.max() < starts[1]:
        yield 0, np.ones(len(rows), dtype=np.bool_), rows
        return
    place_of = np.searchsorted(starts, rows, side="right") - 1
    for place in np.unique(place_of):
        chosen = place_of == place
        yield int(place), chosen, rows[chosen] - starts[place]
