"""The item tower: features, category and words of an item -> its embedding.

Shape legend: see ``models.compatibility.base``; H hidden size.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.compatibility.base import ItemInputs


class ItemTower(nn.Module):
    """One projection per block of features, with a learned token where the block is missing, plus category and words, through a small MLP.

    A per-item residual is added for items the training saw often enough; in training it is dropped at random, so that an item
    without one loses nothing.

    Args:
        blocks: sizes of the feature blocks.
        categories: C; index C stands for a category never seen.
        words: size of the vocabulary; 0 is padding.
        residuals: items with a residual; 0 is none.
        drop_block, drop_words, drop_residual: chance of hiding a block, all words, or the residual of an item in training.
    """

    def __init__(
        self,
        *,
        blocks: Sequence[int],
        categories: int,
        words: int,
        residuals: int,
        embedding_size: int,
        hidden: int = 256,
        dropout: float = 0.1,
        drop_block: float = 0.1,
        drop_words: float = 0.2,
        drop_residual: float = 0.5,
    ) -> None:
        super().__init__()
        self.blocks = list(blocks)
        self.projections = nn.ModuleList(nn.Linear(size, hidden) for size in blocks)
        self.missing = nn.Parameter(torch.zeros(len(blocks), hidden))
        self.category = nn.Embedding(categories + 1, hidden)
        self.words = nn.EmbeddingBag(words + 1, hidden, mode="mean", padding_idx=0)
        self.wordless = nn.Parameter(torch.zeros(hidden))
        self.mlp = nn.Sequential(
            nn.LayerNorm(hidden), nn.Linear(hidden, 2 * hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(2 * hidden, hidden)
        )
        self.head = nn.Sequential(nn.LayerNorm(hidden), nn.Linear(hidden, embedding_size))
        self.residual = nn.Embedding(residuals + 1, embedding_size, padding_idx=0)
        self.drop_block, self.drop_words, self.drop_residual = drop_block, drop_words, drop_residual
        nn.init.normal_(self.category.weight, std=0.1)
        nn.init.normal_(self.words.weight, std=0.1)
        nn.init.zeros_(self.residual.weight)

    def forward(self, items: ItemInputs) -> Tensor:
        """``(N, D)``."""
        hidden_NH = self.category(items.category_N)
        for number, (part, project) in enumerate(zip(items.features_NF.split(self.blocks, dim=1), self.projections, strict=True)):
            present = part.abs().amax(1, keepdim=True) > 0
            present &= self._keep(present, self.drop_block)
            hidden_NH = hidden_NH + torch.where(present, project(part * part.shape[1] ** 0.5), self.missing[number])
        worded = (items.words_NL > 0).any(1, keepdim=True)
        worded &= self._keep(worded, self.drop_words)
        hidden_NH = hidden_NH + torch.where(worded, self.words(items.words_NL) * 4, self.wordless)
        hidden_NH = hidden_NH + self.mlp(hidden_NH)
        known = self._keep(items.residual_N[:, None] > 0, self.drop_residual)
        return self.head(hidden_NH) + F.embedding(items.residual_N, self.residual.weight, padding_idx=0) * known  # type: ignore[no-any-return]

    def _keep(self, like: Tensor, drop: float) -> Tensor:
        if not self.training or not drop:
            return torch.ones_like(like)
        return torch.rand(like.shape, device=like.device) >= drop
