"""How likely a shopper looks at the item at a place: θ_k = (1 + k)^-η, told from what was shown at random places, or given.

An item that exploration shows is at each of the open places equally often, so how often each place's are acted upon differs by examination
alone; η is the likeliest one, of counts that are Poisson with mean n_k · a · θ_k, and its standard error is that of this likelihood.

Source: Joachims, Swaminathan and Schnabel, Unbiased learning-to-rank with biased feedback (WSDM 2017), sections 5.3 and 6.1.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from models.offpolicy.showings import Floats, Ints

ASSUMED: Final = 1.0
"""η where nothing tells it."""
LEAST_ACTS: Final = 100
_ETA_G: Final = np.linspace(0.0, 3.0, 301)


@dataclass(frozen=True, slots=True)
class Steepness:
    """η, and its standard error: 0 where it is given."""

    eta: float
    error: float = 0.0


def examination(places: int, eta: float) -> Floats:
    """θ of the first places, ``(places,)``; 1 at the first."""
    return np.asarray((1.0 + np.arange(places)) ** -eta)


def told_by(place_S: Ints, acted_S: Floats) -> Steepness | None:
    """The likeliest η of explored showings; None where fewer than 100 were acted upon.

    Args:
        place_S: from 0. acted_S: how often each was acted upon.
    """
    if acted_S.sum() < LEAST_ACTS:
        return None
    shown_K = np.bincount(place_S)
    acted_K = np.bincount(place_S, weights=acted_S)
    log_theta_GK = -_ETA_G[:, None] * np.log1p(np.arange(len(shown_K)))
    expected_G = np.exp(log_theta_GK) @ shown_K
    likelihood_G = log_theta_GK @ acted_K - acted_K.sum() * np.log(expected_G)  # a is the likeliest for each η
    best = int(np.argmax(likelihood_G))
    share_K = shown_K * np.exp(log_theta_GK[best]) / expected_G[best]
    spread = share_K @ log_theta_GK[1] ** 2 - (share_K @ log_theta_GK[1]) ** 2  # of log θ by η, which falls by _ETA_G[1] here
    return Steepness(float(_ETA_G[best]), float(_ETA_G[1] / np.sqrt(max(acted_K.sum() * spread, 1e-12))))
