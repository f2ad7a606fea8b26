"""The model of ``outfit-vector``: one projection of each slot's features, and the mean cosine over all pairs of slots.

After What2Wear [V], for any number of slots instead of three. *Shared space*: the sum over pairs is linear in a candidate's unit vector, so
one query per slot retrieves exactly what exhaustive scoring would. *A space per pair of slots* (a named next step) [R]: each of the two
categories has its own map into the space of the pair, so items that go together need not look alike. The score then depends on a
candidate's length in each space: the query assumes the mean length of the category, and ``rank`` is exact.
[V] read in the authors' code · [R] our reconstruction.

Shape legend: see ``models.compatibility.base``; C + 1 categories, the last one for those never seen.
"""

from __future__ import annotations

import math
from typing import Final

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.compatibility.base import CompatibilityModel, ItemInputs, OutfitBatch
from models.compatibility.groups import by_group
from models.errors import refuse

_MOST_PAIRED: Final = 64


class SharedSpace(CompatibilityModel):
    """All slots in one space.

    Args:
        feature_size: how many features are read, from the first on.
        temperature: τ at the start; it is learned.
    """

    def __init__(self, *, feature_size: int, embedding_size: int = 128, temperature: float = 0.07) -> None:
        super().__init__()
        self.embedding_size, self.feature_size = embedding_size, feature_size
        self.project = nn.Linear(feature_size, embedding_size, bias=False)
        self.log_scale = nn.Parameter(torch.tensor(-math.log(temperature)))

    @property
    def scale(self) -> Tensor:
        """1/τ, at most 100."""
        return self.log_scale.exp().clamp(max=100)

    def embed(self, items: ItemInputs) -> Tensor:
        return F.normalize(self.project(items.features_NF[:, : self.feature_size]), dim=-1)

    def score(self, outfits: OutfitBatch) -> Tensor:
        items_ND, mask_BI = outfits.items_BID.flatten(0, 1), outfits.mask_BI
        place_BI = torch.arange(mask_BI.numel(), device=mask_BI.device).reshape(mask_BI.shape)
        return self.scale * self.similarity(items_ND, outfits.category_BI.flatten(), place_BI, mask_BI)

    def similarity(self, items_ND: Tensor, category_N: Tensor, place_BI: Tensor, mask_BI: Tensor) -> Tensor:
        """Mean cosine over the pairs of each outfit, ``(B,)``, 0 without pairs; ``place_BI`` are positions in ``items_ND``."""
        pair_2P = torch.triu_indices(mask_BI.shape[1], mask_BI.shape[1], 1, device=mask_BI.device)
        both_BP = mask_BI[:, pair_2P].all(1)
        return (self.cosines(items_ND, category_N, place_BI, pair_2P) * both_BP).sum(1) / both_BP.sum(1).clamp(min=1)

    def cosines(self, items_ND: Tensor, category_N: Tensor, place_BI: Tensor, pair_2P: Tensor) -> Tensor:
        """Cosine of the two items of each pair of slots, ``(B, P)``."""
        items_BID = items_ND[place_BI]
        return (items_BID @ items_BID.transpose(1, 2))[:, pair_2P[0], pair_2P[1]]

    def query(self, context: OutfitBatch, target_B: Tensor) -> Tensor:
        mask_BI1 = context.mask_BI[..., None]
        return self.scale * (context.items_BID * mask_BI1).sum(1) / mask_BI1.sum(1).clamp(min=1)

    def settle(self, embedded_ND: Tensor, category_N: Tensor) -> None:
        """After training: does nothing; a shared space keeps no statistics of the catalogue."""


class PairSpaces(SharedSpace):
    """A space per pair of slots.

    Args:
        categories: C.
    """

    length: Tensor

    def __init__(self, *, feature_size: int, categories: int, embedding_size: int = 128, temperature: float = 0.07) -> None:
        super().__init__(feature_size=feature_size, embedding_size=embedding_size, temperature=temperature)
        count = categories + 1
        maps = torch.eye(embedding_size) + torch.randn(count, count, embedding_size, embedding_size) * 0.1 / math.sqrt(embedding_size)
        self.maps = nn.Parameter(maps)  # [u, v]: maps items of u into the space of u and v
        self.register_buffer("length", torch.ones(count, count))

    def cosines(self, items_ND: Tensor, category_N: Tensor, place_BI: Tensor, pair_2P: Tensor) -> Tensor:
        there_C, kind_N = category_N.unique(return_inverse=True)
        wide = (len(category_N), len(there_C))
        towards_NCD = self.mapped(items_ND[:, None].expand(*wide, -1), category_N[:, None].expand(wide), there_C.expand(wide))
        place_B2P = place_BI[:, pair_2P]
        first_BPD, second_BPD = F.normalize(towards_NCD, dim=-1)[place_B2P, kind_N[place_B2P.flip(1)]].unbind(1)
        return (first_BPD * second_BPD).sum(-1)

    def mapped(self, vectors: Tensor, own: Tensor, other: Tensor, *, back: bool = False) -> Tensor:
        """Map vectors (…, D) of category ``own`` (…) into the space with category ``other`` (…); ``back`` applies the transposed map."""
        flat, pair = vectors.reshape(-1, self.embedding_size), (own * len(self.maps) + other).reshape(-1)
        maps = self.maps.flatten(0, 1).unbind()
        return by_group(flat, pair, lambda space, part: part @ (maps[space].T if back else maps[space])).reshape(vectors.shape)

    def query(self, context: OutfitBatch, target_B: Tensor) -> Tensor:
        target_BI = target_B[:, None].expand_as(context.category_BI)
        towards_BID = F.normalize(self.mapped(context.items_BID, context.category_BI, target_BI), dim=-1)
        usual_BI = self.length[target_BI, context.category_BI]
        query_BID = self.mapped(towards_BID, target_BI, context.category_BI, back=True) / usual_BI[..., None]
        query_BD = (query_BID * context.mask_BI[..., None]).sum(1)
        return self.scale * query_BD / context.mask_BI.sum(1, keepdim=True).clamp(min=1)

    def rank(
        self,
        context: OutfitBatch,
        candidates_BMD: Tensor,
        category_BM: Tensor,
        query_BD: Tensor | None = None,
    ) -> Tensor:
        """1/τ times the mean cosine with the context's items, ``(B, M)``: the same order as exhaustive scoring."""
        batch, size = context.category_BI.shape
        wide = (batch, category_BM.shape[1], size)
        target_BMI, source_BMI = category_BM[..., None].expand(wide), context.category_BI[:, None].expand(wide)
        worn_BMID = self.mapped(context.items_BID[:, None].expand(*wide, -1), source_BMI, target_BMI)
        placed_BMID = self.mapped(candidates_BMD[:, :, None].expand(*wide, -1), target_BMI, source_BMI)
        cosines_BMI = F.cosine_similarity(worn_BMID, placed_BMID, dim=-1) * context.mask_BI[:, None]
        return self.scale * cosines_BMI.sum(2) / context.mask_BI.sum(1)[:, None].clamp(min=1)

    @torch.no_grad()
    def settle(self, embedded_ND: Tensor, category_N: Tensor) -> None:
        """After training: measure the mean length of each category's items in each of its spaces."""
        for category in category_N.unique():
            placed_NCE = torch.einsum("nd,cde->nce", embedded_ND[category_N == category], self.maps[category])
            self.length[category] = placed_NCE.norm(dim=-1).mean(0).clamp(min=1e-6)


def outfit_vector(*, spaces: str, categories: int, **arguments: float) -> SharedSpace:
    """Build the model for ``spaces``: ``shared`` or ``pairs``.

    Raises:
        InputError: a space per pair of so many categories would not fit into memory.
    """
    if spaces == "pairs" and categories > _MOST_PAIRED:
        refuse(f"{categories} categories make too many pairs for a space each (at most {_MOST_PAIRED}); use spaces=shared", field="spaces")
    if spaces == "pairs":
        return PairSpaces(categories=categories, **arguments)  # type: ignore[arg-type]
    return SharedSpace(**arguments)  # type: ignore[arg-type]
