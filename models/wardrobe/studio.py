"""Photographs a garment for a shop's page: folds, stitches, threads and soft light on a pale ground, five times as large as ``draw``.

What can be told from a picture by ``draw`` can be told from these: the same silhouettes, colours, patterns and cloths.

Shape legend: S = side of the picture in pixels.
"""

from __future__ import annotations

import io
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from models.encoders.colour import oklab_from_lch, srgb_from_oklab
from models.wardrobe.draw import Appearance, Strokes, outlined
from models.wardrobe.garments import Silhouette

SIDE: Final = 640
_UNIT: Final = SIDE / 128  # of the periods of patterns and cloths, which are those of ``draw``
_DARKEST, _LIGHTEST, _VIVID = 0.34, 0.86, 0.17  # as in ``draw``
_QUALITY: Final = 82
_STROKES: Final = Strokes(edge=100, edge_width=4, ring=18, seam=232, seam_width=4, knob=9)
_COARSE: Final = SIDE // 8  # what is wide is blurred at, with fractions, as its slope is what is seen
_LIGHT_RANGE: Final = (0.1, 0.97)
_LIGHTS: Final = 1024
_MOTIFS: Final = 33
_THREAD: Final = np.float32(2 * np.pi / 5)  # a thread is five pixels wide
_FALLS: Final = {"sheen": 1.3, "gloss": 1.2, "plain": 0.9, "ribs": 0.8, "weave": 0.8, "speckle": 0.6, "twill": 0.7, "quilt": 0.5}
"""How deep a cloth's folds are."""

Array = NDArray[np.float32]

_Y, _X = (axis.astype(np.float32) / np.float32(_UNIT) for axis in np.ogrid[0:SIDE, 0:SIDE])
_WALL_SS: Final = 0.975 - 0.035 * ((_X - 64) ** 2 + (_Y - 60) ** 2) / 90**2
_WARM: Final = np.array([1.0, 0.993, 0.982], dtype=np.float32)


def photograph(appearance: Appearance, rng: np.random.Generator) -> bytes:
    """One picture, S x S, as JPEG bytes; deterministic in ``rng``."""
    cloth_SS, touching_SS, near_SS, seams_SS = _masks(appearance.silhouette, rng)
    lightness = _DARKEST + (appearance.lightness + 1) / 2 * (_LIGHTEST - _DARKEST)
    folds_SS = _FALLS[appearance.texture] * _folds(cloth_SS, rng)
    motif_SS = _pattern(appearance.pattern, folds_SS, rng)
    light_SS = _light(cloth_SS, near_SS, folds_SS) + _texture(appearance.texture, folds_SS, rng)
    light_SS += motif_SS * (0.22 if lightness < 0.6 else -0.22)  # noqa: PLR2004 - the middle of the range
    light_SS -= 0.16 * seams_SS - 0.08 * np.roll(seams_SS, (3, 2), (0, 1))
    light_SS += lightness
    colour_KC = _colours(_VIVID * appearance.chroma, appearance.hue)
    wanted_SS = _place(motif_SS, 0, 1, _MOTIFS) * _LIGHTS + _place(light_SS, *_LIGHT_RANGE, _LIGHTS)
    wall_SS = _ground(cloth_SS, touching_SS, near_SS)
    pixels = np.empty((SIDE, SIDE, 3), dtype=np.uint8)
    for channel, warm in enumerate(_WARM):
        seen_SS = wall_SS * warm
        seen_SS += (colour_KC[:, channel].take(wanted_SS) - seen_SS) * cloth_SS
        pixels[..., channel] = seen_SS * 255
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def _colours(chroma: float, hue: float) -> Array:
    """A colour in all its lights as sRGB, as it is and up to where all is the pattern's second, which is less vivid, ``(K, 3)``."""
    fades_M, lights_L = np.linspace(1, 0.65, _MOTIFS), np.linspace(*_LIGHT_RANGE, _LIGHTS)
    lab_MLC = np.empty((_MOTIFS, _LIGHTS, 3))
    lab_MLC[..., 0] = lights_L
    lab_MLC[..., 1:] = fades_M[:, None, None] * oklab_from_lch(0, chroma, hue)[1:]
    return srgb_from_oklab(lab_MLC).reshape(-1, 3)


def _place(value_SS: Array, low: float, high: float, steps: int) -> NDArray[np.int32]:
    """Which of so many equal steps from low to high each is nearest to."""
    return np.asarray((value_SS.clip(low, high) - low) * ((steps - 1) / (high - low)) + 0.5, dtype=np.int32)


def _masks(silhouette: Silhouette, rng: np.random.Generator) -> tuple[Array, Array, Array, Array]:
    """Masks of the cloth, its corners rounded; of it blurred a little, and more; of seams, edges and knobs; each ``(S, S)`` in 0 to 1."""
    width, height = rng.uniform(0.86, 0.94, 2) * SIDE
    left, top = (SIDE - width) / 2, (SIDE - height) / 2
    cloth, seams = outlined(silhouette, (left, top, width, height), SIDE, _STROKES)
    touching_SS, near_SS = _blurred(cloth, ImageFilter.GaussianBlur(3.5)), _blurred(cloth.reduce(2), ImageFilter.GaussianBlur(3.5))
    joined_SS = (near_SS - 0.4) * 7  # parts that nearly touch, as a shoe and its heel, are one
    return (np.maximum((touching_SS - 0.5) * 5, joined_SS) + 0.5).clip(0, 1), touching_SS, near_SS, _blurred(seams, ImageFilter.BoxBlur(1))


def _folds(cloth_SS: Array, rng: np.random.Generator) -> Array:
    """How the cloth lies, ``(S, S)`` around 0: folds downwards, wide and narrow, less towards its edges."""
    wide, narrow = rng.normal(0, 1, (4, 10)), rng.normal(0, 0.4, (5, 24))
    inside_SS = _softly(cloth_SS, 22)
    return (_enlarged(wide) + _enlarged(narrow)) * inside_SS * inside_SS


def _light(cloth_SS: Array, near_SS: Array, folds_SS: Array) -> Array:
    """Lightness that lamps from above on the left add, ``(S, S)``: of the rounded edge, and of the folds; less in hollows."""
    body_SS = _softly(cloth_SS, 18)
    down, across = np.gradient(3 * body_SS + folds_SS)
    slope_SS = np.float32(0.55) * down + np.float32(0.85) * across
    hollow_SS = 1 - body_SS + 0.8 * (1 - near_SS)
    return np.asarray(0.13 * np.tanh(15 * slope_SS) - 0.09 * hollow_SS + 0.04 + 0.03 * (1 - _Y / 64), dtype=np.float32)


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
    return np.asarray((inside_SS * soft * 2 + 0.5).clip(0, 1), dtype=np.float32)


def _texture(name: str, folds_SS: Array, rng: np.random.Generator) -> Array:
    """Lightness that the cloth's texture adds, ``(S, S)``: what is seen from afar, and its threads or grain, which are seen from near."""
    shift = rng.uniform(0, 20)
    x, y = _X * np.float32(_UNIT) * _THREAD, _Y * np.float32(_UNIT) * _THREAD
    fine_SS = _grain(1.0, rng)
    match name:
        case "weave":
            light = 0.034 * (np.sin(_X * 2.1) + np.sin(_Y * 2.1)) + 0.022 * np.sin(x) * np.sin(y) + 0.014 * fine_SS
        case "sheen":
            light = 0.11 * np.sin((_X + _Y * 0.6 + shift + 3 * folds_SS) / 7) + 0.008 * fine_SS
        case "twill":
            light = 0.055 * np.sin((_X + _Y) * 1.2) + 0.02 * np.sin(x + y) + 0.016 * fine_SS
        case "speckle":
            light = 0.04 * _grain(4.0, rng) + 0.025 * _grain(2.0, rng) + 0.02 * fine_SS
        case "gloss":
            spot = np.exp(-((_X - 51) ** 2) / 160 - ((_Y - 58) ** 2) / 2500)
            light = 0.2 * spot + 0.1 * np.exp(-((_X - 84) ** 2) / 40) - 0.04 + 0.012 * _grain(2.0, rng)
        case "ribs":
            stitches = np.sin(y / 2 + 1.6 * np.abs(np.sin(x / 4)))
            light = 0.06 * np.sin(_Y * 1.2 + 0.9 * np.abs((_X + shift) % 12 - 6)) + 0.025 * stitches + 0.02 * fine_SS
        case "quilt":
            light = 0.15 * np.sqrt(np.abs(np.sin((_Y + shift) / 6))) - 0.1 + 0.008 * fine_SS
        case _:
            light = 0.014 * np.sin(x) * np.sin(y) + 0.016 * fine_SS
    return np.asarray(light, dtype=np.float32)


@cache
def _noise(size: float) -> Array:
    """Spots of some pixels' size, ``(S, S)`` around 0 with a deviation of 1; it goes on at its edges."""
    spots = np.random.default_rng(0).normal(0, 1, (SIDE, SIDE))
    there = np.fft.fftfreq(SIDE)
    kept = np.exp(-2 * (np.pi * size) ** 2 * (there[:, None] ** 2 + there**2))
    spots = np.fft.ifft2(np.fft.fft2(spots) * kept).real
    return np.asarray(spots / spots.std(), dtype=np.float32)


def _grain(size: float, rng: np.random.Generator) -> Array:
    return np.roll(_noise(size), rng.integers(0, SIDE, 2), (0, 1))


def _ground(cloth_SS: Array, touching_SS: Array, near_SS: Array) -> Array:
    """How light a pale studio is, ``(S, S)``, with the garment's soft shadow, darker where it touches."""
    shadow_SS = 0.13 * np.roll(_softly(cloth_SS, 26), (20, 8), (0, 1))
    shadow_SS += 0.12 * np.roll(near_SS, (7, 3), (0, 1))
    shadow_SS += 0.1 * np.roll(touching_SS, (3, 1), (0, 1))
    return np.asarray(_WALL_SS * (1 - shadow_SS), dtype=np.float32)


def _softly(mask_SS: Array, radius: float) -> Array:
    """Blurred widely, ``(S, S)``; without steps, as its slope is what is lit."""
    small = np.asarray(Image.fromarray(mask_SS).resize((_COARSE, _COARSE), Image.Resampling.BOX))
    apart = np.subtract.outer(np.arange(_COARSE), np.arange(_COARSE)) * (SIDE / _COARSE / radius)
    weights = np.exp(-(apart**2) / 2)
    weights /= weights.sum(1).max()
    return _enlarged(weights @ small @ weights)


def _enlarged(coarse: NDArray[np.floating]) -> Array:
    return np.asarray(Image.fromarray(coarse.astype(np.float32)).resize((SIDE, SIDE), Image.Resampling.BICUBIC))


def _blurred(image: Image.Image, blur: ImageFilter.MultibandFilter) -> Array:
    seen = image.filter(blur)
    return np.asarray(seen if seen.width == SIDE else seen.resize((SIDE, SIDE), Image.Resampling.BILINEAR), dtype=np.float32) / np.float32(
        255
    )
