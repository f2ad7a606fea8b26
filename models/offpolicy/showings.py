"""What was shown and what came of it, beside what a target policy would show in its place.

A shopper examines the item at place k with probability θ_k, whatever the item, and acts on an examined item with a probability of its own
(the position-based model). Logging and target policy are then compared by how much examination each gives an item of an answer:

    e(i) = Σ_k θ_k P(i is shown at k)      under the policy that logged, which drew at random with known probabilities
    t(i) = Σ_k θ_k [the target shows i at k]
    w(i) = t(i) / e(i)

Source: Li, Abbasi-Yadkori, Kveton, Muthukrishnan, Vinay and Wen, Offline evaluation of ranking policies with click models (KDD 2018),
section 4.2; examination by place: Craswell, Zoeter, Taylor and Ramsey (WSDM 2008).

Shape legend: S showings, one item at one place of one answer each · U answers.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False, slots=True, kw_only=True)
class Showings:
    """S showings in U answers.

    Attributes:
        answer_S: the answer of each, 0 to U - 1.
        reward_S: what came of it, 0 where nothing did.
        examined_S: θ at its place. given_S: e(i), above 0. wanted_S: t(i), 0 where the target does not show the item.
        expected_S: what a model says an examined showing of the item earns; for the doubly robust estimate.
        target_U: Σ t(i) over all that the target shows in the answer.
        reachable_U: the part of ``target_U`` that the log could have shown, e(i) > 0.
        direct_U: Σ t(i) · expected(i) over all that the target shows.
        cluster_U: whose answer it is; answers of one shopper are not independent.
    """

    answer_S: Ints
    reward_S: Floats
    examined_S: Floats
    given_S: Floats
    wanted_S: Floats
    expected_S: Floats
    target_U: Floats
    reachable_U: Floats
    direct_U: Floats
    cluster_U: Ints

    @property
    def weights(self) -> Floats:
        """w(i) of each showing, ``(S,)``."""
        return self.wanted_S / self.given_S

    def summed(self, values_S: Floats) -> Floats:
        """The sum of values over each answer's showings, ``(U,)``."""
        return np.asarray(np.bincount(self.answer_S, weights=values_S, minlength=len(self.target_U)), dtype=np.float64)
