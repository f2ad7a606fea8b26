"""What an id stands for beside itself: the variants of its product, and of these the ones that nothing but a size tells from it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from app.release.release import Release
from models.datasets.sizes import but_for_size


def with_variants(release: Release, ids: Collection[str]) -> list[int]:
    """The rows of items and of all variants of theirs; ids that are not in the catalogue have none."""
    own = release.snapshot.row_of.known(ids).values()
    return sorted({*own, *(int(other) for row in own for other in release.traits.variants(row))})


def with_sizes(release: Release, ids: Collection[str]) -> tuple[str, ...]:
    """Ids, and those of the same product, in the catalogue still, that nothing but a size tells from one of them, in words."""
    own = [row for row in release.snapshot.row_of.known(ids).values() if len(release.traits.variants(row))]
    if not own:
        return tuple(ids)
    rows = with_variants(release, ids)
    told = dict(zip(rows, _told(release, rows), strict=True))
    meant = {told[row] for row in own}
    items, row_of = release.snapshot.items.column("id"), release.snapshot.row_of
    found = [(row, items[row].as_py()) for row in rows if told[row] in meant]
    return tuple(dict.fromkeys([*ids, *(item for row, item in found if row_of.get(item) == row)]))


def _told(release: Release, rows: list[int]) -> Iterator[tuple[Any, ...]]:
    """Of each row its product, its category, and what it is but for its size."""
    items: list[Mapping[str, Any]] = release.snapshot.take(rows).select(["category", "title", "attributes"]).to_pylist()
    for row, item in zip(rows, items, strict=True):
        words = but_for_size(item["title"] or "", json.loads(item["attributes"] or "{}"))
        yield int(release.traits.first_N[row]), item["category"], *words
