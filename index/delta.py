"""An overlay: a snapshot with items added, replaced and removed since, without changing the snapshot.

An overlay is immutable. A further change is a segment on top and makes a new overlay of the same parts, so searches in the old one go on;
what was changed before costs it a copy of one bit per row. Segments no larger than what follows them are merged (O'Neil et al., The
log-structured merge-tree, Acta Informatica 1996), so that there are about as many as the number of changes has binary digits.

Rows of the snapshot keep their numbers and those of the segments follow them, so a replaced item has hidden rows and a live one.

Shape legend: N rows of all parts · D embedding size · B queries · k results.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import numpy as np
import pyarrow as pa

from index.backends.base import BoolArray, FloatArray, IntArray, as_count
from index.category_index import as_selection
from index.errors import SnapshotError
from index.ids import Rows
from index.manifest import SnapshotManifest
from index.segment import Part, Segment, StackedColumns, StackedFeatures, StackedRows, by_part, taken
from index.selection import Selection, of_mask
from index.snapshot import Snapshot

_FEW: Final = 256
"""Up to this many hidden rows of a category, over-fetch and drop them."""
_CROWD: Final = 8
"""Segments up to which none is merged: a search asks each."""


@dataclass(frozen=True, eq=False, slots=True)
class Merged:
    """Segments of an overlay that became one.

    Attributes:
        replaced: which they were. kept: their live rows, counted from the first of them; those of ``segment``, in this order.
    """

    segment: Segment
    replaced: tuple[Segment, ...]
    kept: IntArray


@dataclass(frozen=True, eq=False)
class Overlay:
    """Has the interface of ``Snapshot``, and answers with the changes applied; made by ``over`` and ``extended``.

    Attributes:
        base: the snapshot.
        segments: the changes, oldest first.
        live_N: the rows that are neither replaced nor removed.
        hidden: the others, counted by category, of each part.
    """

    base: Snapshot
    segments: tuple[Segment, ...]
    live_N: BoolArray
    hidden: tuple[Counter[str], ...]

    @classmethod
    def over(cls, base: Snapshot, *segments: Segment) -> Overlay:
        """A snapshot with changes over it; see ``extended``."""
        overlay = cls(base, (), np.ones(base.count, dtype=np.bool_), (Counter(),))
        for segment in segments:
            overlay = overlay.extended(segment)
        return overlay

    def extended(self, segment: Segment) -> Overlay:
        """This with further changes: an item of a known id replaces that one, and removed ids that are not known are ignored.

        Raises:
            SnapshotError: features or embeddings have another size than the snapshot's.
        """
        sizes = (segment.features.shape[1], segment.embedding_size) if segment.count else ()
        said = self.base.manifest
        if sizes and sizes != (said.feature_size, said.embedding_size):
            msg = f"features and embeddings of {sizes} numbers; the snapshot's have {(said.feature_size, said.embedding_size)}"
            raise SnapshotError(msg)
        gone = [self.row_of[item] for item in {*segment.row_of, *segment.removed} if item in self.row_of]
        live_N = np.concatenate([self.live_N, np.ones(segment.count, dtype=np.bool_)])
        live_N[gone] = False
        hidden = [*map(Counter, self.hidden), Counter()]
        for row in gone:
            place, local = self._local(row)
            hidden[place][self._parts[place].category_of(local)] += 1
        return Overlay(self.base, (*self.segments, segment), live_N, tuple(hidden))

    def to_merge(self) -> int | None:
        """The place of the first segment that should be merged with all that follow it; None while there is none."""
        if len(self.segments) <= _CROWD:
            return None
        sizes = [segment.count + len(segment.removed) for segment in self.segments]
        return next((place for place in range(len(sizes) - 1) if sizes[place] <= sum(sizes[place + 1 :])), None)

    def merge(self, place: int) -> Merged:
        """Make one segment of this one and those that follow it; takes time by their size, and changes nothing."""
        replaced, start = self.segments[place:], int(self._starts[place + 1])
        kept = np.flatnonzero(self.live_N[start:])
        items = pa.concat_tables([segment.items for segment in replaced], promote_options="default").combine_chunks().take(kept)
        below = self.base.row_of if place == 0 else None
        ids = set(items.column("id").to_pylist())
        removed = {item for segment in replaced for item in (*segment.removed, *segment.row_of) if item not in ids}
        segment = Segment(
            items,
            StackedFeatures([segment.features for segment in replaced])[kept].astype(np.float32),
            np.concatenate([segment.embeddings(np.arange(segment.count)) for segment in replaced])[kept],
            removed if below is None else {item for item in removed if item in below},
        )
        return Merged(segment, replaced, kept)

    def with_merged(self, merged: Merged) -> tuple[Overlay, IntArray]:
        """This with segments merged, which it may have extended since: the same items, and for each row of it the row here.

        Raises:
            ValueError: the segments are not among those of this overlay.
        """
        place, many = self.segments.index(merged.replaced[0]), len(merged.replaced)
        if self.segments[place : place + many] != merged.replaced:
            msg = "these segments are not those of this overlay"
            raise ValueError(msg)
        start, end = int(self._starts[place + 1]), int(self._starts[place + 1 + many])
        rows = np.concatenate([np.arange(start), start + merged.kept, np.arange(end, len(self.live_N))])
        live_N = self.live_N[rows]
        gone = np.flatnonzero(~live_N[start : start + merged.segment.count])
        hidden = (*self.hidden[: place + 1], Counter(map(merged.segment.category_of, gone.tolist())), *self.hidden[place + 1 + many :])
        segments = (*self.segments[:place], merged.segment, *self.segments[place + many :])
        return Overlay(self.base, segments, live_N, hidden), rows

    @property
    def manifest(self) -> SnapshotManifest:
        """The snapshot's manifest; its counts are those before the changes."""
        return self.base.manifest

    @cached_property
    def count(self) -> int:
        """The number of items after the changes."""
        return int(np.count_nonzero(self.live_N))

    @cached_property
    def items(self) -> pa.Table:
        """A table of all rows, hidden ones too."""
        return pa.concat_tables([part.items for part in self._parts], promote_options="default")

    def take(self, rows: Sequence[int] | IntArray) -> pa.Table:
        """Rows of ``items``, in this order; without columns that none of their parts has."""
        return taken(self._parts, np.asarray(rows, dtype=np.int64), self._starts)

    def values(self, row: int, names: Sequence[str]) -> dict[str, Any]:
        """What some columns of ``items`` say of a row; see ``values_of``."""
        place, local = self._local(row)
        return self._parts[place].values(local, names)

    @cached_property
    def features(self) -> StackedFeatures:
        """The features of all rows."""
        return StackedFeatures([part.features for part in self._parts])

    @cached_property
    def columns(self) -> StackedColumns:
        """The filters over all rows."""
        return StackedColumns([part.columns for part in self._parts])

    @cached_property
    def row_of(self) -> Rows:
        """Item id -> row, of the items after the changes."""
        return StackedRows(self._parts, self._starts.tolist(), self.live_N)

    @cached_property
    def rows(self) -> IntArray:
        """The rows of all items after the changes, ascending."""
        return np.flatnonzero(self.live_N)

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """Category -> number of items after the changes, without empty categories."""
        sizes: Counter[str] = Counter()
        for part, hidden in zip(self._parts, self.hidden, strict=True):
            for name in part.categories:
                sizes[name] += len(part.rows_in(name)) - hidden[name]
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
        if 0 <= row < self._bounds[1]:  # asked of all rows, one by one
            return self.base.category_of(row)
        place, local = self._local(row)
        return self._parts[place].category_of(local)

    def embeddings(self, rows: Sequence[int] | IntArray) -> FloatArray:
        """Embeddings of rows, ``(n, D)``.

        Raises:
            IndexError: there is no such row.
        """
        wanted = np.asarray(rows, dtype=np.int64)
        if wanted.size and (wanted.min() < 0 or wanted.max() >= len(self.live_N)):
            msg = f"row {wanted[(wanted < 0) | (wanted >= len(self.live_N))][0]}: there are {len(self.live_N)} rows"
            raise IndexError(msg)
        found = np.empty((len(wanted), self.base.manifest.embedding_size), dtype=np.float32)
        for place, chosen, local in by_part(wanted, self._starts):
            found[chosen] = self._parts[place].embeddings(local)
        return found

    def rows_in(self, category: str) -> IntArray:
        """The rows of one category, ascending.

        Raises:
            KeyError: no item has that category.
        """
        if category not in self.sizes:
            raise KeyError(category)
        rows = np.concatenate([self._parts[place].rows_in(category) + self._starts[place] for place in self._having(category)])
        return np.asarray(rows[self.live_N[rows]])

    def rows_with(self, coordinate: int, values_K: IntArray) -> IntArray:
        """The rows, after the changes, that hold one of some codes; see ``CategoryIndex.rows_with``."""
        found = [part.rows_with(coordinate, values_K) + start for part, start in zip(self._parts, self._starts[:-1], strict=True)]
        rows = np.concatenate(found)
        return np.asarray(rows[self.live_N[rows]])

    def search(
        self, category: str, queries_BD: FloatArray, k: int, allowed: Selection | BoolArray | None = None
    ) -> tuple[FloatArray, IntArray]:
        """The best k rows of a category per query; see ``Snapshot.search``, which raises the same.

        Args:
            allowed: over all rows, hidden ones too (as ``columns.selection`` returns it); None for all items.
        """
        if category not in self.sizes:
            raise KeyError(category)
        k, selection = as_count(k), as_selection(allowed, len(self.live_N))
        found = [self._search_part(place, category, queries_BD, k, selection) for place in self._having(category)]
        if len(found) == 1:
            return found[0]
        scores, rows = (np.concatenate(parts, axis=1) for parts in zip(*found, strict=True))
        best = np.argsort(-scores, axis=1, kind="stable")[:, :k]  # stable: ties go to the lower row, which comes first
        return np.take_along_axis(scores, best, axis=1), np.take_along_axis(rows, best, axis=1)

    def _search_part(
        self, place: int, category: str, queries_BD: FloatArray, k: int, selection: Selection | None
    ) -> tuple[FloatArray, IntArray]:
        part, start, hidden = self._parts[place], int(self._starts[place]), self.hidden[place][category]
        count = int(self._starts[place + 1]) - start
        live_M, allowed = self.live_N[start : start + count], selection and selection.part(start, count)
        if hidden > _FEW:
            allowed = (allowed or Selection(count)) & of_mask(live_M)
            hidden = 0
        scores, rows = part.search(category, queries_BD, k + hidden, allowed)
        if hidden:
            live_BK = live_M[rows]
            best = np.argsort(~live_BK, axis=1, kind="stable")[:, : min(k, int(live_BK.sum(1).min(initial=k)))]
            scores, rows = np.take_along_axis(scores, best, axis=1), np.take_along_axis(rows, best, axis=1)
        return scores, rows + start

    @cached_property
    def _parts(self) -> tuple[Part, ...]:
        return (self.base, *self.segments)

    @cached_property
    def _starts(self) -> IntArray:
        """The first row of each part, and the number of all rows."""
        return np.cumsum([0, *(part.count for part in self._parts)])

    @cached_property
    def _bounds(self) -> list[int]:
        return [int(start) for start in self._starts]

    def _having(self, category: str) -> Iterable[int]:
        """The places of the parts with live items of a category."""
        for place, part in enumerate(self._parts):
            if category in part.categories and len(part.rows_in(category)) > self.hidden[place][category]:
                yield place

    def _local(self, row: int) -> tuple[int, int]:
        """The place of a row's part, and its row within.

        Raises:
            IndexError: there is no such row.
        """
        if not 0 <= row < len(self.live_N):
            msg = f"row {row}: there are {len(self.live_N)} rows"
            raise IndexError(msg)
        place = bisect_right(self._bounds, row) - 1
        return place, row - self._bounds[place]
