"""Colour as people compare it: sRGB to OKLab and back (Björn Ottosson, 2020).

Lightness is 0 to 1; a and b span hue and chroma, where vivid colours reach a chroma of about 0.25.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_TO_CONES: Final = np.array(
    [[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566], [0.0883024619, 0.2817188376, 0.6299787005]]
)
_TO_LAB: Final = np.array(
    [[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099], [0.0259040371, 0.7827717662, -0.8086757660]]
)
_TO_LINEAR: Final = np.where(
    np.arange(256) / 255 <= 0.04045, np.arange(256) / 255 / 12.92, ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4
).astype(np.float32)


def oklab_from_srgb(pixels: NDArray[np.uint8]) -> Array:
    """``(..., 3)`` bytes to OKLab, float32."""
    cones = np.cbrt(_TO_LINEAR[pixels] @ _TO_CONES.T.astype(np.float32))
    return np.asarray(cones @ _TO_LAB.T.astype(np.float32), dtype=np.float32)


def srgb_from_oklab(lab: NDArray[np.floating]) -> Array:
    """``(..., 3)`` OKLab to sRGB in 0 to 1, clipped to what a screen shows, float32."""
    linear = (lab @ np.linalg.inv(_TO_LAB).T) ** 3 @ np.linalg.inv(_TO_CONES).T
    linear = linear.clip(0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    return np.asarray(encoded, dtype=np.float32)


def oklab_from_lch(lightness: float, chroma: float, hue: float) -> Array:
    """OKLab of a lightness, a chroma and a hue in radians, ``(3,)``."""
    return np.array([lightness, chroma * np.cos(hue), chroma * np.sin(hue)], dtype=np.float32)
