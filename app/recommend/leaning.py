"""What moves candidates beside the model's score: words, a shopper's taste of now, a price that is preferred. Each adds a pull to it.

Shape legend: M candidates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal, Protocol

import numpy as np
from numpy.typing import NDArray

from app.recommend.rank import Pool
from app.release.release import Release
from index.backends.base import FloatArray, IntArray

FARTHEST: Final = 3.0
"""Standard deviations beyond which a candidate is moved no farther."""


_LEAST: Final = 1e-2  # a price of which there is a logarithm
_ALIKE: Final = 1e-6  # prices that differ by rounding only


class Leaning(Protocol):
    """Something that moves candidates."""

    def pull(self, release: Release, rows_M: IntArray, scores_M: FloatArray) -> FloatArray:
        """What it adds to the score of each candidate, ``(M,)``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PriceLeaning:
    """Cheaper or dearer ones rather, or those near a price.

    Attributes:
        to: ``cheaper``, ``dearer``, or a price.
        strength: what one standard deviation of the logarithm of a price counts, in standard deviations of the candidates' scores.
    """

    to: Literal["cheaper", "dearer"] | float
    strength: float

    def pull(self, release: Release, rows_M: IntArray, scores_M: FloatArray) -> FloatArray:
        """Prices count by their ratios, so the currency's unit has no part in it; an item without a price is as one of the mean price."""
        return price_pull(release.snapshot.columns.prices[rows_M], scores_M, self)


def price_pull(price_M: NDArray[np.float64], scores_M: FloatArray, leaning: PriceLeaning) -> FloatArray:
    """See ``PriceLeaning.pull``.

    Args:
        price_M: not a number where it is not known.
    """
    log_M = np.log(np.where(price_M > 0, price_M, np.where(price_M == 0, _LEAST, np.nan)))
    if not np.isfinite(log_M).any():
        return np.zeros(len(price_M), dtype=np.float32)
    if isinstance(leaning.to, str):
        towards_M = log_M if leaning.to == "dearer" else -log_M
    else:
        towards_M = -np.abs(log_M - np.log(max(leaning.to, _LEAST)))
    towards_M = np.where(np.isfinite(towards_M), towards_M, np.nanmean(towards_M))
    if np.ptp(towards_M) < _ALIKE:
        return np.zeros(len(price_M), dtype=np.float32)
    steps_M = np.clip(standard(towards_M), -FARTHEST, FARTHEST)
    return np.asarray(leaning.strength * scores_M.std() * steps_M, dtype=np.float32)


def leant(release: Release, pool: Pool, leanings: Sequence[Leaning]) -> Pool:
    """The candidates in the order of their scores and all pulls together."""
    if not leanings or not len(pool.rows_M):
        return pool
    pulls = [leaning.pull(release, pool.rows_M, pool.scores_M) for leaning in leanings]
    pulled = replace(pool, pulls_M=np.asarray(np.sum(pulls, axis=0), dtype=np.float32))
    return pulled.at(np.argsort(-pulled.ranked_by, kind="stable"))


def standard(values_M: FloatArray | NDArray[np.float64]) -> FloatArray:
    """Values less their mean, over their standard deviation; zeros where all are the same."""
    return np.asarray((values_M - values_M.mean()) / max(float(values_M.std()), 1e-12), dtype=np.float32)
