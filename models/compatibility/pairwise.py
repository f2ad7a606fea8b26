"""Models that score an outfit by its pairs: its items should lie near each other in the space of their pair of categories.

Let f be an item's general features, w = relu(mask) of the pair of categories (all ones without pair spaces), and x the outfit's items.

*Without unit length in the pair's space*, squared distances add up to something linear in the candidate c:

    - Σ |w_x ∘ (f_x - f_c)|² = [2 Σ w_x² ∘ f_x, - Σ w_x², - Σ |w_x ∘ f_x|²] · [f_c, f_c², 1]

so one inner product with the embedding [f, f², 1] ranks a slot exactly as scoring every candidate would (``LinearPairs``). Without pair
spaces, |f|² takes the place of f². *With unit length* each term is divided by |w_x ∘ f_c|, which differs between the categories of the
outfit; and distances that are not squared are not linear at all. For these (``Pairs``) the query is approximate and ``rank`` computes the
true distances. The query uses squared distances. With unit length, f is stored scaled so that |w ∘ f| = 1 for the root mean square w over
all spaces of its category, and the query assumes every |w_x ∘ f_c| = 1.

Shape legend: see ``models.compatibility.base``; E embedding size, D size of the general features.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from models.compatibility.base import CompatibilityModel, ItemInputs, OutfitBatch
from models.compatibility.category_heads import CategoryHeads
from models.compatibility.type_aware import TypeSpaces
from models.objectives.triplet import distance

Distance = Literal["euclidean", "squared"]


class Pairs(CompatibilityModel):
    """Scores by distances in the spaces of pairs; see the module's docstring.

    Args:
        reads: the parts of the features that are read, each ``(start, stop)``; an all-zero part is a missing modality and adds nothing.
        size: D.
        hidden: width of a layer before the general features; 0: no such layer.
        heads: one last layer per ``category``, or one ``shared`` by all.
        pair_spaces: whether each pair of categories has its own space. learned: whether the masks of these spaces are trained.
        unit: whether distances are taken between vectors of unit length.
        distance: which distance ``score`` and ``rank`` sum over pairs; training chooses its own.
    """

    def __init__(
        self,
        *,
        reads: Sequence[tuple[int, int]],
        categories: int,
        size: int = 64,
        hidden: int = 256,
        dropout: float = 0.1,
        heads: Literal["category", "shared"] = "shared",
        pair_spaces: bool = False,
        learned: bool = True,
        unit: bool = True,
        distance: Distance = "squared",
    ) -> None:
        super().__init__()
        self.reads, self.unit, self.squared = [tuple(part) for part in reads], unit, distance == "squared"
        width = sum(stop - start for start, stop in self.reads)
        self.body = nn.Sequential(nn.Linear(width, hidden), nn.GELU(), nn.Dropout(dropout)) if hidden else nn.Identity()
        self.head = CategoryHeads(hidden or width, size, categories if heads == "category" else 0)
        self.own_heads = heads == "category"
        self.spaces = TypeSpaces(categories, size, learned=learned) if pair_spaces else None
        self.size = size
        self.bent = pair_spaces and unit  # its length differs from space to space, so the sum is not linear
        self.embedding_size = size if self.bent else 2 * size + 1 if pair_spaces else size + 2

    def general(self, features_NF: Tensor, category_N: Tensor) -> Tensor:
        """General features f of each item, ``(N, D)``; of unit length if ``unit`` and there are no pair spaces."""
        parts = [features_NF[:, start:stop] * (stop - start) ** 0.5 for start, stop in self.reads]
        own_N = category_N if self.own_heads else torch.zeros_like(category_N)
        general_ND = self.head(self.body(torch.cat(parts, dim=1)), own_N)
        return F.normalize(general_ND, dim=-1) if self.unit and self.spaces is None else general_ND

    def within(self, general_ND: Tensor, category_N: Tensor, other_N: Tensor) -> Tensor:
        """General features in the space of their category and another one, of any leading shape, ``(…, D)``."""
        if self.spaces is None:
            return general_ND
        masked_ND = general_ND * self.spaces(category_N, other_N)
        return F.normalize(masked_ND, dim=-1) if self.unit else masked_ND

    def share_with_unseen(self, seen_C: Tensor, seen_P: Tensor | None) -> None:
        """After training: set unseen categories and unseen pairs of categories to the mean of the seen ones."""
        if self.own_heads:
            self.head.share(seen_C)
        if self.spaces and seen_P is not None:
            self.spaces.share(seen_P)

    def embed(self, items: ItemInputs) -> Tensor:
        general_ND = self.general(items.features_NF, items.category_N)
        if not self.bent or self.spaces is None:
            squares_ND = general_ND.square()
            squares_ND = squares_ND if self.spaces else squares_ND.sum(-1, keepdim=True)
            return torch.cat([general_ND, squares_ND, torch.ones_like(general_ND[:, :1])], dim=1)
        all_C = torch.arange(self.spaces.categories + 1, device=items.category_N.device)
        usual_CD = self.spaces(all_C[:, None], all_C).square().mean(0).sqrt()
        return general_ND / (general_ND * usual_CD[items.category_N]).norm(dim=-1, keepdim=True).clamp(min=1e-6)  # type: ignore[no-any-return]

    def query(self, context: OutfitBatch, target_B: Tensor) -> Tensor:
        general_BID = context.items_BID[..., : self.size]
        mask_BI1 = context.mask_BI[..., None].to(general_BID.dtype)
        share_BI1 = mask_BI1 / mask_BI1.sum(1, keepdim=True).clamp(min=1)
        other_BI = target_B[:, None].expand_as(context.category_BI)
        within_BID = self.within(general_BID, context.category_BI, other_BI)
        space_BID = self.spaces(context.category_BI, other_BI) if self.spaces else torch.ones_like(within_BID)
        toward_BD = 2 * (within_BID * space_BID * share_BI1).sum(1)
        if self.bent:
            return toward_BD
        squares_BD = (space_BID.square() * share_BI1).sum(1)
        apart_BD = squares_BD if self.spaces else squares_BD[:, :1]
        own_B1 = (within_BID.square().sum(-1, keepdim=True) * share_BI1).sum(1)
        return torch.cat([toward_BD, -apart_BD, -own_B1], dim=1)

    def score(self, outfits: OutfitBatch) -> Tensor:
        """Minus the mean distance of all pairs; 0 for one item or none."""
        total_B = count_B = outfits.items_BID.new_zeros(len(outfits.items_BID))
        for item in range(1, outfits.items_BID.shape[1]):
            both_BJ = outfits.mask_BI[:, :item] & outfits.mask_BI[:, item, None]
            earlier = OutfitBatch(outfits.items_BID[:, :item], outfits.category_BI[:, :item], both_BJ)
            apart_BJ = self._apart(earlier, outfits.items_BID[:, item, None], outfits.category_BI[:, item, None])
            total_B, count_B = total_B + apart_BJ.sum(1), count_B + both_BJ.sum(1)
        return -total_B / count_B.clamp(min=1)

    def rank(
        self,
        context: OutfitBatch,
        candidates_BMD: Tensor,
        category_BM: Tensor,
        query_BD: Tensor | None = None,
    ) -> Tensor:
        """Minus the mean distance of each candidate to the context's items, ``(B, M)``."""
        total_BM = candidates_BMD.new_zeros(candidates_BMD.shape[:2])
        for item in range(context.items_BID.shape[1]):
            there_BM = context.mask_BI[:, item, None].expand_as(category_BM)
            candidates = OutfitBatch(candidates_BMD, category_BM, there_BM)
            total_BM = total_BM + self._apart(candidates, context.items_BID[:, item, None], context.category_BI[:, item, None])
        return -total_BM / context.mask_BI.sum(1, keepdim=True).clamp(min=1)

    def _apart(self, items: OutfitBatch, other_B1D: Tensor, category_B1: Tensor) -> Tensor:
        """Distance of each item to the one other item of its row, ``(B, I)``; 0 where there is no item."""
        category_BI = category_B1.expand_as(items.category_BI)
        own_BID = self.within(items.items_BID[..., : self.size], items.category_BI, category_BI)
        other_BID = self.within(other_B1D[..., : self.size].expand_as(own_BID), category_BI, items.category_BI)
        apart_BI = (own_BID - other_BID).square().sum(-1) if self.squared else distance(own_BID, other_BID)
        return apart_BI * items.mask_BI


class LinearPairs(Pairs):
    """Pairs for which the query's inner product is the exact ranking."""

    rank = CompatibilityModel.rank


def pairwise_model(**config: Any) -> Pairs:  # noqa: ANN401 - the arguments of Pairs
    """``LinearPairs`` where the algebra allows it, else ``Pairs``; see their arguments."""
    bent = config.get("pair_spaces", False) and config.get("unit", True)
    return LinearPairs(**config) if config.get("distance", "squared") == "squared" and not bent else Pairs(**config)
