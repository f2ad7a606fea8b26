"""What belongs to an outfit, learned."""

from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pytest
import torch

from models.compatibility.slots import SlotModel
from models.training.slots import SlotTraining, fit_slots

KINDS = [
    ["tops", "bottoms", "shoes"],
    ["tops", "bottoms", "shoes", "bags"],
    ["dresses", "shoes", "bags"],
    ["tops", "tops", "bottoms", "shoes"],
]
WORN = [KINDS[place] for place in np.random.default_rng(1).choice(4, 600, p=[0.4, 0.3, 0.2, 0.1])]


@pytest.fixture(scope="module", name="model")
def model_fixture() -> SlotModel:
    """A model of 600 outfits of four kinds."""
    return fit_slots(WORN)


def completed(model: SlotModel, seed: str, category: str, *, one_by_one: bool) -> list[str]:
    """The categories when nothing is missing any more."""
    worn, ids = [category], [seed]
    for _ in range(10):
        missing = model.missing(worn, ids).slots
        if not missing:
            return worn
        added = missing[:1] if one_by_one else missing
        ids += [f"{seed}/{len(ids) + place}" for place in range(len(added))]
        worn += added
    pytest.fail(f"{worn} is never complete")


@pytest.mark.parametrize("one_by_one", [False, True])
def test_completing_ends_in_outfits_as_they_are_worn(model: SlotModel, one_by_one: bool) -> None:  # noqa: FBT001 - parametrized
    """As often in each kind as training outfits that hold the item, and hardly ever in another."""
    kinds = {tuple(sorted(kind)) for kind in KINDS}
    ends = Counter(tuple(sorted(completed(model, f"s{number}", "shoes", one_by_one=one_by_one))) for number in range(300))
    assert sum(ends[kind] for kind in kinds) >= 0.97 * 300
    worn = Counter(tuple(sorted(outfit)) for outfit in WORN)
    assert sum(abs(ends[kind] / 300 - worn[kind] / len(WORN)) for kind in kinds) / 2 < 0.12


def test_a_whole_outfit_is_complete_and_a_lacking_one_is_not(model: SlotModel) -> None:
    """The shopper's own, on no item's way."""
    assert model.missing(["dresses", "shoes", "bags"]).slots == ()
    assert model.missing(["tops", "bottoms", "shoes", "bags"]).slots == ()
    assert "shoes" in model.missing(["tops", "bottoms"]).slots
    assert model.missing(["dresses"]).slots


def test_what_was_never_worn_together_is_never_drawn_together(model: SlotModel) -> None:
    """Whatever is worn already; and what nobody wore, nothing is added to but what goes with all of it."""
    drawn = model.draw(model.counts(["shoes"]), 500, np.random.default_rng(0))
    place = {name: model.categories.index(name) for name in model.categories}
    assert not ((drawn[:, place["dresses"]] > 0) & (drawn[:, place["bottoms"]] > 0)).any()
    assert drawn.sum(axis=1).max() == 4
    assert not {"bottoms", "tops"} & set(model.missing(["dresses", "shoes"]).slots)


def test_the_order_of_the_items_means_nothing(model: SlotModel) -> None:
    """An outfit is a set."""
    for number in range(20):
        ids = [f"a{number}", f"b{number}"]
        assert model.missing(["tops", "shoes"], ids) == model.missing(["shoes", "tops"], ids[::-1])


def test_the_same_seed_learns_the_same_bits_and_leaves_other_dice_alone() -> None:
    """What is trained beside it learns as it did without."""
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    one, again, other = (fit_slots(WORN[:60], SlotTraining(seed=seed)) for seed in (0, 0, 1))
    assert torch.rand(1) == expected
    assert all((one.weights[name] == again.weights[name]).all() for name in one.weights)
    assert any((one.weights[name] != other.weights[name]).any() for name in one.weights)


def test_it_is_read_as_it_was_written(model: SlotModel) -> None:
    """As JSON and weights; weights of another model are refused."""
    body = json.loads(json.dumps(model.body()))
    read = SlotModel.read(body, model.weights)
    assert read.missing(["shoes"], ["s7"]) == model.missing(["shoes"], ["s7"])
    assert read.body() == model.body()
    with pytest.raises(ValueError, match="slots: weights"):
        SlotModel.read({**body, "categories": ["tops"], "pairs": [], "most": [1]}, model.weights)


def test_what_cannot_be_had_is_on_nobodys_way(model: SlotModel) -> None:
    """It is never missing, whatever is worn; and where nothing else belongs to it, what is worn is complete."""
    without = model.without({"bags", "dresses"})
    for seed in range(30):
        for worn in (["shoes"], ["tops"], ["tops", "shoes"]):
            ids = [f"{seed}-{place}" for place in range(len(worn))]
            assert not {"bags", "dresses"} & set(without.missing(worn, ids).slots)
    assert model.without({"bags", "shoes"}).missing(["dresses"], ["d"]).slots == ()
