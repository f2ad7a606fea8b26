"""In a shop of one-offs what is suggested is wearable by the person who wears what is worn; in others the shopper chooses a size."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.ground.parts import Limits
from app.recommend.complete import complete
from app.recommend.completion import Completion, Question
from app.recommend.consistent import OTHER_SIZE
from app.recommend.odd import odd
from app.recommend.outfit import resolve
from app.recommend.score import score
from app.recommend.similar import similar
from app.release.release import Release
from app.release.sized import Sized
from index.columns import Filter
from models.datasets.size_scale import place_of

WOMEN = "women adult"
SIZES = ("UK 8", "UK 10", "UK 12", "UK 16")
"""Of the items of each category in turn; bags have none."""


@pytest.fixture(name="one_offs")
def one_offs_fixture(release: Release) -> Release:
    """The catalogue with one size of each garment."""
    roles = {"tops": "top", "bottoms": "bottom", "shoes": "footwear"}
    places = (None, *(place_of(size, role, WOMEN) for role in roles.values() for size in SIZES))
    codes = []
    for name in release.snapshot.items.column("id").to_pylist():
        category, _, number = name.partition("-")
        codes.append(1 + 4 * list(roles).index(category) + int(number) % 4 if category in roles else 0)
    return replace(release, traits=replace(release.traits, sized=Sized(places, np.array(codes, np.int32), "uk")))


def ask(release: Release, *items: str, **question: Any) -> Completion:
    """What completes some items."""
    return complete(release, Question(items=items, k=12, **question), Limits())


def sizes(release: Release, rows: Any) -> set[int]:
    """The places in ``SIZES`` of rows that have one."""
    return {int(str(release.items([row])[0].id).split("-")[1]) % 4 for row in rows}


def test_suggestions_are_of_the_size_that_is_worn_or_its_neighbours(one_offs: Release) -> None:
    """Tops of UK 8 ask for bottoms of 8 and 10; shoes are of another measure."""
    bottoms, shoes = ask(one_offs, "tops-4", slots=["bottoms", "shoes"]).slots
    assert sizes(one_offs, [one.row for one in bottoms.items]) == {0, 1}
    assert sizes(one_offs, [one.row for one in shoes.items]) >= {0, 3}
    assert (bottoms.fallback, shoes.fallback) == (None, None)


@pytest.mark.parametrize("consistent", [False, True])
def test_they_are_of_any_size_where_nobody_asks(release: Release, one_offs: Release, *, consistent: bool) -> None:
    """By the request, or as products have several sizes."""
    asked = one_offs if not consistent else release
    assert len(sizes(asked, [one.row for one in ask(asked, "tops-4", slots=["bottoms"], consistent=consistent).slots[0].items])) == 4


def test_where_there_is_none_the_nearest_are_there_and_it_is_told(one_offs: Release) -> None:
    """UK 12, and no 16, for who wears 8."""
    [slot] = ask(one_offs, "tops-4", slots=["bottoms"], wanted=_but(one_offs, "bottoms", {2, 3})).slots
    assert (sizes(one_offs, [one.row for one in slot.items]), slot.fallback) == ({2}, OTHER_SIZE)


def test_slots_are_of_one_size_beside_what_has_none(one_offs: Release) -> None:
    """A bag is anybody's, and what it is worn with one person's; looks, too."""
    answer = ask(one_offs, "bags-1", slots=["tops", "bottoms"], looks=3)
    shown = sizes(one_offs, [one.row for slot in answer.slots for one in slot.items])
    assert shown in ({0, 1, 2}, {0, 1}, {1, 2}, {3})
    assert answer.looks
    assert all(sizes(one_offs, look.rows) in ({0}, {1}, {2}, {3}, {0, 1}, {1, 2}) for look in answer.looks)


def test_swaps_and_alike_ones_are_of_the_size(one_offs: Release) -> None:
    """The likest where they are asked to be consistent."""
    [answer] = score(one_offs, [["tops-4", "bottoms-5", "shoes-1"]], Limits(), explain=True)
    if answer.swap is not None and answer.weakest in {"tops-4", "bottoms-5"}:
        assert sizes(one_offs, [answer.swap.row]) <= {0, 1}
    assert sizes(one_offs, similar(one_offs, "tops-4", 12, Limits(), consistent=True).rows) == {0, 1}


def test_scores_say_what_nobody_wears(one_offs: Release) -> None:
    """The two that are furthest apart."""
    worn = resolve(one_offs, ["tops-4", "bottoms-7", "shoes-1"], Limits())
    [note] = [note for note in odd(one_offs, worn) if note.endswith("which no one person wears: by their sizes")]
    assert "\u201ctops-4\u201d" in note
    assert "\u201cbottoms-7\u201d" in note


def _but(release: Release, category: str, kept: set[int]) -> Filter:
    """A filter that leaves some sizes of a category."""
    ids = (str(name) for name in release.snapshot.items.column("id").to_pylist())
    return Filter(exclude=[name for name in ids if name.startswith(category) and int(name.rpartition("-")[2]) % 4 not in kept])
