"""Batch norms folded into the convolutions before them: what a tower that learns no more need not compute again for every picture."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Final

import numpy as np
import torch
from PIL import Image
from torch import Tensor, nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

_SAME: Final = 1e-3  # of the largest number


def fold(tower: nn.Module, transform: Callable[[Image.Image], Tensor], device: torch.device) -> None:
    """Make a tower one of fewer layers; it stays as it is where it has no batch norms, or where their order is another than it seems.

    Args:
        tower: of which nothing is trained any more.
        transform: what makes its pixels of a picture; before and after are compared by one.
    """
    found = [
        (parent, first, layer, second, norm)
        for parent in tower.modules()
        for (first, layer), (second, norm) in pairwise(parent.named_children())
        if isinstance(layer, nn.Conv2d) and isinstance(norm, nn.BatchNorm2d) and layer.out_channels == norm.num_features
    ]
    if not found:
        return
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (96, 96, 3), dtype=np.uint8))
    pixels = transform(noise)[None].to(device)
    seen = torch.inference_mode()(tower)
    before = seen(pixels)
    for parent, first, layer, second, norm in found:
        setattr(parent, first, fuse_conv_bn_eval(layer, norm))
        setattr(parent, second, getattr(norm, "act", nn.Identity()))  # timm's batch norms have an activation of their own
    if not torch.allclose(seen(pixels), before, rtol=0, atol=_SAME * float(before.abs().max())):
        for parent, first, layer, second, norm in found:
            setattr(parent, first, layer)
            setattr(parent, second, norm)
