"""How well does this outfit go together? Several outfits at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from app.ground.settings import Limits
from app.recommend.explain import PairScore, pair_scores, weakest, work_of_explaining
from app.recommend.limits import check_count, check_work
from app.recommend.outfit import ItemRef, Worn, resolve_all
from app.recommend.rank import RETRIEVED, retrieve, score_outfits, with_each
from app.release.release import Release
from index.columns import Filter


@dataclass(frozen=True, slots=True)
class Swap:
    """A catalogue item in place of the weakest, and what the outfit would score then."""

    row: int
    score: float
    probability: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OutfitScore:
    """The answer for one outfit.

    Attributes:
        pairs: how each two of its items go together, worst first; None unless asked to explain.
        weakest: the item without which the outfit scores best; None below three items.
        swap: what would raise the score in its place, if anything found does.
    """

    score: float
    probability: float
    missing: tuple[str, ...]
    pairs: tuple[PairScore, ...] | None = None
    weakest: str | None = None
    swap: Swap | None = None


def score(release: Release, outfits: Sequence[Sequence[ItemRef]], limits: Limits, *, explain: bool = False) -> list[OutfitScore]:
    """Score outfits in one batch.

    Raises:
        UnknownItemError, UnknownCategoryError, LimitExceededError, BadPictureError, NoEncoderError, EncoderError: as their docstrings say.
    """
    check_count("outfits", len(outfits), limits.max_outfits, "outfits")
    worn = resolve_all(release, outfits, limits, [f"outfits[{position}].items" for position in range(len(outfits))])
    explained = sum(work_of_explaining(len(one), RETRIEVED) for one in worn) if explain else 0
    check_work(sum(len(one) ** 2 for one in worn) + explained, limits.max_work)
    scores_B = score_outfits(release, [one.embeddings_ID for one in worn], [one.categories for one in worn])
    answers = [
        OutfitScore(score=float(value), probability=float(probability), missing=one.missing)
        for one, value, probability in zip(worn, scores_B, release.bundle.probability(scores_B, [len(one) for one in worn]), strict=True)
    ]
    return [_explained(release, one, answer) for one, answer in zip(worn, answers, strict=True)] if explain else answers


def _explained(release: Release, worn: Worn, answer: OutfitScore) -> OutfitScore:
    position = weakest(release, worn)
    return replace(
        answer,
        pairs=pair_scores(release, worn),
        weakest=None if position is None else worn.names[position],
        swap=None if position is None else _swap(release, worn, position, answer.score),
    )


def _swap(release: Release, worn: Worn, position: int, now: float) -> Swap | None:
    """The retrieved item of the weakest one's category that makes the best outfit, where that is better than now."""
    vectors_ID, categories = worn.without(position)
    rest = replace(worn, embeddings_ID=vectors_ID, categories=tuple(categories))
    allowed_N = release.snapshot.columns.mask(Filter(exclude=worn.names))
    rows_M = retrieve(release, rest, [worn.categories[position]], 1, allowed_N)[0]
    if not len(rows_M):
        return None
    scores_M = score_outfits(release, *with_each(release, rest, rows_M))
    best = int(np.argmax(scores_M))
    if scores_M[best] <= now:
        return None
    return Swap(int(rows_M[best]), float(scores_M[best]), float(release.bundle.probability(scores_M[best], len(worn))))
