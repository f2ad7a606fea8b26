"""Fill in the blank on validation outfits."""

from __future__ import annotations

import torch

from models.compatibility.cosine import CosineModel
from models.recipes.pairwise.blanks import Blanks
from models.training.worn import WornOutfits

N, D = 400, 8
CATEGORY = torch.arange(N) % 4
WORN = WornOutfits(torch.arange(N).reshape(-1, 4), torch.ones(N // 4, 4, dtype=torch.bool), torch.ones(N // 4, 4))


def accuracy(embedded: torch.Tensor) -> float:
    """Of raw cosine."""
    blanks = Blanks(WORN, CATEGORY, torch.arange(N), 0)
    return blanks.accuracy(CosineModel(embedded.shape[1]), embedded[blanks.rows])


def test_who_knows_answers_all_and_who_guesses_a_quarter() -> None:
    """Items of one outfit equal and unlike all others, or random ones."""
    generator = torch.Generator().manual_seed(0)
    outfits = torch.nn.functional.normalize(torch.randn(N // 4, 16, generator=generator), dim=1)
    assert accuracy(outfits.repeat_interleave(4, 0)) == 1
    assert abs(accuracy(torch.randn(N, 64, generator=generator)) - 0.25) < 0.04


def test_a_tie_is_wrong() -> None:
    """Who says the same of everything knows nothing."""
    assert accuracy(torch.ones(N, D)) == 0


def test_only_named_items_need_embeddings() -> None:
    """The outfits' and the drawn rivals of their categories."""
    few = WORN.take(torch.arange(1))
    blanks = Blanks(few, CATEGORY, torch.arange(40), 0)
    assert len(blanks) == 4
    assert set(blanks.rows.tolist()) <= set(range(40))


def test_no_outfits_ask_nothing() -> None:
    """An empty validation part."""
    blanks = Blanks(WORN.take(torch.arange(0)), CATEGORY, torch.arange(N), 0)
    assert len(blanks) == 0
    assert blanks.accuracy(CosineModel(D), torch.zeros(0, D)) == 0
