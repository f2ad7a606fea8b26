"""What an outfit counts in training."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from app.ground.windows import Windows
from app.log.base import Entry, Event
from app.worker.archive import SCHEMA, Archive, read_archive
from app.worker.weights import places_bought_from, repeated, weights_of
from models.datasets.schema import Outfit

LATEST = 86_400.0 * 100


def outfit(name: str, *items: str, days: float = 0.0) -> Outfit:
    """An outfit of some days before the latest."""
    return Outfit(name, items, "train", None, LATEST - 86_400 * days)


def test_what_was_bought_from_lower_places_counts_more() -> None:
    """By the inverse of how likely it was looked at, ten times at most; most where it was not shown; a part of a session is of it."""
    places = {("s", "a"): 0, ("s", "b"): 1, ("t", "c"): 28, ("t", "d"): 3}
    weights = weights_of([outfit("s", "a", "b"), outfit("t#2", "c", "d"), outfit("u", "a", "b")], places, 1.0, 0.0)
    assert weights.tolist() == [1.5, 7.0, 10.0]
    assert weights_of([outfit("t", "d")], places, 0.5, 0.0).tolist() == [2.0]


def test_what_is_old_counts_less() -> None:
    """Half after each half-life."""
    assert weights_of([outfit("a", "x"), outfit("b", "x", days=30), outfit("c", "x", days=60)], {}, 1.0, 30.0).tolist() == [10.0, 5.0, 2.5]


@pytest.mark.parametrize("seed", range(5))
def test_outfits_are_repeated_as_they_count(seed: int) -> None:
    """As many in all; each as often as it counts, rounded up or down."""
    dice = np.random.default_rng(seed)
    outfits, weights = [outfit(str(number), "a", "b") for number in range(200)], dice.uniform(0.2, 5, 200)
    again = repeated(outfits, weights, dice)
    expected, times = weights / weights.mean(), Counter(one.id for one in again)
    assert len(again) in {199, 200, 201}
    assert all(abs(times[str(number)] - expected[number]) < 1 for number in range(200))


def test_places_are_those_that_the_purchase_names(said: Callable[..., Event], tmp_path: Path) -> None:
    """Of the answer that it followed from; what was bought otherwise has none."""
    shown = {"type": "impression", "recommendation_id": "r", "session": "s", "items": ["w"]}
    bought = {"type": "purchase", "session": "s"}
    events = [
        said("impression:r", slots=[{"category": "shoes", "items": ["a", "b", "c"]}], **shown),
        said("1", item="c", recommendation_id="r", **bought),
        said("2", item="z", **bought),
    ]
    Archive(tmp_path).write([Entry(str(number), event) for number, event in enumerate(events)])
    frame = pl.from_arrow(read_archive(tmp_path, SCHEMA.names))
    assert isinstance(frame, pl.DataFrame)
    assert places_bought_from(frame.lazy(), Windows()) == {("s", "c"): 2}
