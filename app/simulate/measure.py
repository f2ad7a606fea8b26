"""Measures the service over a cycle of sessions, beside other recommenders on the same questions.

The oracle recommender knows the wardrobe's rule, not the shopper. The counting recommenders know the purchases of earlier cycles, as the
service does.

Shape legend: B questions · M items of a category.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from app.simulate.shoppers import Asked, K
from app.simulate.world import World
from models.evaluation.baselines import CoPurchase, Popularity
from models.evaluation.metrics import Ints, answer_ranks
from models.evaluation.scorer import Scorer

RECOMMENDERS: Final = ("service", "oracle", "oracle_with_taste", "co_purchase", "popularity", "random")
_AT_ONCE: Final = 512


@dataclass(frozen=True, slots=True, kw_only=True)
class Cycle:
    """The figures of one cycle.

    Attributes:
        release: the one that answered at the beginning. sessions: of shoppers. noise: other sessions. asked: slots asked for.
        attach_rate: share of these slots in which a shown item was bought.
        hit_rate: recommender -> share of slots in which the wanted item was among its best ten.
        new: slots whose wanted item had never been bought. new_hit_rate: the hit rate in those.
        coverage: share of the catalogue that was shown. concentration: Gini coefficient of how often each item was shown.
        p99_ms: 99th percentile of the time of an answer.
    """

    cycle: int
    release: str
    sessions: int
    noise: int
    asked: int
    attach_rate: float
    hit_rate: Mapping[str, float]
    new: int
    new_hit_rate: Mapping[str, float]
    coverage: float
    concentration: float
    p99_ms: float = 0.0

    @property
    def share_of_oracle(self) -> float:
        """The service's hit rate as a share of the oracle recommender's."""
        return self.hit_rate["service"] / max(self.hit_rate["oracle"], 1e-9)


def measure(
    world: World,
    asked: Sequence[Asked],
    before: Sequence[Sequence[int]],
    *,
    cycle: int,
    release: str,
    sessions: int,
    noise: int,
    p99_ms: float,
) -> Cycle:
    """Compute the figures of a cycle.

    Args:
        before: baskets of earlier cycles, as rows, those of noise among them.
    """
    hits = _hits(world, asked, before)
    bought_N = np.bincount(np.array([row for basket in before for row in basket], dtype=np.int64), minlength=len(world.ids))
    new_B = bought_N[np.array([slot.wanted for slot in asked], dtype=np.int64)] == 0
    shown_N = np.bincount(np.array([row for slot in asked for row in slot.shown], dtype=np.int64), minlength=len(world.ids))
    return Cycle(
        cycle=cycle,
        release=release,
        sessions=sessions,
        noise=noise,
        asked=len(asked),
        attach_rate=_share(np.array([slot.bought in slot.shown for slot in asked])),
        hit_rate={name: _share(hit_B) for name, hit_B in hits.items()},
        new=int(new_B.sum()),
        new_hit_rate={name: _share(hit_B[new_B]) for name, hit_B in hits.items()},
        coverage=float((shown_N > 0).mean()),
        concentration=gini(shown_N),
        p99_ms=p99_ms,
    )


def _share(true_B: np.ndarray) -> float:
    return float(true_B.mean()) if len(true_B) else 0.0


def gini(counts_N: Ints) -> float:
    """Gini coefficient of counts: 0 where all are equal, towards 1 where one has everything.

    >>> round(gini(np.array([1, 1, 1, 1])), 2), round(gini(np.array([0, 0, 0, 4])), 2)
    (0.0, 0.75)
    """
    ordered = np.sort(np.asarray(counts_N, dtype=np.float64))
    if not ordered.sum():
        return 0.0
    place = np.arange(1, len(ordered) + 1)
    return float((2 * place - len(ordered) - 1) @ ordered / (len(ordered) * ordered.sum()))


def _hits(world: World, asked: Sequence[Asked], before: Sequence[Sequence[int]]) -> dict[str, np.ndarray]:
    """Recommender -> whether the wanted item was among its best ten, ``(B,)``."""
    baskets = [np.array(sorted(set(basket)), dtype=np.int64) for basket in before if len(set(basket)) > 1]
    codes = np.unique(np.array(world.category_N), return_inverse=True)[1].astype(np.int64)
    counting: dict[str, Scorer] = {
        "co_purchase": CoPurchase(baskets, [codes, np.arange(len(codes))]),
        "popularity": Popularity(baskets, len(codes)),
    }
    hits = {name: np.zeros(len(asked), dtype=bool) for name in RECOMMENDERS}
    hits["service"] = np.array([slot.wanted in slot.shown for slot in asked])
    dice = np.random.default_rng(0)
    places: dict[tuple[str, int], list[int]] = {}
    for place, slot in enumerate(asked):
        places.setdefault((slot.category, len(slot.worn)), []).append(place)
    for (category, _), group in places.items():
        rows_M = world.rows_of[category]
        for start in range(0, len(group), _AT_ONCE):
            part = group[start : start + _AT_ONCE]
            worn_BI = np.array([asked[place].worn for place in part])
            answer_B = np.searchsorted(rows_M, [asked[place].wanted for place in part])
            known_BM = world.score.conditional(worn_BI, rows_M)
            leaning_BM = world.taste[[asked[place].shopper for place in part]] @ world.shows[rows_M].T
            scores = {name: scorer.candidates(worn_BI, rows_M[None]) for name, scorer in counting.items()}
            scores |= {"oracle": known_BM, "oracle_with_taste": known_BM + leaning_BM, "random": dice.random(known_BM.shape)}
            for name, scores_BM in scores.items():
                hits[name][part] = answer_ranks(np.asarray(scores_BM), answer_B, ties=dice) <= K
    return hits
