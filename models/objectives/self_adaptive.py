"""Triplets weighted by the difficulty of their outfit.

Source: Xiao, Yamasaki, SAT: Self-Adaptive Triplet loss, ICIP 2022 (arXiv 2206.12622): a triplet is hard when D_n - D_p < μ, and a
difficulty score per outfit gives a learned weight on that outfit's triplets. All formulas below are our reconstruction.

Shape legend: T triplets · O outfits of the batch.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from models.objectives.triplet import triplet


def difficulty(positive_T: Tensor, negative_T: Tensor, outfit_T: Tensor, margin: float) -> Tensor:
    """DS of each triplet's outfit, ``(T,)``, in 0 to 2: the mean over its triplets of clip((μ - (D_n - D_p)) / μ, 0, 2).

    0: every triplet keeps the margin; 1: positives are as far as negatives. No gradient flows through it.

    Args:
        outfit_T: numbers of the outfits, any integers.
    """
    hard_T = ((margin - (negative_T - positive_T)) / margin).clamp(0, 2).detach()
    _, place_T = outfit_T.to(hard_T.device).unique(return_inverse=True)
    total_O = torch.zeros(int(place_T.max()) + 1 if len(place_T) else 0, dtype=hard_T.dtype, device=hard_T.device)
    count_O = total_O.index_add(0, place_T, torch.ones_like(hard_T))
    return (total_O.index_add(0, place_T, hard_T) / count_O)[place_T]


def weights(difficulty_T: Tensor, theta: Tensor) -> Tensor:
    """(1 + softplus(θ) · DS) divided by its mean over the batch, ``(T,)``; without the division a falling θ alone would lower the loss."""
    raised_T = 1 + F.softplus(theta) * difficulty_T
    return raised_T / raised_T.mean()


def self_adaptive(positive_T: Tensor, negative_T: Tensor, outfit_T: Tensor, theta: Tensor, margin: float) -> Tensor:
    """L_SATL: the mean of w · max(0, D_p - D_n + μ)."""
    weight_T = weights(difficulty(positive_T, negative_T, outfit_T, margin), theta)
    return (weight_T * triplet(positive_T, negative_T, margin)).mean()


def ascending(theta: Tensor) -> Tensor:
    """θ with a negated gradient: descent on the loss makes it ascend."""
    return 2 * theta.detach() - theta
