"""A model for the doubly robust estimate: what an examined showing earns, by the rank that the logging policy gave the item.

It is told from the other half of the shoppers (cross-fitting), so that no showing explains itself.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from models.offpolicy.showings import Floats, Ints

_PRIOR: Final = 5.0  # examined showings of the common rate that each rank begins with


def rate_by_rank(rank_S: Ints, reward_S: Floats, examined_S: Floats, half_S: Ints, ranks: int) -> Floats:
    """The reward per examined showing of each rank as each half is to be told it, ``(2, ranks)``; row h comes from the other half.

    Args:
        rank_S: 0 to ``ranks`` - 1. half_S: 0 or 1, by shopper.
    """
    found_HR = np.zeros((2, ranks))
    for half in (0, 1):
        other_S = half_S != half
        reward_R = np.bincount(rank_S[other_S], weights=reward_S[other_S], minlength=ranks)
        examined_R = np.bincount(rank_S[other_S], weights=examined_S[other_S], minlength=ranks)
        common = reward_R.sum() / max(float(examined_R.sum()), 1e-300)
        found_HR[half] = (reward_R + _PRIOR * common) / (examined_R + _PRIOR)
    return found_HR
