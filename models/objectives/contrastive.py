"""Contrastive losses: match each picture with its title, or two views of one item, among the other pairs of a batch.

Shape legend: B pairs · D embedding size; both sides of unit length.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def clip_loss(seen_BD: Tensor, read_BD: Tensor, groups_B: Tensor, scale: Tensor) -> Tensor:
    """Softmax contrastive loss both ways (Radford et al., 2021); pairs of the same group (titles of the same words) are not negatives."""
    logits_BB = (scale * seen_BD @ read_BD.T).masked_fill(_same(groups_B), -torch.inf)
    target = torch.arange(len(groups_B), device=groups_B.device)
    return (F.cross_entropy(logits_BB, target) + F.cross_entropy(logits_BB.T, target)) / 2


def siglip_loss(seen_BD: Tensor, read_BD: Tensor, groups_B: Tensor, scale: Tensor, bias: Tensor) -> Tensor:
    """Sigmoid loss of every pair of the batch, summed per picture (Zhai et al., 2023); other pairs of the same group count 0."""
    logits_BB = scale * seen_BD @ read_BD.T + bias
    sign_BB = 2 * torch.eye(len(groups_B), device=groups_B.device) - 1
    losses_BB = -F.logsigmoid(sign_BB * logits_BB).masked_fill(_same(groups_B), 0.0)
    return losses_BB.sum(1).mean()


def nt_xent(first_BD: Tensor, second_BD: Tensor, temperature: float) -> Tensor:
    """NT-Xent: match the two views of each of B items among the 2B - 2 views of the others (Chen et al., ICML 2020, equation 1)."""
    batch = len(first_BD)
    views_VD = torch.cat([first_BD, second_BD])
    logits_VV = (views_VD @ views_VD.T / temperature).fill_diagonal_(-torch.inf)
    return F.cross_entropy(logits_VV, torch.arange(2 * batch, device=first_BD.device).roll(batch))


def alike_loss(seen_BD: Tensor, kinds_B: Tensor, temperature: float) -> Tensor:
    """Softmax contrastive loss of each picture and the others of its kind (Khosla et al., NeurIPS 2020, equation 2).

    Args:
        kinds_B: a number per picture, negative where its kind is not known; a picture without a like counts 0.
    """
    logits_BB = (seen_BD @ seen_BD.T / temperature).fill_diagonal_(-torch.inf)
    alike_BB = _same(kinds_B) & (kinds_B >= 0)
    losses_BB = (logits_BB.logsumexp(1, keepdim=True) - logits_BB).masked_fill(~alike_BB, 0.0)
    likes_B = alike_BB.sum(1)
    return (losses_BB.sum(1) / likes_B.clamp(min=1)).sum() / (likes_B > 0).sum().clamp(min=1)


def top1(seen_BD: Tensor, read_BD: Tensor, groups_B: Tensor) -> float:
    """Share of pictures whose own title is the nearest in the batch."""
    with torch.no_grad():
        nearest = (seen_BD @ read_BD.T).masked_fill(_same(groups_B), -torch.inf).argmax(1)
    return float((nearest == torch.arange(len(groups_B), device=groups_B.device)).float().mean())


def _same(groups_B: Tensor) -> Tensor:
    """True for two different pairs of the same group, ``(B, B)``."""
    return (groups_B[:, None] == groups_B[None]) & ~torch.eye(len(groups_B), dtype=torch.bool, device=groups_B.device)
