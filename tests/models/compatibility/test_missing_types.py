"""Which type is missing: a distribution over types that splits into categories and types within them, and learns what goes with what."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import torch

from models.compatibility.missing_types import MissingTypes
from models.training.missing_types import fit_missing_types
from models.training.worn import WornOutfits

SHOES, TOPS = 0, 1
BOOTS, SANDALS, JUMPER, VEST = 1, 2, 3, 4
CATEGORY = torch.tensor([2, SHOES, SHOES, TOPS, TOPS])


@contextmanager
def silent(_title: str, _total: int) -> Iterator[Any]:
    """Nobody is told of progress."""
    yield lambda *_, **__: None


@pytest.fixture(scope="module")
def learned() -> MissingTypes:
    """Boots are worn with jumpers, sandals with vests; each item's type is its row + 1, and row 4 is of no training outfit."""
    outfits = [[BOOTS, JUMPER], [SANDALS, VEST]] * 40
    rows = torch.tensor(outfits) - 1
    worn = WornOutfits(rows, torch.ones_like(rows, dtype=torch.bool), torch.ones(rows.shape))
    type_N, category_N = torch.tensor([1, 2, 3, 4, 0]), torch.tensor([SHOES, SHOES, TOPS, TOPS, TOPS])
    return fit_missing_types(type_N, category_N, 2, worn, worn, 0, silent).eval()


@torch.no_grad()
def test_it_learns_which_type_is_missing(learned: MissingTypes) -> None:
    """Beside boots a jumper; the category follows from what is worn."""
    worn, mask = torch.tensor([[BOOTS], [SANDALS]]), torch.ones(2, 1, dtype=torch.bool)
    log_p = learned(worn, mask)
    assert log_p.argmax(1).tolist() == [JUMPER, VEST]
    odds = learned.of_categories(log_p)
    assert (odds[:, TOPS] > odds[:, SHOES]).all()
    within = learned.within_categories(log_p, torch.tensor([[JUMPER, VEST, 0]] * 2))
    assert within[0, 0] > 0 > within[0, 1]
    assert within[1, 1] > 0 > within[1, 0]
    assert within[:, 2].tolist() == [0.0, 0.0], "what nobody wore is neither likely nor unlikely"


@torch.no_grad()
def test_category_and_type_make_up_the_whole(learned: MissingTypes) -> None:
    """Log-odds against shares; a category that nobody wore has none."""
    log_p = learned(torch.tensor([[BOOTS, VEST]]), torch.ones(1, 2, dtype=torch.bool))
    assert log_p.exp().sum().item() == pytest.approx(1.0)
    types = torch.arange(1, 5)[None]
    odds = learned.of_categories(log_p)
    whole = odds.gather(1, CATEGORY[types]) + learned.within_categories(log_p, types)
    assert whole[0].tolist() == pytest.approx((log_p - learned.log_share)[0, 1:].tolist(), abs=1e-4)
    assert odds[0, 2].item() == 0.0


@torch.no_grad()
def test_order_and_padding_say_nothing(learned: MissingTypes) -> None:
    """What is worn is a multiset."""
    all_of, some = torch.ones(1, 3, dtype=torch.bool), torch.tensor([[True, True, False]])
    one, turned = learned(torch.tensor([[BOOTS, VEST, VEST]]), all_of), learned(torch.tensor([[VEST, BOOTS, VEST]]), all_of)
    assert torch.allclose(one, turned, atol=1e-5)
    assert not torch.allclose(one, learned(torch.tensor([[BOOTS, VEST, VEST]]), some), atol=1e-3), "two of a type are more than one"
    padded = learned(torch.tensor([[BOOTS, VEST, JUMPER]]), some)
    assert torch.allclose(padded, learned(torch.tensor([[BOOTS, VEST]]), all_of[:, :2]), atol=1e-5)
