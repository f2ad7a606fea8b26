"""The item tower: maps an item's features, category and words to its embedding.

Shape legend: see ``models.compatibility.base``; H hidden size.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor, nn

from models.compatibility.base import ItemInputs


class ItemTower(nn.Module):
    """One projection per block of features, with a learned token where the block is missing, plus category and words, through a small MLP.

    Args:
        blocks: sizes of the feature blocks.
        categories: C; index C stands for a category never seen.
        words: size of the vocabulary; 0 is padding.
        drop_block, drop_words, drop_word: chance of hiding a block, all words, or any one word of an item in training.
    """

    def __init__(
        self,
        *,
        blocks: Sequence[int],
        categories: int,
        words: int,
        embedding_size: int,
        hidden: int = 256,
        dropout: float = 0.1,
        drop_block: float = 0.1,
        drop_words: float = 0.2,
        drop_word: float = 0.0,
    ) -> None:
        super().__init__()
        self.blocks = list(blocks)
        self.projections = nn.ModuleList(nn.Linear(size, hidden) for size in blocks)
        self.missing = nn.Parameter(torch.zeros(len(blocks), hidden))
        self.category = nn.Embedding(categories + 1, hidden)
        self.words = nn.EmbeddingBag(words + 1, hidden, mode="sum", padding_idx=0)
        self.wordless = nn.Parameter(torch.zeros(hidden))
        self.mlp = nn.Sequential(
            nn.LayerNorm(hidden), nn.Linear(hidden, 2 * hidden), nn.GELU(), nn.Dropout(dropout), nn.Linear(2 * hidden, hidden)
        )
        self.head = nn.Sequential(nn.LayerNorm(hidden), nn.Linear(hidden, embedding_size))
        self.drop_block, self.drop_words, self.drop_word = drop_block, drop_words, drop_word
        nn.init.normal_(self.category.weight, std=0.1)
        nn.init.normal_(self.words.weight, std=0.1)

    def forward(self, items: ItemInputs) -> Tensor:
        """``(N, D)``."""
        return self.head(self.hidden(items))  # type: ignore[no-any-return]

    def hidden(self, items: ItemInputs) -> Tensor:
        """Hidden state of each item, before the head makes it an embedding, ``(N, H)``."""
        hidden_NH = self.category(items.category_N)
        for number, (part, project) in enumerate(zip(items.features_NF.split(self.blocks, dim=1), self.projections, strict=True)):
            present = part.abs().amax(1, keepdim=True) > 0
            present &= self._keep(present, self.drop_block)
            hidden_NH = hidden_NH + torch.where(present, project(part * part.shape[1] ** 0.5), self.missing[number])
        words_NL = items.words_NL * self._keep(items.words_NL, self.drop_word)
        worded = (words_NL > 0).any(1, keepdim=True)
        worded &= self._keep(worded, self.drop_words)
        hidden_NH = hidden_NH + torch.where(worded, self.words(words_NL), self.wordless)
        return hidden_NH + self.mlp(hidden_NH)  # type: ignore[no-any-return]

    def word_logits(self, items: ItemInputs, unread: Sequence[int], most: int) -> Tensor:
        """Logits of the ``most`` frequent words of each item, predicted from everything but its words, ``(N, most)``.

        Args:
            unread: numbers of the feature blocks that encode text; they are hidden too.
        """
        parts = list(items.features_NF.split(self.blocks, dim=1))
        for number in unread:
            parts[number] = torch.zeros_like(parts[number])
        wordless = replace(items, features_NF=torch.cat(parts, dim=1), words_NL=torch.zeros_like(items.words_NL[:, :1]))
        return self.hidden(wordless) @ self.words.weight[1 : most + 1].T

    def _keep(self, like: Tensor, drop: float) -> Tensor:
        if not self.training or not drop:
            return torch.ones_like(like, dtype=torch.bool)
        return torch.rand(like.shape, device=like.device) >= drop
