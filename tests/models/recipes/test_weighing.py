"""What members and terms are worth, by questions whose right candidate is the first."""

from __future__ import annotations

import torch

from models.recipes.attire.weighing import _regression


def test_what_is_always_the_same_counts_nothing() -> None:
    """However its rounding errors fall: a weight in the millions would make them a score."""
    generator = torch.Generator().manual_seed(0)
    told_QM = torch.randn(400, 4, generator=generator)
    told_QM[:, 0] += 1.0
    rounding_QM = 1e-7 * told_QM
    noise_QM = torch.randn(400, 4, generator=generator)
    first, second, third = _regression([torch.stack([told_QM, 0.3 + rounding_QM, noise_QM], dim=-1)]).tolist()
    assert first > 0.5
    assert second == 0
    assert abs(third) < 0.2
