"""Items that could have been worn in an item's place."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.training.alike import Alike
from models.training.worn import WornOutfits

CATEGORIES, PER_CATEGORY = 4, 60
CATEGORY = np.repeat(np.arange(CATEGORIES), PER_CATEGORY)
YEAR = np.arange(CATEGORIES * PER_CATEGORY) % 3
LOOKS = np.random.default_rng(1).normal(size=(len(CATEGORY), 6)).astype(np.float32) + 4 * np.eye(3, 6, dtype=np.float32)[YEAR]


def worn(outfits: int, *, years: bool, cold: int = 0) -> WornOutfits:
    """Random outfits, one item of each category, of one year or of any; the last items of a category are never worn."""
    rng = np.random.default_rng(0)
    place = rng.integers(0, (PER_CATEGORY - cold) // 3, (outfits, CATEGORIES)) * 3
    year = rng.integers(0, 3, (outfits, 1)) if years else rng.integers(0, 3, (outfits, CATEGORIES))
    rows = torch.from_numpy(np.arange(CATEGORIES) * PER_CATEGORY + place + year)
    return WornOutfits(rows, torch.ones_like(rows, dtype=torch.bool), torch.ones(rows.shape))


def test_what_is_alike_is_of_the_category_and_as_popular() -> None:
    """And none of those that are banned."""
    alike = Alike(CATEGORY, LOOKS, worn(300, years=False), seed=0)
    found = alike.drawn(70, {70, 71, 72}, 100)
    assert len(found) > 3
    assert set(CATEGORY[found]) == {1}
    assert set(alike.code_N[found]) == {alike.code_N[70]}
    assert not {70, 71, 72} & set(found)
    assert len(set(found)) == len(found)


def test_parts_that_were_never_worn_together_are_told_apart() -> None:
    """Nearly all items drawn are of the same year, though nothing names it; so they are where no outfit holds the item."""
    alike = Alike(CATEGORY, LOOKS, worn(3_000, years=True, cold=30), seed=0)
    for rows in (range(PER_CATEGORY - 30), range(PER_CATEGORY - 30, PER_CATEGORY)):
        same = [np.mean(YEAR[alike.drawn(row, {row}, 5)] == YEAR[row]) for row in rows]
        assert np.mean(same) > 0.8  # a third by chance; .85, give or take what processors' rounding makes of the singular vectors


@pytest.mark.parametrize(("outfits", "years"), [(3_000, False), (500, True)])
def test_where_nothing_falls_apart_all_are_as_near(outfits: int, years: bool) -> None:  # noqa: FBT001
    """Or where there are too few outfits to tell."""
    assert Alike(CATEGORY, LOOKS, worn(outfits, years=years), seed=0).place_NK.shape == (len(CATEGORY), 0)


def test_every_item_of_an_outfit_is_replaced() -> None:
    """By different ones, of the same categories; padding stays, and so does what has no other of its category."""
    alike = Alike(np.array([0, 0, 0, 0, 1, 2, 2]), np.ones((7, 2), dtype=np.float32), worn(0, years=False), seed=0)
    rows = np.array([[0, 1, 4, -1], [2, 5, -1, -1]])
    replaced = alike.replaced(rows)
    assert (replaced[0, 2], replaced[0, 3], replaced[1, 1]) == (4, -1, 6)
    assert set(replaced[0, :2]) == {2, 3}
    assert replaced[1, 0] != 2


def test_outfits_that_share_no_item_are_no_parts_of_a_catalogue() -> None:
    """Every item is worn in one outfit: each outfit would be a part of its own, and who is worn with whom tells nothing more."""
    rows = torch.arange(4_000).reshape(2_000, 2)
    worn = WornOutfits(rows, torch.ones_like(rows, dtype=torch.bool), torch.ones(rows.shape))
    alike = Alike(np.arange(4_000) % 2, np.zeros((4_000, 1), dtype=np.float32), worn, seed=0)
    assert alike.place_NK.shape == (4_000, 0)
    assert len(alike.drawn(0, {0}, 3)) == 3
