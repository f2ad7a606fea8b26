"""The items that a request names, looked up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from types import SimpleNamespace
from typing import cast

from app.ground.parts import Limits
from app.recommend.outfit import resolve_all
from app.release.release import Release
from index.ids import Rows


class _Counting(Rows):
    """Rows by id, which counts what is looked up."""

    def __init__(self, release: Release) -> None:
        self._rows = dict(release.snapshot.row_of.items())
        self.looked_up: Counter[str] = Counter()

    def __getitem__(self, item: str) -> int:
        self.looked_up[item] += 1
        return self._rows[item]

    def __iter__(self) -> Iterator[str]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


def test_each_id_is_looked_up_once(release: Release) -> None:
    """In a catalogue of any size that takes longer than all else that is done with it, but for scoring."""
    rows = _Counting(release)
    snapshot = SimpleNamespace(row_of=rows, embeddings=release.snapshot.embeddings)
    counting = SimpleNamespace(snapshot=snapshot, bundle=release.bundle, category_of=release.category_of, traits=release.traits)
    [worn] = resolve_all(cast("Release", counting), [["tops-1", "ghost", "shoes-2", "tops-1"]], Limits(), ["items"])
    assert (worn.names, worn.missing) == (("tops-1", "shoes-2"), ("ghost",))
    assert rows.looked_up == Counter(["tops-1", "ghost", "shoes-2"])
