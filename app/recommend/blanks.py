"""The blanks of an outfit and the rows that may fill each: retrieved for its category, or given as candidates.

Shape legend: N rows · M candidates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.ground.errors import shortened
from app.recommend.consistent import NOT_FOR_THEM, OTHER_SEASON, suitable
from app.recommend.outfit import Worn
from app.recommend.rank import RETRIEVED, queries_of, remembered, retrieve
from app.recommend.slots import Slot, Slots
from app.release.release import Release
from app.rules.ruling import Ruling
from index.backends.base import FloatArray, IntArray
from index.columns import Filter
from index.selection import Condition, Selection, but

ANY_CATEGORY: Final = "any"
_MORE: Final = 8
_MOST_LISTED: Final = 5


@dataclass(frozen=True, eq=False, slots=True)
class Blank:
    """A slot and the unranked rows that may fill it.

    Attributes:
        nth: counts from 0 the blanks of one slot, which share their rows.
        query_D: what they were retrieved by; None where they were given.
    """

    slot: Slot
    rows_M: IntArray
    fallback: str | None
    nth: int = 0
    query_D: FloatArray | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Allowed:
    """Which rows may be suggested.

    Attributes:
        wanted: the filters.
        filtered: those that pass the filters and are not worn.
        steps: selections from the strictest to the laxest, each with what to say where none before it left an item.
    """

    wanted: Filter
    filtered: Selection
    steps: tuple[tuple[Selection, str | None], ...]

    @staticmethod
    def at_all(release: Release, worn: Worn, wanted: Filter, *, consistent: bool, ruling: Ruling | None = None) -> Selection:
        """What could be suggested were it not for price, brand and the like: in stock, by no rule taken away, for whom the others are."""
        stocked = _both(release.snapshot.columns.selection(Filter(in_stock=wanted.in_stock)), ruling.condition() if ruling else None)
        return _both(stocked, suitable(release, worn.labels, season=False) if consistent else None)

    @classmethod
    def of(cls, release: Release, worn: Worn, wanted: Filter, *, consistent: bool, ruling: Ruling | None = None) -> Allowed:
        """The filters and rules, and what suits the worn items where ``consistent``."""
        filtered = _both(release.snapshot.columns.selection(wanted), ruling.condition() if ruling else None)
        filtered &= but(filtered.count, [row for row in worn.rows if row is not None])
        if not consistent:
            return cls(wanted, filtered, ((filtered, None),))
        strict, lax = (suitable(release, worn.labels, season=season) for season in (True, False))
        return cls(wanted, filtered, ((_both(filtered, strict), None), (_both(filtered, lax), OTHER_SEASON)))


def searched(  # noqa: PLR0917 - the question, and how it is to be answered
    release: Release, worn: Worn, slots: Slots, allowed: Allowed, k: int, ruling: Ruling | None = None
) -> list[Blank]:
    """Retrieve for each slot, and what rules pin there; the first step of ``allowed`` that leaves an item counts."""
    times = Counter(slots.slots)
    most = k * max(times.values(), default=1)
    queries, known = queries_of(release, worn, [slot.category for slot in times]), remembered(release, worn)
    found: dict[Slot, tuple[IntArray, str | None]] = {}
    for selection, said in allowed.steps:
        empty = [slot for slot in times if not len(found.get(slot, ((), None))[0])]
        for slot in empty:
            found[slot] = (
                _retrieved(release, slot, queries[slot.category], max(k, most // 4), most, selection, known.get(slot.category)),
                said,
            )
    pinned_M = np.array(list(ruling.pinned if ruling else ()), dtype=np.int64)
    pinned_M = pinned_M[allowed.filtered.passes(pinned_M)]
    for slot in times if len(pinned_M) else ():
        here_M = [row for row in pinned_M.tolist() if release.category_of(row) == slot.category]
        found[slot] = np.unique(np.concatenate([found[slot][0], np.array(here_M, dtype=np.int64)])), found[slot][1]
    blanks = []
    for slot, nth in counted(slots.slots):
        rows_M, said = found[slot]
        note = "; ".join(filter(None, (slots.note, said))) if len(rows_M) else _why_empty(release, slot.category, allowed.wanted)
        blanks.append(Blank(slot, rows_M, note or None, nth, queries[slot.category]))
    return blanks


def _retrieved(  # noqa: PLR0917 - the question, and how much of an answer
    release: Release, slot: Slot, query_D: FloatArray, k: int, least: int, selection: Selection, known_M: IntArray | None
) -> IntArray:
    """The candidates of a slot; more where those found are variants of fewer than ``least`` products."""
    of_role = _both(selection, _of_role(release, slot.role))
    rows_M = retrieve(release, slot.category, query_D, k, of_role, known_M)
    if len(rows_M) >= RETRIEVED and release.traits.leading(rows_M).sum() < least:
        return retrieve(release, slot.category, query_D, _MORE * k, of_role, known_M)
    return rows_M


def _of_role(release: Release, role: str | None) -> Condition | None:
    return None if role is None else release.traits.condition(lambda labels: labels.role == role)


def given(  # noqa: PLR0917 - the question, and how it is to be answered
    release: Release, worn: Worn, candidates: Sequence[str], slots: Slots | None, wanted: Filter, ruling: Ruling | None = None
) -> tuple[list[Blank], Sequence[str]]:
    """The candidates by slot where slots are given, otherwise all together; without those that filters or rules exclude or that are worn.

    Returns:
        The blanks, and the candidates that are not in the catalogue.
    """
    row_of = release.snapshot.row_of
    asked = list(dict.fromkeys(candidates))
    worn_already = [item for item in asked if item in worn.names]
    known = np.array([row_of[item] for item in asked if item in row_of and item not in worn.names], dtype=np.int64)
    rows = known[_both(release.snapshot.columns.selection(wanted), ruling.condition() if ruling else None).passes(known)].tolist()
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


def _both(selection: Selection, condition: Condition | None) -> Selection:
    return selection if condition is None else selection & condition


def _why_empty(release: Release, category: str, wanted: Filter) -> str:
    if category not in release.snapshot.categories:
        return f"the catalogue has no items of category {category!r} now"
    columns = release.snapshot.columns
    unknown = columns.unknown_attributes(wanted)
    if unknown:
        known = ", ".join(columns.attribute_names) or "none"
        return f"no item has the attribute {shortened(unknown[0])!r}; there are: {known}"
    if columns.selection(wanted).any_of(release.snapshot.rows_in(category)):
        return f"no item of category {category!r} passes the filters and suits the others: {NOT_FOR_THEM}; `consistent: false` asks for any"
    return f"no item of category {category!r} passes the filters and the budget"
