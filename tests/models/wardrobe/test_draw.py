"""Pictures show what the rule reads."""

from __future__ import annotations

import io
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from models.encoders.colour import oklab_from_srgb
from models.wardrobe.draw import SIDE, Appearance, draw
from models.wardrobe.garments import CATEGORIES, PATTERNS, Silhouette

TOPS = CATEGORIES[0].silhouettes
PLAIN = Appearance(silhouette=TOPS[0], texture="plain", pattern="plain", hue=0.5, chroma=0.9, lightness=0.2)
SILHOUETTES = [silhouette for category in CATEGORIES for silhouette in category.silhouettes]


def seen(appearance: Appearance, seed: int = 0) -> NDArray[np.float32]:
    """A picture's pixels in OKLab."""
    picture = Image.open(io.BytesIO(draw(appearance, np.random.default_rng(seed))))
    assert (picture.format, picture.size) == ("JPEG", (SIDE, SIDE))
    return oklab_from_srgb(np.asarray(picture))


def middle(appearance: Appearance) -> NDArray[np.float32]:
    """The mean colour of the middle of a picture, in OKLab."""
    return np.asarray(seen(appearance)[56:72, 56:72].mean((0, 1)))


@pytest.mark.parametrize("silhouette", SILHOUETTES, ids=lambda silhouette: silhouette.words[0])
def test_every_silhouette_covers_some_of_the_picture(silhouette: Silhouette) -> None:
    """Neither nothing nor everything is cloth."""
    lab = seen(replace(PLAIN, silhouette=silhouette))
    cloth = np.hypot(lab[..., 1], lab[..., 2]) > 0.08
    assert 0.05 < cloth.mean() < 0.8


def test_silhouettes_differ() -> None:
    """No two cuts of one category are drawn alike."""
    for category in CATEGORIES:
        masks = [
            np.hypot(*np.moveaxis(seen(replace(PLAIN, silhouette=silhouette))[..., 1:], -1, 0)) > 0.08
            for silhouette in category.silhouettes
        ]
        for number, mask in enumerate(masks):
            for other in masks[:number]:
                assert (mask ^ other).mean() > 0.03, category.name


@pytest.mark.parametrize("hue", [0.0, 1.5, 3.0, 4.5])
def test_hue_is_what_one_sees(hue: float) -> None:
    """The hue angle of the rule is the OKLab hue of the cloth."""
    _, a, b = middle(replace(PLAIN, hue=hue))
    off = (np.arctan2(b, a) - hue + np.pi) % (2 * np.pi) - np.pi
    assert abs(off) < 0.3


def test_lightness_is_what_one_sees() -> None:
    """Light cloth is lighter than dark cloth, by a lot."""
    assert middle(replace(PLAIN, lightness=0.9))[0] - middle(replace(PLAIN, lightness=-0.9))[0] > 0.3


@pytest.mark.parametrize("pattern", [name for name, *_ in PATTERNS if name != "plain"])
def test_patterns_can_be_seen(pattern: str) -> None:
    """A patterned cloth varies more in lightness than a plain one."""
    plain, patterned = (seen(replace(PLAIN, pattern=name))[48:80, 48:80, 0].std() for name in ("plain", pattern))
    assert patterned > 1.5 * plain


def test_the_same_generator_draws_the_same_picture() -> None:
    """The bytes depend on the appearance and the generator alone."""
    assert draw(PLAIN, np.random.default_rng(3)) == draw(PLAIN, np.random.default_rng(3))
