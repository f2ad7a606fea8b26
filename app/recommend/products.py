"""What an id stands for beside itself: the variants of its product, that is its sizes, and the same in other colours."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from typing import Any, Final

from app.recommend.outfit import ItemRef
from app.release.groups import ids_of, rows_of_groups
from app.release.release import CatalogueItem, Release
from index.backends.base import IntArray
from index.columns import Filter
from models.datasets.sizes import but_for_size, by_size, size_of

_IN_STOCK: Final = Filter(in_stock=True)
_MOST_LISTED: Final = 5
_UNKNOWN: Final = "not in the catalogue"
_IS_PRODUCT: Final = "a product, and no item of its own; its items are {}"


def meant(release: Release, outfits: Sequence[Sequence[ItemRef]]) -> list[Sequence[ItemRef]]:
    """The outfits, with an item in place of each id that is a group's: the first of the group that is not sold out, else the first."""
    rows_of = rows_of_groups(release, {item for items in outfits for item in items if isinstance(item, str)})
    if not rows_of:  # as in most requests
        return list(outfits)
    stocked = release.snapshot.columns.selection(_IN_STOCK)
    first = {group: int(next(iter(rows[stocked.passes(rows)]), rows[0])) for group, rows in rows_of.items()}
    item_of: dict[ItemRef, str] = dict(zip(first, ids_of(release, [*first.values()]), strict=True))
    return [[item_of.get(item, item) for item in items] for items in outfits]


def as_items(release: Release, ids: Sequence[str]) -> list[str]:
    """Ids of no photos, each as ``meant`` has it, in their order."""
    return [item for item in meant(release, [ids])[0] if isinstance(item, str)]


def with_groups(release: Release, ids: Collection[str]) -> tuple[str, ...]:
    """Ids, with all items of the group in place of each that is a group's."""
    rows_of = rows_of_groups(release, ids)
    return tuple(one for item in ids for one in (ids_of(release, rows_of[item]) if item in rows_of else [item]))


def unknown(release: Release, ids: Sequence[str]) -> list[str]:
    """Those ids, each once, that are neither an item's nor a group's."""
    known = release.snapshot.row_of.known(ids)
    groups = rows_of_groups(release, [item for item in ids if item not in known])
    return list(dict.fromkeys(item for item in ids if item not in known and item not in groups))


def why_unknown(release: Release, ids: Collection[str]) -> dict[str, str]:
    """Why each id, which no item has, is not to be changed: it is a product's, whose items are others, or nobody's."""
    products = {item: ids_of(release, rows) for item, rows in rows_of_groups(release, ids).items()}
    return {item: _IS_PRODUCT.format(_listed(products[item])) if item in products else _UNKNOWN for item in ids}


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


def _listed(ids: Sequence[str]) -> str:
    more = f" and {len(ids) - _MOST_LISTED} more" if len(ids) > _MOST_LISTED else ""
    return ", ".join(map(repr, ids[:_MOST_LISTED])) + more


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
