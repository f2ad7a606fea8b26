"""What an id stands for beside itself: the variants of its product, that is its sizes, and the same in other colours."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any

from app.release.release import CatalogueItem, Release
from index.backends.base import IntArray
from models.datasets.sizes import but_for_size, by_size, size_of


def with_variants(release: Release, ids: Collection[str]) -> list[int]:
    """The rows of items and of all variants of theirs; ids that are not in the catalogue have none."""
    own = release.snapshot.row_of.known(ids).values()
    return sorted({*own, *(int(other) for row in own for other in release.traits.variants(row))})


def with_sizes(release: Release, ids: Collection[str]) -> tuple[str, ...]:
    """Ids, and those of the same product, in the catalogue still, that nothing but a size tells from one of them, in words."""
    named = set(ids)
    meant = (one.id for same in _same(release, ids) if any(one.id in named for one in same) for one in same)
    return tuple(dict.fromkeys([*ids, *meant]))


def sized(release: Release, rows: Sequence[int] | IntArray) -> list[CatalogueItem]:
    """The items of rows; where each size of a product is an item of its own, these are its sizes, each with its id and stock."""
    items = release.items(rows)
    bare = [item.id for item in items if not item.sizes and size_of(item.attributes)]
    sizes_of = {item.id: sizes for same in _same(release, bare) if len(sizes := _as_sizes(same)) > 1 for item in same}
    return [item if item.sizes else replace(item, sizes=sizes_of.get(item.id)) for item in items]


def other_colours(release: Release, item: str) -> list[str]:
    """Of each other colour of an item's product the first that can be bought, else the first; ids."""
    others = [same for same in _same(release, [item]) if all(one.id != item for one in same)]
    return [next((one.id for one in same if one.in_stock is not False), same[0].id) for same in others]


def _as_sizes(same: Iterable[CatalogueItem]) -> list[dict[str, Any]]:
    found = {size: {"size": size, "in_stock": one.in_stock, "id": one.id} for one in same if (size := size_of(one.attributes))}
    return [found[size] for size in sorted(found, key=by_size)]


def _same(release: Release, ids: Collection[str]) -> list[list[CatalogueItem]]:
    """The variants of items, and the items themselves: those together that nothing but a size tells apart, in words."""
    known = release.snapshot.row_of.known(ids)
    varied = [item for item, row in known.items() if len(release.traits.variants(row))]
    if not varied:  # as in most requests
        return []
    rows = with_variants(release, varied)
    together: dict[tuple[Any, ...], list[CatalogueItem]] = {}
    for row, item in zip(rows, release.items(rows), strict=True):
        if release.snapshot.row_of.get(item.id) == row:  # in the catalogue still
            words = but_for_size(item.title or "", item.attributes)
            together.setdefault((int(release.traits.first_N[row]), item.category, *words), []).append(item)
    return list(together.values())
