"""Which rows may be suggested beside what is worn: by filters, rules, words, and for whom, when, what for and of what size that is.

Shape legend: M rows in question.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_
from typing import Final

import numpy as np

from app.recommend.apart import kept_from
from app.recommend.apt import aptest
from app.recommend.consistent import (
    ALL,
    ANY_OCCASION,
    ANY_SEASON,
    IN_PLACE,
    NEAREST,
    OTHER_OCCASION,
    OTHER_SEASON,
    OTHER_SIZE,
    beside_worn,
    of_its_kind,
    of_its_own,
    suitable,
    wearable,
    worn_sizes,
)
from app.recommend.outfit import Worn
from app.recommend.steering import NO_WISHES, Steering
from app.release.release import Release
from app.rules.ruling import Ruling
from index.backends.base import IntArray
from index.columns import Filter
from index.selection import Condition, Selection, but
from models.datasets.labels import PieceLabels
from models.datasets.size_scale import Place

_MOST_VARIANTS: Final = 50


@dataclass(frozen=True, eq=False, slots=True)
class Allowed:
    """Which rows may be suggested.

    Attributes:
        filtered: those that pass the filters, are as asked, and are not worn.
        steps: selections from the strictest to the laxest, each with what to say where none before it left an item.
        unmet: of a category, what is asked of it that none of its items is.
        ahead: what comes before all else that a step leaves, what matters most first: what is for the same sport or rite; what is as
            dressed up, before any outfits and unless words say how dressed up one comes.
    """

    filtered: Selection
    steps: tuple[tuple[Selection, str | None], ...]
    unmet: Mapping[str, str] = field(default_factory=dict)
    ahead: tuple[Condition, ...] = ()

    @staticmethod
    def at_all(release: Release, worn: Worn, wanted: Filter, ruling: Ruling | None = None, *, consistent: bool) -> Selection:
        """What could be suggested were it not for price, brand and the like: in stock, by no rule taken away, for whom the others are."""
        stocked = passing(release, Filter(in_stock=wanted.in_stock), ruling)
        stocked = narrowed(stocked, kept_from(release, worn.labels))
        return narrowed(stocked, suitable(release, worn.labels, ANY_OCCASION) if consistent else None)

    @classmethod
    def of(
        cls,
        release: Release,
        worn: Worn,
        wanted: Filter,
        ruling: Ruling | None = None,
        *,
        consistent: bool,
        steering: Steering = NO_WISHES,
        categories: Sequence[str] = (),
        beside: Sequence[PieceLabels] = (),
        sizes: Sequence[Place] = (),
    ) -> Allowed:
        """The filters and rules, what words ask of some categories, and what suits the worn items and others where ``consistent``."""
        filtered = passing(release, wanted, ruling)
        filtered = narrowed(filtered, but(filtered.count, [row for row in worn.rows if row is not None]), *steering.must)
        filtered = narrowed(filtered, kept_from(release, worn.labels, steering.named_people))
        labels = (*worn.labels, *beside) if consistent else ()
        strict, seasonless, lax = (suitable(release, labels, by) for by in (ALL, ANY_SEASON, ANY_OCCASION))
        asked, unmet = steering.settled(release, narrowed(filtered, lax), categories)
        filtered = narrowed(filtered, asked)
        if not consistent:
            return cls(filtered, ((filtered, None),), unmet)
        sizes, free = [*worn_sizes(release, worn.rows), *sizes], narrowed(filtered, beside_worn(release, worn.labels))
        suits: list[tuple[tuple[Condition | None, ...], str | None]]
        suits = [((strict,), None), ((seasonless,), OTHER_SEASON), ((lax,), OTHER_OCCASION)]
        if (own := of_its_own(release, labels)) is not None:
            suits = [((strict, own), None), ((seasonless, own), OTHER_SEASON), *suits]
        steps: list[tuple[Selection, str | None]] = []
        for said, slack in ((None, 0.0), *((OTHER_SIZE, slack) for slack in NEAREST if sizes)):
            worn_too = narrowed(free, wearable(release, sizes, slack))
            steps += [(narrowed(worn_too, *those), "; ".join(filter(None, (other, said))) or None) for those, other in suits]
        ahead = aptest(release, worn.labels, beside) if steering.direction is None and steering.suited is None else ()
        if (kind := of_its_kind(release, labels)) is not None:
            ahead = (kind, *ahead)
        return cls(filtered, (*steps, (narrowed(filtered, lax), IN_PLACE)), unmet, ahead)

    def variants(self, release: Release, row: int) -> tuple[int, ...]:
        """The first variants of a row that pass the filters and are in the catalogue still."""
        rows = release.traits.variants(row)
        if not len(rows):
            return ()
        rows = rows[self.filtered.passes(rows)]
        ids = release.snapshot.items.column("id")
        return tuple(int(row) for row in rows[:_MOST_VARIANTS] if release.snapshot.row_of.get(ids[int(row)].as_py()) == row)


def passing(release: Release, wanted: Filter, ruling: Ruling | None) -> Selection:
    """The rows that pass filters, and that no rule takes away."""
    return narrowed(release.snapshot.columns.selection(wanted), ruling.condition() if ruling is not None else None)


def narrowed(selection: Selection, *conditions: Condition | None) -> Selection:
    """A selection with further conditions; None is none."""
    return reduce(and_, filter(None, conditions), selection)


def ahead_first(rows_M: IntArray, ahead: Sequence[Condition]) -> IntArray:
    """The places of rows in the order of how far they pass conditions, what matters most first; else as they are, ``(M,)``."""
    return np.lexsort([~one.test(rows_M) for one in reversed(ahead)])
