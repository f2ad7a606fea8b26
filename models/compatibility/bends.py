"""What a judge of outfits can hear beside means of evidence: where they bend.

An outfit goes together if its categories do *and* its items do; a sum of means says *or*. So what categories tell counts less and less the
more usual they are; what any evidence tells may bend, within the range that the weights were fitted to, and turn with the number of items;
and one item that fits nothing is told apart from many that fit a little.

Shape legend: B outfits · I their items, padded · E kinds of evidence, the categories' last · J what the judge hears.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_BESIDE = 3
"""The worst item, the best, and the size."""


class Bends(nn.Module):
    """Hears evidence, and how it bends.

    Args:
        evidence: E.

    Attributes:
        range_2E: of the means that the judge's weights were fitted to.
    """

    def __init__(self, evidence: int) -> None:
        super().__init__()
        self.evidence = evidence
        self.range_2E: Tensor
        self.register_buffer("range_2E", torch.zeros(2, evidence))

    @property
    def heard(self) -> int:
        """J."""
        return 3 * self.evidence + _BESIDE + 1

    @staticmethod
    def beside(mean_BE: Tensor, fit_BI: Tensor, present_BI: Tensor) -> Tensor:
        """The means, and beside them how well the worst and the best item fit, and the logarithm of the number of pairs, ``(B, E + 3)``."""
        nobody_B = ~present_BI.any(1)
        worst_B = fit_BI.masked_fill(~present_BI, torch.inf).amin(1).masked_fill(nobody_B, 0.0)
        best_B = fit_BI.masked_fill(~present_BI, -torch.inf).amax(1).masked_fill(nobody_B, 0.0)
        size_B = (present_BI.sum(1).clamp(min=1) / 2).log().to(mean_BE)
        return torch.cat([mean_BE, torch.stack([worst_B, best_B, size_B], dim=1)], dim=1)

    def forward(self, told: Tensor) -> Tensor:
        """All of it and how it bends, ``(B, J)``, from what ``beside`` tells."""
        mean_BE, size_B1 = told[:, : self.evidence], told[:, -1:]
        unusual_B1 = F.softplus(-1 - 2 * mean_BE[:, -1:])
        low_E, high_E = self.range_2E
        return torch.cat([told, unusual_B1, mean_BE.clamp(low_E, high_E).square(), mean_BE * size_B1], dim=1)
