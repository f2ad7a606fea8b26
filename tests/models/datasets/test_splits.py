"""Nothing leaks from training into the questions."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from models.datasets.read import read_dataset
from models.datasets.schema import Retrieval
from models.datasets.splits import NEAR_DUPLICATE, near_duplicates, split_outfits


def test_outfits_that_overlap_by_half_are_one_look() -> None:
    """Outfits join directly or through others; outfits of less overlap do not."""
    looks = [{1, 2, 3, 4}, {1, 2, 3, 5}, {2, 3, 5, 6}, {1, 2, 7, 8}, {1, 2, 3, 4}]
    group = near_duplicates([frozenset(look) for look in looks])
    assert group[0] == group[1] == group[2] == group[4] != group[3]


def test_a_look_that_thousands_bought_is_compared_once() -> None:
    """Compared with each other they would take most of an hour."""
    assert set(near_duplicates([frozenset({1, 2, 3})] * 50_000)) == {0}


def test_groups_stay_together_and_cold_ones_are_for_testing() -> None:
    """A near-duplicate of an outfit with a cold item is for testing as well."""
    rng = np.random.default_rng(0)
    outfits = [frozenset({3 * number, 3 * number + 1, 3 * number + 2}) for number in range(100)]
    outfits += [frozenset({0, 1, 900}), frozenset({0, 1, 901})]
    splits = split_outfits(outfits, frozenset({900}), (0.1, 0.2), rng)
    assert splits[0] == splits[100] == splits[101] == "test"
    assert [splits.count(split) for split in ("valid", "test")] == [11, 21]


def test_no_near_duplicate_crosses_the_splits(large: Path) -> None:
    """Outfits of different splits overlap by less than half."""
    outfits = read_dataset(large, tasks=False).outfits
    for split in ("valid", "test"):
        inside = [frozenset(outfit.items) for outfit in outfits if outfit.split == split]
        outside = [frozenset(outfit.items) for outfit in outfits if outfit.split != split]
        assert inside
        assert max(len(items & others) / len(items | others) for items in inside for others in outside) < NEAR_DUPLICATE


def test_cold_items_are_worn_only_in_test_outfits(large: Path) -> None:
    """No outfit of training or validation and no training session holds the answer of a question about cold items."""
    dataset = read_dataset(large)
    cold = {question.answer for question in dataset.tasks["retrieval_cold"] if isinstance(question, Retrieval)}
    known = {item for outfit in dataset.outfits if outfit.split != "test" for item in outfit.items}
    sessions = [json.loads(line) for line in (large / "sessions.jsonl").read_text().splitlines()]
    shopped = {
        event["item"] for session in sessions if session["session"][0] == "s" for event in session["events"] if event["type"] == "purchase"
    }
    assert cold
    assert not cold & known
    assert not cold & shopped
