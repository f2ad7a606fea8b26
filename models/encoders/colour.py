"""Perceptual colour: sRGB to OKLab and back (Björn Ottosson, 2020), and colour features of a picture.

Lightness is 0 to 1; a and b span hue and chroma, where vivid colours reach a chroma of about 0.25.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.float32]

_TO_CONES: Final = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]]
)
_TO_LAB: Final = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099], [0.0259040371, 0.7827717662, -0.8086757660]]
)
_LINEAR_BELOW: Final = 0.0031308  # where sRGB's curve turns from a line into a power
_TO_LINEAR: Final = np.where(
    np.arange(256) / 255 <= _LINEAR_BELOW * 12.92, np.arange(256) / 255 / 12.92, ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4
).astype(np.float32)


def oklab_from_srgb(pixels: NDArray[np.uint8]) -> Array:
    """``(..., 3)`` bytes to OKLab, float32."""
    cones = np.cbrt(_TO_LINEAR[pixels] @ _TO_CONES.T.astype(np.float32))
    return np.asarray(cones @ _TO_LAB.T.astype(np.float32), dtype=np.float32)


def srgb_from_oklab(lab: NDArray[np.floating]) -> Array:
    """``(..., 3)`` OKLab to sRGB in 0 to 1, clipped to what a screen shows, float32."""
    linear = (lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_CONES).T
    linear = linear.clip(0, 1)
    encoded = np.where(linear <= _LINEAR_BELOW, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(encoded, dtype=np.float32)


def oklab_from_lch(lightness: float, chroma: float, hue: float) -> Array:
    """OKLab of a lightness, a chroma and a hue in radians, ``(3,)``."""
    return np.array([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], dtype=np.float32)


THUMBNAIL: Final = 32
HUES: Final = 12
COLOUR_FEATURES: Final = 12 + HUES + 3
_BACKGROUND_DISTANCE: Final = 0.07
_GREY: Final = 0.04


def colour_features(picture: Image.Image) -> Array:
    """Colour features of the garment in a picture, ``(COLOUR_FEATURES,)`` of unit length.

    Pixels that look like the picture's border are background, the others are the garment. The features are its mean colour, its hue as
    a direction (of the angle and of twice the angle, so that opposite hues differ from neighbouring ones), its spread, and a histogram of
    hues weighted by chroma, with three bins for greys. The first entry is constant before normalising, so that the length of the others
    is not lost.
    """
    lab = oklab_from_srgb(np.asarray(picture.resize((THUMBNAIL, THUMBNAIL), Image.Resampling.BOX)))
    border = np.concatenate([lab[0], lab[-1], lab[:, 0], lab[:, -1]])
    distance = np.linalg.norm(lab - np.median(border, axis=0), axis=-1)
    garment = distance > _BACKGROUND_DISTANCE
    if garment.mean() < 0.02:  # noqa: PLR2004 - a garment of its background's colour: look at the middle
        garment = np.zeros_like(garment)
        garment[THUMBNAIL // 4 : -THUMBNAIL // 4, THUMBNAIL // 4 : -THUMBNAIL // 4] = True
    lightness, a, b = lab[garment].T
    chroma, hue = np.hypot(a, b), np.arctan2(b, a)
    weight = chroma / (chroma + _GREY)
    bins = (hue / (2 * np.pi) * HUES).round().astype(int) % HUES
    hues = np.bincount(bins, weights=weight, minlength=HUES) / len(hue)
    greys = np.bincount((lightness * 2.999).astype(int).clip(0, 2), weights=1 - weight, minlength=3) / len(hue)
    mean_a, mean_b = float(a.mean()), float(b.mean())
    mean_chroma, mean_hue = float(np.hypot(mean_a, mean_b)), float(np.arctan2(mean_b, mean_a))
    vivid = mean_chroma / (mean_chroma + _GREY)
    summary = [
        1.0, 2 * (float(lightness.mean()) - 0.6), 6 * mean_a, 6 * mean_b, 6 * mean_chroma,
        vivid, vivid * np.cos(mean_hue), vivid * np.sin(mean_hue),
        vivid * np.cos(2 * mean_hue), vivid * np.sin(2 * mean_hue), 4 * float(lightness.std()), 6 * float(chroma.std()),
    ]  # fmt: skip
    features = np.concatenate([summary, hues, greys]).astype(np.float32)
    return features / np.linalg.norm(features)
