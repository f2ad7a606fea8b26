"""Photographs a garment for a shop's page: folds, stitches, cloth and soft light on a pale ground, three times as large as ``draw``.

What can be told from a picture by ``draw`` can be told from these: the same silhouettes, colours, patterns and cloths.

Shape legend: S = side of the picture in pixels.
"""

from __future__ import annotations

import io
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from models.encoders.colour import oklab_from_lch, srgb_from_oklab
from models.wardrobe.draw import Appearance, Strokes, outlined
from models.wardrobe.garments import Silhouette

SIDE: Final = 400
_UNIT: Final = SIDE / 128  # of the periods of patterns and cloths, which are those of ``draw``
_DARKEST, _LIGHTEST, _VIVID = 0.34, 0.86, 0.17  # as in ``draw``
_QUALITY: Final = 86

Array = NDArray[np.float32]

_Y, _X = (axis.astype(np.float32) / np.float32(_UNIT) for axis in np.mgrid[0:SIDE, 0:SIDE])
_WALL_SS: Final = 0.975 - 0.035 * ((_X - 64) ** 2 + (_Y - 60) ** 2) / 90**2
_WARM: Final = np.array([1.0, 0.993, 0.982], dtype=np.float32)


def photograph(appearance: Appearance, rng: np.random.Generator) -> bytes:
    """One picture, S x S, as JPEG bytes; deterministic in ``rng``."""
    cloth_SS, seams_SS = _masks(appearance.silhouette, rng)
    lightness = _DARKEST + (appearance.lightness + 1) / 2 * (_LIGHTEST - _DARKEST)
    lab = np.empty((SIDE, SIDE, 3), dtype=np.float32)
    lab[:] = oklab_from_lch(lightness, _VIVID * appearance.chroma, appearance.hue)
    folds_SS = _folds(cloth_SS, rng)
    motif_SS = _pattern(appearance.pattern, folds_SS, rng)
    lab[..., 0] += motif_SS * (0.22 if lightness < 0.6 else -0.22)  # noqa: PLR2004 - the middle of the range
    lab[..., 1:] *= (1 - 0.35 * motif_SS)[..., None]
    seams = 0.16 * seams_SS - 0.07 * np.roll(seams_SS, (2, 1), (0, 1))
    lab[..., 0] = (lab[..., 0] + _light(cloth_SS, folds_SS) + _texture(appearance.texture, rng) - seams).clip(0.1, 0.97)
    pixels, there_SS = _ground(cloth_SS), cloth_SS > 0
    pixels[there_SS] += (srgb_from_oklab(lab[there_SS]) - pixels[there_SS]) * cloth_SS[there_SS, None]
    buffer = io.BytesIO()
    Image.fromarray((pixels.clip(0, 1) * 255).astype(np.uint8)).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def _masks(silhouette: Silhouette, rng: np.random.Generator) -> tuple[Array, Array]:
    """Masks of the cloth, its corners rounded, and of seams, edges and knobs; each ``(S, S)`` in 0 to 1."""
    width, height = rng.uniform(0.86, 0.94, 2) * SIDE
    left, top = (SIDE - width) / 2, (SIDE - height) / 2
    cloth, seams = outlined(silhouette, (left, top, width, height), SIDE, Strokes(edge=110, edge_width=3, ring=11, seam=230, knob=6))
    rounded_SS = ((_blurred(cloth, 3.2) - 0.5) * 5 + 0.5).clip(0, 1)
    return rounded_SS, _blurred(seams, 0.8)


def _folds(cloth_SS: Array, rng: np.random.Generator) -> Array:
    """How the cloth lies, ``(S, S)`` around 0: long folds downwards, less towards its edges."""
    coarse = rng.normal(0, 1, (5, 13)).astype(np.float32)
    image = Image.fromarray(coarse).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    inside_SS = _blurred(_image(cloth_SS), 14)
    return np.asarray(image, dtype=np.float32) * inside_SS * inside_SS


def _light(cloth_SS: Array, folds_SS: Array) -> Array:
    """Lightness that lamps from above on the left add, ``(S, S)``: of the rounded edge, and of the folds."""
    edge_SS = _blurred(_image(cloth_SS), 7)
    down, across = np.gradient(2.2 * edge_SS)
    fold_down, fold_across = np.gradient(folds_SS)
    slope = np.float32(0.7) * down + np.float32(0.5) * across + np.float32(0.3) * fold_down + np.float32(0.9) * fold_across
    return np.asarray((1.5 * slope).clip(-0.14, 0.12) + 0.03 * (1 - _Y / 64), dtype=np.float32)


def _pattern(name: str, folds_SS: Array, rng: np.random.Generator) -> Array:
    """Mask of a pattern's second colour, ``(S, S)`` in 0 to 1; it follows the folds."""
    if name == "plain":
        return np.zeros((SIDE, SIDE), dtype=np.float32)
    period = rng.uniform(11, 16)
    dx, dy = rng.uniform(0, period, 2)
    x, y = ((_X + dx + 0.7 * folds_SS) % period) / period, ((_Y + dy + 0.4 * folds_SS) % period) / period
    soft = np.float32(period * _UNIT / 3)
    match name:
        case "stripes":
            return _edge(np.minimum(y, 0.4 - y), soft)
        case "dots":
            return _edge(0.265 - np.hypot(x - 0.5, y - 0.5), soft)
        case "check":
            return np.asarray((_edge(np.minimum(x, 0.35 - x), soft) + _edge(np.minimum(y, 0.35 - y), soft)) / 2, dtype=np.float32)
        case "floral":
            angle, radius = np.arctan2(y - 0.5, x - 0.5), np.hypot(x - 0.5, y - 0.5)
            return _edge(np.minimum(0.28 + 0.16 * np.cos(5 * angle) - radius, radius - 0.09), soft)
        case _:
            msg = f"no such pattern: {name}"
            raise ValueError(msg)


def _edge(inside_SS: NDArray[np.floating], soft: np.float32) -> Array:
    return np.asarray((inside_SS * soft * 3 + 0.5).clip(0, 1), dtype=np.float32)


def _texture(name: str, rng: np.random.Generator) -> Array:  # noqa: PLR0911 - one cloth after the other
    """Lightness that the cloth's texture adds, ``(S, S)``."""
    shift = rng.uniform(0, 20)
    match name:
        case "weave":
            return np.asarray(0.035 * (np.sin(_X * 2.1) + np.sin(_Y * 2.1)), dtype=np.float32)
        case "sheen":
            return np.asarray(0.12 * np.sin((_X + _Y * 0.6 + shift) / 7), dtype=np.float32)
        case "twill":
            return np.asarray(0.055 * np.sin((_X + _Y) * 1.2), dtype=np.float32)
        case "speckle":
            coarse = Image.fromarray(rng.normal(0, 1, (SIDE // 5, SIDE // 5)).astype(np.float32))
            return 0.06 * np.asarray(coarse.resize((SIDE, SIDE), Image.Resampling.BILINEAR), dtype=np.float32)
        case "gloss":
            spot = np.exp(-((_X - 51) ** 2) / 160 - ((_Y - 58) ** 2) / 2500)
            return np.asarray(0.26 * spot + 0.12 * np.exp(-((_X - 84) ** 2) / 40) - 0.04, dtype=np.float32)
        case "ribs":
            return np.asarray(0.07 * np.sin(_Y * 1.2 + 0.9 * np.abs((_X + shift) % 12 - 6)), dtype=np.float32)
        case "quilt":
            return np.asarray(0.15 * np.sqrt(np.abs(np.sin((_Y + shift) / 6))) - 0.1, dtype=np.float32)
        case _:
            return np.zeros((SIDE, SIDE), dtype=np.float32)


def _ground(cloth_SS: Array) -> Array:
    """A pale studio with the garment's soft shadow, sRGB ``(S, S, 3)``."""
    shadow_SS = 0.16 * np.roll(_blurred(_image(cloth_SS), 12), (11, 4), (0, 1)) + 0.14 * np.roll(
        _blurred(_image(cloth_SS), 3), (3, 1), (0, 1)
    )
    return np.asarray((_WALL_SS * (1 - shadow_SS))[..., None] * _WARM, dtype=np.float32)


def _image(mask_SS: Array) -> Image.Image:
    return Image.fromarray((mask_SS * 255).astype(np.uint8))


def _blurred(image: Image.Image, radius: float) -> Array:
    return np.asarray(image.filter(ImageFilter.GaussianBlur(radius)), dtype=np.float32) / np.float32(255)
