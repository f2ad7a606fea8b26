"""The blanks of an outfit and the rows that may fill each: retrieved for its category, or given as candidates.

Shape legend: N rows · M candidates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from app.ground.errors import shortened
from app.recommend.consistent import NOT_FOR_THEM, OTHER_SEASON, suitable
from app.recommend.outfit import Worn
from app.recommend.rank import RETRIEVED, retrieve
from app.recommend.slots import Slot, Slots
from app.release.release import Release
from index.backends.base import BoolArray, IntArray
from index.columns import Filter

ANY_CATEGORY: Final = "any"
_MORE: Final = 8
_MOST_LISTED: Final = 5


@dataclass(frozen=True, eq=False, slots=True)
class Blank:
    """A slot and the unranked rows that may fill it; ``nth`` counts from 0 the blanks of one slot, which share their rows."""

    slot: Slot
    rows_M: IntArray
    fallback: str | None
    nth: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class Allowed:
    """Which rows may be suggested.

    Attributes:
        wanted: the filters.
        filtered_N: those that pass the filters and are not worn; None for all.
        steps: masks from the strictest to the laxest, each with what to say where none before it left an item.
    """

    wanted: Filter
    filtered_N: BoolArray | None
    steps: tuple[tuple[BoolArray | None, str | None], ...]

    @staticmethod
    def at_all(release: Release, worn: Worn, wanted: Filter, *, consistent: bool) -> BoolArray | None:
        """What could be suggested were it not for price, brand and the like: what is in stock, and for whom the worn items are."""
        stocked_N = release.snapshot.columns.mask(Filter(in_stock=wanted.in_stock))
        return _both(stocked_N, suitable(release, worn.labels, season=False) if consistent else None)

    @classmethod
    def of(cls, release: Release, worn: Worn, wanted: Filter, *, consistent: bool) -> Allowed:
        """The filters, and what suits the worn items where ``consistent``."""
        worn_ids = [name for name, row in zip(worn.names, worn.rows, strict=True) if row is not None]
        filtered_N = release.snapshot.columns.mask(replace(wanted, exclude=(*wanted.exclude, *worn_ids)))
        if not consistent:
            return cls(wanted, filtered_N, ((filtered_N, None),))
        strict_N, lax_N = (suitable(release, worn.labels, season=season) for season in (True, False))
        return cls(wanted, filtered_N, ((_both(filtered_N, strict_N), None), (_both(filtered_N, lax_N), OTHER_SEASON)))


def searched(release: Release, worn: Worn, slots: Slots, allowed: Allowed, k: int) -> list[Blank]:
    """Retrieve for each slot; the first step of ``allowed`` that leaves an item counts."""
    times = Counter(slots.slots)
    most = k * max(times.values(), default=1)
    found: dict[Slot, tuple[IntArray, str | None]] = {}
    for mask_N, said in allowed.steps:
        empty = [slot for slot in times if not len(found.get(slot, ((), None))[0])]
        for slot, rows_M in zip(empty, _retrieved(release, worn, empty, max(k, most // 4), most, mask_N), strict=True):
            found[slot] = rows_M, said
    blanks = []
    for slot, nth in counted(slots.slots):
        rows_M, said = found[slot]
        note = "; ".join(filter(None, (slots.note, said))) if len(rows_M) else _why_empty(release, slot.category, allowed.wanted)
        blanks.append(Blank(slot, rows_M, note or None, nth))
    return blanks


def _retrieved(  # noqa: PLR0917 - the question, and how much of an answer
    release: Release, worn: Worn, slots: Sequence[Slot], k: int, least: int, mask_N: BoolArray | None
) -> list[IntArray]:
    """The candidates of each slot; more where those found are variants of fewer than ``least`` products."""
    by_role = {role: _both(mask_N, _of_role(release, role)) for role in {slot.role for slot in slots}}
    found: dict[Slot, IntArray] = {}
    for role, role_N in by_role.items():
        alike = [slot for slot in slots if slot.role == role]
        found |= zip(alike, retrieve(release, worn, [slot.category for slot in alike], k, role_N), strict=True)
    for slot, rows_M in found.items():
        if len(rows_M) >= RETRIEVED and release.traits.leading(rows_M).sum() < least:
            found[slot] = retrieve(release, worn, [slot.category], _MORE * k, by_role[slot.role])[0]
    return [found[slot] for slot in slots]


def _of_role(release: Release, role: str | None) -> BoolArray | None:
    return None if role is None else release.traits.mask(lambda labels: labels.role == role)


def given(
    release: Release, worn: Worn, candidates: Sequence[str], slots: Slots | None, wanted: Filter
) -> tuple[list[Blank], Sequence[str]]:
    """The candidates by slot where slots are given, otherwise all together; without those that filters exclude or that are worn.

    Returns:
        The blanks, and the candidates that are not in the catalogue.
    """
    row_of = release.snapshot.row_of
    asked = list(dict.fromkeys(candidates))
    allowed_N = release.snapshot.columns.mask(wanted)
    worn_already = [item for item in asked if item in worn.names]
    rows = [row_of[item] for item in asked if item in row_of and item not in worn.names]
    rows = [row for row in rows if allowed_N is None or allowed_N[row]]
    categories = [release.category_of(row) for row in rows]
    unknown = [item for item in asked if item not in row_of]
    if slots is None:
        common = categories[0] if len(set(categories)) == 1 else ANY_CATEGORY
        groups = [(Slot(common), rows)]
    else:
        groups = [(slot, [row for row, name in zip(rows, categories, strict=True) if name == slot.category]) for slot in slots.slots]
    why = "no candidate is known, of this slot's category, and passes the filters"
    less = f"left out, as worn already: {listed(worn_already)}" if worn_already else None
    blanks = [
        Blank(slot, np.array(group, dtype=np.int64), less if group else "; ".join(filter(None, (why, less))), nth)
        for (slot, group), (_, nth) in zip(groups, counted([slot for slot, _ in groups]), strict=True)
    ]
    return blanks, unknown


def counted(slots: Sequence[Slot]) -> list[tuple[Slot, int]]:
    """Each slot with the number of times that it came before."""
    return [(slot, list(slots[:place]).count(slot)) for place, slot in enumerate(slots)]


def listed(ids: Sequence[str]) -> str:
    """The first few ids, and how many more there are."""
    more = f" and {len(ids) - _MOST_LISTED} more" if len(ids) > _MOST_LISTED else ""
    return ", ".join(map(shortened, ids[:_MOST_LISTED])) + more


def _both(one_N: BoolArray | None, other_N: BoolArray | None) -> BoolArray | None:
    if one_N is None or other_N is None:
        return other_N if one_N is None else one_N
    return one_N & other_N


def _why_empty(release: Release, category: str, wanted: Filter) -> str:
    if category not in release.snapshot.categories:
        return f"the catalogue has no items of category {category!r} now"
    columns = release.snapshot.columns
    unknown = columns.unknown_attributes(wanted)
    if unknown:
        known = ", ".join(columns.attribute_names) or "none"
        return f"no item has the attribute {shortened(unknown[0])!r}; there are: {known}"
    mask_N = columns.mask(wanted)
    if mask_N is None or mask_N[release.snapshot.rows_in(category)].any():
        return f"no item of category {category!r} passes the filters and suits the others: {NOT_FOR_THEM}; `consistent: false` asks for any"
    return f"no item of category {category!r} passes the filters and the budget"
