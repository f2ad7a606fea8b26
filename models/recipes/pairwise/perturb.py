"""Perturbs pictures: another shape with the same colours, or other colours with the same shape.

After Revanur et al., RecSys 2021, who do not say which changes they made; kinds and strengths are our reconstruction.

Shape legend: B pictures · S side.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional as F


def reshaped(pixels_BCSS: Tensor, generator: torch.Generator) -> Tensor:
    """Change the shape: affine, perspective, elastic and crop in one resampling; colours stay.

    Args:
        pixels_BCSS: in 0 to 1, on any device.
        generator: of the CPU, so that a seed means the same everywhere.
    """
    batch, _, height, width = pixels_BCSS.shape

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return torch.rand(batch, *shape, generator=generator) * (high - low) + low

    angle, shear, zoom = uniform(-0.4, 0.4), uniform(-0.25, 0.25), uniform(0.65, 1.15, 2)  # a zoom below 1 is a crop
    mirror = torch.where(uniform(0, 1) < 0.5, -1.0, 1.0)  # noqa: PLR2004
    across = torch.stack([mirror * zoom[:, 0] * angle.cos(), zoom[:, 1] * (shear - angle.sin()), uniform(-0.15, 0.15)], dim=-1)
    down = torch.stack([mirror * zoom[:, 0] * angle.sin(), zoom[:, 1] * angle.cos(), uniform(-0.15, 0.15)], dim=-1)
    grid_BSS2 = F.affine_grid(torch.stack([across, down], dim=1), [batch, 1, height, width], align_corners=False)
    tilt_BSS1 = 1 + (grid_BSS2 * uniform(-0.2, 0.2, 1, 1, 2)).sum(-1, keepdim=True)
    waves_B2SS = F.interpolate(uniform(-0.08, 0.08, 2, 5, 5), (height, width), mode="bicubic", align_corners=False)
    grid_BSS2 = grid_BSS2 / tilt_BSS1 + waves_B2SS.permute(0, 2, 3, 1)
    return F.grid_sample(pixels_BCSS, grid_BSS2.to(pixels_BCSS), padding_mode="border", align_corners=False)


def recoloured(pixels_BCSS: Tensor, generator: torch.Generator) -> Tensor:
    """Change the colours: turn hue by 60° to 300° and vary saturation, contrast and light; a fifth turns grey, white stays nearly white."""
    batch = len(pixels_BCSS)

    def uniform(low: float, high: float) -> Tensor:
        return (torch.rand(batch, generator=generator) * (high - low) + low).to(pixels_BCSS)[:, None, None, None]

    turn, saturation = uniform(math.pi / 3, 5 * math.pi / 3), uniform(0.5, 1.5)
    saturation = torch.where(uniform(0, 1) < 0.2, 0.0, saturation)  # noqa: PLR2004
    light_B1SS = pixels_BCSS.mean(1, keepdim=True)
    chroma_BCSS = pixels_BCSS - light_B1SS
    perpendicular_BCSS = (chroma_BCSS.roll(1, 1) - chroma_BCSS.roll(2, 1)) / math.sqrt(3)  # a quarter turn about the axis of greys
    turned_BCSS = turn.cos() * chroma_BCSS + turn.sin() * perpendicular_BCSS
    contrast, dimmed = uniform(0.7, 1.0), uniform(0.85, 1.0)
    return (dimmed * (1 - contrast * (1 - light_B1SS)) + saturation * turned_BCSS).clamp(0, 1)
