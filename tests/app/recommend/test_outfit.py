"""The items that a request names, looked up."""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace
from typing import Any, cast

from app.ground.parts import Limits
from app.recommend.outfit import resolve_all
from app.release.release import Release


class _Counting(dict[str, int]):
    """Rows by id, which counts what is looked up."""

    def __init__(self, release: Release) -> None:
        super().__init__(release.snapshot.row_of.items())
        self.looked_up: Counter[str] = Counter()

    def get(self, item: str, default: Any = None) -> Any:
        self.looked_up[item] += 1
        return super().get(item, default)

    def __contains__(self, item: object) -> bool:
        self.looked_up[cast("str", item)] += 1
        return super().__contains__(item)

    def __getitem__(self, item: str) -> int:
        self.looked_up[item] += 1
        return super().__getitem__(item)


def test_each_id_is_looked_up_once(release: Release) -> None:
    """In a catalogue of any size that takes longer than all else that is done with it, but for scoring."""
    rows = _Counting(release)
    snapshot = SimpleNamespace(row_of=rows, embeddings=release.snapshot.embeddings)
    counting = SimpleNamespace(snapshot=snapshot, bundle=release.bundle, category_of=release.category_of, traits=release.traits)
    [worn] = resolve_all(cast("Release", counting), [["tops-1", "ghost", "shoes-2", "tops-1"]], Limits(), ["items"])
    assert (worn.names, worn.missing) == (("tops-1", "shoes-2"), ("ghost",))
    assert rows.looked_up == Counter(["tops-1", "ghost", "shoes-2"])
