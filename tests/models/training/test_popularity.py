"""Asking for what was worn: how often it is found, and what is popular beyond that."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.compatibility.base import CompatibilityModel, ItemInputs, OutfitBatch
from models.compatibility.set_transformer import SetTransformer
from models.training.popularity import count_popularity, recall_at
from models.training.worn import WornOutfits

N, D = 24, 8
INPUTS = ItemInputs(
    torch.randn(N, 4, generator=torch.Generator().manual_seed(0)),
    torch.arange(N) % 3,
    torch.zeros(N, 1, dtype=torch.long),
    torch.arange(1, N + 1),
)
ROWS = torch.stack([torch.arange(0, N, 3), torch.arange(1, N, 3), torch.arange(2, N, 3)], dim=1)
WORN = WornOutfits(ROWS, torch.ones_like(ROWS, dtype=torch.bool), torch.ones(ROWS.shape))


class Oracle(CompatibilityModel):
    """Knows that item ``i`` goes with its outfit ``i // 3``, and ranks its neighbours next."""

    def embed(self, items: ItemInputs) -> torch.Tensor:
        return items.features_NF

    def query(self, context: OutfitBatch, target_B: torch.Tensor) -> torch.Tensor:  # noqa: ARG002
        return (context.items_BID * context.mask_BI[..., None]).sum(1)

    def score(self, outfits: OutfitBatch) -> torch.Tensor:
        return outfits.items_BID.sum((1, 2))


@pytest.mark.parametrize("k", [1, 3])
def test_recall_is_the_share_of_items_found_among_the_best(k: int) -> None:
    """Counted one by one: those of which fewer than k in their category and pool score higher."""
    rng = np.random.default_rng(0)
    features = torch.from_numpy(rng.normal(size=(N, D)).astype(np.float32))
    inputs = ItemInputs(features, INPUTS.category_N, INPUTS.words_NL, INPUTS.residual_N)
    pool = torch.arange(4, N)
    worn = WornOutfits(ROWS, WORN.mask_RI.clone(), WORN.weight_RI)
    worn.mask_RI[2, 1] = False
    hits = []
    for rows, mask in zip(worn.rows_RI, worn.mask_RI, strict=True):
        members = rows[mask].tolist()
        for item in members:
            query = features[[other for other in members if other != item]].sum(0)
            rivals = [row for row in pool.tolist() if row % 3 == item % 3 and query @ features[row] > query @ features[item] + 1e-6]
            hits.append(len(rivals) < k)
    assert recall_at(k, Oracle(), inputs, worn, pool) == pytest.approx(np.mean(hits))  # type: ignore[arg-type]


def test_recall_of_nothing_is_nothing() -> None:
    """No outfits to judge by."""
    assert recall_at(10, Oracle(), INPUTS, WORN.take(torch.arange(0)), torch.arange(N)) == 0  # type: ignore[arg-type]


@pytest.mark.parametrize("pool", [torch.arange(N), torch.arange(4, N)])
def test_ties_are_broken_by_chance(pool: torch.Tensor) -> None:
    """A model that tells nothing apart finds k of them, not all."""
    inputs = ItemInputs(torch.zeros(N, D), INPUTS.category_N, INPUTS.words_NL, INPUTS.residual_N)
    rivals = [int((pool % 3 == item % 3).sum()) + (item not in pool) for item in range(N)]
    assert recall_at(2, Oracle(), inputs, WORN, pool) == pytest.approx(np.mean([2 / count for count in rivals]))  # type: ignore[arg-type]


def test_a_question_counts_as_its_answer_does() -> None:
    """What is found counts its weight, of all weights."""
    features = torch.randn(N, D, generator=torch.Generator().manual_seed(1))
    inputs = ItemInputs(features, INPUTS.category_N, INPUTS.words_NL, INPUTS.residual_N)
    by_one = [
        recall_at(1, Oracle(), inputs, WornOutfits(ROWS, WORN.mask_RI, (item == ROWS).float()), torch.arange(N))  # type: ignore[arg-type]
        for item in range(N)
    ]
    assert len({round(found, 3) for found in by_one}) > 1
    weight = torch.arange(1.0, 1 + N)[ROWS]
    found = recall_at(1, Oracle(), inputs, WornOutfits(ROWS, WORN.mask_RI, weight), torch.arange(N))  # type: ignore[arg-type]
    assert found == pytest.approx(np.average(by_one, weights=np.arange(1, 1 + N)))


@pytest.mark.parametrize("weighed", [False, True])
def test_popularity_is_what_looks_do_not_explain(*, weighed: bool) -> None:
    """Of two items that look alike, the one worn nine times of ten is the more popular, or counted so; one never worn is neither."""
    torch.manual_seed(0)
    model = SetTransformer(blocks=[4], categories=3, words=0, residuals=N, embedding_size=D, hidden=8, layers=1, heads=2)
    features = INPUTS.features_NF.clone()
    features[3] = features[0]
    inputs = ItemInputs(features, INPUTS.category_N, INPUTS.words_NL, torch.tensor([*range(1, N), 0]))
    times, each = ((1, 1), (9.0, 1.0)) if weighed else ((9, 1), (1.0, 1.0))
    rows = torch.tensor([[0, 1]] * 10 * times[0] + [[3, 1]] * 10 * times[1])
    weight = torch.tensor([[each[0]] * 2] * 10 * times[0] + [[each[1]] * 2] * 10 * times[1])
    outfits = WornOutfits(rows, torch.ones_like(rows, dtype=torch.bool), weight)
    for _ in range(5):
        count_popularity(model, inputs, outfits, torch.tensor([0, 1, 3]), 8.0, torch.Generator().manual_seed(0))
    expected = [np.log((worn + 8) / (50 + 8)) for worn in (90, 10)]
    assert model.popularity[[1, 4]].tolist() == pytest.approx(expected, abs=0.02)
    assert model.popularity[0] == 0
    assert model.popularity[[6, 9]].abs().max() == 0
