"""One space per pair of categories (Vasileva et al., ECCV 2018, section 3.1).

Shape legend: see ``models.compatibility.base``; P unordered pairs of the C + 1 categories, each with itself too.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

_MEAN: Final = 0.9
_SPREAD: Final = 0.7


class TypeSpaces(nn.Module):
    """One mask per unordered pair of categories, drawn from N(0.9, 0.7): the general features of both are multiplied by relu(mask).

    relu applies in training and in use; the reference code leaves it out when it embeds for a test.

    Args:
        learned: whether the masks are trained; otherwise they stay as drawn (after Veit et al., CVPR 2017).
    """

    def __init__(self, categories: int, embedding_size: int, *, learned: bool = True) -> None:
        super().__init__()
        self.categories = categories
        count = (categories + 1) * (categories + 2) // 2
        self.mask = nn.Parameter(torch.randn(count, embedding_size) * _SPREAD + _MEAN, requires_grad=learned)

    def forward(self, first: Tensor, second: Tensor) -> Tensor:
        """relu(mask) of pairs of category indices, of any shape, ``(…, D)``; the order of the two has no meaning."""
        return F.relu(self.mask[self.place(first, second)])

    def place(self, first: Tensor, second: Tensor) -> Tensor:
        """The row of each pair's mask."""
        low, high = torch.minimum(first, second), torch.maximum(first, second)
        return low * (self.categories + 1) - low * (low - 1) // 2 + high - low

    @torch.no_grad()
    def share(self, seen_P: Tensor) -> None:
        """Set the mask of every unseen pair to the mean of the seen ones."""
        if seen_P.any():
            self.mask[~seen_P] = F.relu(self.mask[seen_P]).mean(0)


def pair_names(categories: Sequence[str]) -> list[str]:
    """The pair of each row of the masks, as two names separated by a newline; the empty name is a category never seen."""
    names = [*categories, ""]
    return [f"{names[low]}\n{names[high]}" for low in range(len(names)) for high in range(low, len(names))]
