"""What members and terms are worth, by questions whose right candidate is the first."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.recipes.attire.weighing import Judging, _regression


def test_what_is_always_the_same_counts_nothing() -> None:
    """However its rounding errors fall: a weight in the millions would make them a score."""
    generator = torch.Generator().manual_seed(0)
    told_QM = torch.randn(400, 4, generator=generator)
    told_QM[:, 0] += 1.0
    rounding_QM = 1e-7 * told_QM
    noise_QM = torch.randn(400, 4, generator=generator)
    first, second, third = _regression([(torch.stack([told_QM, 0.3 + rounding_QM, noise_QM], dim=-1), torch.ones(400))]).tolist()
    assert first > 0.5
    assert second == 0
    assert abs(third) < 0.2


def told(rng: np.random.Generator, rows: int, *, both: bool) -> torch.Tensor:
    """Of two kinds of evidence the means: worn outfits have both, others lack one; or more of their sum, where a sum is all there is."""
    worn, alike, any_of = (rng.normal(0, 0.5, (rows, 2)) for _ in range(3))
    if both:
        lacking = np.eye(2)[rng.integers(0, 2, rows)]
        return torch.from_numpy(np.concatenate([worn, alike - 3 * lacking, any_of - 3 * (1 - lacking) - 3 * lacking])).float()
    return torch.from_numpy(np.concatenate([worn + 0.3, alike - 0.3, any_of - 0.3])).float()


@pytest.mark.parametrize("both", [True, False])
def test_bends_are_heard_where_they_clearly_help(*, both: bool) -> None:
    """Where outfits must have both, a sum is not enough; where a sum is all, bends would learn noise."""
    rng, judging = np.random.default_rng(0), Judging(outfits=200, rows=400)
    means = told(rng, 400, both=both)
    assert judging.clearly_better(torch.cat([means, means.square()], dim=1), means) == both
    assert not judging.clearly_better(means, means)


def test_weights_without_some_outfits_know_nothing_of_them() -> None:
    """What only the first of five outfits says is worth something with it, and nothing without it."""
    rng, judging = np.random.default_rng(0), Judging(outfits=5, rows=100)
    heard = torch.from_numpy(rng.normal(0, 0.1, (300, 2)) + np.repeat([[1.0], [-1.0], [-1.0]], 100, axis=0) * [[1.0, 0.0]]).float()
    heard[:, 1] = 0
    heard[:100:5, 1] = 3.0
    assert judging.weights(heard)[1] > 0.05
    assert judging.weights(heard, without_K=[0])[1] == pytest.approx(0, abs=1e-3)
