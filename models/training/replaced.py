"""Outfits with items replaced or left out: negatives or views of a worn outfit.

Shape legend: B outfits · I items per outfit, padded · N items of a catalogue · K neighbours.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def pick(mask_BI: Tensor, count: int, generator: torch.Generator) -> Tensor:
    """Draw ``count`` items of each outfit, or all if it has fewer, as a mask ``(B, I)``."""
    order_BI = torch.rand(mask_BI.shape, generator=generator).masked_fill(~mask_BI, -1.0)
    place_BI = order_BI.argsort(dim=1, descending=True).argsort(dim=1)
    return (place_BI < count) & mask_BI


def from_others(rows_BI: Tensor, mask_BI: Tensor, category_BI: Tensor, replace_BI: Tensor, generator: torch.Generator) -> Tensor:
    """Replace the items at ``replace`` by items of the same category from other outfits of the batch, ``(B, I)``.

    Items are drawn in proportion to their occurrences. An item that is the only one of its category in the batch stays.
    """
    flat, replaced = rows_BI.reshape(-1), rows_BI.reshape(-1).clone()
    for category in category_BI[mask_BI & replace_BI].unique():
        members = (mask_BI & (category_BI == category)).reshape(-1).nonzero()[:, 0]
        own = replace_BI.reshape(-1)[members].nonzero()[:, 0]
        if len(members) > 1:
            steps = torch.randint(1, len(members), (len(own),), generator=generator)
            replaced[members[own]] = flat[members[(own + steps) % len(members)]]
    return replaced.reshape(rows_BI.shape)


def near_alike(features_NF: Tensor, category_N: Tensor, count: int) -> Tensor:
    """The ``count`` nearest other items of each item's category by cosine, ``(N, K)``; the item itself fills up missing ones."""
    unit_NF = F.normalize(features_NF, dim=1)
    near_NK = torch.arange(len(unit_NF))[:, None].repeat(1, count)
    for category in category_N.unique():
        members = (category_N == category).nonzero()[:, 0]
        found = min(count, len(members) - 1)
        for some in members.split(1024):
            likeness = unit_NF[some] @ unit_NF[members].T
            likeness[some[:, None] == members[None]] = -torch.inf
            near_NK[some, :found] = members[likeness.topk(found, dim=1).indices]
    return near_NK


def replace_one(rows_BI: Tensor, mask_BI: Tensor, near_NK: Tensor, generator: torch.Generator) -> Tensor:
    """A view of each outfit with one item replaced by one of its neighbours, ``(B, I)``."""
    chosen_B = torch.randint(near_NK.shape[1], (len(rows_BI),), generator=generator)
    neighbour_BI = near_NK[rows_BI, chosen_B[:, None]]
    return torch.where(pick(mask_BI, 1, generator), neighbour_BI, rows_BI)


def erase_one(mask_BI: Tensor, generator: torch.Generator) -> Tensor:
    """The mask of each outfit with one item left out; an outfit of one item keeps it."""
    several_B1 = mask_BI.sum(1, keepdim=True) > 1
    return mask_BI & ~(pick(mask_BI, 1, generator) & several_B1)


def versions(
    rows_BI: Tensor, mask_BI: Tensor, category_BI: Tensor, count: int, generator: torch.Generator, *, whole: bool = False
) -> Tensor:
    """Each outfit, then ``count`` versions with one item replaced, then the same versions with one more replaced, ``(B, 1 + 2 count, I)``.

    Args:
        whole: make ``count`` versions with every item replaced instead, ``(B, 1 + count, I)``.
    """
    once, twice = [], []
    for _ in range(count):
        which_BI = mask_BI if whole else pick(mask_BI, 2, generator)
        twice.append(from_others(rows_BI, mask_BI, category_BI, which_BI, generator))
        once += [] if whole else [torch.where(pick(which_BI, 1, generator), twice[-1], rows_BI)]
    return torch.stack([rows_BI, *once, *twice], dim=1)
