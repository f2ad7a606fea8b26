"""Batch norms folded into convolutions: the same features, fewer layers, and never another answer."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor, nn

from models.encoders.folded import fold
from models.encoders.image_towers import torchvision_tower
from models.encoders.load import SHIPPED_DIRECTORIES, load_encoder
from models.precision import CPU


def pixels_of(picture: Image.Image) -> Tensor:
    """A transform."""
    return torch.from_numpy(np.asarray(picture.resize((64, 64)), dtype=np.float32).transpose(2, 0, 1) / 255)


def learned(tower: nn.Module) -> nn.Module:
    """With statistics other than the first ones, which folding could leave out unseen."""
    for layer in tower.modules():
        if isinstance(layer, nn.BatchNorm2d):
            nn.init.uniform_(layer.running_mean, -0.5, 0.5)
            nn.init.uniform_(layer.running_var, 0.5, 2)
            nn.init.uniform_(layer.weight, 0.5, 1.5)
    return tower.eval()


def norms(tower: nn.Module) -> int:
    """How many batch norms a tower has."""
    return sum(isinstance(layer, nn.BatchNorm2d) for layer in tower.modules())


@pytest.mark.parametrize("name", ["resnet18", "shufflenet_v2_x0_5", "mobilenet_v3_small"])
def test_a_folded_tower_sees_the_same(name: str) -> None:
    """To a thousandth, without a batch norm."""
    torch.manual_seed(0)
    tower = learned(torchvision_tower(name))
    pixels_B3HW = torch.rand(3, 3, 64, 64)
    with torch.inference_mode():
        like, had = tower(pixels_B3HW), norms(tower)
        fold(tower, pixels_of, CPU)
        seen = tower(pixels_B3HW)
    assert norms(tower) == 0 < had
    torch.testing.assert_close(seen, like, rtol=1e-3, atol=1e-4 * float(like.abs().max()))


def test_the_shipped_encoder_is_folded() -> None:
    """And its fingerprint is the file's, so that features which are kept stay in use."""
    encoder = load_encoder("shipped")
    assert norms(encoder.model) == 0  # type: ignore[attr-defined]
    assert encoder.features.fingerprint == load_encoder(f"local-dir:{SHIPPED_DIRECTORIES['shipped']}").features.fingerprint


class Crossed(nn.Module):
    """Runs its layers in another order than they are named in."""

    def __init__(self) -> None:
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 3, 3), nn.BatchNorm2d(3)

    def forward(self, pixels: Tensor) -> Tensor:
        seen: Tensor = self.conv(self.norm(pixels))
        return seen.mean((2, 3))


def test_a_tower_that_runs_otherwise_is_left_alone() -> None:
    """What it says of one picture tells."""
    torch.manual_seed(0)
    tower = learned(Crossed())
    conv, norm = tower.children()
    fold(tower, pixels_of, CPU)
    assert list(tower.children()) == [conv, norm]


def test_a_tower_without_norms_is_left_alone() -> None:
    """There is nothing to fold."""
    conv, flat = layers = nn.Conv2d(3, 4, 3), nn.Flatten()
    tower = nn.Sequential(*layers)
    fold(tower, pixels_of, CPU)
    assert list(tower) == [conv, flat]


def test_how_many_are_seen_at_once_changes_nothing() -> None:
    """Of more pictures than a CPU is given at once, each has the features that it has alone."""
    rng, pictures = np.random.default_rng(0), []
    for _ in range(40):
        buffer = BytesIO()
        Image.fromarray(rng.integers(0, 256, (24, 24, 3), dtype=np.uint8)).save(buffer, "PNG")
        pictures.append(buffer.getvalue())
    encoder = load_encoder("shipped")
    together = encoder.encode(pictures, [None] * 40)
    alone = encoder.encode(pictures[38:39], [None])
    np.testing.assert_allclose(together[38], alone[0], atol=1e-4)
