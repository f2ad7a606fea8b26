"""Looks: all blanks of an outfit filled together, found by beam search over scores of whole outfits."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

import numpy as np
from numpy.typing import NDArray

from app.recommend.outfit import Worn
from app.recommend.rank import Pool, likely, retrieve, score_outfits
from app.release.release import Release
from index.backends.base import BoolArray, FloatArray, IntArray

_PER_SLOT: Final = 6
_BEAM: Final = 12
Fits = Callable[[tuple[int, ...], int], bool]
_CENT: Final = 1e-6  # sums of prices are not exact


@dataclass(frozen=True, slots=True)
class Look:
    """One way to fill the blanks.

    Attributes:
        rows: the added item of each slot that has candidates.
        price: sum over the added items; None where one of them has no price.
    """

    rows: tuple[int, ...]
    score: float
    probability: float | None
    price: float | None


def work_of_looks(size: int, slots: int, count: int) -> int:
    """The cost of ``best_looks`` for an outfit of ``size`` items, in the units of ``limits.check_work``."""
    return sum(max(_BEAM, count) * _PER_SLOT * (size + slot) ** 2 for slot in range(1, slots + 1)) if count else 0


def best_looks(  # noqa: PLR0917 - the question, and what was found for it
    release: Release, worn: Worn, pools: Sequence[Pool], count: int, budget: float | None, fits: Fits | None = None
) -> list[Look]:
    """The best combinations of one item per slot, best first, none dearer than ``budget``. The same items in other slots are the same look.

    The score is that of the whole outfit, so a look may hold items that are not the first of their slots. With a budget only items that
    have a price take part, and each choice leaves enough for the cheapest items of the later slots.

    Args:
        fits: whether a row may be added to the rows before it; None where any may.
    """
    price_N = release.snapshot.columns.prices
    stocked = [pool for pool in pools if len(pool.rows_M)]
    least = _cheapest([(pool.category, price_N[pool.rows_M]) for pool in stocked])
    beam: list[tuple[tuple[int, ...], float]] = [((), 0.0)]
    width = max(_BEAM, count)
    scores: FloatArray = np.zeros(1, dtype=np.float32)
    for place, pool in enumerate(stocked):
        grown: dict[frozenset[int], tuple[tuple[int, ...], float]] = {}
        for rows, price in beam:
            rows_M = pool.rows_M
            if budget is not None:
                rows_M = rows_M[price_N[rows_M] <= budget - price - sum(least[place + 1 :]) + _CENT]
            may = (row for row in map(int, rows_M) if row not in rows and (fits is None or fits(rows, row)))
            for row in islice(may, _PER_SLOT):
                grown.setdefault(frozenset((*rows, row)), ((*rows, row), price + float(price_N[row])))
        if not grown:
            return []
        beam = list(grown.values())
        scores = _scores(release, worn, [rows for rows, _ in beam])
        best = np.argsort(-scores, kind="stable")[:width]
        beam, scores = [beam[position] for position in best], scores[best]
    if not stocked:
        return []
    probabilities = likely(release, scores, len(worn) + len(stocked))
    return [
        Look(rows, float(score), probability, None if np.isnan(price) else round(price, 2))
        for (rows, price), score, probability in list(zip(beam, scores, probabilities, strict=True))[:count]
    ]


def affordable(release: Release, worn: Worn, categories: Sequence[str], budget: float, allowed_N: BoolArray) -> list[IntArray]:
    """Rows per slot for looks within a budget: the best items that leave enough for the other slots, and the cheapest items.

    Args:
        allowed_N: which rows pass the filters.
    """
    price_N, stocked = release.snapshot.columns.prices, set(release.snapshot.categories)
    cheapest = []
    for category in categories:
        rows = release.snapshot.rows_in(category) if category in stocked else np.zeros(0, dtype=np.int64)
        rows = rows[allowed_N[rows]]
        cheapest.append(rows[np.argsort(price_N[rows], kind="stable")[:_PER_SLOT]])
    least = [
        price if np.isfinite(price) else 0.0 for price in _cheapest(zip(categories, (price_N[rows] for rows in cheapest), strict=True))
    ]
    found = []
    for category, rows, own in zip(categories, cheapest, least, strict=True):
        fits_N = allowed_N & (price_N <= budget - sum(least) + own)
        best = retrieve(release, worn, [category], 1, fits_N)[0] if len(rows) else rows
        found.append(np.concatenate([best, rows]))
    return found


def why_none(release: Release, pools: Sequence[Pool], budget: float | None) -> str:
    """Why there is no look."""
    stocked = [pool for pool in pools if len(pool.rows_M)]
    if not stocked:
        return "no slot has an item"
    if budget is not None:
        least = sum(_cheapest([(pool.category, release.snapshot.columns.prices[pool.rows_M]) for pool in stocked]))
        if least > budget:
            why = f"the cheapest cost {least:,.2f} together" if np.isfinite(least) else "some slot has no item with a price"
            return f"no look is within the budget of {budget:,.2f}: {why}"
    return "there are fewer different items that suit each other than slots"


def _cheapest(prices: Iterable[tuple[str, NDArray[np.float64]]]) -> list[float]:
    """The least price of each slot, where slots of one category do not share an item; infinite where too few items have a price.

    Args:
        prices: the category and the item prices of each slot.
    """
    taken: Counter[str] = Counter()
    least = []
    for category, price_M in prices:
        ascending = np.sort(price_M[~np.isnan(price_M)])
        least.append(float(ascending[taken[category]]) if len(ascending) > taken[category] else math.inf)
        taken[category] += 1
    return least


def _scores(release: Release, worn: Worn, added: Sequence[tuple[int, ...]]) -> FloatArray:
    return score_outfits(
        release,
        [np.concatenate([worn.embeddings_ID, release.snapshot.embeddings(list(rows))]) for rows in added],
        [[*worn.categories, *(release.category_of(row) for row in rows)] for rows in added],
    )
