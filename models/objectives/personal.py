"""Rank a shopper's outfits above others: by anchors that spread out, or by a teacher that marks which of the others may be false negatives.

Learnable anchors: LPAE (Lu, Hu, Chen, Zeng, CVPR 2021). False negative distillation (Kim, Seol, Lim, Lee, 2021): an outfit that the teacher
ranks above the worn one may be a false negative; scores stand for negated distances, s = -d, up to a constant that cancels in the softmax.
[S] stated by the paper · [V] read in the authors' code · [R] our reconstruction.

Shape legend: B outfits that were worn · M outfits that were not · J others asked against each · S shoppers · K anchors · D embedding size.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from models.objectives.softmax import worn_among


def ranking_loss(worn_B: Tensor, not_worn_M: Tensor) -> Tensor:
    """Mean of softplus(-(s⁺ - s⁻)) over all pairs of the batch [V]; each score uses the taste of its outfit's shopper."""
    return F.softplus(not_worn_M[None] - worn_B[:, None]).mean()


def spread(anchors_SKD: Tensor) -> Tensor:
    """Log-determinant divergence of each shopper's anchors from an orthonormal set, ``(S,)``: trace G - log det G, G = A Aᵀ [V].

    The minimum, K, is reached where G is the identity. Needs K <= D.
    """
    gram_SKK = anchors_SKD @ anchors_SKD.transpose(1, 2)
    return gram_SKK.diagonal(dim1=1, dim2=2).sum(1) - gram_SKK.logdet()


def student_loss(
    worn_B: Tensor, others_BJ: Tensor, taught_worn_B: Tensor, taught_others_BJ: Tensor, *, alpha: float, only_suspected: bool = False
) -> Tensor:
    """``worn_among`` with logits -d_j + alpha·(r̂ - d_T,j), where r̂ is how far the teacher puts the worn outfit [R].

    Args:
        taught_worn_B, taught_others_BJ: the teacher's scores; no gradient goes to them.
        alpha: above 0 raises the logits of suspected false negatives, so the loss pushes them further away; below 0 lowers them;
            0 gives ``worn_among``, by which the teacher learns [S].
        only_suspected: change only the logits of suspected false negatives, those with d_T,j < r̂.
    """
    nearer_BJ = (taught_others_BJ - taught_worn_B[:, None]).detach()
    if only_suspected:
        nearer_BJ = nearer_BJ.clamp(min=0)
    return worn_among(worn_B, others_BJ + alpha * nearer_BJ)
