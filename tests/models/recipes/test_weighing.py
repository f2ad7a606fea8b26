"""What members and terms are worth, by questions whose right candidate is the first."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.compatibility.base import ItemInputs
from models.compatibility.build import build_model
from models.compatibility.ensemble import Ensemble
from models.compatibility.pair_memory import ITEM, TYPE, remember
from models.recipes.attire.weighing import Judging, _regression, weigh
from models.training.worn import WornOutfits


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


def test_where_nothing_tells_what_was_worn_together_and_often_counts_all_the_same() -> None:
    """A shop of few outfits: of two shoes alike the one that was worn with these trousers, then the one that was worn more."""
    rows = torch.tensor([[0, 4], [0, 4], [1, 5], [2, 5], [3, 5]])
    inputs = ItemInputs(
        torch.ones(8, 3), torch.arange(8) // 4, torch.zeros(8, 1, dtype=torch.long), torch.arange(1, 9), torch.zeros(8, dtype=torch.long)
    )
    mask, weight = torch.ones_like(rows, dtype=torch.bool), torch.ones(rows.shape)
    memory = remember(inputs, rows, mask, weight, attributes=torch.tensor([-1]), levels=[ITEM, TYPE], categories=2)
    member = build_model(
        "pair_masks", {"categories": 2, "words": 0, "residuals": 8, "feature_size": 3, "products": 0, "embedding_size": 8, "hidden": 8}
    )
    model = Ensemble([member], memory, categories=2, residuals=8).eval()
    outfits = WornOutfits(rows, mask, weight)
    weigh(model, inputs, outfits, outfits, seed=0)
    assert float(model.term_weight.sum()) > 0
    assert torch.equal(model.judge_weight[2:], model.term_weight)
    assert model.popularity[6] > model.popularity[5] > model.popularity[7] == 0
