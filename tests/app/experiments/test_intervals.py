"""Intervals and the check of the split, against slow plain forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.experiments.intervals import difference, radius, split_p


@pytest.mark.parametrize(("count", "spread", "alpha", "planned"), [(100, 0.3, 0.05, 1_000), (5_000, 12.0, 0.01, 10_000)])
def test_the_radius_is_the_boundary_of_a_mixture(count: int, spread: float, alpha: float, planned: int) -> None:
    """Where the normal mixture martingale over drifts, integrated numerically, is 1/alpha."""
    rho = math.sqrt((-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / planned)
    total = radius(count, spread, alpha, planned) * count / spread
    drifts = np.linspace(-12 * rho, 12 * rho, 200_001)
    weights = np.exp(-(drifts**2) / (2 * rho**2)) / (rho * math.sqrt(2 * math.pi))
    mixture = np.trapezoid(np.exp(drifts * total - count * drifts**2 / 2) * weights, drifts)
    assert mixture == pytest.approx(1 / alpha, rel=1e-3)


def test_no_other_plan_is_much_tighter_at_its_count() -> None:
    """``planned`` is where the intervals are about tightest."""
    widths = [radius(1_000, 1.0, 0.05, planned) for planned in (100, 300, 1_000, 3_000, 10_000)]
    assert min(widths) > 0.99 * widths[2]


def test_a_difference_is_about_the_means() -> None:
    """As wide as the arms' variances say; endless where an arm is empty."""
    low, high = difference((1_000, 0.2, 0.18), (3_000, 0.25, 0.16), 0.05, 4_000)
    assert (low + high) / 2 == pytest.approx(0.05)
    error = math.sqrt(0.18 / 1_000 + 0.16 / 3_000)
    assert (high - low) / 2 == pytest.approx(radius(4_000, 1.0, 0.05, 4_000) * math.sqrt(4_000) * error)
    assert difference((0, 0, 0), (10, 1, 1), 0.05, 100) == (-math.inf, math.inf)


def test_a_small_arm_of_which_nobody_bought_is_not_sure_of_it() -> None:
    """It varies by nothing as yet, and by as much as both together for all that is known."""
    nobody, some = difference((2_400, 0.01, 0.0099), (120, 0.0, 0.0), 0.05, 10_000), 0.0099 * 2_400 / 2_520
    assert nobody[0] < 0 < nobody[1]
    error = math.sqrt(some / 2_400 + some / 120)
    assert (nobody[1] - nobody[0]) / 2 == pytest.approx(radius(2_520, 1.0, 0.05, 10_000) * math.sqrt(2_520) * error)


@given(st.lists(st.integers(0, 2), max_size=60), st.lists(st.floats(0.2, 5), min_size=3, max_size=3))
def test_the_evidence_is_a_product_of_predictions(drawn: list[int], weights: list[float]) -> None:
    """One unit after another: how probable it was by those before it, over how probable by the weights."""
    share = [weight / sum(weights) for weight in weights]
    counts, evidence = [0, 0, 0], 1.0
    for place in drawn:
        predicted = (100 * share[place] + counts[place]) / (100 + sum(counts))
        evidence *= predicted / share[place]
        counts[place] += 1
    assert split_p(counts, weights) == pytest.approx(min(1.0, 1 / evidence), rel=1e-6)


def test_a_wrong_split_is_seen_and_a_right_one_is_not() -> None:
    """At the sizes of a day's shoppers."""
    assert split_p([5_300, 4_700], [1, 1]) < 0.001
    assert split_p([5_050, 4_950], [1, 1]) > 0.5
    assert split_p([9_000, 1_000], [9, 1]) > 0.5
