"""From raw scores to probabilities: Platt scaling that depends on the size of an outfit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Platt scaling, ``probability = sigmoid(slope * score + intercept)``, fitted on validation data.

    Attributes:
        slope, intercept: for outfits of two items.
        larger: for larger outfits, whose scores are more certain: (least number of items, slope, intercept), ascending.
    """

    slope: float = 1.0
    intercept: float = 0.0
    larger: tuple[tuple[int, float, float], ...] = ()

    def probability(self, scores: ArrayLike, items: ArrayLike) -> NDArray[np.float64]:
        """Probabilities in (0, 1), of the shape of ``scores``.

        Args:
            items: of each outfit, or of all of them; fewer than two count as two.
        """
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(self.log_odds(scores, items), -50, 50))))

    def log_odds(self, scores: ArrayLike, items: ArrayLike) -> NDArray[np.float64]:
        """The logarithm of ``p / (1 - p)``; see ``probability``."""
        least, slope, intercept = np.array([(0, self.slope, self.intercept), *self.larger]).T
        level = np.searchsorted(least, items, side="right") - 1
        return np.asarray(slope[level] * np.asarray(scores, dtype=np.float64) + intercept[level])
