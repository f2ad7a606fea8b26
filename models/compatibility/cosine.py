"""The untrained model: cosine of the encoder's features. A release serves it before there are any outfits.

An item near the mean of its category is near everything, and would complete every outfit (a hub; Radovanović et al., 2010). So an item is
compared by what it has beyond that mean, which leaves no item near everything (centering; Suzuki et al., 2013): a red bag goes with a red
dress because it is redder than bags are. ``benchmarks/looks.md`` says what that is worth.

Shape legend: see ``models.compatibility.base``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional as F

from models.compatibility.base import CompatibilityModel, ItemInputs, OutfitBatch

_SHRUNK: Final = 10.0
"""Items of the whole catalogue that count for the mean of a category, beside its own."""
_SHORTEST: Final = 0.1
"""The length of what an item has beyond the mean, below which it is too little to be all that it is compared by."""
_AT_ONCE: Final = 16_384


class CosineModel(CompatibilityModel):
    """Embedding = features of unit length; query = mean of the outfit; score = mean pairwise cosine.

    Args:
        blocks: sizes of the blocks of features whose means are taken off; none takes off nothing. categories: how many have a mean.
    """

    mean_CF: Tensor

    def __init__(self, feature_size: int, blocks: Sequence[int] = (), categories: int = 0) -> None:
        super().__init__()
        self.embedding_size, self._blocks = feature_size, [*blocks]
        self.register_buffer("place", torch.empty(0), persistent=False)  # it has no weights, and yet a device
        if blocks:
            self.register_buffer("mean_CF", torch.zeros(categories + 1, feature_size))

    def embed(self, items: ItemInputs) -> Tensor:
        if not self._blocks:
            return F.normalize(items.features_NF, dim=-1)
        parts = zip(self._parts(items.features_NF), self.mean_CF[items.category_N].split(self._blocks, dim=1), strict=True)
        beyond_NF = torch.cat([block - mean * block.any(dim=1, keepdim=True) for block, mean in parts], dim=1)
        length_N1: Tensor = beyond_NF.norm(dim=1, keepdim=True)
        return beyond_NF / length_N1.clamp(min=_SHORTEST)

    def fit(self, features_NF: NDArray[np.floating], category_N: Tensor) -> CosineModel:
        """Take the means of a catalogue, over the items that have each block; returns itself."""
        sum_CF = torch.zeros(self.mean_CF.shape, dtype=torch.float64)
        count_CB = torch.zeros(len(sum_CF), len(self._blocks), dtype=torch.float64)
        for at in range(0, len(features_NF), _AT_ONCE):
            some_N = category_N[at : at + _AT_ONCE]
            blocks = self._parts(torch.from_numpy(features_NF[at : at + _AT_ONCE].astype(np.float64)))
            sum_CF.index_add_(0, some_N, torch.cat(blocks, dim=1))
            count_CB.index_add_(0, some_N, torch.stack([block.any(dim=1) for block in blocks], dim=1).double())
        count_CF = count_CB.repeat_interleave(torch.tensor(self._blocks), dim=1)
        mean_F = sum_CF.sum(0) / count_CF.sum(0).clamp(min=1)
        self.mean_CF.copy_((sum_CF + _SHRUNK * mean_F) / (count_CF + _SHRUNK))
        return self

    def _parts(self, features_NF: Tensor) -> list[Tensor]:
        """Each block, of unit length where an item has it."""
        return [F.normalize(block, dim=1) for block in features_NF.split(self._blocks, dim=1)]

    def query(self, context: OutfitBatch, target_B: Tensor) -> Tensor:
        mask_BI1 = context.mask_BI[..., None]
        return (context.items_BID * mask_BI1).sum(1) / mask_BI1.sum(1).clamp(min=1)

    def score(self, outfits: OutfitBatch) -> Tensor:
        mask = outfits.mask_BI.float()
        similarity_BII = outfits.items_BID @ outfits.items_BID.transpose(1, 2)
        pairs_BII = mask[:, :, None] * mask[:, None, :] * (1 - torch.eye(mask.shape[1], device=mask.device))
        return (similarity_BII * pairs_BII).sum((1, 2)) / pairs_BII.sum((1, 2)).clamp(min=1)
