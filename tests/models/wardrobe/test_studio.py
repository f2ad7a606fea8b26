"""The large pictures of the demo's garments."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from models.wardrobe.catalogue import dress_up
from models.wardrobe.draw import draw
from models.wardrobe.garments import CATEGORIES
from models.wardrobe.studio import SIDE, photograph

GARMENTS, _ = dress_up(120, np.random.default_rng(3))


def shown(picture: bytes, side: int = 32) -> np.ndarray:
    """The pixels of a picture, ``(side, side, 3)`` in 0 to 1."""
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB").resize((side, side)), dtype=np.float32) / 255


def test_a_picture_is_large_light_and_the_same_every_time() -> None:
    """640 pixels a side, some 50 kB at most."""
    pictures = [photograph(GARMENTS[0].appearance, np.random.default_rng(1)) for _ in range(2)]
    assert pictures[0] == pictures[1]
    assert Image.open(io.BytesIO(pictures[0])).size == (SIDE, SIDE)
    assert max(len(photograph(garment.appearance, np.random.default_rng(1))) for garment in GARMENTS[::10]) < 60_000


@pytest.mark.parametrize("category", [category.name for category in CATEGORIES])
def test_it_shows_the_colour_that_the_small_one_shows(category: str) -> None:
    """As what a model learns of one must hold of the other: in the middle of a plain garment."""
    garment = next(one for one in GARMENTS if one.category.name == category)
    plain = garment.appearance.__class__(
        silhouette=garment.silhouette, texture="plain", pattern="plain", hue=garment.hue, chroma=garment.chroma, lightness=garment.lightness
    )
    large, small = shown(photograph(plain, np.random.default_rng(1))), shown(draw(plain, np.random.default_rng(1)))
    coloured = [pixels[np.abs(pixels - pixels[0, 0]).sum(-1) > 0.3] for pixels in (large, small)]
    assert np.abs(np.median(coloured[0], axis=0) - np.median(coloured[1], axis=0)).max() < 0.12


def test_cloth_has_threads_and_a_shoe_its_heel() -> None:
    """Seen from near: neighbouring pixels of plain cotton differ; and nothing of the ground is between a loafer and its heel."""
    cotton = next(one for one in GARMENTS if (one.appearance.texture, one.appearance.pattern) == ("plain", "plain"))
    near = np.asarray(Image.open(io.BytesIO(photograph(cotton.appearance, np.random.default_rng(1)))).convert("L"), dtype=np.float32)
    middle = near[SIDE // 2 - 40 : SIDE // 2 + 40, SIDE // 2 - 40 : SIDE // 2 + 40]
    assert np.abs(np.diff(middle, axis=1)).mean() > 1
    loafer = next(one for one in GARMENTS if "loafers" in one.silhouette.words)
    pixels = shown(photograph(loafer.appearance, np.random.default_rng(1)), SIDE)
    heel = pixels[int(0.6 * SIDE) : int(0.73 * SIDE), int(0.25 * SIDE)]
    assert (np.abs(heel - pixels[0, 0]).sum(-1) > 0.2).all()


def test_the_ground_is_pale_and_the_same_in_all() -> None:
    """So that pieces stand side by side as one look."""
    corners = np.stack([shown(photograph(garment.appearance, np.random.default_rng(1)))[0, 0] for garment in GARMENTS[::20]])
    assert corners.min() > 0.85
    assert np.ptp(corners, axis=0).max() < 0.02
