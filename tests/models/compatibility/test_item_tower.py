"""An item's embedding, from what there is of it."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from models.compatibility.base import ItemInputs
from models.compatibility.item_tower import ItemTower


@pytest.fixture
def tower() -> ItemTower:
    """Two blocks, words and residuals; nothing learned is zero."""
    torch.manual_seed(0)
    tower = ItemTower(blocks=[4, 3], categories=2, words=6, residuals=3, embedding_size=8, hidden=12)
    with torch.no_grad():
        for parameter in (tower.missing, tower.wordless, tower.residual.weight):
            parameter.copy_(torch.randn_like(parameter))
        tower.residual.weight[0] = 0
    return tower.eval()


@pytest.fixture
def item() -> ItemInputs:
    """One item with everything."""
    torch.manual_seed(1)
    return ItemInputs(torch.randn(1, 7), torch.tensor([1]), torch.tensor([[2, 5]]), torch.tensor([1]))


@pytest.mark.parametrize("lacking", [0, 1])
def test_a_missing_block_is_its_token(tower: ItemTower, item: ItemInputs, lacking: int) -> None:
    """A block of zeros is replaced by the block's token, and that of no other."""
    features = item.features_NF.clone()
    features[:, [slice(0, 4), slice(4, 7)][lacking]] = 0
    before = tower(replace(item, features_NF=features))
    with torch.no_grad():
        tower.missing[1 - lacking] += torch.randn(12)
        torch.testing.assert_close(tower(replace(item, features_NF=features)), before)
        tower.missing[lacking] += torch.randn(12)
    assert (tower(replace(item, features_NF=features)) - before).abs().max() > 1e-3


def test_an_item_with_everything_uses_no_token(tower: ItemTower, item: ItemInputs) -> None:
    """Tokens stand for what is missing only."""
    before = tower(item)
    with torch.no_grad():
        tower.missing += torch.randn(2, 12)
        tower.wordless += torch.randn(12)
    torch.testing.assert_close(tower(item), before)


def test_an_item_without_words_uses_the_wordless_token(tower: ItemTower, item: ItemInputs) -> None:
    """None of its words known is as good as none."""
    silent = replace(item, words_NL=torch.zeros(1, 2, dtype=torch.long))
    before = tower(silent)
    with torch.no_grad():
        tower.wordless += torch.randn(12)
    assert (tower(silent) - before).abs().max() > 1e-3


def test_padding_of_words_does_not_matter(tower: ItemTower, item: ItemInputs) -> None:
    """Words count by their mean, in any order."""
    torch.testing.assert_close(tower(replace(item, words_NL=torch.tensor([[5, 2, 0, 0]]))), tower(item))


def test_a_residual_is_added(tower: ItemTower, item: ItemInputs) -> None:
    """To what the item would be if it were cold."""
    cold = tower(replace(item, residual_N=torch.tensor([0])))
    torch.testing.assert_close(tower(item) - cold, tower.residual.weight[1][None])


def test_training_hides_residuals_at_random(tower: ItemTower, item: ItemInputs) -> None:
    """About as often as it is told to."""
    tower.train()
    tower.drop_block = tower.drop_words = 0.0
    for module in tower.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    many = item[torch.zeros(2000, dtype=torch.long)]
    cold = tower(replace(item, residual_N=torch.tensor([0])))
    shown = ((tower(many) - cold).abs().amax(1) > 1e-4).float().mean()
    assert abs(float(shown) - 0.5) < 0.05


def test_gradients_reach_every_part(tower: ItemTower, item: ItemInputs) -> None:
    """Of items with and without each modality."""
    lacking = ItemInputs(torch.zeros(1, 7), torch.tensor([0]), torch.zeros(1, 2, dtype=torch.long), torch.tensor([0]))
    tower(item).square().sum().backward()
    tower(lacking).square().sum().backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in tower.parameters())
