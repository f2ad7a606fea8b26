"""The difficulty of outfits, the weights from it, and their gradients."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from models.objectives.self_adaptive import ascending, difficulty, self_adaptive, weights

MARGIN = 0.3
OUTFIT = torch.tensor([7, 7, 3, 3, 3, 900])


def distances(seed: int = 0) -> tuple[Tensor, Tensor]:
    """Distances to positives and negatives, in float64."""
    near, far = torch.rand(2, len(OUTFIT), generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
    return near, far


def difficulty_slowly(near: Tensor, far: Tensor) -> list[float]:
    """The difficulty, computed one triplet at a time."""
    hard = [min(2.0, max(0.0, (MARGIN - (float(n) - float(p))) / MARGIN)) for p, n in zip(near, far, strict=True)]
    means = {}
    for outfit in set(OUTFIT.tolist()):
        own = [value for value, number in zip(hard, OUTFIT.tolist(), strict=True) if number == outfit]
        means[outfit] = sum(own) / len(own)
    return [means[number] for number in OUTFIT.tolist()]


def test_difficulty_is_its_formula() -> None:
    """The mean over an outfit's triplets, the same for each of them."""
    near, far = distances()
    assert difficulty(near, far, OUTFIT, MARGIN).tolist() == pytest.approx(difficulty_slowly(near, far), rel=1e-12)


def test_difficulty_is_bounded() -> None:
    """It is 0 where the margin is kept, 1 where both are equally far, and 2 at most."""
    near, far = torch.tensor([0.0, 1.0, 9.0]), torch.tensor([1.0, 1.0, 0.0])
    assert difficulty(near, far, torch.arange(3), MARGIN).tolist() == pytest.approx([0, 1, 2])


def test_weights_are_their_formula_and_one_on_average() -> None:
    """(1 + softplus(θ) DS) over its mean."""
    near, far = distances()
    hard, theta = difficulty_slowly(near, far), 0.7
    raised = [1 + math.log1p(math.exp(theta)) * score for score in hard]
    got = weights(difficulty(near, far, OUTFIT, MARGIN), torch.tensor(theta, dtype=torch.float64))
    assert got.tolist() == pytest.approx([weight * len(raised) / sum(raised) for weight in raised], rel=1e-12)
    assert got.mean().item() == pytest.approx(1)


def test_the_loss_is_its_formula() -> None:
    """The mean of weight times hinge."""
    near, far = distances()
    weight = weights(torch.tensor(difficulty_slowly(near, far), dtype=torch.float64), torch.zeros((), dtype=torch.float64))
    terms = [w * max(0.0, float(p) - float(n) + MARGIN) for w, p, n in zip(weight.tolist(), near, far, strict=True)]
    assert self_adaptive(near, far, OUTFIT, torch.zeros(()), MARGIN).item() == pytest.approx(sum(terms) / len(terms), rel=1e-6)


def test_a_nearer_positive_costs_less() -> None:
    """The loss with its weights falls as a positive comes nearer."""
    near, far = distances()
    theta = torch.zeros(())
    assert self_adaptive(near - 0.05, far, OUTFIT, theta, MARGIN) < self_adaptive(near, far, OUTFIT, theta, MARGIN)
    assert self_adaptive(near, far + 0.05, OUTFIT, theta, MARGIN) < self_adaptive(near, far, OUTFIT, theta, MARGIN)


def test_harder_outfits_count_more() -> None:
    """The weight of hard outfits is above 1, that of easy ones below."""
    hard = torch.tensor([0.0, 0.5, 2.0])
    got = weights(hard, torch.zeros(()))
    assert got[0] < got[1] < got[2]
    assert got[0] < 1 < got[2]


def test_nothing_is_learned_through_the_difficulty() -> None:
    """Distances get the same gradient as with fixed weights."""
    near, far = distances()
    near.requires_grad_()
    self_adaptive(near, far, OUTFIT, torch.zeros(()), MARGIN).backward()  # type: ignore[no-untyped-call]
    weight = weights(difficulty(near, far, OUTFIT, MARGIN), torch.zeros(()))
    active = (near.detach() - far + MARGIN > 0).double()
    torch.testing.assert_close(near.grad, weight * active / len(OUTFIT))


def test_theta_falls_by_itself_and_rises_when_turned() -> None:
    """Harder outfits cost more, so the loss is smaller where they count less: descent weakens the weighting, ascent strengthens it."""
    near, far = distances()
    for turned, sign in ((False, 1), (True, -1)):
        theta = torch.zeros((), dtype=torch.float64, requires_grad=True)
        given = ascending(theta) if turned else theta
        self_adaptive(near, far, OUTFIT, given, MARGIN).backward()  # type: ignore[no-untyped-call]
        assert theta.grad is not None
        assert theta.grad.sign().item() == sign


def test_the_loss_is_what_it_was() -> None:
    """A golden value at a fixed seed."""
    assert self_adaptive(*distances(), OUTFIT, torch.tensor(0.5), MARGIN).item() == pytest.approx(GOLDEN, rel=1e-6)


GOLDEN = 0.72989723
