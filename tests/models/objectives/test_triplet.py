"""The triplet losses against slow loops in float64."""

from __future__ import annotations

from itertools import permutations

import pytest
import torch
from torch import Tensor

from models.objectives.triplet import distance, length, similarity, sparsity, triplet, visual_semantic

T, D, MARGIN = 7, 5, 0.3


def vectors(*shape: int, seed: int = 0) -> Tensor:
    """Random numbers in float64."""
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def hinge(value: float) -> float:
    """max(0, value)."""
    return max(0.0, value)


def test_the_distance_is_euclidean() -> None:
    """The root of the sum of squares."""
    first, second = vectors(2, T, D)
    torch.testing.assert_close(
        distance(first, second), torch.tensor([float((a - b).norm()) for a, b in zip(first, second, strict=True)]).double()
    )


def test_equal_items_have_a_distance_that_can_be_learned_from() -> None:
    """The gradient is zero, where that of the plain root would be infinite."""
    vector = vectors(2, D).requires_grad_()
    distance(vector, vector.detach()).sum().backward()  # type: ignore[no-untyped-call]
    assert vector.grad is not None
    assert (vector.grad == 0).all()


def test_the_triplet_loss_is_its_formula() -> None:
    """max(0, d(a, p) - d(a, n) + m)."""
    near, far = vectors(2, T).abs()
    expected = [hinge(float(a) - float(b) + MARGIN) for a, b in zip(near, far, strict=True)]
    torch.testing.assert_close(triplet(near, far, MARGIN), torch.tensor(expected).double())


def test_a_nearer_positive_and_a_farther_negative_cost_less() -> None:
    """The sign of a distance must never flip."""
    near, far = torch.tensor([1.0]), torch.tensor([1.1])
    assert triplet(near - 0.05, far, MARGIN) < triplet(near, far, MARGIN)
    assert triplet(near, far + 0.05, MARGIN) < triplet(near, far, MARGIN)
    assert triplet(near, near + 1.01 * MARGIN, MARGIN) == 0


def test_the_similarity_loss_is_its_formula() -> None:
    """Half of both hinges, mean over the triplets."""
    anchor, positive, negative = vectors(3, T, D)
    total = 0.0
    for a, p, n in zip(anchor, positive, negative, strict=True):
        alike = float((p - n).norm())
        total += (hinge(alike - float((a - n).norm()) + MARGIN) + hinge(alike - float((a - p).norm()) + MARGIN)) / 2
    assert similarity(anchor, positive, negative, MARGIN).item() == pytest.approx(total / T, rel=1e-12)


def test_items_of_one_category_are_asked_to_be_alike() -> None:
    """Moving positive and negative together lowers the loss."""
    anchor, positive, negative = vectors(3, T, D)
    closer = positive + 0.9 * (negative - positive)
    assert similarity(anchor, closer, negative, MARGIN) < similarity(anchor, positive, negative, MARGIN)


def test_the_visual_semantic_loss_is_its_formula() -> None:
    """Six ordered combinations, each the mean of those triplets in which both items have a picture and a title."""
    seen, read = vectors(2, 3, T, D)
    titled = torch.rand(3, T, generator=torch.Generator().manual_seed(2)) < 0.7
    means = []
    for own, other in permutations(range(3), 2):
        both = [t for t in range(T) if titled[own, t] and titled[other, t]]
        hinges = [hinge(float((seen[own, t] - read[own, t]).norm()) - float((seen[other, t] - read[own, t]).norm()) + MARGIN) for t in both]
        means.append(sum(hinges) / max(1, len(both)))
    assert visual_semantic(seen, read, titled, MARGIN).item() == pytest.approx(sum(means) / 6, rel=1e-12)


def test_a_title_at_its_own_picture_costs_less() -> None:
    """The loss falls if a title moves to its own picture, and rises if it moves to another picture."""
    seen, read = vectors(2, 3, T, D)
    titled = torch.ones(3, T, dtype=torch.bool)
    assert visual_semantic(seen, seen, titled, MARGIN) < visual_semantic(seen, read, titled, MARGIN)
    assert visual_semantic(seen, seen.roll(1, 0), titled, MARGIN) > visual_semantic(seen, seen, titled, MARGIN)


def test_the_regularisers_are_norms() -> None:
    """Mean Euclidean norm of features; mean sum of masks."""
    general = vectors(T, D)
    assert length(general).item() == pytest.approx(sum(float(vector.norm()) for vector in general) / T)
    assert sparsity(general).item() == pytest.approx(float(general.abs().sum()) / T)


def test_the_losses_are_what_they_were() -> None:
    """Golden values at a fixed seed."""
    near, far = vectors(2, T).abs()
    seen, read = vectors(2, 3, T, D)
    titled = torch.ones(3, T, dtype=torch.bool)
    got = [triplet(near, far, MARGIN).mean(), similarity(seen[0], seen[1], seen[2], MARGIN), visual_semantic(seen, read, titled, MARGIN)]
    assert [loss.item() for loss in got] == pytest.approx(GOLDEN, rel=1e-9)


GOLDEN = [0.770659743785, 0.472943683494, 0.666414922433]
