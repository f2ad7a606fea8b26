"""The flagship's loop: when it stops, what it keeps, and how it is judged."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from models.compatibility.base import CompatibilityModel, ItemInputs, OutfitBatch
from models.compatibility.set_transformer import SetTransformer
from models.progress import silent
from models.recipes import attire
from models.recipes.attire import AttireConfig, AttireTraining, recall_at
from models.training.worn import WornOutfits

N, D = 24, 8
INPUTS = ItemInputs(
    torch.randn(N, 4, generator=torch.Generator().manual_seed(0)),
    torch.arange(N) % 3,
    torch.zeros(N, 1, dtype=torch.long),
    torch.zeros(N, dtype=torch.long),
)
ROWS = torch.stack([torch.arange(0, N, 3), torch.arange(1, N, 3), torch.arange(2, N, 3)], dim=1)
WORN = WornOutfits(ROWS, torch.ones_like(ROWS, dtype=torch.bool))


def run(**settings: float) -> AttireTraining:
    """A training of the smallest model on eight outfits."""
    torch.manual_seed(0)
    model = SetTransformer(blocks=[4], categories=3, words=0, residuals=0, embedding_size=D, hidden=8, layers=1, heads=2)
    config = AttireConfig(embedding_size=D, hidden=8, layers=1, heads=2, batch_size=4, average=0.5, minutes=60, **settings)  # type: ignore[arg-type]
    return AttireTraining(model, config, INPUTS, torch.arange(N), seed=0)


def test_it_stops_when_validation_gets_no_better_and_keeps_the_best(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two epochs in vain are enough; the model is that of the second of four."""
    recalls, seen = iter([0.1, 0.5, 0.3, 0.2, 0.9]), []

    def scripted(_k: int, model: SetTransformer, *_: object) -> float:
        seen.append({name: value.clone() for name, value in model.state_dict().items()})
        return next(recalls)

    monkeypatch.setattr(attire, "recall_at", scripted)
    training = run(epochs=10, patience=2)
    figures = training.fit(WORN, WORN, silent)
    assert len(seen) == 4
    assert figures["valid_recall_at_10"] == 0.5
    assert all(torch.equal(value, seen[1][name]) for name, value in training.model.state_dict().items())


def test_it_stops_in_time() -> None:
    """And still is a model."""
    training = run(epochs=1000)
    training.config = AttireConfig(batch_size=4, epochs=1000, minutes=0.005)
    figures = training.fit(WORN, WORN, silent)
    assert figures["minutes"] < 0.2
    assert all(value.isfinite().all() for value in training.model.state_dict().values())


def test_the_loss_falls() -> None:
    """Eight outfits can be learned by heart."""
    one, many = (run(epochs=epochs, patience=99).fit(WORN, WORN, silent)["train_loss"] for epochs in (1, 40))
    assert many < 0.8 * one


def test_items_nobody_wore_are_no_candidates() -> None:
    """What could not have been worn is no evidence: its embedding gets no gradient from a step."""
    training = run(epochs=1)
    training.pool_M = torch.arange(N - 3)
    worn = WornOutfits(ROWS[:-1], WORN.mask_RI[:-1])
    training.inputs.features_NF[-3:] = torch.nan
    try:
        training.fit(worn, WornOutfits(ROWS[:0], WORN.mask_RI[:0]), silent)
    finally:
        training.inputs.features_NF[-3:] = 0.0
    assert all(value.isfinite().all() for value in training.model.state_dict().values())


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
    worn = WornOutfits(ROWS, WORN.mask_RI.clone())
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
    assert recall_at(10, Oracle(), INPUTS, WornOutfits(ROWS[:0], WORN.mask_RI[:0]), torch.arange(N)) == 0  # type: ignore[arg-type]
