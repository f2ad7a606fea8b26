"""From raw scores to probabilities: Platt scaling by the size of an outfit."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Platt scaling, ``probability = sigmoid(slope * score + intercept)``, fitted on validation data.

    Attributes:
        slope, intercept: of outfits of two items.
        larger: of larger ones, whose scores mean more: (least number of items, slope, intercept), each until the next.
    """

    slope: float = 1.0
    intercept: float = 0.0
    larger: tuple[tuple[int, float, float], ...] = ()

    def probability(self, scores: ArrayLike, items: ArrayLike) -> NDArray[np.float64]:
        """In (0, 1), of the shape of ``scores``.

        Args:
            items: of each outfit, or of all of them; fewer than two count as two.
        """
        least, slope, intercept = np.array([(0, self.slope, self.intercept), *self.larger]).T
        level = np.searchsorted(least, items, side="right") - 1
        logit = np.clip(slope[level] * np.asarray(scores, dtype=np.float64) + intercept[level], -50, 50)
        return np.asarray(1.0 / (1.0 + np.exp(-logit)))
