"""The flagship's loop: when it stops, what it keeps, and how it is judged."""

from __future__ import annotations

import pytest
import torch

from models.compatibility.base import ItemInputs, OutfitBatch
from models.compatibility.set_transformer import SetTransformer
from models.encoders.features import Block
from models.progress import silent
from models.recipes.attire.config import AttireConfig
from models.recipes.attire.training import AttireTraining
from models.training.parallel import Workers
from models.training.presence import Presence
from models.training.worn import WornOutfits

N, D = 24, 8
INPUTS = ItemInputs(
    torch.randn(N, 4, generator=torch.Generator().manual_seed(0)),
    torch.arange(N) % 3,
    torch.zeros(N, 1, dtype=torch.long),
    torch.zeros(N, dtype=torch.long),
)
ROWS = torch.stack([torch.arange(0, N, 3), torch.arange(1, N, 3), torch.arange(2, N, 3)], dim=1)
WORN = WornOutfits(ROWS, torch.ones_like(ROWS, dtype=torch.bool), torch.ones(ROWS.shape))


def run(**settings: float) -> AttireTraining:
    """A training of the smallest model on eight outfits."""
    torch.manual_seed(0)
    model = SetTransformer(blocks=[4], categories=3, words=0, residuals=0, embedding_size=D, hidden=8, layers=1, heads=2)
    config = AttireConfig(embedding_size=D, hidden=8, layers=1, heads=2, batch_size=4, average=0.5, minutes=60, **settings)  # type: ignore[arg-type]
    blocks, pool = [Block("image", 4)], torch.arange(N)
    return AttireTraining(model, config, INPUTS, blocks, pool, Presence(INPUTS, blocks, (), WORN), 0, Workers())


@pytest.mark.training
def test_the_loss_falls() -> None:
    """Eight outfits can be learned by heart."""
    single, many = (run(epochs=epochs, patience=99).fit(WORN, WORN, silent, None)["train_loss"] for epochs in (1, 120))
    assert many < 0.8 * single


@pytest.mark.training
def test_items_nobody_wore_are_no_candidates() -> None:
    """What could not have been worn is no evidence: its embedding gets no gradient from a step."""
    training = run(epochs=1)
    training.pool_M = torch.arange(N - 3)
    worn = WORN.take(torch.arange(len(ROWS) - 1))
    training.inputs.features_NF[-3:] = torch.nan
    try:
        training.fit(worn, WORN.take(torch.arange(0)), silent, None)
    finally:
        training.inputs.features_NF[-3:] = 0.0
    assert all(value.isfinite().all() for value in training.model.state_dict().values())


def test_a_question_may_show_one_of_the_worn_items_alone() -> None:
    """Any of them, never padding; with a share of 0 contexts stay as they are."""
    worn = OutfitBatch(torch.zeros(400, 3, D), torch.zeros(400, 3, dtype=torch.long), torch.tensor([[True, True, False]]).expand(400, 3))
    context = run(alone=0.5)._begun(worn)
    one = context.mask_BI.sum(1) == 1
    assert 150 < one.sum() < 250
    assert (context.mask_BI[one].sum(0) > 50).tolist() == [True, True, False]
    assert context.mask_BI[~one].equal(worn.mask_BI[~one])
    assert run()._begun(worn) is worn
