"""What an id stands for beside itself: the variants of its product, that is its sizes, and the same in other colours."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.recommend.outfit import ItemRef
from app.release.release import CatalogueItem, Release
from app.release.variants import group_key
from index.backends.base import IntArray
from index.columns import Filter
from models.datasets.sizes import but_for_size, by_size, size_of

_IN_STOCK: Final = Filter(in_stock=True)
_FEW: Final = 30
"""Values that are quicker compared one after another than hashed: of a million rows, 0.4 ms each, else 10 to 20 ms in all."""


def meant(release: Release, outfits: Sequence[Sequence[ItemRef]]) -> list[Sequence[ItemRef]]:
    """The outfits, with an item in place of each id that is a group's: the first of the group that is not sold out, else the first."""
    rows_of = _of_groups(release, {item for items in outfits for item in items if isinstance(item, str)})
    if not rows_of:  # as in most requests
        return list(outfits)
    stocked = release.snapshot.columns.selection(_IN_STOCK)
    first = {group: int(next(iter(rows[stocked.passes(rows)]), rows[0])) for group, rows in rows_of.items()}
    item_of: dict[ItemRef, str] = dict(zip(first, _ids(release, [*first.values()]), strict=True))
    return [[item_of.get(item, item) for item in items] for items in outfits]


def as_items(release: Release, ids: Sequence[str]) -> list[str]:
    """Ids of no photos, each as ``meant`` has it, in their order."""
    return [item for item in meant(release, [ids])[0] if isinstance(item, str)]


def with_groups(release: Release, ids: Collection[str]) -> tuple[str, ...]:
    """Ids, with all items of the group in place of each that is a group's."""
    rows_of = _of_groups(release, ids)
    return tuple(one for item in ids for one in (_ids(release, rows_of[item]) if item in rows_of else [item]))


def unknown(release: Release, ids: Sequence[str]) -> list[str]:
    """Those ids, each once, that are neither an item's nor a group's."""
    known = release.snapshot.row_of.known(ids)
    groups = _of_groups(release, [item for item in ids if item not in known])
    return list(dict.fromkeys(item for item in ids if item not in known and item not in groups))


def with_variants(release: Release, ids: Collection[str]) -> list[int]:
    """The rows of items, those of groups among them, and of all variants of theirs; ids that are not in the catalogue have none."""
    own = release.snapshot.row_of.known(with_groups(release, ids)).values()
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


def _of_groups(release: Release, ids: Collection[str]) -> dict[str, IntArray]:
    """The rows, ascending, of each id that no item has and that is the ``group_id`` of some in the catalogue."""
    row_of, key_N = release.snapshot.row_of, release.traits.key_N
    known = row_of.known(ids)
    group_of = {group_key(item): item for item in ids if item not in known}
    if not group_of:  # as in most requests
        return {}
    few, keys = len(group_of) < _FEW, pa.array([*group_of])
    masks = (key_N == key for key in group_of) if few else [pc.is_in(pa.array(key_N), value_set=keys)]
    rows = np.concatenate([np.flatnonzero(mask) for mask in masks])
    rows = np.array([row for row, item in zip(rows.tolist(), _ids(release, rows), strict=True) if row_of.get(item) == row], dtype=np.int64)
    return {group: own for key, group in group_of.items() if len(own := rows[key_N[rows] == key])}


def _ids(release: Release, rows: Sequence[int] | IntArray) -> list[str]:
    ids: list[str] = release.snapshot.items.column("id").take(pa.array(rows, pa.int64())).to_pylist()
    return ids


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
