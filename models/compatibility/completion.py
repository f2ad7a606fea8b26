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


def same_contexts(outfits: OutfitBatch, *told: Tensor) -> Tensor:
    """Of each of ``leave_one_out``'s contexts the first one that holds the same, ``(Q,)``, as far as that is told at a glance.

    Told are those of outfits one after the other that differ in nothing but the item at one place: one outfit, completed by several items.

    Args:
        told: what tells the items apart, ``(B, I)`` or ``(B, I, K)`` each.
    """
    present_BI = outfits.mask_BI
    if not len(present_BI):
        return present_BI.new_zeros(0, dtype=torch.long)
    both_BI, alike_BI = present_BI[1:] & present_BI[:-1], present_BI[1:] == present_BI[:-1]
    for part in told:
        same = part[1:] == part[:-1]
        alike_BI = alike_BI & ((same.all(-1) if same.ndim > 2 else same) | ~both_BI)  # noqa: PLR2004 - it has a K
    others_BI = (alike_BI.sum(1, keepdim=True) - alike_BI.long()) == present_BI.shape[1] - 1
    follows_BI = torch.cat([torch.zeros_like(present_BI[:1]), others_BI & both_BI])
    outfit_BI = torch.arange(len(present_BI), device=present_BI.device)[:, None].expand_as(present_BI)
    first_BI = outfit_BI.masked_fill(follows_BI, 0).cummax(0).values
    place_BI = (present_BI.flatten().cumsum(0) - 1).view_as(outfit_BI)
    return place_BI.gather(0, first_BI)[present_BI]


def mean_completion(model: CompatibilityModel, outfits: OutfitBatch) -> Tensor:
    """How well each item of an outfit completes the others, on average, ``(B,)``; 0 for an empty one."""
    present_BI, category_Q = outfits.mask_BI, outfits.category_BI[outfits.mask_BI]
    if not len(category_Q):
        return outfits.items_BID.new_zeros(len(present_BI))
    fits_Q = model.rank(leave_one_out(outfits), outfits.items_BID[present_BI][:, None], category_Q[:, None])[:, 0]
    fits_BI = fits_Q.new_zeros(present_BI.shape).masked_scatter(present_BI, fits_Q)
    return fits_BI.sum(1) / present_BI.sum(1).clamp(min=1)
