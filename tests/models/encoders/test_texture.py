"""Texture features."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from models.encoders.texture import TEXTURE_FEATURES, texture_features

Y, X = np.mgrid[0:96, 0:96]


def cloth(wave: np.ndarray) -> np.ndarray:
    """The texture block of a grey garment whose lightness varies so, on white."""
    pixels = np.full((96, 96), 255.0)
    pixels[16:80, 16:80] = (120 + 40 * wave)[16:80, 16:80]
    return np.asarray(texture_features(Image.fromarray(pixels.astype(np.uint8)).convert("RGB")))


def test_it_is_of_unit_length() -> None:
    """Also without a visible garment."""
    blank = texture_features(Image.new("RGB", (40, 60), "white"))
    for features in (blank, cloth(np.zeros((96, 96))), cloth(np.sin(X))):
        assert features.shape == (TEXTURE_FEATURES,)
        assert np.linalg.norm(features) == pytest.approx(1, abs=1e-5)


def test_scale_and_direction_tell_cloths_apart() -> None:
    """The same weave elsewhere is the same cloth; turned, coarser or plain it is another."""
    weave = cloth(np.sin(X / 1.5))
    assert weave @ cloth(np.sin(X / 1.5 + 1)) > 0.98
    for other in (np.sin(Y / 1.5), np.sin(X / 5), np.zeros((96, 96))):
        assert weave @ cloth(other) < 0.93
