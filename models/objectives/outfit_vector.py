"""Rank outfits above the same outfits with items replaced: the hinges of What2Wear, and what its authors name as next steps.

[V] read in the authors' code · [R] our reconstruction.

Shape legend: B outfits · R replaced versions of each.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def two_hinges(original_B: Tensor, replaced_B: Tensor, *, target: float = 1.0, threshold: float = 0.7) -> Tensor:
    """relu(1 - mean s(original)) + relu(0.7 - mean s(replaced)), s = cos/τ [V].

    Both terms raise scores, none separates them, and the means are taken before the hinge. Kept as published, as a baseline.
    """
    return F.relu(target - original_B.mean()) + F.relu(threshold - replaced_B.mean())


def graded_margin(original_B: Tensor, once_BR: Tensor, twice_BR: Tensor, margin: float) -> Tensor:
    """Hinges for original > ``once`` > ``twice``, each by ``margin`` of mean cosine; ``twice`` has one more item replaced [R]."""
    return F.relu(margin - (original_B[:, None] - once_BR)).mean() + F.relu(margin - (once_BR - twice_BR)).mean()
