"""Explanations: how much each worn item contributes to a suggestion, and which item of an outfit fits least.

A contribution is the outfit's score minus its score without the item (leave one out), in the units of ``score``.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from app.recommend.outfit import Worn
from app.recommend.rank import likely, score_outfits, with_each
from app.release.release import Release
from index.backends.base import IntArray

EXPLAINED_PER_SLOT: Final = 10
_SMALLEST_WITH_WEAKEST: Final = 3  # of two items neither is the odd one out


@dataclass(frozen=True, slots=True)
class Contribution:
    """How much one item of the outfit adds to a suggestion's score."""

    item: str
    amount: float


@dataclass(frozen=True, slots=True)
class PairScore:
    """How well two items go together as an outfit of two; ``likely`` says when there is no probability."""

    items: tuple[str, str]
    score: float
    probability: float | None


def work_of_contributions(size: int, suggestions: int) -> int:
    """The cost of ``contributions`` for an outfit of ``size`` items, in the units of ``limits.check_work``."""
    return min(suggestions, EXPLAINED_PER_SLOT) * size * size**2


def work_of_explaining(size: int, retrieved: int) -> int:
    """The cost of pairs, weakest item and swap for an outfit of ``size`` items, in the units of ``limits.check_work``."""
    return 2 * size * (size - 1) + size * (size - 1) ** 2 + retrieved * size**2


def contributions(release: Release, worn: Worn, rows_M: IntArray) -> list[tuple[Contribution, ...]]:
    """The contributions of the worn items to each of a slot's first 10 suggestions, largest first: score(all) - score(all but it)."""
    rows_M = rows_M[:EXPLAINED_PER_SLOT]
    embeddings, categories = with_each(release, worn, rows_M)
    size = len(worn)
    left_out = [
        (np.delete(vectors, position, axis=0), [*names[:position], *names[position + 1 :]])
        for vectors, names in zip(embeddings, categories, strict=True)
        for position in range(size)
    ]
    scores = score_outfits(release, [*embeddings, *(vectors for vectors, _ in left_out)], [*categories, *(names for _, names in left_out)])
    whole_M, less_MI = scores[: len(rows_M)], scores[len(rows_M) :].reshape(len(rows_M), size)
    return [
        tuple(
            sorted(
                (Contribution(name, float(amount)) for name, amount in zip(worn.names, whole - less_I, strict=True)),
                key=lambda part: -part.amount,
            )
        )
        for whole, less_I in zip(whole_M, less_MI, strict=True)
    ]


def pair_scores(release: Release, worn: Worn) -> tuple[PairScore, ...]:
    """Every pair of the outfit's items scored as an outfit of two, worst first."""
    pairs = list(combinations(range(len(worn)), 2))
    scores = score_outfits(
        release, [worn.embeddings_ID[list(pair)] for pair in pairs], [[worn.categories[position] for position in pair] for pair in pairs]
    )
    found = [
        PairScore((worn.names[left], worn.names[right]), float(score), probability)
        for (left, right), score, probability in zip(pairs, scores, likely(release, scores, 2), strict=True)
    ]
    return tuple(sorted(found, key=lambda pair: pair.score))


def weakest(release: Release, worn: Worn) -> int | None:
    """The position of the item without which the outfit scores best; None below three items."""
    if len(worn) < _SMALLEST_WITH_WEAKEST:
        return None
    rest = [worn.without(position) for position in range(len(worn))]
    return int(np.argmax(score_outfits(release, [vectors for vectors, _ in rest], [names for _, names in rest])))
