"""Texture features of a picture: energy of lightness by scale and direction, at the middle of the garment.

Weave, twill, ribs, quilting and shine differ in this, and small image encoders lose it first.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from models.encoders.colour import oklab_from_srgb

Array = NDArray[np.float32]

_SIDE: Final = 96
_PATCH: Final = 40
_SCALES: Final = (1, 2.5, 4, 6, 8.5, 11.5, 15, 20.1)  # edges, in cycles per patch
_DIRECTIONS: Final = 6
TEXTURE_FEATURES: Final = 2 + (len(_SCALES) - 1) * _DIRECTIONS
_FLOOR: Final = 1e-6


def _bands() -> NDArray[np.float32]:
    """Weights that average a patch's spectrum over each band of scale and direction: ``(bands, _PATCH * (_PATCH // 2 + 1))``."""
    fy, fx = np.meshgrid(np.fft.fftfreq(_PATCH, 1 / _PATCH), np.fft.rfftfreq(_PATCH, 1 / _PATCH), indexing="ij")
    radius, angle = np.hypot(fx, fy), np.arctan2(fy, fx) % np.pi
    scale = np.digitize(radius, _SCALES) - 1
    direction = (angle / np.pi * _DIRECTIONS + 0.5).astype(int) % _DIRECTIONS
    rows = [
        ((scale == band) & (direction == towards)).ravel().astype(np.float32)
        for band in range(len(_SCALES) - 1)
        for towards in range(_DIRECTIONS)
    ]
    return np.stack([row / max(row.sum(), 1) for row in rows])


_BANDS: Final = _bands()
_WINDOW: Final = np.outer(np.hanning(_PATCH), np.hanning(_PATCH)).astype(np.float32)


def texture_features(picture: Image.Image) -> Array:
    """A constant, the overall contrast, and log energy per scale and direction, ``(TEXTURE_FEATURES,)`` of unit length."""
    lightness = oklab_from_srgb(np.asarray(picture.resize((_SIDE, _SIDE), Image.Resampling.BILINEAR)))[..., 0]
    top, left = _middle(lightness)
    patch = lightness[top : top + _PATCH, left : left + _PATCH]
    spectrum = np.abs(np.fft.rfft2((patch - patch.mean()) * _WINDOW)) ** 2 / _PATCH**2
    energy = np.log10(_BANDS @ spectrum.ravel().astype(np.float32) + _FLOOR) + 3
    features = np.concatenate([[3.0, 8 * float(patch.std())], energy]).astype(np.float32)
    return features / np.linalg.norm(features)


def _middle(lightness: Array) -> tuple[int, int]:
    """Top and left of a patch around the median position of the pixels that differ from the border."""
    border = np.median(np.concatenate([lightness[0], lightness[-1], lightness[:, 0], lightness[:, -1]]))
    ys, xs = np.nonzero(np.abs(lightness - border) > 0.05)  # noqa: PLR2004 - a visible step
    if not len(ys):
        return (_SIDE - _PATCH) // 2, (_SIDE - _PATCH) // 2
    room = _SIDE - _PATCH
    return int(np.clip(np.median(ys) - _PATCH / 2, 0, room)), int(np.clip(np.median(xs) - _PATCH / 2, 0, room))
