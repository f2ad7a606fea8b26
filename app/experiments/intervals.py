"""Intervals that may be looked at as often as one likes, and a check of the split that may be, too.

Shape legend: V variants.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

_PRIOR: Final = 100.0
"""Units' worth of belief in the split that was asked for; the more, the sooner small deviations of long experiments are seen."""


def radius(count: int, spread: float, alpha: float, planned: int) -> float:
    """Half the width of an asymptotic confidence sequence around the mean of ``count`` observations.

    With probability 1 - ``alpha`` the true mean is within it at every count at once, in the limit of late first looks, so whoever looks
    every day and stops when they like is not fooled. Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas: Time-uniform central limit theory and
    asymptotic confidence sequences (Annals of Statistics 52, 2024), theorem 2.2:

        spread sqrt( 2 (t r + 1) / (t² r) log( sqrt(t r + 1) / alpha ) ), with r = ( -2 log alpha + log(1 - 2 log alpha) ) / planned,

    where r is their rho²: their choice of it for sequences that are tightest at one count.

    Args:
        spread: the observations' standard deviation.
        planned: the count at which it is to be tightest.
    """
    if count < 1 or not math.isfinite(spread):
        return math.inf
    rho2 = (-2 * math.log(alpha) + math.log(1 - 2 * math.log(alpha))) / planned
    grown = count * rho2 + 1
    return spread * math.sqrt(2 * grown / (count**2 * rho2) * math.log(math.sqrt(grown) / alpha))


def difference(one: tuple[int, float, float], other: tuple[int, float, float], alpha: float, planned: int) -> tuple[float, float]:
    """The interval of the other's mean minus the one's, valid at every look; see ``radius``.

    Each is its count, mean and variance. Per unit of either, the estimate varies by σ₁²/π₁ + σ₂²/π₂, where π are the shares of the two: the
    augmented inverse-probability estimate of section 3 of the paper, with the arms' means as its predictions, from which it differs by
    less than these intervals are wide. It is not taken to vary by less than if each varied as both together do, which of halves is the
    same: a small arm in which nobody bought yet, or nobody much, would seem to be sure of that.
    """
    (count, mean, variance), (others, others_mean, others_variance) = one, other
    both = count + others
    if not (count and others):
        return -math.inf, math.inf
    pooled = (count * variance + others * others_variance) / both
    spread = math.sqrt(both * max(variance / count + others_variance / others, pooled / count + pooled / others))
    half = radius(both, spread, alpha, planned)
    return others_mean - mean - half, others_mean - mean + half


def split_p(counts: Sequence[int], weights: Sequence[float]) -> float:
    """A p-value of a split, valid at every look: how surprising counts ``(V,)`` are where weights ``(V,)`` say how units are assigned.

    One over the evidence so far, as in the sequential test of Lindon and Malek (Anytime-valid inference for multinomial count data, NeurIPS
    2022): the Bayes factor of a Dirichlet prior around the weights, of ``_PRIOR`` units, against the weights themselves,
    G(B) / G(B + N) times, for each variant, G(b + n) / G(b) / weight^n, G the gamma function, b the variant's part of the prior's units B,
    n its count of all N. Under the weights it ever exceeds 1 / p with a probability of p at most (Ville).
    """
    count_V, share_V = np.asarray(counts, dtype=np.float64), np.asarray(weights, dtype=np.float64) / np.sum(weights)
    prior_V = _PRIOR * share_V
    mixed = math.lgamma(_PRIOR) - math.lgamma(_PRIOR + count_V.sum())
    mixed += sum(math.lgamma(prior + count) - math.lgamma(prior) for prior, count in zip(prior_V, count_V, strict=True))
    evidence = mixed - (count_V * np.log(share_V)).sum()
    return float(np.exp(-np.clip(evidence, 0.0, 700.0)))
