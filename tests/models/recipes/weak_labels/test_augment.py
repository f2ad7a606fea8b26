"""Pictures varied as other shops' photographs are."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from models.encoders.colour import oklab_from_srgb
from models.recipes.weak_labels.augment import augment


@pytest.mark.parametrize("colour", ["crimson", "navy", "gold", "green"])
def test_augmenting_keeps_the_hue(colour: str) -> None:
    """Light, size and place vary; a red garment stays red."""
    image = Image.new("RGB", (32, 32), "white")
    ImageDraw.Draw(image).rectangle((8, 8, 24, 24), fill=colour)
    pixels = np.asarray(image)
    batch = torch.from_numpy(pixels.transpose(2, 0, 1).copy())[None].repeat(16, 1, 1, 1)
    varied = augment(batch, torch.Generator().manual_seed(0))
    assert varied.shape == (16, 3, 32, 32)
    assert (varied.std(0) > 0.005).any()
    middle = (varied[:, :, 16, 16] * 255).round().numpy().astype(np.uint8)
    hues = [np.arctan2(b, a) for _, a, b in oklab_from_srgb(np.concatenate([middle, pixels[16:17, 16]]))]
    turn = (np.array(hues[:-1]) - hues[-1] + np.pi) % (2 * np.pi) - np.pi
    assert np.abs(turn).max() < 0.35


def test_a_seed_varies_alike() -> None:
    """Twice the same, another seed another picture."""
    batch = torch.randint(0, 255, (2, 3, 16, 16), dtype=torch.uint8)
    first, same, other = (augment(batch, torch.Generator().manual_seed(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)
