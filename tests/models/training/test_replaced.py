"""Outfits with items replaced or left out."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F

from models.training.replaced import erase_one, from_others, near_alike, pick, replace_one, versions

CATEGORY = torch.arange(40) % 4
ROWS = torch.arange(40).reshape(10, 4)
MASK = torch.ones(10, 4, dtype=torch.bool)
MASK[::3, 3] = False


def seeded(seed: int = 0) -> torch.Generator:
    """A generator at its start."""
    return torch.Generator().manual_seed(seed)


def test_pick_takes_as_many_as_there_are_and_no_padding() -> None:
    """Two of each; all where there are fewer; every item in its turn."""
    assert (pick(MASK, 2, seeded()).sum(1) == 2).all()
    assert torch.equal(pick(MASK, 9, seeded()), MASK)
    generator = seeded()
    often = sum(pick(MASK, 1, generator).int() for _ in range(300))
    assert torch.equal(often > 0, MASK)


def test_replaced_items_are_the_same_slots_of_other_outfits() -> None:
    """Same category, from the batch, never the item itself; the others stay."""
    which = pick(MASK, 2, seeded(1))
    replaced = from_others(ROWS, MASK, CATEGORY[ROWS], which, seeded(2))
    assert torch.equal(CATEGORY[replaced], CATEGORY[ROWS])
    assert torch.equal(replaced != ROWS, which)
    assert set(replaced[which].tolist()) <= set(ROWS[MASK].tolist())


def test_an_item_without_any_other_of_its_category_stays() -> None:
    """There is nothing to exchange it for."""
    rows = torch.tensor([[0, 1], [2, 4]])
    replaced = from_others(rows, torch.ones_like(rows, dtype=torch.bool), CATEGORY[rows], torch.ones_like(rows, dtype=torch.bool), seeded())
    assert replaced.tolist() == [[4, 1], [2, 0]]


def test_versions_are_graded() -> None:
    """The outfit, one item replaced, then one more of the same; or, in the first stage, all of them."""
    made = versions(ROWS, MASK, CATEGORY[ROWS], 3, seeded())
    changed = (made != ROWS[:, None]).sum(2)
    assert changed.tolist() == [[0, 1, 1, 1, 2, 2, 2]] * 10
    once, twice = made[:, 1:4], made[:, 4:]
    assert ((once == twice) | (once == ROWS[:, None])).all()
    whole = versions(ROWS, MASK, CATEGORY[ROWS], 3, seeded(), whole=True)
    assert torch.equal(whole[:, 1:] != ROWS[:, None], MASK[:, None].expand(-1, 3, -1))


def test_neighbours_are_the_nearest_of_the_same_category() -> None:
    """By cosine, found one by one."""
    features = torch.randn(40, 6, generator=seeded())
    unit = F.normalize(features.double(), dim=1).numpy()
    for row, found in enumerate(near_alike(features, CATEGORY, 3).tolist()):
        alike = [other for other in range(40) if other % 4 == row % 4 and other != row]
        assert found == sorted(alike, key=lambda other: -float(np.dot(unit[row], unit[other])))[:3]


def test_an_item_alone_in_its_category_is_its_own_neighbour() -> None:
    """So that a view can always be made."""
    assert near_alike(torch.randn(3, 2, generator=seeded()), torch.tensor([0, 1, 1]), 2).tolist() == [[0, 0], [2, 1], [1, 2]]


def test_views_erase_one_and_replace_one() -> None:
    """One item less, unless it is the only one; one item exchanged for a neighbour."""
    assert (MASK.sum(1) - erase_one(MASK, seeded()).sum(1) == 1).all()
    assert erase_one(torch.tensor([[True, False]]), seeded()).tolist() == [[True, False]]
    near = near_alike(torch.randn(40, 6, generator=seeded()), CATEGORY, 2)
    view = replace_one(ROWS, MASK, near, seeded())
    assert ((view != ROWS).sum(1) == 1).all()
    changed = view != ROWS
    assert all(new in near[old].tolist() for new, old in zip(view[changed].tolist(), ROWS[changed].tolist(), strict=True))
