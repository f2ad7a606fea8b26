"""LPAE's loss and its regulariser."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.objectives.anchors import ranking_loss, spread


def test_every_worn_outfit_is_compared_with_every_other() -> None:
    """Mean of log(1 + exp(s⁻ - s⁺)) over all pairs, counted one by one in float64."""
    rng = np.random.default_rng(0)
    worn, not_worn = rng.normal(size=5), rng.normal(size=7)
    slow = np.mean([np.log1p(np.exp(other - own)) for own in worn for other in not_worn])
    assert ranking_loss(torch.from_numpy(worn), torch.from_numpy(not_worn)).item() == pytest.approx(slow, rel=1e-12)


def test_a_worn_outfit_that_scores_higher_costs_less() -> None:
    """The loss falls as a worn outfit's score rises, and rises as another outfit's does."""
    worn, not_worn = torch.tensor([0.3, 1.0]), torch.tensor([0.2, -0.4])
    at_first = ranking_loss(worn, not_worn)
    assert ranking_loss(worn + torch.tensor([0.5, 0.0]), not_worn) < at_first < ranking_loss(worn, not_worn + torch.tensor([0.5, 0.0]))


def test_the_spread_is_trace_minus_log_determinant() -> None:
    """Computed for each shopper's Gram matrix in float64."""
    anchors = np.random.default_rng(1).normal(size=(3, 4, 6))
    slow = [np.trace(anchors_KD @ anchors_KD.T) - np.log(np.linalg.det(anchors_KD @ anchors_KD.T)) for anchors_KD in anchors]
    assert spread(torch.from_numpy(anchors)).numpy() == pytest.approx(np.array(slow), rel=1e-10)


def test_orthonormal_anchors_are_spread_best() -> None:
    """Their spread is K; longer, shorter and closer anchors cost more."""
    best = torch.eye(3, 5)[None]
    assert spread(best).item() == pytest.approx(3.0)
    nearer = best.clone()
    nearer[0, 0, 1] = 0.5
    assert all(spread(worse).item() > 3.0 for worse in (1.3 * best, 0.8 * best, nearer))


def test_golden_losses() -> None:
    """Fixed numbers at a fixed seed, so that a change of meaning is seen."""
    generator = torch.Generator().manual_seed(7)
    worn, not_worn, anchors = (torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in ((4,), (6,), (2, 3, 5)))
    assert ranking_loss(worn, not_worn).item() == pytest.approx(0.8649188265318615, abs=1e-9)
    assert spread(anchors).mean().item() == pytest.approx(7.3353630936274445, abs=1e-9)
