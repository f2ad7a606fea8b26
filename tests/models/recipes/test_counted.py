"""What each choice of an item counts, in every part of the flagship: what is asked for counts so much, and nothing is left out."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import Tensor

from models.bundle import Bundle
from models.compatibility.base import ItemInputs
from models.compatibility.pair_masks import PairMasks
from models.compatibility.set_transformer import SetTransformer
from models.datasets.read import read_dataset
from models.datasets.schema import Dataset
from models.encoders.features import Block
from models.recipes.attire.config import ATTIRE, AttireConfig
from models.recipes.attire.masks import Kind, MasksTraining
from models.recipes.attire.training import AttireTraining
from models.recipes.attire.weighing import _regression
from models.training.parallel import ALONE
from models.training.presence import Presence
from models.training.run import Run
from models.training.worn import WornOutfits

N = 24
INPUTS = ItemInputs(
    torch.randn(N, 4, generator=torch.Generator().manual_seed(0)),
    torch.arange(N) % 3,
    torch.zeros(N, 1, dtype=torch.long),
    torch.arange(1, N + 1),
)
ROWS = torch.arange(N).reshape(-1, 3)  # one of each category
ALL = torch.ones_like(ROWS, dtype=torch.bool)
WORN = WornOutfits(ROWS, ALL, torch.ones(ROWS.shape))
BLOCKS = [Block("image", 4)]
CONFIG = AttireConfig(embedding_size=8, hidden=8, heads=2, absolute=0, slots=0, judged=0, label=0, mask_dropout=0, mask_input_dropout=0)


def attire() -> AttireTraining:
    """A small set transformer's training, whose only loss is asking for what was worn."""
    torch.manual_seed(0)
    shape = {"embedding_size": 8, "hidden": 8, "layers": 1, "heads": 2}
    model = SetTransformer(blocks=[4], categories=3, words=0, residuals=N, **shape)
    return AttireTraining(model, CONFIG, INPUTS, BLOCKS, torch.arange(N), Presence(INPUTS, BLOCKS, (), WORN), 0, ALONE)


def masks(judge: float) -> MasksTraining:
    """Likewise that of a query through masks."""
    torch.manual_seed(0)
    model = PairMasks(feature_size=4, categories=3, words=0, residuals=N, products=0, embedding_size=8, hidden=8)
    times_N, pool = torch.ones(N), torch.arange(N)
    return MasksTraining(model, Kind(judge=judge), CONFIG, INPUTS, times_N, pool, Presence(INPUTS, BLOCKS, (), WORN), 0)


def only(category: int) -> Tensor:
    """Weights of outfits of which only the choices of one category count."""
    return (category == ROWS % 3).float()


@pytest.mark.parametrize("begun", [attire, lambda: masks(0.0), lambda: masks(0.3)])
def test_a_choice_costs_as_often_as_it_counts(begun: object) -> None:
    """The loss is linear in what choices count: of each category alone they add up to all, and twice as much costs twice as much."""
    loss = [begun().step(ROWS, ALL, weight).item() for weight in (torch.ones(ROWS.shape), *map(only, range(3)), 2 * only(1))]  # type: ignore[operator]
    assert loss[0] == pytest.approx(sum(loss[1:4]), rel=1e-5)
    assert loss[4] == pytest.approx(2 * loss[2], rel=1e-5)
    assert min(loss) > 0


def test_only_what_counts_is_asked_for() -> None:
    """Where choices of one category count alone, no other is asked for: slots have queries of their own, and items biases."""
    training = attire()
    training.step(ROWS, ALL, only(1)).backward()
    assert training.model.target.weight.grad is not None
    assert [bool(row.any()) for row in training.model.target.weight.grad[:3]] == [False, True, False]
    other = masks(0.0)
    other.step(ROWS, ALL, only(1)).backward()
    assert other.model.bias.grad is not None
    assert other.model.bias.grad[1:].nonzero()[:, 0].tolist() == list(range(1, N, 3))


def test_a_question_counts_as_its_answer_does() -> None:
    """A question that counts three times tells as much as three alike."""
    told_QMJ = torch.randn(40, 4, 2, generator=torch.Generator().manual_seed(0))
    told_QMJ[:, 0] += 0.5
    times_Q = torch.ones(40)
    times_Q[:10] = 3.0
    often = told_QMJ.repeat_interleave(times_Q.long(), 0)
    by_weight, by_copies = (_regression([(told, weight)]) for told, weight in ((told_QMJ, times_Q), (often, torch.ones(60))))
    assert by_weight.tolist() == pytest.approx(by_copies.tolist(), abs=0.02)  # the penalty is for a question
    assert by_weight.tolist() != pytest.approx(_regression([(told_QMJ, torch.ones(40))]).tolist(), abs=0.02)


def trained(dataset: Dataset, out: Path) -> Bundle:
    """The flagship, trained shortly."""
    config = replace(AttireConfig(), embedding_size=16, hidden=16, epochs=2, mask_epochs=1, mask_size=16, masks=1, judged=8)
    return ATTIRE.fit(Run(dataset=dataset, config=config, work=out))


@pytest.mark.training
def test_what_counts_alike_is_learned_as_it_was(data: Path, tmp_path: Path) -> None:
    """Bit for bit, whatever all count; and otherwise where some count more, though no outfit is forgotten."""
    dataset = read_dataset(data, ("train", "valid"), tasks=False)
    choices = [(outfit.id, item) for outfit in dataset.outfits for item in outfit.items]
    plain, alike, some = (
        trained(replace(dataset, counts=counts), tmp_path)
        for counts in ({}, dict.fromkeys(choices, 4.0), dict.fromkeys(choices[::2], 0.05))
    )
    learned, same, other = (bundle.model.state_dict() for bundle in (plain, alike, some))
    assert all(value.equal(same[name]) for name, value in learned.items())
    assert plain.manifest.calibration == alike.manifest.calibration
    pairs = [name for name in learned if name.startswith("memory.pairs_")]
    assert pairs
    assert all(learned[name].equal(other[name]) for name in pairs)
    assert not learned["memory.count_0"].equal(other["memory.count_0"])
