"""One linear layer per category (Revanur et al., RecSys 2021).

Shape legend: see ``models.compatibility.base``; H hidden size.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.compatibility.groups import by_group


class CategoryHeads(nn.Module):
    """φ: one fully connected layer per category, ``H -> D``; row C is for categories never seen."""

    def __init__(self, hidden: int, embedding_size: int, categories: int) -> None:
        super().__init__()
        bound = hidden**-0.5
        self.weight = nn.Parameter(torch.empty(categories + 1, embedding_size, hidden).uniform_(-bound, bound))
        self.bias = nn.Parameter(torch.zeros(categories + 1, embedding_size))

    def forward(self, hidden_NH: Tensor, category_N: Tensor) -> Tensor:
        """``(N, D)``, each item through the layer of its category."""
        weights, biases = self.weight.unbind(), self.bias.unbind()
        return by_group(hidden_NH, category_N, lambda category, rows_NH: F.linear(rows_NH, weights[category], biases[category]))

    @torch.no_grad()
    def share(self, seen_C: Tensor) -> None:
        """Set the layer of every unseen category to the mean of the seen ones."""
        if seen_C.any():
            for table in (self.weight, self.bias):
                table[~seen_C] = table[seen_C].mean(0)
