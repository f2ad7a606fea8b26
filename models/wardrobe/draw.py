"""Draws a garment from its latents: shape, colour, pattern, cloth, shading, on a background that varies.

Shape legend: S = side of the picture in pixels.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from models.encoders.colour import oklab_from_lch, srgb_from_oklab
from models.wardrobe.garments import Silhouette

SIDE: Final = 128
_OVERSAMPLE: Final = 2
_DARKEST, _LIGHTEST, _VIVID = 0.34, 0.86, 0.17  # OKLab lightness of -1 and 1, and chroma of 1

Array = NDArray[np.float32]

_Y, _X = (axis.astype(np.float32) for axis in np.mgrid[0:SIDE, 0:SIDE])


@dataclass(frozen=True, kw_only=True)
class Appearance:
    """The visible properties of one item; ``hue`` in radians, ``chroma`` 0 to 1, ``lightness`` -1 to 1."""

    silhouette: Silhouette
    texture: str
    pattern: str
    hue: float
    chroma: float
    lightness: float


def draw(appearance: Appearance, rng: np.random.Generator) -> bytes:
    """One picture, S x S, as JPEG bytes; deterministic in ``rng``."""
    cloth_SS, seams_SS = _masks(appearance.silhouette, rng)
    lightness = _DARKEST + (appearance.lightness + 1) / 2 * (_LIGHTEST - _DARKEST)
    colour = oklab_from_lch(lightness, _VIVID * appearance.chroma, appearance.hue)
    lab = np.broadcast_to(colour, (SIDE, SIDE, 3)).copy()
    motif_SS = _pattern(appearance.pattern, rng)
    lab[..., 0] += motif_SS * (0.22 if lightness < 0.6 else -0.22)  # noqa: PLR2004 - the middle of the range
    lab[..., 1:] *= 1 - 0.35 * motif_SS[..., None]
    light_SS = 0.05 * (1 - 2 * _X / SIDE) + _texture(appearance.texture, rng) - 0.16 * seams_SS
    lab[..., 0] = (lab[..., 0] + light_SS).clip(0.1, 0.97)
    garment = srgb_from_oklab(lab)
    scene = _background(rng) * (1 - 0.22 * np.roll(cloth_SS, (3, 3), (0, 1)))[..., None]
    pixels = scene * (1 - cloth_SS[..., None]) + garment * cloth_SS[..., None]
    pixels += np.asarray(rng.normal(0, 0.008, pixels.shape), dtype=np.float32)
    buffer = io.BytesIO()
    Image.fromarray((pixels.clip(0, 1) * 255).astype(np.uint8)).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def _masks(silhouette: Silhouette, rng: np.random.Generator) -> tuple[Array, Array]:
    """Masks of the cloth and of the seams and knobs drawn on it, each ``(S, S)`` in 0 to 1."""
    side = SIDE * _OVERSAMPLE
    width, height = rng.uniform(0.86, 1.0, 2) * side
    left, top = rng.uniform(0, side - width), rng.uniform(0, side - height)
    cloth, seams = outlined(
        silhouette, (left, top, width, height), side, Strokes(edge=150, edge_width=2, ring=7, seam=255, seam_width=3, knob=5)
    )
    return _shrink(cloth), _shrink(seams)


class Strokes(NamedTuple):
    """How a garment's lines are drawn: grey values of its edge and its seams; widths, and the radius of a knob, in pixels."""

    edge: int
    edge_width: int
    ring: int
    seam: int
    seam_width: int
    knob: int


def outlined(
    silhouette: Silhouette, box: tuple[float, float, float, float], side: int, strokes: Strokes
) -> tuple[Image.Image, Image.Image]:
    """Draw a garment's cloth, and its edge, seams and knobs, each as a grey picture of ``side`` pixels.

    Args:
        box: left, top, width and height of where it lies, in pixels.
    """
    left, top, width, height = box
    cloth, seams = Image.new("L", (side, side)), Image.new("L", (side, side))
    on_cloth, on_seams = ImageDraw.Draw(cloth), ImageDraw.Draw(seams)
    for shape in silhouette.shapes:
        points = [(left + x * width, top + y * height) for x, y in shape.points]
        match shape.kind:
            case "body":
                on_cloth.polygon(points, fill=255)
                on_seams.line([*points, points[0]], fill=strokes.edge, width=strokes.edge_width)
            case "cut":
                on_cloth.polygon(points, fill=0)
            case "oval":
                on_cloth.ellipse(points, fill=255)
            case "hole":
                on_cloth.ellipse(points, fill=0)
            case "ring":
                on_cloth.ellipse(points, outline=255, width=strokes.ring)
            case "seam":
                on_seams.line(points, fill=strokes.seam, width=strokes.seam_width)
            case _:
                (x, y), knob = points[0], strokes.knob
                on_seams.ellipse((x - knob, y - knob, x + knob, y + knob), fill=255)
    return cloth, seams


def _shrink(mask: Image.Image) -> Array:
    return np.asarray(mask.resize((SIDE, SIDE), Image.Resampling.BOX), dtype=np.float32) / np.float32(255)


def _pattern(name: str, rng: np.random.Generator) -> Array:
    """Mask of a pattern's second colour, ``(S, S)`` in 0 to 1."""
    period = rng.uniform(11, 16)
    dx, dy = rng.uniform(0, period, 2)
    x, y = (_X + dx) % period / period, (_Y + dy) % period / period
    match name:
        case "stripes":
            return np.asarray(y < 0.4, dtype=np.float32)  # noqa: PLR2004 - share of the period
        case "dots":
            return np.asarray((x - 0.5) ** 2 + (y - 0.5) ** 2 < 0.07, dtype=np.float32)  # noqa: PLR2004
        case "check":
            return np.asarray(((x < 0.35).astype(np.float32) + (y < 0.35)) / 2, dtype=np.float32)  # noqa: PLR2004
        case "floral":
            angle = np.arctan2(y - 0.5, x - 0.5)
            radius = np.hypot(x - 0.5, y - 0.5)
            return np.asarray((radius < 0.28 + 0.16 * np.cos(5 * angle)) & (radius > 0.09), dtype=np.float32)  # noqa: PLR2004
        case _:
            return np.zeros((SIDE, SIDE), dtype=np.float32)


def _texture(name: str, rng: np.random.Generator) -> Array:  # noqa: PLR0911 - one cloth after the other
    """Lightness that the cloth's texture adds, ``(S, S)``."""
    shift = rng.uniform(0, 20)
    match name:
        case "weave":
            return np.asarray(0.05 * (np.sin(_X * 1.05) + np.sin(_Y * 1.05)), dtype=np.float32)
        case "sheen":
            return np.asarray(0.13 * np.sin((_X + _Y * 0.6 + shift) / 7), dtype=np.float32)
        case "twill":
            return np.asarray(0.07 * np.sign(np.sin((_X + _Y) * 0.75)), dtype=np.float32)
        case "speckle":
            coarse = rng.normal(0, 1, (SIDE // 4, SIDE // 4)).repeat(4, 0).repeat(4, 1)
            return np.asarray(0.075 * coarse, dtype=np.float32)
        case "gloss":
            spot = np.exp(-((_X - SIDE * 0.4) ** 2) / 160 - ((_Y - SIDE * 0.45) ** 2) / 2500)
            edge = np.exp(-((_X - SIDE * 0.66) ** 2) / 40)
            return np.asarray(0.28 * spot + 0.12 * edge - 0.04, dtype=np.float32)
        case "ribs":
            return np.asarray(0.08 * np.sin(_Y * 0.8 + 0.9 * np.abs((_X + shift) % 16 - 8)), dtype=np.float32)
        case "quilt":
            return np.asarray(0.15 * np.abs(np.sin((_Y + shift) / 6)) - 0.09, dtype=np.float32)
        case _:
            return np.zeros((SIDE, SIDE), dtype=np.float32)


def _background(rng: np.random.Generator) -> Array:
    """A light wall that darkens to one side, sRGB ``(S, S, 3)``."""
    wall = rng.uniform(0.86, 1.0) + rng.uniform(-0.025, 0.025, 3)
    slope = rng.uniform(-0.07, 0.07, 2)
    fall = (_X / SIDE - 0.5) * slope[0] + (_Y / SIDE - 0.5) * slope[1]
    return np.asarray((wall + fall[..., None]).clip(0, 1), dtype=np.float32)
