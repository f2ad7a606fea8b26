"""Triplet losses: an anchor is nearer to an item it was worn with than to another item; and the terms added to that.

Source: Vasileva et al., Learning Type-Aware Embeddings for Fashion Compatibility, ECCV 2018, sections 3.1 and 3.2, and its reference code.

Shape legend: T triplets · D embedding size. Distances are Euclidean and not squared.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

_LEAST = 1e-12  # keeps the root's gradient finite where both vectors are equal


def distance(first_TD: Tensor, second_TD: Tensor) -> Tensor:
    """Euclidean distance, ``(T,)``; for equal vectors it is 1e-6 with gradient zero."""
    return (first_TD - second_TD).square().sum(-1).clamp(min=_LEAST).sqrt()


def triplet(positive_T: Tensor, negative_T: Tensor, margin: float) -> Tensor:
    """max(0, d(a, p) - d(a, n) + m) of each triplet, ``(T,)``."""
    return F.relu(positive_T - negative_T + margin)


def similarity(anchor_TD: Tensor, positive_TD: Tensor, negative_TD: Tensor, margin: float) -> Tensor:
    """Positive and negative, both of one category, are nearer to each other than to the anchor; on general features.

    ½ [max(0, d(p, n) - d(a, n) + m) + max(0, d(p, n) - d(a, p) + m)], mean over the triplets.
    """
    alike_T = distance(positive_TD, negative_TD)
    unlike = (distance(anchor_TD, negative_TD), distance(anchor_TD, positive_TD))
    return torch.stack([triplet(alike_T, other_T, margin).mean() for other_T in unlike]).mean()


def visual_semantic(seen_3TD: Tensor, read_3TD: Tensor, titled_3T: Tensor, margin: float) -> Tensor:
    """A title is nearer to its own picture than to the other pictures of its triplet; mean over the six ordered combinations.

    max(0, d(image_i, title_i) - d(image_j, title_i) + m) for i ≠ j of anchor, positive and negative.

    Args:
        titled_3T: True where an item has both a title and a picture; a combination counts if both its items have.
    """
    losses = []
    for own in range(3):
        for other in {0, 1, 2} - {own}:
            hinge_T = triplet(distance(seen_3TD[own], read_3TD[own]), distance(seen_3TD[other], read_3TD[own]), margin)
            both_T = titled_3T[own] & titled_3T[other]
            losses.append((hinge_T * both_T).sum() / both_T.sum().clamp(min=1))
    return torch.stack(losses).mean()


def length(general_TD: Tensor) -> Tensor:
    """‖f‖, mean over the items; keeps the general features small."""
    return general_TD.square().sum(-1).clamp(min=_LEAST).sqrt().mean()


def sparsity(masks_TD: Tensor) -> Tensor:
    """‖mask‖₁ of each triplet's space, mean over the triplets; a space then uses few of the general features."""
    return masks_TD.abs().sum(-1).mean()
