"""The untrained model: cosine of the encoder's features. A release serves it before there are any outfits."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from models.compatibility.base import CompatibilityModel, ItemInputs, OutfitBatch


class CosineModel(CompatibilityModel):
    """Embedding = features of unit length; query = mean of the outfit; score = mean pairwise cosine."""

    def __init__(self, feature_size: int) -> None:
        super().__init__()
        self.embedding_size = feature_size
        self.register_buffer("place", torch.empty(0), persistent=False)  # it has no weights, and yet a device

    def embed(self, items: ItemInputs) -> Tensor:
        return F.normalize(items.features_NF, dim=-1)

    def query(self, context: OutfitBatch, target_B: Tensor) -> Tensor:  # noqa: ARG002 - a cosine does not depend on the slot
        mask_BI1 = context.mask_BI[..., None]
        return (context.items_BID * mask_BI1).sum(1) / mask_BI1.sum(1).clamp(min=1)

    def score(self, outfits: OutfitBatch) -> Tensor:
        mask = outfits.mask_BI.float()
        similarity_BII = outfits.items_BID @ outfits.items_BID.transpose(1, 2)
        pairs_BII = mask[:, :, None] * mask[:, None, :] * (1 - torch.eye(mask.shape[1], device=mask.device))
        return (similarity_BII * pairs_BII).sum((1, 2)) / pairs_BII.sum((1, 2)).clamp(min=1)
