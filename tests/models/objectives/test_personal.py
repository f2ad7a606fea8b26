"""LPAE's loss and its regulariser; false negative distillation: the teacher's and the student's losses."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from models.objectives.personal import ranking_loss, spread, student_loss
from models.objectives.softmax import worn_among


def draw(*shape: int, seed: int = 0) -> Tensor:
    """Normal numbers in float64."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_the_teacher_is_a_softmax_over_the_worn_one_and_the_others() -> None:
    """Equal to a loop over outfits."""
    worn, others = draw(3, seed=1), draw(3, 4, seed=2)
    slow = np.mean(
        [-np.log(np.exp(own) / (np.exp(own) + np.exp(row).sum())) for own, row in zip(worn.numpy(), others.numpy(), strict=True)]
    )
    assert worn_among(worn, others).item() == pytest.approx(slow, rel=1e-12)


@pytest.mark.parametrize("alpha", [0.7, -0.7])
def test_the_student_shifts_each_other_outfit_by_the_teachers_distances(alpha: float) -> None:
    """The logits are -d_j + alpha (r̂ - d_T,j), computed from distances."""
    distance, distances = draw(3, seed=1).abs(), draw(3, 4, seed=2).abs()
    taught, teaching = draw(3, seed=3).abs(), draw(3, 4, seed=4).abs()
    slow = []
    for row in range(3):
        logits = [-distance[row], *(-distances[row, j] + alpha * (taught[row] - teaching[row, j]) for j in range(4))]
        slow.append(-torch.log_softmax(torch.stack(logits), 0)[0])
    found = student_loss(-distance, -distances, -taught, -teaching, alpha=alpha)
    assert found.item() == pytest.approx(torch.stack(slow).mean().item(), rel=1e-12)


def test_without_alpha_the_student_is_its_own_teacher() -> None:
    """The losses are the same."""
    worn, others = draw(3), draw(3, 4, seed=1)
    assert student_loss(worn, others, worn, others, alpha=0.0) == worn_among(worn, others)


def test_alpha_strengthens_or_weakens_suspected_false_negatives() -> None:
    """An outfit that the teacher ranks above the worn one gets a larger gradient for alpha above 0, a smaller one below 0."""
    worn, others = torch.zeros(1), torch.zeros(1, 2, requires_grad=True)
    pushed = {}
    for alpha in (-1.0, 0.0, 1.0):
        loss = student_loss(worn, others, torch.tensor([0.0]), torch.tensor([[2.0, -2.0]]), alpha=alpha, only_suspected=True)
        pushed[alpha] = torch.autograd.grad(loss, others)[0][0, 0].item()
    assert 0 < pushed[-1.0] < pushed[0.0] < pushed[1.0]


def test_only_suspected_leaves_the_others_alone() -> None:
    """An outfit that the teacher ranks below the worn one keeps its logit."""
    worn, others = draw(2), draw(2, 3, seed=1)
    far = torch.full((2, 3), -5.0, dtype=torch.float64)
    assert student_loss(worn, others, worn.abs(), far, alpha=0.9, only_suspected=True) == worn_among(worn, others)


def test_nothing_is_learned_by_the_teacher() -> None:
    """The teacher's scores get no gradient."""
    taught_worn, taught_others = torch.zeros(2, requires_grad=True), torch.ones(2, 3, requires_grad=True)
    own = torch.zeros(2, requires_grad=True)
    student_loss(own, torch.zeros(2, 3), taught_worn, taught_others, alpha=1.0).backward()
    assert own.grad is not None
    assert taught_worn.grad is None
    assert taught_others.grad is None


def test_a_worn_outfit_that_scores_higher_costs_less() -> None:
    """The loss falls as a worn outfit's score rises, with and without a teacher."""
    worn, others, taught_worn, taught_others = draw(2), draw(2, 3, seed=1), draw(2, seed=2), draw(2, 3, seed=3)
    assert worn_among(worn + 0.1, others) < worn_among(worn, others)
    assert student_loss(worn + 0.1, others, taught_worn, taught_others, alpha=-0.5) < student_loss(
        worn, others, taught_worn, taught_others, alpha=-0.5
    )


def test_golden_losses() -> None:
    """Fixed numbers at a fixed seed."""
    worn, others, taught_worn, taught_others = draw(4, seed=5), draw(4, 10, seed=6), draw(4, seed=7), draw(4, 10, seed=8)
    assert worn_among(worn, others).item() == pytest.approx(3.2060725201743345, abs=1e-9)
    assert student_loss(worn, others, taught_worn, taught_others, alpha=0.5).item() == pytest.approx(3.2477142127959393, abs=1e-9)
    assert student_loss(worn, others, taught_worn, taught_others, alpha=-0.5).item() == pytest.approx(3.317028686394115, abs=1e-9)


def test_every_worn_outfit_is_compared_with_every_other() -> None:
    """Mean of log(1 + exp(s⁻ - s⁺)) over all pairs, counted one by one in float64."""
    rng = np.random.default_rng(0)
    worn, not_worn = rng.normal(size=5), rng.normal(size=7)
    slow = np.mean([np.log1p(np.exp(other - own)) for own in worn for other in not_worn])
    assert ranking_loss(torch.from_numpy(worn), torch.from_numpy(not_worn)).item() == pytest.approx(slow, rel=1e-12)


def test_a_worn_outfit_above_all_others_costs_less() -> None:
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


def test_golden_losses_of_anchors() -> None:
    """Fixed numbers at a fixed seed, so that a change of meaning is seen."""
    generator = torch.Generator().manual_seed(7)
    worn, not_worn, anchors = (torch.randn(*shape, generator=generator, dtype=torch.float64) for shape in ((4,), (6,), (2, 3, 5)))
    assert ranking_loss(worn, not_worn).item() == pytest.approx(0.8649188265318615, abs=1e-9)
    assert spread(anchors).mean().item() == pytest.approx(7.3353630936274445, abs=1e-9)
