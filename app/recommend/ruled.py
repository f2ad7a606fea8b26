"""The merchandiser's rules at work: what they take away, move, and put in the place of the model's slots.

Shape legend: M candidates.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from app.recommend.looks import CENT
from app.recommend.outfit import Worn
from app.recommend.rank import Pool, in_scores
from app.recommend.slots import Slot, Slots
from app.release.release import Release
from app.rules.matching import Facts
from app.rules.rule import CuratedLook, SlotTemplate
from app.rules.ruling import Ruled, Ruling
from index.backends.base import FloatArray, IntArray
from index.selection import Selection


def ruling_of(ruled: Ruled | None, worn: Worn) -> Ruling | None:
    """What the rules say of this outfit; None where there are none."""
    if ruled is None:
        return None
    known = iter(ruled.satisfied([row for row in worn.rows if row is not None]))
    satisfied = [
        ruled.force.matcher.of(Facts(category=category, labels=labels)) if row is None else next(known)
        for row, category, labels in zip(worn.rows, worn.categories, worn.labels, strict=True)
    ]
    return Ruling(ruled, satisfied, frozenset(name for name, row in zip(worn.names, worn.rows, strict=True) if row is not None))


def choose_look(ruling: Ruling, filtered: Selection, budget: float | None) -> None:
    """Show the first curated look all of whose items are in the catalogue, pass the filters, and are kept apart by no rule.

    Of a product that it names by its group, the first item that passes is of the look.

    Args:
        budget: what those that are not worn may cost together; None: whatever they do.
    """
    snapshot = ruling.ruled.release.snapshot

    def rows_of(look: CuratedLook) -> list[int]:
        """One for each of its items that is not worn; none where one of them cannot be had."""
        named = dict(ruling.unworn(look.ids))
        passing = [rows[filtered.passes(rows)] for rows in named.values()]
        whole = all(len(rows) for rows in passing) and ruling.wears([item for item in look.ids if item not in named])
        return [int(rows[0]) for rows in passing] if whole else []

    def may(rows: list[int]) -> bool:
        if not rows:
            return False
        if budget is not None and not float(snapshot.columns.prices[rows].sum()) <= budget + CENT:  # nor where a price is not known
            return False
        return not any(ruling.apart(rows[:place], row) for place, row in enumerate(rows))

    looks = ((look, rows_of(look)) for look in ruling.looks())
    ruling.look, ruling.shown = next(((look, rows) for look, rows in looks if may(rows)), (None, ()))


def by_rules(release: Release, ruling: Ruling | None, pool: Pool, size: int) -> tuple[Pool, dict[int, tuple[str, ...]]]:
    """A pool in the order of the rules, and the rules that moved each of its rows: pinned ones first, then by lifted scores.

    Args:
        size: of the outfit that each candidate completes.
    """
    if ruling is None or not len(pool.rows_M):
        return pool, {}
    lift_M, moved = moved_by(ruling, pool.rows_M)
    places = {row: place for place, row in enumerate(ruling.pinned)}
    pinned_M = np.array([places.get(row, len(places)) for row in pool.rows_M.tolist()])
    if not moved:
        return pool, {}
    lift_M = in_scores(release, lift_M, size)
    ahead = np.ptp(pool.ranked_by + lift_M) + 1.0
    ruled = replace(pool, lifts_M=(lift_M + (len(places) - pinned_M) * ahead).astype(np.float32))
    return ruled.at(np.argsort(-ruled.ranked_by, kind="stable")), moved


def moved_by(ruling: Ruling, rows_M: IntArray) -> tuple[FloatArray, dict[int, tuple[str, ...]]]:
    """What boosts and burials add to the log-odds of each of some rows, ``(M,)``; and the rules that move them, a pin first, by row."""
    lift_M, why = ruling.lifts(rows_M)
    pins = ((ruling.pinned[row],) if row in ruling.pinned else () for row in rows_M.tolist())
    return lift_M, {row: (*pin, *rules) for row, pin, rules in zip(rows_M.tolist(), pins, why, strict=True) if pin or rules}


def slots_by_rules(release: Release, worn: Worn, ruling: Ruling, learned: Slots, may: Selection | None) -> Slots:
    """The slots of the curated look that is shown, else those of the slot template that holds, else those that were learned.

    Of these there are none of which rules leave nothing at all.
    """
    if ruling.look is not None:
        return _of_look(release, ruling, ruling.look)
    template = ruling.template
    if template is not None:
        return of_template(release, worn, ruling, template, learned, may)
    left = tuple(slot for slot in learned.slots if _any(release, slot.category, may) or not _ruled_out(release, ruling, slot.category))
    return replace(learned, slots=left, complete=learned.complete or not left)


def _ruled_out(release: Release, ruling: Ruling, category: str) -> bool:
    return not ruling.allows(release.snapshot.rows_in(category)).any()


def _of_look(release: Release, ruling: Ruling, look: CuratedLook) -> Slots:
    ruling.touched[look.id] = None
    return Slots(tuple(Slot(release.category_of(row)) for row in ruling.shown), complete=not ruling.shown)


def of_template(release: Release, worn: Worn, ruling: Ruling, template: SlotTemplate, learned: Slots, may: Selection | None) -> Slots:
    """The slots of a template that are not worn yet and of which there may be something; ``learned`` decides within its ranges."""
    ruling.touched[template.id] = None
    worn_now, proposed, slots = Counter(worn.categories), Counter(slot.category for slot in learned.slots), list[Slot]()
    for said in template.slots:
        least, most = (max(0, bound - worn_now[said.category]) for bound in (said.min, said.max))
        wanted = min(max(proposed[said.category], least), most)
        slots += [Slot(said.category)] * wanted if _any(release, said.category, may) else []
    return Slots(tuple(slots), complete=not slots)


def _any(release: Release, category: str, may: Selection | None) -> bool:
    return category in release.snapshot.sizes and (may is None or may.any_of(release.snapshot.rows_in(category)))


def look_rows(release: Release, ruling: Ruling | None, categories: Sequence[str]) -> tuple[int, ...]:
    """The items of the curated look that is shown, by slot; none where there is no such look, or the slots are others."""
    if ruling is None or ruling.look is None:
        return ()
    return tuple(ruling.shown) if [release.category_of(row) for row in ruling.shown] == list(categories) else ()
