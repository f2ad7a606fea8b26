"""The average of several trainings of one model, which evens out random differences between them.

The members' embeddings are concatenated, and so are their queries, divided by the number of members: one inner product of both is the
mean of the members' inner products.

Shape legend: see ``models.compatibility.base``; D is the size of all members' embeddings together.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from models.compatibility.base import CompatibilityModel, ItemInputs, MadeOfMembers, OutfitBatch


class Average(MadeOfMembers):
    """Answers the mean of its members' answers.

    Args:
        members: models of one kind.
    """

    def __init__(self, members: Sequence[CompatibilityModel]) -> None:
        super().__init__()
        self.members = nn.ModuleList(members)
        self.sizes = [member.embedding_size for member in members]
        self.embedding_size = sum(self.sizes)

    def embed(self, items: ItemInputs) -> Tensor:
        return torch.cat([member.embed(items) for member in self.each()], dim=1)

    def query(self, context: OutfitBatch, target_B: Tensor) -> Tensor:
        parts = zip(self.each(), self._split(context), strict=True)
        return torch.cat([member.query(own, target_B) for member, own in parts], dim=1) / len(self.sizes)

    def score(self, outfits: OutfitBatch) -> Tensor:
        parts = zip(self.each(), self._split(outfits), strict=True)
        return torch.stack([member.score(own) for member, own in parts]).mean(0)

    def rank(
        self,
        context: OutfitBatch,
        candidates_BMD: Tensor,
        category_BM: Tensor,
        query_BD: Tensor | None = None,
    ) -> Tensor:
        parts = zip(self.each(), self._split(context), candidates_BMD.split(self.sizes, dim=-1), strict=True)
        return torch.stack([member.rank(own, candidates, category_BM) for member, own, candidates in parts]).mean(0)

    def _split(self, outfits: OutfitBatch) -> list[OutfitBatch]:
        """The part of the embeddings that each member made."""
        parts = outfits.items_BID.split(self.sizes, dim=-1)
        return [OutfitBatch(items_BID, outfits.category_BI, outfits.mask_BI) for items_BID in parts]
