"""How many each choice of an item stands for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from app.attribution.products import Products
from app.ground.windows import Windows
from app.log.base import Entry, Event
from app.worker.archive import SCHEMA, Archive, read_archive
from app.worker.weights import FOUND, Lists, counts_of, freely_chosen
from models.datasets.schema import Outfit

LATEST = 86_400.0 * 100
CATEGORY = {"a": "tops", "b": "tops", "c": "shoes", "d": "bags"}


def outfit(name: str, *items: str, days: float = 0.0) -> Outfit:
    """An outfit of some days before the latest."""
    return Outfit(name, items, "train", None, LATEST - 86_400 * days)


def test_what_was_bought_from_lower_places_stands_for_more() -> None:
    """Each item for itself; ten where a list of its category did not show it, one where there was no such list; a visit is of a session."""
    asked = {("s", "tops"), ("t", "shoes"), ("t", "bags")}
    lists = Lists(asked, {("s", "a"): 0, ("s", "b"): 1, ("t", "d"): 3})
    counts = counts_of([outfit("s", "a", "b", "c"), outfit("t#2", "a", "c", "d"), outfit("u", "a", "d")], CATEGORY, lists, 1.0, 0.0)
    assert counts == pytest.approx(
        {
            ("s", "a"): 1.0,
            ("s", "b"): 1 / (0.5 + 0.5 * FOUND),
            ("s", "c"): 1.0,
            ("t#2", "a"): 1.0,
            ("t#2", "c"): 10.0,
            ("t#2", "d"): 1 / (0.25 + 0.75 * FOUND),
            ("u", "a"): 1.0,
            ("u", "d"): 1.0,
        }
    )


def test_the_steeper_attention_falls_the_more_lower_places_stand_for() -> None:
    """Nothing where all look everywhere, ten at most."""
    lists = Lists({("s", "shoes")}, {("s", "c"): 8})
    [level], [steep], [steepest] = (list(counts_of([outfit("s", "c")], CATEGORY, lists, eta, 0.0).values()) for eta in (0.0, 1.0, 9.0))
    assert (level, steepest) == pytest.approx((1.0, 10.0))
    assert 1 < steep < 10


def test_what_no_list_had_a_part_in_is_chosen_freely(said: Callable[..., Event], tmp_path: Path) -> None:
    """Not what a list led to, of whatever category, nor what was found beside it; a visit is of a session."""
    events = [
        said("impression:r", type="impression", recommendation_id="r", session="s", slots=[{"category": "tops", "items": ["a", "d"]}]),
        said("impression:n", type="impression", recommendation_id="n", slots=[{"category": "bags", "items": ["d"]}]),
        *(said(f"{item}", type="purchase", item=item, session="s") for item in "abc"),
        said("d", type="purchase", item="d", session="s", recommendation_id="r"),
        said("e", type="purchase", item="d", session="t"),
    ]
    Archive(tmp_path).write([Entry(str(number), event) for number, event in enumerate(events)])
    frame = pl.from_arrow(read_archive(tmp_path, SCHEMA.names))
    assert isinstance(frame, pl.DataFrame)
    outfits = [outfit("s#1", "a", "b", "c", "d"), outfit("t", "a", "d")]
    assert freely_chosen(outfits, CATEGORY, frame.lazy()) == {("s#1", "c"), ("t", "a"), ("t", "d")}


@pytest.mark.parametrize("seed", range(3))
def test_counts_undo_what_places_do(seed: int) -> None:
    """Of shoppers who find as is assumed, the purchases of each place, as many as they stand for, are those who wanted to buy."""
    dice, wanted = np.random.default_rng(seed), 40_000
    place_B = dice.integers(-1, 10, wanted)  # -1: not shown
    chance_B = np.where(place_B < 0, 0.0, 1 / (1 + np.maximum(place_B, 0)))
    bought_B = dice.random(wanted) < chance_B + (1 - chance_B) * FOUND
    outfits = [outfit(str(number), "c") for number in np.flatnonzero(bought_B)]
    places = {(str(number), "c"): int(place_B[number]) for number in np.flatnonzero(bought_B & (place_B >= 0))}
    counts = counts_of(outfits, CATEGORY, Lists({(one.id, "shoes") for one in outfits}, places), 1.0, 0.0)
    told_K = np.bincount(place_B[bought_B] + 1, weights=list(counts.values()))
    assert told_K == pytest.approx(np.bincount(place_B + 1), rel=0.15)


def test_what_is_old_counts_less() -> None:
    """Half after each half-life."""
    counts = counts_of([outfit("a", "c"), outfit("b", "c", days=30), outfit("c", "c", days=60)], CATEGORY, Lists(), 1.0, 30.0)
    assert list(counts.values()) == [1.0, 0.5, 0.25]


def test_lists_are_those_of_the_log(said: Callable[..., Event], tmp_path: Path) -> None:
    """Of each session the categories that it was shown, and the best places of what it bought from there, whether it says so or not."""
    shown = {"type": "impression", "recommendation_id": "r", "session": "s", "items": ["w"]}
    bought = {"type": "purchase", "session": "s"}
    slots = [{"category": "shoes", "items": ["a", "b", "c"]}, {"category": "bags", "items": ["d", "e"]}]
    events = [
        said("impression:r", slots=slots, **shown),
        said("impression:q", slots=[{"category": "shoes", "items": ["a", "x", "y", "z", "c"]}], **{**shown, "recommendation_id": "q"}),
        said("0", item="c", recommendation_id="q", **bought),
        said("1", item="c", recommendation_id="r", **bought),
        said("2", item="e", **bought),
        said("3", item="w", **bought),
    ]
    Archive(tmp_path).write([Entry(str(number), event) for number, event in enumerate(events)])
    frame = pl.from_arrow(read_archive(tmp_path, SCHEMA.names))
    assert isinstance(frame, pl.DataFrame)
    assert Lists.of(frame.lazy(), Windows()) == Lists({("s", "shoes"), ("s", "bags")}, {("s", "c"): 2, ("s", "e"): 1})
    sizes = Products({"d": "bag", "w": "bag"})
    found = Lists.of(frame.lazy(), Windows(), sizes)
    assert found.place_of == {("s", "c"): 2, ("s", "e"): 1, ("s", "bag"): 0}
    assert found.chance("s", "w", "bags", 1.0) == 1.0
