"""Looks: the blanks of an outfit filled together, found by beam search with the outfit scorer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.recommend.outfit import Worn
from app.recommend.rank import Pool, score_outfits
from app.release import Release
from index.backends.base import FloatArray

_PER_SLOT: Final = 6
_BEAM: Final = 12


@dataclass(frozen=True, slots=True)
class Look:
    """One way to fill the blanks.

    Attributes:
        rows: the added item of each slot that has any.
        price: of the added items together; None when one of them has no price.
    """

    rows: tuple[int, ...]
    score: float
    probability: float
    price: float | None


def work_of_looks(size: int, slots: int, count: int) -> int:
    """What ``best_looks`` costs for an outfit of ``size`` items, as ``limits.check_work`` counts."""
    return sum(max(_BEAM, count) * _PER_SLOT * (size + slot) ** 2 for slot in range(1, slots + 1)) if count else 0


def best_looks(release: Release, worn: Worn, pools: Sequence[Pool], count: int, budget: float | None) -> list[Look]:
    """The best combinations of one item per slot, best first, none dearer than ``budget``.

    The scorer sees the whole outfit, so a look may hold items that are not the first of their slots. With a budget only items
    with a price take part.
    """
    prices = release.snapshot.items.column("price")
    beam: list[tuple[tuple[int, ...], float]] = [((), 0.0)]
    width = max(_BEAM, count)
    scores: FloatArray = np.zeros(1, dtype=np.float32)
    for pool in (pool for pool in pools if len(pool.rows_M)):
        grown = []
        for rows, price in beam:
            for row in map(int, pool.rows_M[:_PER_SLOT]):
                cost = prices[row].as_py()
                total = price + (float("nan") if cost is None else cost)
                if row not in rows and (budget is None or total <= budget):
                    grown.append(((*rows, row), total))
        scores = _scores(release, worn, [rows for rows, _ in grown])
        best = np.argsort(-scores, kind="stable")[:width]
        beam, scores = [grown[position] for position in best], scores[best]
    if not any(rows for rows, _ in beam):
        return []
    likely = release.bundle.probability(scores, [len(worn) + len(rows) for rows, _ in beam])
    return [
        Look(rows, float(score), float(probability), None if np.isnan(price) else round(price, 2))
        for (rows, price), score, probability in list(zip(beam, scores, likely, strict=True))[:count]
    ]


def _scores(release: Release, worn: Worn, added: Sequence[tuple[int, ...]]) -> FloatArray:
    return score_outfits(
        release,
        [np.concatenate([worn.embeddings_ID, release.snapshot.embeddings(list(rows))]) for rows in added],
        [[*worn.categories, *(release.category_of(row) for row in rows)] for rows in added],
    )
