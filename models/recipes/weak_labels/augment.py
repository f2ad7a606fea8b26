"""Augments pictures towards the photographs of other shops.

Shape legend: B pictures · S side.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F


def augment(pictures_BCSS: Tensor, generator: torch.Generator) -> Tensor:
    """Vary size, place, tilt, mirror, light and background; hue, which decides outfits, stays.

    Args:
        pictures_BCSS: bytes, on any device.
        generator: of the CPU, so that a seed means the same everywhere.

    Returns:
        Pixels in 0 to 1, ``(B, 3, S, S)``.
    """
    batch, device = len(pictures_BCSS), pictures_BCSS.device
    pixels = pictures_BCSS.float() / 255

    def uniform(low: float, high: float, *shape: int) -> Tensor:
        return (torch.rand(batch, *shape, generator=generator) * (high - low) + low).to(device)

    wall = torch.cat([pixels[:, :, 0], pixels[:, :, -1]], dim=-1).median(-1).values[..., None, None]
    garment = ((pixels - wall).abs().amax(1, keepdim=True) > 0.06).float()  # noqa: PLR2004 - what differs from the border is the garment
    other_wall = uniform(0.35, 1.0, 1, 1, 1) + uniform(-0.08, 0.08, 3, 1, 1)
    keep = (uniform(0, 1, 1, 1, 1) < 0.5).float()  # noqa: PLR2004
    pixels = torch.where((garment + keep) > 0, pixels, other_wall.clamp(0, 1).expand_as(pixels))
    zoom, tilt = uniform(0.75, 1.3), uniform(-0.14, 0.14)
    mirror = torch.where(uniform(0, 1) < 0.5, -1.0, 1.0)  # noqa: PLR2004
    stretch = uniform(0.9, 1.1)
    theta = torch.stack(
        [
            torch.stack([mirror * zoom * stretch * tilt.cos(), -zoom * tilt.sin(), uniform(-0.12, 0.12)], dim=-1),
            torch.stack([mirror * zoom * tilt.sin(), zoom / stretch * tilt.cos(), uniform(-0.12, 0.12)], dim=-1),
        ],
        dim=1,
    )
    grid = F.affine_grid(theta, list(pixels.shape), align_corners=False)
    pixels = F.grid_sample(pixels, grid, padding_mode="border", align_corners=False)
    pixels = pixels * uniform(0.85, 1.15, 1, 1, 1) + uniform(-0.06, 0.06, 1, 1, 1)
    return pixels.clamp(0, 1)
