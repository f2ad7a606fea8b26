"""False negative distillation (Kim, Seol, Lim, Lee, 2021): what a teacher puts nearer than the worn outfit may have been bought, too.

Scores stand for distances with their sign turned: s = -d up to a constant, which a softmax does not see.

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
        alpha: above 0 presses harder on what the teacher suspects to be a false negative, below 0 forgives it; 0 is the teacher's loss.
        only_suspected: leave the logits of the others, those with r̂ < d_T,j, as they are.
    """
    nearer_BJ = (taught_others_BJ - taught_worn_B[:, None]).detach()
    if only_suspected:
        nearer_BJ = nearer_BJ.clamp(min=0)
    return teacher_loss(worn_B, others_BJ + alpha * nearer_BJ)
