"""Retrieval and re-ranking of one slot, and the scores of whole outfits in bounded batches.

Shape legend: I items of the outfit · M candidates · n retrieved · D embedding size · B outfits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.recommend.asks import Queries, Rank, Score
from app.recommend.batch import ask
from app.recommend.outfit import Worn
from app.recommend.slices import pause
from app.recommend.stages import count, stage
from app.release.release import Release
from index.backends.base import BoolArray, FloatArray, IntArray
from index.selection import Selection
from models.datasets.schema import ENOUGH_OUTFITS

RETRIEVED: Final = 64
_RETRIEVED_PER_K: Final = 4
_REMEMBERED: Final = 32
_MOST_CODES: Final = 256
_WORK_AT_ONCE: Final = 16_384  # bounds the memory of one batch, whatever a request asks for; see ``limits.check_work``


@dataclass(frozen=True, eq=False, slots=True)
class Pool:
    """The candidates of one slot, best first: rows of the snapshot and their scores, ``(M,)`` each.

    Attributes:
        pulls_M: what the words of a wish, a taste or a preferred price add to each score; None where there is none.
        lifts_M: what the shop's rules add to it; None where they move none of them.
    """

    category: str
    rows_M: IntArray
    scores_M: FloatArray
    pulls_M: FloatArray | None = None
    lifts_M: FloatArray | None = None

    @property
    def added(self) -> FloatArray | None:
        """What pulls and lifts add together, ``(M,)``; None where nothing does."""
        added = [more_M for more_M in (self.pulls_M, self.lifts_M) if more_M is not None]
        return np.asarray(sum(added[1:], start=added[0])) if added else None

    @property
    def ranked_by(self) -> FloatArray:
        """What the candidates are in the order of, ``(M,)``."""
        added = self.added
        return self.scores_M if added is None else self.scores_M + added

    def at(self, places: slice | Sequence[int] | BoolArray | IntArray) -> Pool:
        """Some of the candidates, in the order of their places."""
        pulls_M, lifts_M = (None if more_M is None else more_M[places] for more_M in (self.pulls_M, self.lifts_M))
        return Pool(self.category, self.rows_M[places], self.scores_M[places], pulls_M, lifts_M)

    def followed_by(self, other: Pool) -> Pool:
        """These candidates, and then those of another pool of the same kind."""
        both = ((self.pulls_M, other.pulls_M), (self.lifts_M, other.lifts_M))
        more = (None if one_M is None or two_M is None else np.concatenate([one_M, two_M]) for one_M, two_M in both)
        return Pool(self.category, np.concatenate([self.rows_M, other.rows_M]), np.concatenate([self.scores_M, other.scores_M]), *more)


def queries_of(release: Release, worn: Worn, categories: Sequence[str]) -> dict[str, FloatArray]:
    """What a slot of each category is searched by, ``(D,)`` each; all are computed in one batch."""
    names = list(dict.fromkeys(categories))
    if not names:
        return {}
    with stage("query"):
        contexts = [worn.embeddings_ID] * len(names), [worn.categories] * len(names)
        return dict(zip(names, ask(Queries(release.bundle, contexts, names)), strict=True))


def remembered(release: Release, worn: Worn) -> dict[str, IntArray]:
    """By category, rows of which the item, or one of its product, was worn with what is worn; none where the model remembers nobody."""
    with stage("query"):
        met = release.bundle.met_with(worn.embeddings_ID)
    with stage("search"):
        found = [release.snapshot.rows_with(coordinate, codes_K[:_MOST_CODES]) for coordinate, codes_K in met.items()]
        rows = np.unique(np.concatenate([np.zeros(0, dtype=np.int64), *found]))
        by_category: dict[str, list[int]] = {}
        for row in rows.tolist():
            by_category.setdefault(release.category_of(row), []).append(row)
        return {name: np.array(some, dtype=np.int64) for name, some in by_category.items()}


def retrieve(
    release: Release, category: str, query_D: FloatArray, k: int, allowed: Selection | None = None, known_M: IntArray | None = None
) -> IntArray:
    """Retrieve the candidates of a slot: the index's best ``max(64, 4 k)``; none where the category has no items.

    Args:
        known_M: rows of the category that are ranked as well where they are allowed, the best 32 of them; see ``remembered``.
    """
    if category not in release.snapshot.sizes:
        return np.zeros(0, dtype=np.int64)
    with stage("search"):
        _, rows_1M = release.snapshot.search(category, query_D[None], max(RETRIEVED, _RETRIEVED_PER_K * k), allowed)
        if known_M is None or not len(known_M):
            return np.asarray(rows_1M[0])
        more_M = known_M[~np.isin(known_M, rows_1M[0])]
        more_M = more_M[allowed.passes(more_M)] if allowed is not None else more_M
        best = np.argsort(-(release.snapshot.embeddings(more_M) @ query_D), kind="stable")[:_REMEMBERED]
        return np.concatenate([rows_1M[0], more_M[best]])


def rank(release: Release, worn: Worn, category: str, rows_M: IntArray, *, among_all: bool = True) -> Pool:
    """Order candidates by the model's final score; ties keep their order.

    Args:
        among_all: the candidates are the best of all that the category offers; False where whoever asks chose them.
    """
    if not len(rows_M):
        return Pool(category, rows_M, np.zeros(0, dtype=np.float32))
    scores_M = rank_scores(release, [(worn.embeddings_ID, worn.categories)], rows_M, among_all=among_all, mixed=mixed(release, rows_M))[0]
    return _ordered(category, rows_M, scores_M)


def rank_slots(release: Release, worn: Worn, slots: Sequence[tuple[str, FloatArray, IntArray]]) -> list[Pool]:
    """``rank`` of several slots in one batch.

    Args:
        slots: of each its category, the query that it was searched by, and what was found.
    """
    most, at_once = max((len(rows_M) for _, _, rows_M in slots), default=0), _at_once(len(worn) + 1)
    if not 0 < most <= at_once:
        return [rank(release, worn, category, rows_M) for category, _, rows_M in slots]
    together, pools = at_once // most, list[Pool]()
    with stage("rank"):
        for first in range(0, len(slots), together):
            some = slots[first : first + together]
            candidates_SMD = np.zeros((len(some), most, release.bundle.manifest.embedding_size), dtype=np.float32)
            for place, (_, _, rows_M) in enumerate(some):
                candidates_SMD[place, : len(rows_M)] = release.snapshot.embeddings(rows_M)
            queries_SD, names = np.stack([query_D for _, query_D, _ in some]), [[category] * most for category, _, _ in some]
            what = Rank(
                bundle=release.bundle,
                contexts=([worn.embeddings_ID] * len(some), [worn.categories] * len(some)),
                candidates_AMD=candidates_SMD,
                categories=names,
                queries_AD=queries_SD,
                among_all=True,
                mixed=False,
            )
            scores_SM = ask(what)
            pools += [_ordered(category, rows_M, scores_SM[place]) for place, (category, _, rows_M) in enumerate(some)]
    return pools


def _ordered(category: str, rows_M: IntArray, scores_M: FloatArray) -> Pool:
    order = np.argsort(-scores_M[: len(rows_M)], kind="stable")
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
                candidates_BMD = np.broadcast_to(vectors_MD[None, part], (len(some), *vectors_MD[part].shape))
                scores_BM[first : first + together, part] = ask(
                    Rank(
                        bundle=release.bundle,
                        contexts=([vectors for vectors, _ in some], [names for _, names in some]),
                        candidates_AMD=candidates_BMD,
                        categories=[categories[part]] * len(some),
                        among_all=among_all,
                        mixed=mixed,
                    )
                )
    return scores_BM


def mixed(release: Release, rows_M: IntArray) -> bool:
    """Whether candidates are of several categories."""
    return len({release.category_of(int(row)) for row in rows_M}) > 1


def in_scores(release: Release, log_odds_M: FloatArray, size: int) -> FloatArray:
    """Log-odds in units of the score of an item that completes an outfit to ``size`` items, ``(M,)``."""
    of_one, of_none = release.bundle.manifest.completion.log_odds([1.0, 0.0], size)
    return np.asarray(log_odds_M / np.float32(max(of_one - of_none, 1e-6)))


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
            part = slice(at, at + at_once)
            parts.append(ask(Score(release.bundle, (embeddings[part], categories[part]))))
            pause()
    return np.concatenate(parts) if parts else np.zeros(0, dtype=np.float32)


def likely(release: Release, scores_B: FloatArray, categories: Sequence[Sequence[str]]) -> list[float | None]:
    """How likely it is that outfits of these scores and of items of these categories go together; None of each where nothing says so."""
    if not release.bundle.calibrated:
        return [None] * len(scores_B)
    return list(map(float, release.bundle.probability(scores_B, categories)))


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
