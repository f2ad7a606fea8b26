"""The blanks of an outfit and the rows that may fill each: retrieved for its category, or given as candidates.

Shape legend: N rows · M candidates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from app.ground.errors import shortened
from app.recommend.blocked import nobodys
from app.recommend.consistent import NOT_FOR_THEM, OTHER_SEASON, suitable
from app.recommend.outfit import Worn
from app.recommend.rank import RETRIEVED, queries_of, remembered, retrieve
from app.recommend.slots import Slot, Slots
from app.recommend.steering import NO_WISHES, Steering, quoted
from app.release.release import Release
from app.rules.ruling import Ruling
from index.backends.base import FloatArray, IntArray
from index.columns import Filter
from index.selection import Condition, Selection, but

ANY_CATEGORY: Final = "any"
_MORE: Final = 8
_MOST_LISTED: Final = 5
_MOST_VARIANTS: Final = 50


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
        wanted: the filters. steering: what words ask. ruling: what rules say.
        filtered: those that pass the filters, are as asked, and are not worn.
        budgeted: whether ``wanted`` has a budget among its prices.
        steps: selections from the strictest to the laxest, each with what to say where none before it left an item.
    """

    wanted: Filter
    filtered: Selection
    steps: tuple[tuple[Selection, str | None], ...]
    steering: Steering = NO_WISHES
    unmet: Mapping[str, str] = field(default_factory=dict)
    ruling: Ruling | None = None
    budgeted: bool = False

    @staticmethod
    def at_all(release: Release, worn: Worn, wanted: Filter, *, consistent: bool, ruling: Ruling | None = None) -> Selection:
        """What could be suggested were it not for price, brand and the like: in stock, by no rule taken away, for whom the others are."""
        stocked = _both(release.snapshot.columns.selection(Filter(in_stock=wanted.in_stock)), ruling.condition() if ruling else None)
        return _both(stocked, suitable(release, worn.labels, season=False) if consistent else None)

    @classmethod
    def of(  # noqa: PLR0917 - what is worn, and what is asked
        cls,
        release: Release,
        worn: Worn,
        wanted: Filter,
        steering: Steering = NO_WISHES,
        categories: Sequence[str] = (),
        ruling: Ruling | None = None,
        *,
        consistent: bool,
        budgeted: bool = False,
    ) -> Allowed:
        """The filters and rules, what words ask of some categories, and what suits the worn items where ``consistent``."""
        filtered = _both(release.snapshot.columns.selection(wanted), ruling.condition() if ruling else None)
        filtered &= but(filtered.count, [row for row in worn.rows if row is not None])
        for condition in steering.must:
            filtered &= condition
        strict, lax = (suitable(release, worn.labels, season=season) if consistent else None for season in (True, False))
        asked, unmet = steering.settled(release, _both(filtered, lax), categories)
        filtered = _both(filtered, asked)
        steps = ((_both(filtered, strict), None), (_both(filtered, lax), OTHER_SEASON))
        return cls(wanted, filtered, steps if consistent else ((filtered, None),), steering, unmet, ruling, budgeted)

    def variants(self, release: Release, row: int) -> tuple[int, ...]:
        """The first variants of a row that pass the filters and are in the catalogue still."""
        rows = release.traits.variants(row)
        if not len(rows):
            return ()
        rows = rows[self.filtered.passes(rows)]
        ids = release.snapshot.items.column("id")
        return tuple(int(row) for row in rows[:_MOST_VARIANTS] if release.snapshot.row_of.get(ids[int(row)].as_py()) == row)


def searched(  # noqa: PLR0917 - the question, and how it is to be answered
    release: Release, worn: Worn, slots: Slots, allowed: Allowed, k: int, first_M: IntArray
) -> list[Blank]:
    """Retrieve for each slot; the first step of ``allowed`` that leaves an item counts. What comes first is added where it leaves it."""
    times = Counter(slots.slots)
    most = k * max(times.values(), default=1)
    wide = _MORE * max(k, _MORE) if allowed.steering.leanings else k
    queries, known = queries_of(release, worn, [slot.category for slot in times]), remembered(release, worn)
    found: dict[Slot, tuple[IntArray, str | None]] = {}
    for selection, said in allowed.steps:
        empty = [slot for slot in times if not len(found.get(slot, ((), None))[0])]
        for slot in empty:
            rows_M = _retrieved(release, slot, queries[slot.category], max(wide, most // 4), most, selection, known.get(slot.category))
            also_M = _of_category(release, first_M, slot.category)
            found[slot] = np.union1d(rows_M, also_M[selection.passes(also_M)]) if len(also_M) else rows_M, said
    blanks = []
    for slot, nth in counted(slots.slots):
        rows_M, said = found[slot]
        notes = (slots.note, said, allowed.unmet.get(slot.category))
        note = "; ".join(filter(None, notes)) if len(rows_M) else _why_empty(release, slot.category, allowed)
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


def _of_category(release: Release, rows_M: IntArray, category: str) -> IntArray:
    return rows_M[[release.category_of(row) == category for row in rows_M.tolist()]] if len(rows_M) else rows_M


def _of_role(release: Release, role: str | None) -> Condition | None:
    return None if role is None else release.traits.condition(lambda labels: labels.role == role)


def given(  # noqa: PLR0917 - the question
    release: Release,
    worn: Worn,
    candidates: Sequence[str],
    slots: Slots | None,
    wanted: Filter,
    steering: Steering,
    ruling: Ruling | None = None,
) -> tuple[list[Blank], Sequence[str]]:
    """The candidates by slot where slots are given, otherwise all together; without those that filters or rules exclude or that are worn.

    Returns:
        The blanks, and the candidates that are not in the catalogue.
    """
    row_of = release.snapshot.row_of
    asked = list(dict.fromkeys(candidates))
    worn_already = [item for item in asked if item in worn.names]
    known = np.array([row_of[item] for item in asked if item in row_of and item not in worn.names], dtype=np.int64)
    selection = _both(release.snapshot.columns.selection(wanted), ruling.condition() if ruling else None)
    for condition in steering.must:
        selection &= condition
    kept, lacking = steering.kept(known[selection.passes(known)])
    rows = kept.tolist()
    categories = [release.category_of(row) for row in rows]
    unknown = [item for item in asked if item not in row_of]
    if slots is None:
        common = categories[0] if len(set(categories)) == 1 else ANY_CATEGORY
        groups = [(Slot(common), rows)]
    else:
        groups = [(slot, [row for row, name in zip(rows, categories, strict=True) if name == slot.category]) for slot in slots.slots]
    unless = [", and is left by the shop's rules"] if ruling is not None and ruling.touched else []
    unless += [", and is as asked"] if steering.wishes.wishes else []
    why = "no candidate is known, of this slot's category, and passes the filters" + "".join(unless)
    less = f"left out, as worn already: {listed(worn_already)}" if worn_already else None
    unmet = f"no candidate is as asked: {quoted(lacking)}" if lacking else None
    blanks = [
        Blank(slot, np.array(group, dtype=np.int64), "; ".join(filter(None, (None if group else why, less, unmet))) or None, nth)
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


def _why_empty(release: Release, category: str, allowed: Allowed) -> str:
    wanted = allowed.wanted
    if category not in release.snapshot.categories:
        return f"the catalogue has no items of category {category!r} now"
    columns = release.snapshot.columns
    passing, rows = columns.selection(wanted), release.snapshot.rows_in(category)
    if allowed.steering.must and passing.any_of(rows):
        for condition in allowed.steering.must:
            passing &= condition
        if not passing.any_of(rows):
            return f"no item of category {category!r} passes the filters and is as asked: {allowed.steering.refused}"
    if allowed.ruling is not None and passing.any_of(rows):
        passing &= allowed.ruling.condition()
        if not passing.any_of(rows):
            takers = listed(list(allowed.ruling.touched))
            return f"the shop's rules leave no item of category {category!r} that passes the filters: {takers}"
    if passing.any_of(rows):
        return f"no item of category {category!r} passes the filters and suits the others: {NOT_FOR_THEM}; `consistent: false` asks for any"
    unknown = "".join(f"; {one}" for one in nobodys(columns, wanted))
    return f"no item of category {category!r} passes the filters{' and the budget' if allowed.budgeted else ''}{unknown}"
