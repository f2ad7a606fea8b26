"""The published hinges and the next steps."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from models.objectives.outfit_vector import graded_margin, two_hinges
from models.objectives.softmax import worn_among


def draw(*shape: int, seed: int = 0) -> Tensor:
    """Normal numbers in float64."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def test_the_hinges_are_of_the_means() -> None:
    """As published: relu(1 - mean) + relu(0.7 - mean)."""
    assert two_hinges(torch.tensor([0.2, 0.4]), torch.tensor([0.1, 0.3])).item() == pytest.approx(0.7 + 0.5)
    assert two_hinges(torch.tensor([0.0, 4.0]), torch.tensor([0.9, 0.7])).item() == 0


def test_the_hinges_push_nothing_apart() -> None:
    """Replaced outfits that score higher never cost more: the published form cannot separate outfits."""
    original, replaced = draw(4), draw(4, seed=1).requires_grad_()
    two_hinges(original, replaced).backward()
    assert replaced.grad is not None
    assert (replaced.grad <= 0).all()


def test_the_original_is_one_of_its_versions() -> None:
    """Equal to a loop of cross-entropies."""
    original, replaced = draw(3, seed=1), draw(3, 5, seed=2)
    slow = np.mean(
        [-np.log(np.exp(a) / (np.exp(a) + np.exp(row).sum())) for a, row in zip(original.numpy(), replaced.numpy(), strict=True)]
    )
    assert worn_among(original, replaced).item() == pytest.approx(slow, rel=1e-12)


def test_the_margins_are_graded() -> None:
    """Equal to a loop over both steps and all versions."""
    original, once, twice, margin = draw(3, seed=1), draw(3, 2, seed=2), draw(3, 2, seed=3), 0.4
    first = [max(0.0, margin - float(original[b] - once[b, r])) for b in range(3) for r in range(2)]
    second = [max(0.0, margin - float(once[b, r] - twice[b, r])) for b in range(3) for r in range(2)]
    assert graded_margin(original, once, twice, margin).item() == pytest.approx(np.mean(first) + np.mean(second), rel=1e-12)


def test_the_right_order_costs_nothing_and_any_other_does() -> None:
    """Original, one replaced and two replaced, each a margin apart, cost nothing."""
    original, once, twice = torch.tensor([0.9]), torch.tensor([[0.6]]), torch.tensor([[0.3]])
    assert graded_margin(original, once, twice, 0.2) == 0
    assert graded_margin(once[0], original[None], twice, 0.2) > 0
    assert graded_margin(original, twice, once, 0.2) > 0


def test_a_better_original_costs_less() -> None:
    """Both next steps fall as the original's score rises."""
    original, once, twice = draw(3), draw(3, 2, seed=1), draw(3, 2, seed=2)
    assert worn_among(original + 0.1, once) < worn_among(original, once)
    assert graded_margin(original + 0.1, once, twice, 1.0) < graded_margin(original, once, twice, 1.0)


def test_golden_losses() -> None:
    """Fixed numbers at a fixed seed."""
    original, once, twice = draw(4, seed=5), draw(4, 3, seed=6), draw(4, 3, seed=7)
    assert two_hinges(0.1 * original, 0.1 * once).item() == pytest.approx(1.7330644843880867, abs=1e-9)
    assert worn_among(original, torch.cat([once, twice], dim=1)).item() == pytest.approx(2.5610069308431855, abs=1e-9)
    assert graded_margin(original, once, twice, 0.1).item() == pytest.approx(1.397618984892526, abs=1e-9)
