"""Scoring an outfit by completing it: each of its items is asked for, given the others (a pseudo-likelihood).

Shape legend: see ``models.compatibility.base``; Q items of all outfits together.
"""

from __future__ import annotations

import torch
from torch import Tensor

from models.compatibility.base import CompatibilityModel, OutfitBatch


def leave_one_out(outfits: OutfitBatch) -> OutfitBatch:
    """Each outfit once per item it has, without that item: Q contexts padded to I - 1, in the order of ``outfits.mask_BI``'s items."""
    size = outfits.mask_BI.shape[1]
    outfit_Q, item_Q = outfits.mask_BI.nonzero(as_tuple=True)
    places_J = torch.arange(size - 1, device=item_Q.device)
    return outfits.take((outfit_Q[:, None], places_J + (places_J >= item_Q[:, None])))


def mean_completion(model: CompatibilityModel, outfits: OutfitBatch) -> Tensor:
    """How well each item of an outfit completes the others, on average, ``(B,)``; 0 for an empty one."""
    present_BI, category_Q = outfits.mask_BI, outfits.category_BI[outfits.mask_BI]
    if not len(category_Q):
        return outfits.items_BID.new_zeros(len(present_BI))
    fits_Q = model.rank(leave_one_out(outfits), outfits.items_BID[present_BI][:, None], category_Q[:, None])[:, 0]
    fits_BI = fits_Q.new_zeros(present_BI.shape).masked_scatter(present_BI, fits_Q)
    return fits_BI.sum(1) / present_BI.sum(1).clamp(min=1)
