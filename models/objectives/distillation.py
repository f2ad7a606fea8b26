"""False negative distillation (Kim, Seol, Lim, Lee, 2021): an outfit that the teacher ranks above the worn one may be a false negative.

Scores stand for negated distances, s = -d, up to a constant that cancels in the softmax. [S] stated by the paper · [R] our reconstruction.

Shape legend: B worn outfits · J others asked against each.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def teacher_loss(worn_B: Tensor, others_BJ: Tensor) -> Tensor:
    """Softmax over the worn outfit and the others, of -distance(shopper, outfit) [S]."""
    logits = torch.cat([worn_B[:, None], others_BJ], dim=1)
    return F.cross_entropy(logits, torch.zeros(len(logits), dtype=torch.long, device=logits.device))


def student_loss(
    worn_B: Tensor, others_BJ: Tensor, taught_worn_B: Tensor, taught_others_BJ: Tensor, *, alpha: float, only_suspected: bool = False
) -> Tensor:
    """The same with logits -d_j + alpha·(r̂ - d_T,j), where r̂ is how far the teacher puts the worn outfit [R].

    Args:
        taught_worn_B, taught_others_BJ: the teacher's scores; no gradient goes to them.
        alpha: above 0 raises the logits of suspected false negatives, so the loss pushes them further away; below 0 lowers them;
            0 gives the teacher's loss.
        only_suspected: change only the logits of suspected false negatives, those with d_T,j < r̂.
    """
    nearer_BJ = (taught_others_BJ - taught_worn_B[:, None]).detach()
    if only_suspected:
        nearer_BJ = nearer_BJ.clamp(min=0)
    return teacher_loss(worn_B, others_BJ + alpha * nearer_BJ)
