"""The row of each id, in 12 bytes an id, where a dict of strings takes about 150."""

from __future__ import annotations

from collections.abc import Collection, ItemsView, Iterator, Mapping
from itertools import chain
from typing import Final

import numpy as np
import pyarrow as pa

from index.errors import SnapshotError

_PART: Final = 65_536
_FEW: Final = 16
"""Ids that are looked up sooner one by one."""


class Rows(Mapping[str, int]):
    """Id -> row."""

    def known(self, ids: Collection[str]) -> dict[str, int]:
        """The rows of those ids that there are, looked up together."""
        return {item: row for item in ids if (row := self.get(item)) is not None}


class RowOfId(Rows):
    """Id -> row, in the order of the rows; immutable.

    Hashes of the ids, sorted, and the row of each; which of equal hashes is meant, the ids themselves tell.

    Args:
        ids: ``(N,)``, none of them null; kept, not copied.

    Raises:
        SnapshotError: an id occurs twice.
    """

    def __init__(self, ids: pa.ChunkedArray | pa.Array) -> None:
        self._ids = ids.combine_chunks() if isinstance(ids, pa.ChunkedArray) and ids.num_chunks else ids
        hash_N = np.fromiter(map(hash, self), np.int64, len(ids))
        self._row_N = np.argsort(hash_N, kind="stable").astype(np.int32 if len(ids) < 2**31 else np.int64)
        self._hash_N = hash_N[self._row_N]
        self._refuse_twins()

    def __getitem__(self, item: str) -> int:
        asked = hash(item)
        place = int(self._hash_N.searchsorted(asked))
        while place < len(self._hash_N) and self._hash_N[place] == asked:
            row = int(self._row_N[place])
            if self._ids[row].as_py() == item:
                return row
            place += 1
        raise KeyError(item)

    def known(self, ids: Collection[str]) -> dict[str, int]:
        """The rows of those ids that there are, looked up together."""
        if len(ids) < _FEW or not len(self):
            return super().known(ids)
        asked_K = np.fromiter(map(hash, ids), np.int64, len(ids))
        place_K = self._hash_N.searchsorted(asked_K).clip(max=len(self) - 1)
        row_K = np.where(self._hash_N[place_K] == asked_K, self._row_N[place_K], -1)
        names = self._ids.take(pa.array(row_K, mask=row_K < 0)).to_pylist()
        told = zip(ids, row_K.tolist(), names, strict=True)
        found = {item: row if name == item else self.get(item) for item, row, name in told if row >= 0}  # another's hash may be the same
        return {item: row for item, row in found.items() if row is not None}

    def __iter__(self) -> Iterator[str]:
        return chain.from_iterable(self._ids.slice(start, _PART).to_pylist() for start in range(0, len(self._ids), _PART))

    def __len__(self) -> int:
        return len(self._ids)

    def items(self) -> ItemsView[str, int]:
        """Id and row, without looking any up."""
        return _Items(self)

    def _refuse_twins(self) -> None:
        alike = np.flatnonzero(self._hash_N[1:] == self._hash_N[:-1])
        seen: dict[str, int] = {}
        twins = []
        for row in sorted({int(row) for place in alike for row in self._row_N[place : place + 2]}):
            item = self._ids[row].as_py()
            if item in seen:
                twins.append((seen[item], row, item))
            seen.setdefault(item, row)
        if twins:
            first, again, item = min(twins)
            msg = f"items: id {item!r} occurs twice (rows {first} and {again}); ids are unique"
            raise SnapshotError(msg)


class _Items(ItemsView[str, int]):
    def __iter__(self) -> Iterator[tuple[str, int]]:
        return zip(self._mapping, range(len(self)), strict=True)  # type: ignore[attr-defined]  # the stub lacks it
