"""From raw scores to probabilities: Platt scaling that depends on the size of an outfit, and on whether it looks whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

UNTOLD: Final = 0.5
"""The chance that an outfit lacks nothing, where nothing tells it: slope and intercept are then what they are without one."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Platt scaling, ``probability = sigmoid(slope * score + intercept)``, fitted on validation data.

    Attributes:
        slope, intercept: for outfits of two items.
        larger: for larger outfits, whose scores are more certain: (least number of items, slope, intercept), ascending.
        whole: what slope and intercept gain from an outfit that lacks something to one that lacks nothing; zeros in bundles from before.
        known: the least and the largest score that anything is known of; one beyond counts as that. None: all of them.
    """

    slope: float = 1.0
    intercept: float = 0.0
    larger: tuple[tuple[int, float, float], ...] = ()
    whole: tuple[float, float] = (0.0, 0.0)
    known: tuple[float, float] | None = None

    def probability(self, scores: ArrayLike, items: ArrayLike, whole: ArrayLike = UNTOLD, more: ArrayLike = 0.0) -> NDArray[np.float64]:
        """Probabilities in (0, 1), of the shape of ``scores``.

        Args:
            items: of each outfit, or of all of them; fewer than two count as two.
            whole: the chance of each, or of all of them, that it lacks nothing. more: log-odds that are known besides.
        """
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(self.log_odds(scores, items, whole) + np.asarray(more, dtype=np.float64), -50, 50))))

    def log_odds(self, scores: ArrayLike, items: ArrayLike, whole: ArrayLike = UNTOLD) -> NDArray[np.float64]:
        """The logarithm of ``p / (1 - p)``; see ``probability``."""
        least, slope, intercept = np.array([(0, self.slope, self.intercept), *self.larger]).T
        level = np.searchsorted(least, items, side="right") - 1
        scores = np.asarray(scores, dtype=np.float64) if self.known is None else np.clip(scores, *self.known)
        more_slope, more_intercept = np.multiply.outer(self.whole, np.asarray(whole, dtype=np.float64) - UNTOLD)
        return np.asarray((slope[level] + more_slope) * scores + (intercept[level] + more_intercept))
