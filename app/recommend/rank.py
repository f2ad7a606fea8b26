"""Retrieval and re-ranking of one slot, and the scores of whole outfits in bounded batches.

Shape legend: I items of the outfit · M candidates · n retrieved · D embedding size · B outfits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from app.recommend.outfit import Worn
from app.recommend.slices import pause
from app.recommend.stages import count, stage
from app.release.release import Release
from index.backends.base import FloatArray, IntArray
from index.selection import Selection
from models.datasets.schema import ENOUGH_OUTFITS

RETRIEVED: Final = 64
_RETRIEVED_PER_K: Final = 4
_WORK_AT_ONCE: Final = 16_384  # bounds the memory of one batch, whatever a request asks for; see ``limits.check_work``


@dataclass(frozen=True, eq=False, slots=True)
class Pool:
    """The candidates of one slot, best first: rows of the snapshot and their scores, ``(M,)`` each."""

    category: str
    rows_M: IntArray
    scores_M: FloatArray


def retrieve(release: Release, worn: Worn, categories: Sequence[str], k: int, allowed: Selection | None) -> list[IntArray]:
    """Retrieve the candidates of each slot: the index's best ``max(64, 4 k)``, with the queries of all slots computed in one batch.

    A category without items gives no candidates.
    """
    if not categories:
        return []
    with stage("query"):
        context = release.bundle.outfits([worn.embeddings_ID] * len(categories), [worn.categories] * len(categories))
        queries_SD = release.bundle.queries(context, categories)
    retrieved = max(RETRIEVED, _RETRIEVED_PER_K * k)
    stocked = set(release.snapshot.categories)
    with stage("search"):
        return [
            release.snapshot.search(category, queries_SD[slot : slot + 1], retrieved, allowed)[1][0]
            if category in stocked
            else np.zeros(0, dtype=np.int64)
            for slot, category in enumerate(categories)
        ]


def rank(release: Release, worn: Worn, category: str, rows_M: IntArray, *, among_all: bool = True) -> Pool:
    """Order candidates by the model's final score; ties keep their order.

    Args:
        among_all: the candidates are the best of all that the category offers; False where whoever asks chose them.
    """
    if not len(rows_M):
        return Pool(category, rows_M, np.zeros(0, dtype=np.float32))
    scores_M = rank_scores(release, [(worn.embeddings_ID, worn.categories)], rows_M, among_all=among_all, mixed=mixed(release, rows_M))[0]
    order = np.argsort(-scores_M, kind="stable")
    return Pool(category, rows_M[order], scores_M[order])


def rank_scores(
    release: Release, contexts: Sequence[tuple[FloatArray, Sequence[str]]], rows_M: IntArray, *, among_all: bool, mixed: bool
) -> FloatArray:
    """The model's final score of M candidates in each of B contexts, ``(B, M)``, computed in batches of bounded size.

    Args:
        contexts: embeddings and categories of the items of each; an empty one asks what a candidate is worth by itself.
        mixed: whether candidates of several categories compete, of which these may be a part.
    """
    categories, vectors_MD = [release.category_of(int(row)) for row in rows_M], release.snapshot.embeddings(rows_M)
    scores_BM = np.zeros((len(contexts), len(rows_M)), dtype=np.float32)
    at_once = _at_once(max(len(names) for _, names in contexts) + 1)
    with stage("rank"):
        for at in range(0, len(rows_M), at_once):
            part = slice(at, at + at_once)
            together = max(1, at_once // len(categories[part]))
            for first in range(0, len(contexts), together):
                some = contexts[first : first + together]
                context = release.bundle.outfits([vectors for vectors, _ in some], [names for _, names in some])
                candidates_BMD = np.broadcast_to(vectors_MD[None, part], (len(some), *vectors_MD[part].shape))
                scores_BM[first : first + together, part] = release.bundle.rank(
                    context, candidates_BMD, [categories[part]] * len(some), among_all=among_all, mixed=mixed
                )
    return scores_BM


def mixed(release: Release, rows_M: IntArray) -> bool:
    """Whether candidates are of several categories."""
    return len({release.category_of(int(row)) for row in rows_M}) > 1


def diversified(release: Release, pool: Pool, k: int, diversity: float) -> Pool:
    """The best k of a pool; with ``diversity`` each next item is also unlike those before it.

    Args:
        diversity: 0 ranks by score alone, 1 by unlikeness alone (after the best one); see ``unlike``.
    """
    if diversity <= 0 or len(pool.rows_M) <= 1:
        return Pool(pool.category, pool.rows_M[:k], pool.scores_M[:k])
    vectors_MD = unit(release.bundle.looks(release.snapshot.embeddings(pool.rows_M)))
    chosen = unlike(pool.scores_M, vectors_MD, k, diversity)
    return Pool(pool.category, pool.rows_M[chosen], pool.scores_M[chosen])


def unlike(scores_M: FloatArray, vectors_MD: FloatArray, k: int, diversity: float) -> list[int]:
    """Places of the first and k - 1 others, each as good as it is unlike those before it (maximal marginal relevance).

    Args:
        scores_M: best first. vectors_MD: of unit length.

    Source: Carbonell and Goldstein, SIGIR 1998, equation 1, with scores spread over 0 to 1 and cosine as likeness.
    """
    relevance_M = (scores_M - scores_M.min()) / max(float(np.ptp(scores_M)), 1e-12)
    chosen = [0]
    nearest_M = vectors_MD @ vectors_MD[0]
    while len(chosen) < min(k, len(vectors_MD)):
        gain_M = (1 - diversity) * relevance_M - diversity * nearest_M
        gain_M[chosen] = -np.inf
        chosen.append(int(np.argmax(gain_M)))
        nearest_M = np.maximum(nearest_M, vectors_MD @ vectors_MD[chosen[-1]])
    return chosen


def unit(vectors_MD: FloatArray) -> FloatArray:
    """Vectors of unit length; zeros stay zeros."""
    lengths_M1: FloatArray = np.maximum(np.linalg.norm(vectors_MD, axis=1, keepdims=True), 1e-12)
    return vectors_MD / lengths_M1


def score_outfits(release: Release, embeddings: Sequence[FloatArray], categories: Sequence[Sequence[str]]) -> FloatArray:
    """Raw scores of B whole outfits, ``(B,)``, computed in batches of bounded size."""
    at_once = _at_once(max(map(len, embeddings), default=1))
    count("outfits", len(embeddings))
    with stage("score"):
        parts = []
        for at in range(0, len(embeddings), at_once):
            parts.append(release.bundle.score(release.bundle.outfits(embeddings[at : at + at_once], categories[at : at + at_once])))
            pause()
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)


def likely(release: Release, scores_B: FloatArray, items: ArrayLike) -> list[float | None]:
    """How likely it is that outfits of these scores and numbers of items go together; None of each where nothing says so."""
    if not release.bundle.calibrated:
        return [None] * len(scores_B)
    return list(map(float, release.bundle.probability(scores_B, items)))


def why_not(release: Release) -> str | None:
    """Why ``likely`` knows nothing, where it does not."""
    if release.bundle.calibrated:
        return None
    learned = release.bundle.manifest.outfits
    if learned is not None and learned < ENOUGH_OUTFITS:
        return f"not enough outfits to tell how likely: learned from {learned:,}, and it takes {ENOUGH_OUTFITS:,}"
    return "it could not be told how likely: worn outfits were too few, or scored no higher than others, when that was measured"


def _at_once(size: int) -> int:
    """How many outfits of ``size`` items make one batch."""
    return max(1, _WORK_AT_ONCE // size**2)


def with_each(release: Release, worn: Worn, rows_M: IntArray) -> tuple[list[FloatArray], list[list[str]]]:
    """M outfits, each the worn items and one candidate: their embeddings and categories."""
    vectors_MD = release.snapshot.embeddings(rows_M)
    return (
        [np.concatenate([worn.embeddings_ID, vector_D[None]]) for vector_D in vectors_MD],
        [[*worn.categories, release.category_of(int(row))] for row in rows_M],
    )
