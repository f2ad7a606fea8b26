"""Logged lists as arrays, and the showings that they come to under a target policy.

An answer fills K places from M items that were considered, which are in the order of the policy that logged. Item m < K is at place m with
probability ``chance``, or nowhere; a later one is at each open place with probability ``chance``. See ``app.recommend.exploring``.

Shape legend: U answers · K places, padded · M items considered, padded · S showings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.offpolicy.by_rank import rate_by_rank
from models.offpolicy.estimates import Estimate, Estimated, estimate, gained
from models.offpolicy.examination import Steepness, examination, told_by
from models.offpolicy.showings import Floats, Ints, Showings


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Lists:
    """U answers that were logged.

    Attributes:
        places_U: places of each. open_U: the first that exploration may fill; as many as places where it may fill none.
        chance_UM: as the module says; 0 for what could not be shown.
        shown_UK: which of the M was shown at each place; -1 for no place.
        reward_UK: what came of it. acted_UK: whether it was looked into, which tells of examination.
        cluster_U: 0 to C - 1.
    """

    places_U: Ints
    open_U: Ints
    chance_UM: Floats
    shown_UK: Ints
    reward_UK: Floats
    acted_UK: Floats
    cluster_U: Ints

    def explored(self) -> tuple[Ints, Floats]:
        """The places of what exploration showed, and how often each was acted upon, ``(S,)`` each."""
        explored_UK = self.shown_UK >= self.places_U[:, None]
        return np.nonzero(explored_UK)[1], self.acted_UK[explored_UK]

    def steepness(self) -> Steepness | None:
        """How steeply examination falls by place, as the explored showings tell; None where they are too few."""
        return told_by(*self.explored())

    def estimated(self, target_UK: Ints, steep: Steepness) -> Estimated:
        """What a target earns per answer; intervals hold what is uncertain of η. See ``showings``."""
        found = estimate(self.showings(target_UK, steep.eta))
        if not steep.error:
            return found
        return found.wider(*(estimate(self.showings(target_UK, max(0.0, steep.eta + by))) for by in (-steep.error, steep.error)))

    def gained(self, then_UK: Ints, now_UK: Ints, steep: Steepness) -> Estimate:
        """What one target earns more than another, likewise."""
        found, less, more = (
            gained(self.showings(then_UK, eta), self.showings(now_UK, eta))
            for eta in (steep.eta, max(0.0, steep.eta - steep.error), steep.eta + steep.error)
        )
        return found.wider(abs(less.value - more.value) / 2)

    def showings(self, target_UK: Ints, eta: float) -> Showings:
        """The showings, with what a target would show.

        Args:
            target_UK: which of the M it shows at each place; -1 for no place.
            eta: how steeply examination falls by place.
        """
        places = self.shown_UK.shape[1]
        theta_K = examination(places, eta)
        given_UM = self._given(theta_K)
        wanted_UM = np.zeros_like(given_UM)
        row_T, place_T = np.nonzero(target_UK >= 0)
        wanted_UM[row_T, target_UK[row_T, place_T]] = theta_K[place_T]
        answer_S, place_S = np.nonzero(self.shown_UK >= 0)
        item_S = self.shown_UK[answer_S, place_S]
        rank_UM = np.minimum(np.arange(given_UM.shape[1])[None], self.places_U[:, None]).astype(np.int64)
        half_U = (self.cluster_U % 2).astype(np.int64)
        reward_S, examined_S = self.reward_UK[answer_S, place_S], theta_K[place_S]
        rate_HR = rate_by_rank(rank_UM[answer_S, item_S], reward_S, examined_S, half_U[answer_S], places + 1)
        expected_UM = rate_HR[half_U[:, None], rank_UM]
        return Showings(
            answer_S=answer_S,
            reward_S=reward_S,
            examined_S=examined_S,
            given_S=given_UM[answer_S, item_S],
            wanted_S=wanted_UM[answer_S, item_S],
            expected_S=expected_UM[answer_S, item_S],
            target_U=wanted_UM.sum(1),
            reachable_U=(wanted_UM * (given_UM > 0)).sum(1),
            direct_U=(wanted_UM * expected_UM).sum(1),
            cluster_U=self.cluster_U,
        )

    def _given(self, theta_K: Floats) -> Floats:
        """e(i) of each considered item, ``(U, M)``."""
        before_K1 = np.concatenate([[0.0], np.cumsum(theta_K)])
        open_U = before_K1[self.places_U] - before_K1[self.open_U]
        theta_M = np.zeros(self.chance_UM.shape[1])
        theta_M[: min(len(theta_K), len(theta_M))] = theta_K[: len(theta_M)]
        own_UM = np.arange(len(theta_M))[None] < self.places_U[:, None]
        return np.asarray(self.chance_UM * np.where(own_UM, theta_M[None], open_U[:, None]))
