"""Every kind of encoder that can be had offline, on another device: the CPU's features, in arrays."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image, ImageDraw

from models.encoders.base import Encoder
from models.encoders.image_towers import Preprocessing, save_tower, torchvision_tower
from models.encoders.load import load_encoder
from models.encoders.words import WordMatrix

TITLES = ["crimson dress", None, "navy shoes"]


def pictures() -> list[bytes | None]:
    """Two, and none."""
    found: list[bytes | None] = []
    for colour in ("crimson", "navy"):
        image, buffer = Image.new("RGB", (60, 80), "white"), io.BytesIO()
        ImageDraw.Draw(image).rectangle((15, 20, 45, 65), fill=colour)
        image.save(buffer, "PNG")
        found.append(buffer.getvalue())
    return [*found, None]


def trained_tower(directory: Path) -> str:
    """The spec of one that was kept with words of its own."""
    tower = torchvision_tower("shufflenet_v2_x0_5")
    save_tower(directory, tower, {"library": "torchvision", "name": "shufflenet_v2_x0_5"}, Preprocessing(side=32), {})
    vectors_KD = np.random.default_rng(0).normal(size=(2, 1024)).astype(np.float32)
    WordMatrix(("dress", "shoes"), vectors_KD, np.zeros(2, dtype=np.float32)).save(directory)
    return f"local-dir:{directory}"


@pytest.mark.parametrize("kind", ["shipped", "backbone:shufflenet_v2_x0_5", "tower", "ViT-S-32-alt"])
def test_it_sees_and_reads_what_it_does_on_the_cpu(kind: str, far: torch.device, tmp_path: Path) -> None:
    """Blocks of unit length of the same direction: to 1e-4 in the same precision, and to a cosine of 0.999 in half of it on a GPU.

    Features are kept in half precision anyway, and what is kept is looked up by a fingerprint that knows no device.
    """
    spec = trained_tower(tmp_path) if kind == "tower" else kind
    here, there = load_encoder(spec), load_encoder(spec, far)
    assert here.features == there.features
    least = 0.999 if far.type == "cuda" else 1 - 1e-4
    features = [one.encode(pictures(), TITLES) for one in (here, there)]
    assert features[1].dtype == np.float32
    start = 0
    for block in here.features.blocks:
        part = slice(start, start + block.size)
        cosines = (features[0][:, part] * features[1][:, part]).sum(1)
        assert cosines == pytest.approx((features[0][:, part] ** 2).sum(1), abs=1 - least), block.name
        start += block.size
    assert words_of(here, features[0]) == words_of(there, features[1])


def words_of(encoder: Encoder, features_NF: np.ndarray) -> list[str]:
    """The likeliest word of each picture, where the encoder knows words."""
    known = encoder.words() if encoder.features.spec != "ViT-S-32-alt" else None  # a vocabulary takes it minutes to read
    size = encoder.features.blocks[0].size
    return [] if known is None else [words[0][0] for words in known.likeliest(features_NF[:2, :size], 1)]
