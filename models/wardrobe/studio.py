"""Photographs a garment for a shop's page: its parts one over the other, folds, stitches, threads and soft light on a pale ground.

What can be told from a picture by ``draw`` can be told from these: the same garments, hues, patterns and cloths, five times as large.

Shape legend: S = side of the picture in pixels · H = of what light falls on, half of it.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from models.encoders.colour import oklab_from_lch, srgb_from_oklab
from models.wardrobe.cuts import CUTS
from models.wardrobe.draw import Appearance
from models.wardrobe.tailoring import Cut, Part, Point

SIDE: Final = 640
_UNIT: Final = SIDE / 128  # of the periods of cloths, which are those of ``draw``
_HALF: Final = SIDE // 2
_DARKEST, _LIGHTEST = 0.34, 0.86  # as in ``draw``
_DEEP, _PALE = 0.135, 0.085
"""Chroma of 1 in the darkest and in the lightest cloth: dyes, not lamps."""
_QUALITY: Final = 82
_FINE: Final = 2  # outlines are drawn so many times as large
_COARSE: Final = SIDE // 8  # what is wide is blurred at, with fractions, as its slope is what is seen
_LIGHT_RANGE: Final = (0.1, 0.97)
_LIGHTS: Final = 1024
_MOTIFS: Final = 33
_THREAD: Final = np.float32(2 * np.pi / 5)  # a thread is five pixels wide
_FALLS: Final = {"sheen": 1.3, "gloss": 1.2, "plain": 0.9, "ribs": 0.8, "weave": 0.8, "speckle": 0.6, "twill": 0.7, "quilt": 0.5}
"""How deep a cloth's folds are."""
_OTHER: Final = {
    "sole": (0.92, 0.012, 1.4),
    "heel": (0.3, 0.025, 1.0),
    "cord": (0.93, 0.012, 1.4),
    "metal": (0.76, 0.075, 1.45),
    "wood": (0.64, 0.07, 1.15),
}
"""Lightness, chroma and hue of what is no cloth."""
_STUFFS: Final = ("cloth", "rib", "band", "inside", "knob", *_OTHER)
_KNOB: Final = 7.5  # pixels
_NEAR, _WIDE = 4, 11
"""How far the edges of parts are rounded, in half pixels: a little, and more."""

Array = NDArray[np.float32]

_Y, _X = (axis.astype(np.float32) / np.float32(_UNIT) for axis in np.ogrid[0:SIDE, 0:SIDE])
_WALL_SS: Final = 0.975 - 0.035 * ((_X - 64) ** 2 + (_Y - 60) ** 2) / 90**2
_WARM: Final = np.array([1.0, 0.993, 0.982], dtype=np.float32)


def photograph(appearance: Appearance, rng: np.random.Generator) -> bytes:
    """One picture, S x S, as JPEG bytes; deterministic in ``rng``."""
    laid = Laid.out(CUTS[appearance.silhouette.words[0]], rng)
    share = (appearance.lightness + 1) / 2
    lightness, chroma = _DARKEST + share * (_LIGHTEST - _DARKEST), appearance.chroma * (_DEEP + share * (_PALE - _DEEP))
    colours = _stuffs(lightness, chroma, appearance.hue)
    folds_HH = _FALLS[appearance.texture] * _folds(laid.cloth_SS, rng)
    folds_SS = _enlarged(folds_HH)
    is_cloth_SS = laid.stuff_SS == 0
    motif_SS = _pattern(appearance.pattern, folds_SS, rng) * is_cloth_SS
    light_SS = _light(laid, folds_HH) + _texture(appearance.texture, folds_SS, rng) * (laid.stuff_SS < _STUFFS.index("knob"))
    light_SS += motif_SS * (0.2 if lightness < 0.6 else -0.2)  # noqa: PLR2004 - the middle of the range
    light_SS -= laid.lines_SS
    light_SS += np.array([colour[0] for colour in colours], dtype=np.float32)[laid.stuff_SS]
    table_KC = _colours(colours)
    row_SS = np.where(is_cloth_SS, _place(motif_SS, 0, 1, _MOTIFS), laid.stuff_SS + (_MOTIFS - 1))
    wanted_SS = row_SS * _LIGHTS + _place(light_SS, *_LIGHT_RANGE, _LIGHTS)
    wall_SS = _ground(laid.cloth_SS)
    pixels = np.empty((SIDE, SIDE, 3), dtype=np.uint8)
    for channel, warm in enumerate(_WARM):
        seen_SS = wall_SS * warm
        seen_SS += (table_KC[:, channel].take(wanted_SS) - seen_SS) * laid.cloth_SS
        pixels[..., channel] = seen_SS * 255
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=_QUALITY)
    return buffer.getvalue()


def _stuffs(lightness: float, chroma: float, hue: float) -> list[tuple[float, float, float]]:
    """Lightness, chroma and hue of each of ``_STUFFS`` in a garment of some colour."""
    dark = lightness < 0.55  # noqa: PLR2004 - where a lighter tone is seen better than a darker one
    tones = (0.0, 0.05 if dark else -0.06, -0.14 if dark else -0.3, -0.32 * lightness, 0.3 if dark else -0.3)
    return [*((lightness + tone, chroma, hue) for tone in tones), *_OTHER.values()]


@dataclass(frozen=True, eq=False, slots=True)
class Laid:
    """A garment that is laid out.

    Attributes:
        cloth_SS: what it covers, 0 to 1. stuff_SS: what is seen there, a place in ``_STUFFS``.
        height_HH: how high it lies. hollow_HH: where one part lies in the shadow of another.
        lines_SS: how much darker seams, stitches and the edges of buttons are.
    """

    cloth_SS: Array
    stuff_SS: NDArray[np.intp]
    height_HH: Array
    hollow_HH: Array
    lines_SS: Array

    @classmethod
    def out(cls, cut: Cut, rng: np.random.Generator) -> Laid:
        """Lay a garment out; a little wider or narrower each time."""
        width, height = rng.uniform(0.88, 0.94, 2)
        left, top = (1 - width) / 2, (1 - height) / 2

        def place(points: tuple[Point, ...], side: int) -> list[Point]:
            return [((left + x * width) * side, (top + y * height) * side) for x, y in points]

        whole, stuff = Image.new("L", (SIDE * _FINE, SIDE * _FINE)), Image.new("L", (SIDE, SIDE))
        height_HH, hollow_HH = np.zeros((_HALF, _HALF), dtype=np.float32), np.zeros((_HALF, _HALF), dtype=np.float32)
        for order, part in enumerate(cut.parts):
            _paint(whole, part, place(part.outline, SIDE * _FINE), 255, SIDE * _FINE)
            _paint(stuff, part, place(part.outline, SIDE), _STUFFS.index(part.stuff))
            across, down = _window(part, place(part.outline, _HALF))
            seen = Image.new("L", (2 * (across.stop - across.start), 2 * (down.stop - down.start)))
            _paint(seen, part, [(x - 2 * across.start, y - 2 * down.start) for x, y in place(part.outline, SIDE)], 255)
            mask = seen.reduce(2)
            inside, mask_HH, near_HH, wide_HH = part.stuff == "inside", _values(mask), _blurred(mask, _NEAR), _blurred(mask, _WIDE)
            heights, hollows = height_HH[down, across], hollow_HH[down, across]
            heights += ((0.1 if inside else 1.0) * (0.3 + 0.012 * order + 0.35 * near_HH + 0.6 * wide_HH) - heights) * mask_HH
            hollows += ((0.5 if inside else 0.0) - hollows) * mask_HH
            if order:
                np.maximum(hollows, near_HH * (1 - mask_HH), out=hollows)
        creases, lines = Image.new("L", (SIDE, SIDE)), Image.new("L", (SIDE * _FINE, SIDE * _FINE))
        on_creases, on_lines = ImageDraw.Draw(creases), ImageDraw.Draw(lines)
        for line in cut.lines:
            if line.stroke == "crease":
                on_creases.line(place(line.points, SIDE), fill=255, width=9, joint="curve")
            elif line.stroke == "seam":
                on_lines.line(place(line.points, SIDE * _FINE), fill=200, width=3, joint="curve")
            else:
                for one, other in _stitched(place(line.points, SIDE * _FINE)):
                    on_lines.line([one, other], fill=235, width=3)
        height_HH -= 0.3 * _blurred(creases.reduce(2), 3.5)
        on_stuff = ImageDraw.Draw(stuff)
        for x, y in place(cut.knobs, SIDE):
            on_stuff.ellipse((x - _KNOB, y - _KNOB, x + _KNOB, y + _KNOB), fill=_STUFFS.index("knob"))
            on_lines.ellipse([_FINE * (at + by * (_KNOB + 1)) for by in (-1, 1) for at in (x, y)], outline=230, width=4)
            for hole in (-2.2, 2.2):
                on_lines.ellipse([_FINE * at for at in (x + hole - 1.3, y - 1.3, x + hole + 1.3, y + 1.3)], fill=255)
        cloth_SS = _values(whole.reduce(_FINE))
        return cls(cloth_SS, np.asarray(stuff, dtype=np.intp), height_HH, hollow_HH, 0.17 * _values(lines.reduce(_FINE)))


def _paint(picture: Image.Image, part: Part, points: list[Point], value: int, side: int = SIDE) -> None:
    on = ImageDraw.Draw(picture)
    if part.width is None:
        on.polygon(points, fill=value)
    else:
        on.line(points, fill=value, width=max(1, round(part.width * side)), joint="curve")


def _window(part: Part, points: list[Point]) -> tuple[slice, slice]:
    """Where a part, and what blurs reach around it, lies across and down, in half pixels."""
    reach = 3 * _WIDE + (part.width or 0) * _HALF
    low, high = np.floor(np.min(points, axis=0) - reach).astype(int), np.ceil(np.max(points, axis=0) + reach).astype(int)
    (left, top), (right, bottom) = low.clip(0, _HALF).tolist(), high.clip(0, _HALF).tolist()
    return slice(left, right), slice(top, bottom)


def _stitched(points: list[Point]) -> list[tuple[Point, Point]]:
    """The stitches along a line: of every two pieces of some pixels the first."""
    path = np.array(points)
    along = np.concatenate([[0.0], np.hypot(*np.diff(path, axis=0).T).cumsum()])
    places = np.arange(0, along[-1], 7.0 * _FINE)[:, None] + [0, 4.5 * _FINE]
    ends = np.stack([np.interp(places.clip(max=along[-1]), along, path[:, axis]) for axis in (0, 1)], axis=-1)
    return [((float(a[0]), float(a[1])), (float(b[0]), float(b[1]))) for a, b in ends]


def _colours(stuffs: list[tuple[float, float, float]]) -> Array:
    """Each stuff in all its lights as sRGB, ``(K, 3)``.

    Cloth comes first, as it is and up to where all is the pattern's second colour, which is less vivid.
    """
    fades = [*((fade, *stuffs[0][1:]) for fade in np.linspace(1, 0.65, _MOTIFS)), *((1.0, *stuff[1:]) for stuff in stuffs[1:])]
    lab_MLC = np.empty((len(fades), _LIGHTS, 3))
    lab_MLC[..., 0] = np.linspace(*_LIGHT_RANGE, _LIGHTS)
    lab_MLC[..., 1:] = np.stack([fade * oklab_from_lch(0, chroma, hue)[1:] for fade, chroma, hue in fades])[:, None]
    return srgb_from_oklab(lab_MLC).reshape(-1, 3)


def _place(value_SS: Array, low: float, high: float, steps: int) -> NDArray[np.int32]:
    """Which of so many equal steps from low to high each is nearest to."""
    return np.asarray((value_SS.clip(low, high) - low) * ((steps - 1) / (high - low)) + 0.5, dtype=np.int32)


def _folds(cloth_SS: Array, rng: np.random.Generator) -> Array:
    """How the cloth lies, ``(H, H)`` around 0: folds downwards, wide and narrow, less towards its edges."""
    wide, narrow = rng.normal(0, 1, (4, 10)), rng.normal(0, 0.4, (5, 24))
    inside_HH = _softly(cloth_SS, 22, _HALF)
    return (_enlarged(wide, _HALF) + _enlarged(narrow, _HALF)) * inside_HH * inside_HH


def _light(laid: Laid, folds_HH: Array) -> Array:
    """Lightness that lamps from above on the left add, ``(S, S)``: of rounded parts, and of the folds; less in hollows."""
    down, across = np.gradient(laid.height_HH + folds_HH)
    slope_HH = np.float32(0.275) * down + np.float32(0.425) * across  # a step is two pixels
    edge_HH = 1 - _softly(laid.cloth_SS, 18, _HALF)
    light_HH = 0.13 * np.tanh(15 * slope_HH) - 0.17 * laid.hollow_HH - 0.07 * edge_HH
    return np.asarray(_enlarged(light_HH) + (0.04 + 0.03 * (1 - _Y / 64)), dtype=np.float32)


def _pattern(name: str, folds_SS: Array, rng: np.random.Generator) -> Array:
    """Mask of a pattern's second colour, ``(S, S)`` in 0 to 1; it follows the folds."""
    if name == "plain":
        return np.zeros((SIDE, SIDE), dtype=np.float32)
    period = rng.uniform(7.5, 11)
    dx, dy = rng.uniform(0, period, 2)
    down_SS = (_Y + dy + 0.4 * folds_SS) / period
    across_SS, row_SS = (_X + dx + 0.7 * folds_SS) / period, np.floor(down_SS)
    if name in {"dots", "floral"}:
        across_SS += 0.5 * row_SS  # every other row by half a motif
    x, y = across_SS - np.floor(across_SS), down_SS - row_SS
    soft = np.float32(period * _UNIT / 3)
    match name:
        case "stripes":
            return _edge(np.minimum(y, 0.4 - y), soft)
        case "dots":
            return _edge(0.2 - np.hypot(x - 0.5, y - 0.5), soft)
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
            light = 0.016 * (np.sin(_X * 2.1) + np.sin(_Y * 2.1)) + 0.022 * np.sin(x) * np.sin(y) + 0.014 * fine_SS
        case "sheen":
            light = 0.11 * np.sin((_X + _Y * 0.6 + shift + 3 * folds_SS) / 7) + 0.008 * fine_SS
        case "twill":
            light = 0.055 * np.sin((_X + _Y) * 1.2) + 0.02 * np.sin(x + y) + 0.016 * fine_SS
        case "speckle":
            light = 0.018 * _grain(4.0, rng) + 0.022 * _grain(2.0, rng) + 0.02 * fine_SS
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


def _ground(cloth_SS: Array) -> Array:
    """How light a pale studio is, ``(S, S)``, with the garment's soft shadow, darker where it touches."""
    shadow_SS = 0.14 * np.roll(_softly(cloth_SS, 26), (20, 8), (0, 1))
    shadow_SS += 0.2 * np.roll(_softly(cloth_SS, 9), (7, 3), (0, 1))
    return np.asarray(_WALL_SS * (1 - shadow_SS), dtype=np.float32)


def _softly(mask_SS: Array, radius: float, side: int = SIDE) -> Array:
    """Blurred widely, a square of ``side`` pixels; without steps, as its slope is what is lit."""
    small = np.asarray(Image.fromarray(mask_SS).resize((_COARSE, _COARSE), Image.Resampling.BOX))
    apart = np.subtract.outer(np.arange(_COARSE), np.arange(_COARSE)) * (SIDE / _COARSE / radius)
    weights = np.exp(-(apart**2) / 2)
    weights /= weights.sum(1).max()
    return _enlarged(weights @ small @ weights, side)


def _enlarged(coarse: NDArray[np.floating], side: int = SIDE) -> Array:
    return np.asarray(Image.fromarray(coarse.astype(np.float32)).resize((side, side), Image.Resampling.BICUBIC))


def _blurred(mask: Image.Image, radius: float) -> Array:
    return _values(mask.filter(ImageFilter.GaussianBlur(radius)))


def _values(image: Image.Image) -> Array:
    return np.asarray(image, dtype=np.float32) / np.float32(255)
