"""Compatibility from few labelled outfits and many unlabelled items.

Source: Revanur, Kumar, Sharma, RecSys 2021 (arXiv 2109.08052): L = L_l + 0.1 L_ss + 1.0 L_pseudo, margin 0.4.

Shape legend: T triplets · U unlabelled items · D embedding size.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from models.objectives.triplet import distance, triplet


def self_supervised(item_UD: Tensor, reshaped_UD: Tensor, recoloured_UD: Tensor, margin: float) -> Tensor:
    """L_ss: an item is nearer to its reshaped picture than to its recoloured one, since colour decides more than shape.

    max(0, d(u, reshaped) - d(u, recoloured) + m), mean over the unlabelled items.
    """
    return triplet(distance(item_UD, reshaped_UD), distance(item_UD, recoloured_UD), margin).mean()


@dataclass(frozen=True, eq=False)
class Unlabelled:
    """The unlabelled items of a batch: embeddings ``(U, D)``, categories and catalogue rows ``(U,)``."""

    embedded_UD: Tensor
    category_U: Tensor
    row_U: Tensor

    @torch.no_grad()
    def nearest(self, embedded_TD: Tensor, category_T: Tensor, row_T: Tensor) -> Tensor:
        """Position of the nearest other item of the same category for each item, ``(T,)``; -1 where the batch has none.

        Ties go to the first. No gradient flows through the search.
        """
        if not len(self.row_U):
            return torch.full_like(row_T, -1)
        apart_TU = torch.cdist(embedded_TD, self.embedded_UD)
        barred_TU = (category_T[:, None] != self.category_U) | (row_T[:, None] == self.row_U)
        nearest_T = apart_TU.masked_fill(barred_TU, torch.inf).min(dim=1)
        return nearest_T.indices.masked_fill(nearest_T.values.isinf(), -1)


def pseudo_labelled(embedded_3TD: Tensor, category_3T: Tensor, row_3T: Tensor, unlabelled: Unlabelled, margin: float) -> Tensor:
    """L_pseudo: the labelled loss on the unlabelled items nearest to anchor, positive and negative, mean over the triplets with all three.

    Gradients reach the unlabelled neighbours only, not the labelled items that they were searched for.
    """
    nearest_3T = torch.stack(
        [unlabelled.nearest(*role) for role in zip(embedded_3TD, category_3T, row_3T, strict=True)]
    )  # -1: the batch has none of that category
    found_T = (nearest_3T >= 0).all(0)
    anchor_TD, positive_TD, negative_TD = unlabelled.embedded_UD[nearest_3T[:, found_T]]
    losses_T = triplet(distance(anchor_TD, positive_TD), distance(anchor_TD, negative_TD), margin)
    return losses_T.sum() / found_T.sum().clamp(min=1)
