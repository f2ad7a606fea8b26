"""Batch norms folded into the convolutions before them: what a tower that learns no more need not compute again for every picture."""

from __future__ import annotations

import copy
from collections.abc import Callable
from itertools import pairwise
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

_SAME: Final = 1e-3  # of the largest number


def folded(tower: nn.Module, transform: Callable[[Image.Image], Tensor], device: torch.device) -> nn.Module:
    """The same tower with fewer layers; the tower itself where it has no batch norms, or where their order is another than it seems.

    Args:
        tower: of which nothing is trained any more; it stays as it is.
        transform: what makes its pixels of a picture; the two are compared by one.
    """
    if not any(isinstance(layer, nn.BatchNorm2d) for layer in tower.modules()):
        return tower
    lighter = copy.deepcopy(tower)
    for parent in lighter.modules():
        for (first, layer), (second, norm) in pairwise(list(parent.named_children())):
            if isinstance(layer, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d) and layer.out_channels == norm.num_features:
                setattr(parent, first, fuse_conv_bn_eval(layer, norm))
                setattr(parent, second, getattr(norm, "act", nn.Identity()))  # timm's batch norms have an activation of their own
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8))
    with torch.inference_mode():
        pixels = transform(noise)[None].to(device)
        theirs, ours = tower(pixels), lighter(pixels)
    return lighter if torch.allclose(ours, theirs, rtol=0, atol=_SAME * float(theirs.abs().max())) else tower
