"""Perceptual colours."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from models.encoders.colour import COLOUR_FEATURES, colour_features, oklab_from_srgb, srgb_from_oklab

Picture = Callable[..., bytes]


def features(data: bytes) -> np.ndarray:
    """The colour block of a picture."""
    return np.asarray(colour_features(Image.open(io.BytesIO(data))))


def test_oklab_and_back() -> None:
    """Every byte returns to where it was."""
    pixels = np.random.default_rng(0).integers(0, 256, (200, 3), dtype=np.uint8)
    np.testing.assert_allclose(srgb_from_oklab(oklab_from_srgb(pixels)) * 255, pixels, atol=0.5)


@pytest.mark.parametrize(
    ("srgb", "lab"),
    [((255, 255, 255), (1, 0, 0)), ((0, 0, 0), (0, 0, 0)), ((255, 0, 0), (0.628, 0.225, 0.126)), ((0, 0, 255), (0.452, -0.032, -0.312))],
)
def test_oklab_is_the_published_one(srgb: tuple[int, int, int], lab: tuple[float, float, float]) -> None:
    """White, black and the primaries have their published values."""
    np.testing.assert_allclose(oklab_from_srgb(np.array(srgb, dtype=np.uint8)), lab, atol=1e-3)


def test_features_are_of_unit_length(picture: Picture) -> None:
    """For any picture, also one whose garment has the colour of its background."""
    for shown in (picture(), picture("white", "white"), picture("black", "black")):
        assert features(shown).shape == (COLOUR_FEATURES,)
        assert np.linalg.norm(features(shown)) == pytest.approx(1, abs=1e-5)


def test_the_nearer_hue_is_the_more_alike(picture: Picture) -> None:
    """Red is more similar to orange than to green, and to green than to grey."""
    red, orange, green = (features(picture(colour)) for colour in ("#c03030", "#c06030", "#30a050"))
    assert red @ orange > red @ green + 0.1


def test_the_background_does_not_matter(picture: Picture) -> None:
    """The same garment on another wall is more alike than another garment on the same wall."""
    here, there, other = (features(picture(*colours)) for colours in (("#c03030", "white"), ("#c03030", "#c8d0d8"), ("#3050c0", "white")))
    assert here @ there > 0.99
    assert here @ other < 0.6


def test_light_and_dark_differ(picture: Picture) -> None:
    """Dark and light garments of one hue differ, and so do greys."""
    for light, dark in (("#e0a0a0", "#601010"), ("#d0d0d0", "#202020")):
        assert features(picture(light)) @ features(picture(dark)) < 0.9
