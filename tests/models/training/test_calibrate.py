"""From scores to probabilities."""

from __future__ import annotations

import numpy as np
import torch

from models.bundle import Calibration
from models.training.calibrate import calibrate, random_outfits


def test_scores_that_are_log_odds_keep_their_meaning() -> None:
    """Where score s means sigmoid(s), the fit is slope 1 and intercept 0."""
    rng = np.random.default_rng(0)
    scores = rng.normal(0, 2, 40_000).astype(np.float32)
    worn = rng.random(len(scores)) < 1 / (1 + np.exp(-scores))
    fitted = calibrate(scores[worn], scores[~worn])
    assert abs(fitted.slope - 1) < 0.05
    assert abs(fitted.intercept) < 0.05


def test_too_little_or_too_strange_is_left_as_it_is() -> None:
    """Few outfits, or random ones that score higher."""
    low, high = np.zeros(50, dtype=np.float32), np.ones(50, dtype=np.float32)
    assert calibrate(high[:5], low[:5]) == Calibration()
    assert calibrate(low, high) == Calibration()


def test_random_outfits_are_of_the_same_categories() -> None:
    """Every item is replaced by one of the pool; where the pool has none of its category, it stays; padding stays."""
    category = torch.tensor([0, 0, 0, 1, 1, 2])
    rows, mask = torch.tensor([[0, 3], [5, 0]]).repeat(50, 1), torch.tensor([[True, True], [True, False]]).repeat(50, 1)
    drawn = random_outfits(rows, mask, category, torch.tensor([1, 2, 4]), torch.Generator().manual_seed(0))
    assert set(drawn[::2, 0].tolist()) == {1, 2}
    assert set(drawn[::2, 1].tolist()) == {4}
    assert drawn[1::2].tolist() == rows[1::2].tolist()
