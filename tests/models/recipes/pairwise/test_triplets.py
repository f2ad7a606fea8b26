"""Which triplets a step takes."""

from __future__ import annotations

from itertools import combinations

import pyarrow as pa
import pytest
import torch

from models.datasets.schema import ITEM_SCHEMA, Catalogue
from models.recipes.pairwise.triplets import TripletSampler, labelled_share, negative_kinds
from models.training.worn import WornOutfits

ROWS = torch.tensor([[0, 5, 9, 0], [1, 6, 0, 0], [2, 7, 10, 14]])
MASK = torch.tensor([[1, 1, 1, 0], [1, 1, 0, 0], [1, 1, 1, 1]]).bool()
WORN = WornOutfits(ROWS, MASK, torch.ones(MASK.shape))
KIND = torch.tensor([0] * 5 + [1] * 4 + [2] * 5 + [3] * 2)


def sampler(seed: int = 0, kinds: torch.Tensor = KIND) -> TripletSampler:
    """Over three outfits of three, two and four items."""
    return TripletSampler(WORN, kinds, seed)


def test_every_pair_inside_an_outfit_is_one() -> None:
    """Once, and none across outfits."""
    pairs = {(outfit, *pair) for outfit in range(3) for pair in combinations(ROWS[outfit, MASK[outfit]].tolist(), 2)}
    made = sampler()
    listed = list(zip(made.outfit_Q.tolist(), *made.row_2Q.tolist(), strict=True))
    assert len(made) == len(listed) == len(pairs)
    assert set(listed) == pairs


def test_a_negative_is_another_worn_item_of_the_positives_kind() -> None:
    """Where there is another; every one of them comes up."""
    made, seen = sampler(), set()
    for _ in range(100):
        triplets = made.of_pairs(torch.arange(len(made)))
        _, positive, negative = triplets.row_3T
        assert torch.equal(KIND[positive], KIND[negative])
        alone = torch.isin(positive, torch.tensor([14]))
        assert torch.equal(positive == negative, alone)
        seen |= set(negative.tolist())
    assert seen == set(ROWS[MASK].tolist())


def test_either_item_of_a_pair_may_be_the_anchor() -> None:
    """By chance."""
    made = sampler()
    anchors = [int(made.of_pairs(torch.tensor([0])).row_3T[0, 0]) for _ in range(50)]
    assert set(anchors) == {0, 5}


def test_outfits_come_with_all_their_pairs() -> None:
    """And with their number."""
    triplets = sampler().of_outfits(torch.tensor([2, 1]))
    assert triplets.outfit_T.tolist() == [2] * 6 + [1]
    assert {frozenset(pair) for pair in triplets.row_3T[:2, :6].T.tolist()} == {frozenset(pair) for pair in combinations([2, 7, 10, 14], 2)}


def test_the_same_seed_draws_the_same() -> None:
    """And another something else."""
    first, same, other = (sampler(seed).of_outfits(torch.arange(3)).row_3T for seed in (0, 0, 1))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_a_smaller_share_is_inside_a_larger_one() -> None:
    """Labels are added, not exchanged; at least one outfit is left."""
    worn = WornOutfits(torch.arange(200).reshape(100, 2), torch.ones(100, 2, dtype=torch.bool), torch.ones(100, 2))
    few, more, every = (set(labelled_share(worn, share, seed=3).rows_RI[:, 0].tolist()) for share in (0.05, 0.25, 1))
    assert (len(few), len(more), len(every)) == (5, 25, 100)
    assert few < more < every
    assert len(labelled_share(worn, 1e-9, seed=3)) == 1


@pytest.mark.parametrize(("negatives", "kinds"), [("any", [0, 0, 0, 0]), ("category", [0, 0, 0, 1]), ("fine", [0, 1, 0, 2])])
def test_negatives_are_as_like_as_asked(negatives: str, kinds: list[int]) -> None:
    """An item without a fine category has its category for one."""
    rows = [
        {"id": str(row), "category": name, "subcategory": fine}
        for row, (name, fine) in enumerate([("a", "x"), ("a", None), ("a", "x"), ("b", "x")])
    ]
    assert negative_kinds(Catalogue(pa.Table.from_pylist(rows, ITEM_SCHEMA)), negatives).tolist() == kinds  # type: ignore[arg-type]
