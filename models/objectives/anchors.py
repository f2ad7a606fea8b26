"""Learnable anchors (LPAE: Lu, Hu, Chen, Zeng, CVPR 2021): a shopper's outfits rank above others, and anchors spread out.

[V] read in the authors' code.

Shape legend: B outfits that were worn · M outfits that were not · S shoppers · K anchors · D embedding size.
"""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F


def ranking_loss(worn_B: Tensor, not_worn_M: Tensor) -> Tensor:
    """Mean of softplus(-(s⁺ - s⁻)) over all pairs of the batch [V]; each score uses the taste of its outfit's shopper."""
    return F.softplus(not_worn_M[None] - worn_B[:, None]).mean()


def spread(anchors_SKD: Tensor) -> Tensor:
    """Log-determinant divergence of each shopper's anchors from an orthonormal set, ``(S,)``: trace G - log det G, G = A Aᵀ [V].

    The minimum, K, is reached where G is the identity. Needs K <= D.
    """
    gram_SKK = anchors_SKD @ anchors_SKD.transpose(1, 2)
    return gram_SKK.diagonal(dim1=1, dim2=2).sum(1) - gram_SKK.logdet()
