"""The blanks of an outfit and the rows that may fill each: retrieved for its category, or given as candidates.

Shape legend: N rows · M candidates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import numpy as np

from app.ground.shortened import shortened
from app.recommend.allowed import Allowed, narrowed
from app.recommend.blocked import nobodys
from app.recommend.consistent import NOT_FOR_THEM
from app.recommend.rank import RETRIEVED, queries_of, remembered, retrieve
from app.recommend.resolved import Resolved
from app.recommend.slots import Slot, Slots
from app.recommend.steering import quoted
from app.release.release import Release
from index.backends.base import FloatArray, IntArray
from index.selection import Condition
from models.datasets.garments import NOT_WORN

ANY_CATEGORY: Final = "any"
_ANY: Final = "`consistent: false` asks for any"
_MORE: Final = 8
_MOST_LISTED: Final = 5


@dataclass(frozen=True, eq=False, slots=True)
class Blank:
    """A slot and the unranked rows that may fill it.

    Attributes:
        nth: counts from 0 the blanks of one slot, which share their rows.
        query_D: what they were retrieved by; None where they were given.
        ahead: what of them comes before the rest, what matters most first.
    """

    slot: Slot
    rows_M: IntArray
    fallback: str | None
    nth: int = 0
    query_D: FloatArray | None = None
    ahead: tuple[Condition, ...] = ()


def searched(resolved: Resolved, slots: Slots, allowed: Allowed) -> list[Blank]:
    """Retrieve for each slot; the first step of ``allowed`` that leaves an item counts.

    What is promoted or pinned is added where that step leaves it.
    """
    release, worn, k = resolved.release, resolved.worn, resolved.k
    times = Counter(slots.slots)
    most = k * max(times.values(), default=1)
    wide = _MORE * max(k, _MORE) if resolved.steering.leanings else k
    queries, known = queries_of(release, worn, [slot.category for slot in times]), remembered(release, worn)
    first_M = np.array([*resolved.promoted_P, *(resolved.ruling.pinned if resolved.ruling else ())], dtype=np.int64)
    found: dict[Slot, tuple[IntArray, str | None]] = {}
    for selection, said in allowed.steps:
        empty = [slot for slot in times if not len(found.get(slot, ((), None))[0])]
        for slot in empty:
            retrieved = partial(retrieve, release, slot.category, queries[slot.category], known_M=known.get(slot.category))
            of_role = narrowed(selection, _of_role(release, slot))
            rows_M = retrieved(max(wide, most // 4), of_role)
            if len(rows_M) >= RETRIEVED and release.traits.leading(rows_M).sum() < most:  # variants of too few products
                rows_M = retrieved(_MORE * max(wide, most // 4), of_role)
            for one in allowed.ahead if len(rows_M) else ():
                ahead_M = retrieved(max(wide, most // 4), narrower := narrowed(of_role, one))
                of_role = narrower if len(ahead_M) else of_role
                rows_M = np.union1d(rows_M, ahead_M)
            also_M = _of_category(release, first_M, slot.category)
            found[slot] = np.union1d(rows_M, also_M[selection.passes(also_M)]) if len(also_M) else rows_M, said
    blanks = []
    for slot, nth in counted(slots.slots):
        rows_M, said = found[slot]
        notes = (slots.note, said, allowed.unmet.get(slot.category))
        note = "; ".join(filter(None, notes)) if len(rows_M) else _why_empty(resolved, slot.category)
        blanks.append(Blank(slot, rows_M, note or None, nth, queries[slot.category], allowed.ahead))
    return blanks


def _of_category(release: Release, rows_M: IntArray, category: str) -> IntArray:
    return rows_M[[release.category_of(row) == category for row in rows_M.tolist()]] if len(rows_M) else rows_M


def _of_role(release: Release, slot: Slot) -> Condition | None:
    """That a row is worn as the slot says; of a slot that does not say it, and of whose category most is worn, that it is worn."""
    if slot.role is not None:
        return release.traits.condition(lambda labels: labels.worn_as(slot.role))
    return None if release.worn_as(slot.category) == NOT_WORN else release.traits.condition(lambda labels: labels.role != NOT_WORN)


def given(resolved: Resolved, candidates: Sequence[str], slots: Slots | None) -> tuple[list[Blank], Sequence[str]]:
    """The candidates by slot where slots are given, otherwise all together; without those that filters or rules exclude or that are worn.

    Returns:
        The blanks, and the candidates that are not in the catalogue.
    """
    release, worn, ruling, steering = resolved.release, resolved.worn, resolved.ruling, resolved.steering
    row_of = release.snapshot.row_of
    asked = list(dict.fromkeys(candidates))
    worn_already = [item for item in asked if item in worn.names]
    known = np.array([row_of[item] for item in asked if item in row_of and item not in worn.names], dtype=np.int64)
    selection = resolved.filtered
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


def _why_empty(resolved: Resolved, category: str) -> str:
    """What of all that is asked leaves no item of a category, from the outermost."""
    release, wanted, steering, ruling = resolved.release, resolved.question.wanted, resolved.steering, resolved.ruling
    if category not in release.snapshot.categories:
        return f"the catalogue has no items of category {category!r} now"
    columns = release.snapshot.columns
    left, rows = columns.selection(wanted), release.snapshot.rows_in(category)
    if steering.must and left.any_of(rows):
        left = narrowed(left, *steering.must)
        if not left.any_of(rows):
            return f"no item of category {category!r} passes the filters and is as asked: {steering.refused}"
    if ruling is not None and left.any_of(rows):
        left &= ruling.condition()
        if not left.any_of(rows):
            takers = listed(list(ruling.touched))
            return f"the shop's rules leave no item of category {category!r} that passes the filters: {takers}"
    within = f"passes the filters{' and the budget' if resolved.question.budget is not None else ''}"
    if left.any_of(rows):
        if Allowed.at_all(release, resolved.worn, wanted, consistent=True).any_of(rows):
            as_asked = f" and is as asked: {steering.refused}" if steering.must else ""
            return f"no item of category {category!r} for whom the others are {within}{as_asked}; {_ANY}"
        return f"no item of category {category!r} passes the filters and suits the others: {NOT_FOR_THEM}; {_ANY}"
    return f"no item of category {category!r} {within}{''.join(f'; {one}' for one in nobodys(columns, wanted))}"
