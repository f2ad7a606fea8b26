"""The large pictures of the demo's garments."""

from __future__ import annotations

import io
from itertools import combinations

import numpy as np
import pytest
from PIL import Image

from models.encoders.colour import oklab_from_srgb
from models.wardrobe.catalogue import dress_up
from models.wardrobe.cuts import CUTS
from models.wardrobe.draw import draw
from models.wardrobe.garments import CATEGORIES
from models.wardrobe.studio import SIDE, Laid, photograph
from models.wardrobe.tailoring import smooth

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
def test_it_shows_the_hue_and_lightness_that_the_small_one_shows(category: str) -> None:
    """As what a model learns of one must hold of the other: in the middle of a plain garment. Only the dye is less vivid."""
    garment = next(one for one in GARMENTS if one.category.name == category and one.chroma > 0.5)
    plain = garment.appearance.__class__(
        silhouette=garment.silhouette, texture="plain", pattern="plain", hue=garment.hue, chroma=garment.chroma, lightness=garment.lightness
    )
    large, small = shown(photograph(plain, np.random.default_rng(1))), shown(draw(plain, np.random.default_rng(1)))
    coloured = [np.median(pixels[np.abs(pixels - pixels[0, 0]).sum(-1) > 0.3], axis=0) for pixels in (large, small)]
    (light, *dye), (same_light, *vivid) = (oklab_from_srgb((255 * colour).astype(np.uint8)) for colour in coloured)
    assert abs(light - same_light) < 0.08
    assert abs(np.angle(complex(*dye) / complex(*vivid))) < 0.25
    assert np.hypot(*dye) > 0.04


def test_every_garment_is_cut_within_its_picture() -> None:
    """Each silhouette has a cut, nothing of which lies outside; and the garments of a category do not look the same."""
    words = [silhouette.words[0] for category in CATEGORIES for silhouette in category.silhouettes]
    assert {*words} == {*CUTS}
    for cut in CUTS.values():
        points = np.array([point for part in (*cut.parts, *cut.lines) for point in getattr(part, "outline", getattr(part, "points", ()))])
        assert points.min() > 0.01
        assert points.max() < 0.99
    for category in CATEGORIES:
        covered = [Laid.out(CUTS[silhouette.words[0]], np.random.default_rng(0)).cloth_SS > 0.5 for silhouette in category.silhouettes]
        assert all((one ^ other).mean() > 0.003 for one, other in combinations(covered, 2)), category.name


def test_a_line_is_round_but_at_its_corners() -> None:
    """Through every point; and where a corner is marked it turns there and nowhere else."""
    square = ((0.2, 0.2, "corner"), (0.8, 0.2, "corner"), (0.8, 0.8, "corner"), (0.2, 0.8, "corner"))
    line = np.array(smooth(square, closed=True))
    assert ((line == 0.2) | (line == 0.8)).any(axis=1).all()
    circle = [(0.5 + 0.3 * np.cos(angle), 0.5 + 0.3 * np.sin(angle)) for angle in np.linspace(0, 2 * np.pi, 8, endpoint=False)]
    assert np.ptp(np.hypot(*(np.array(smooth(circle, closed=True)) - 0.5).T)) < 0.01
    assert smooth(circle, closed=False)[-1] == pytest.approx(circle[-1])


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
