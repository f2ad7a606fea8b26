"""Explanations that add up: what each item brings to a score, from a stated base on.

Of a suggestion the base is its score with nothing worn: how much it is liked by itself. Each worn item then brings its *Shapley value*: how
much the score rises when the item joins, on average over orders in which the items could join. Of a whole outfit each item brings what the
score would lose without it, and the base is what no item brings by itself.

Source: Shapley, A value for n-person games, 1953; Castro, Gómez and Tejada, Computers and Operations Research 2009, for some of the orders.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final

import numpy as np

from app.recommend.outfit import Worn
from app.recommend.rank import Pool, likely, rank_scores, score_outfits
from app.release.release import Release

EXPLAINED_PER_SLOT: Final = 10
_STARTS: Final = 3
_SMALLEST_WITH_WEAKEST: Final = 3  # of two items neither is the odd one out


@dataclass(frozen=True, slots=True)
class Contribution:
    """How much one item of the outfit brings to a score, in its units."""

    item: str
    amount: float


@dataclass(frozen=True, slots=True)
class Explanation:
    """A score taken apart: the base and the amounts, largest first, sum to it."""

    base: float
    parts: tuple[Contribution, ...]


@dataclass(frozen=True, slots=True)
class PairScore:
    """How well two items go together as an outfit of two; ``likely`` says when there is no probability."""

    items: tuple[str, str]
    score: float
    probability: float | None


def work_of_contributions(size: int, suggestions: int) -> int:
    """The cost of ``contributions`` for an outfit of ``size`` items, in the units of ``limits.check_work``."""
    return min(suggestions, EXPLAINED_PER_SLOT) * sum((len(some) + 1) ** 2 for some in {part for order in _orders(size) for part in order})


def work_of_explaining(size: int, retrieved: int) -> int:
    """The cost of pairs, weakest item and swap for an outfit of ``size`` items, in the units of ``limits.check_work``."""
    return 2 * size * (size - 1) + size * (size - 1) ** 2 + retrieved * size**2


def contributions(release: Release, worn: Worn, pool: Pool, *, among_all: bool, mixed: bool) -> list[Explanation]:
    """Take apart the scores of a slot's first 10 suggestions.

    Exact for up to three worn items, and for any number where they act on the score one by one or two by two.

    Args:
        among_all, mixed: as the suggestions were ranked.
    """
    rows_M, scores_M = pool.rows_M[:EXPLAINED_PER_SLOT], pool.scores_M[:EXPLAINED_PER_SLOT].astype(np.float64)
    names = sorted(range(len(worn)), key=lambda position: worn.names[position])  # an outfit is a set: its order tells nothing
    orders = _orders(len(worn))
    sets = list({part: None for order in orders for part in order if len(part) < len(worn)})
    contexts = [_some(worn, [names[place] for place in part]) for part in sets]
    told = dict(zip(sets, rank_scores(release, contexts, rows_M, among_all=among_all, mixed=mixed).astype(np.float64), strict=True))
    told[frozenset(range(len(worn)))] = scores_M
    amounts_IM = np.zeros((len(worn), len(rows_M)))
    for order in orders:
        for before, after in pairwise(order):
            [joined] = after - before
            amounts_IM[names[joined]] += (told[after] - told[before]) / len(orders)
    return [Explanation(float(base), _parts(worn, amounts_I)) for base, amounts_I in zip(told[frozenset()], amounts_IM.T, strict=True)]


def pair_scores(release: Release, worn: Worn) -> tuple[PairScore, ...]:
    """Every pair of the outfit's items scored as an outfit of two, worst first."""
    pairs = list(combinations(range(len(worn)), 2))
    categories = [[worn.categories[position] for position in pair] for pair in pairs]
    scores = score_outfits(release, [worn.embeddings_ID[list(pair)] for pair in pairs], categories)
    found = [
        PairScore((worn.names[left], worn.names[right]), float(score), probability)
        for (left, right), score, probability in zip(pairs, scores, likely(release, scores, categories), strict=True)
    ]
    return tuple(sorted(found, key=lambda pair: pair.score))


def explained(release: Release, worn: Worn, score: float) -> Explanation:
    """Take apart the score of a whole outfit; the last item is the weakest, without which it scores best.

    Of two items neither brings anything by itself: an outfit of one has no score. All is base then.
    """
    if len(worn) < _SMALLEST_WITH_WEAKEST:
        return Explanation(score, ())
    rest = [worn.without(position) for position in range(len(worn))]
    less_I = score_outfits(release, [vectors for vectors, _ in rest], [names for _, names in rest]).astype(np.float64)
    amounts_I = score - less_I
    return Explanation(float(score - amounts_I.sum()), _parts(worn, amounts_I))


def _parts(worn: Worn, amounts_I: np.ndarray) -> tuple[Contribution, ...]:
    found = (Contribution(name, float(amount)) for name, amount in zip(worn.names, amounts_I, strict=True))
    return tuple(sorted(found, key=lambda part: -part.amount))


def _some(worn: Worn, positions: Sequence[int]) -> tuple[np.ndarray, list[str]]:
    return worn.embeddings_ID[list(positions)], [worn.categories[position] for position in positions]


def _orders(size: int) -> list[list[frozenset[int]]]:
    """Orders in which ``size`` items join, each as the growing sets of those that have: some rounds, forwards and backwards.

    Each of two items joins before the other in half of them.
    """
    starts = sorted({start * size // _STARTS for start in range(min(_STARTS, size))}) or [0]
    rounds = [[(start + step) % size for step in range(size)] for start in starts]
    return [[frozenset(order[:count]) for count in range(size + 1)] for one in rounds for order in (one, one[::-1])]
