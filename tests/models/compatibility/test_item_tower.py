"""The item tower, with and without each modality."""

from __future__ import annotations

import copy
from dataclasses import replace

import pytest
import torch

from models.compatibility.base import ItemInputs
from models.compatibility.item_tower import ItemTower


@pytest.fixture
def tower() -> ItemTower:
    """A tower with two blocks and words; no parameter is zero."""
    torch.manual_seed(0)
    tower = ItemTower(blocks=[4, 3], categories=2, words=6, embedding_size=8, hidden=12)
    with torch.no_grad():
        for parameter in (tower.missing, tower.wordless):
            parameter.copy_(torch.randn_like(parameter))
    return tower.eval()


@pytest.fixture
def item() -> ItemInputs:
    """One item with everything."""
    torch.manual_seed(1)
    return ItemInputs(torch.randn(1, 7), torch.tensor([1]), torch.tensor([[2, 5]]), torch.tensor([1]))


@pytest.mark.parametrize("lacking", [0, 1])
def test_a_missing_block_is_its_token(tower: ItemTower, item: ItemInputs, lacking: int) -> None:
    """A block of zeros is replaced by that block's token."""
    features = item.features_NF.clone()
    features[:, [slice(0, 4), slice(4, 7)][lacking]] = 0
    before = tower(replace(item, features_NF=features))
    with torch.no_grad():
        tower.missing[1 - lacking] += torch.randn(12)
        torch.testing.assert_close(tower(replace(item, features_NF=features)), before)
        tower.missing[lacking] += torch.randn(12)
    assert (tower(replace(item, features_NF=features)) - before).abs().max() > 1e-3


def test_an_item_with_everything_uses_no_token(tower: ItemTower, item: ItemInputs) -> None:
    """Changing the tokens does not change the embedding."""
    before = tower(item)
    with torch.no_grad():
        tower.missing += torch.randn(2, 12)
        tower.wordless += torch.randn(12)
    torch.testing.assert_close(tower(item), before)


def test_an_item_without_words_uses_the_wordless_token(tower: ItemTower, item: ItemInputs) -> None:
    """An item with unknown words only is like one without words."""
    silent = replace(item, words_NL=torch.zeros(1, 2, dtype=torch.long))
    before = tower(silent)
    with torch.no_grad():
        tower.wordless += torch.randn(12)
    assert (tower(silent) - before).abs().max() > 1e-3


def test_padding_of_words_does_not_matter(tower: ItemTower, item: ItemInputs) -> None:
    """Words count by their sum, in any order."""
    torch.testing.assert_close(tower(replace(item, words_NL=torch.tensor([[5, 2, 0, 0]]))), tower(item))


@pytest.mark.parametrize(("chance", "shown"), [({"drop_words": 0.3}, 0.7), ({"drop_word": 0.3}, 0.49)])
def test_training_hides_words_at_random(tower: ItemTower, item: ItemInputs, chance: dict[str, float], shown: float) -> None:
    """All words of an item at once, or word by word: both of two words stay about as often as the setting says."""
    tower.train()
    tower.drop_block = tower.drop_words = tower.drop_word = 0.0
    for name, value in chance.items():
        setattr(tower, name, value)
    for module in tower.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    many, whole = item[torch.zeros(2000, dtype=torch.long)], copy.deepcopy(tower).eval()(item)
    assert abs(float(((tower(many) - whole).abs().amax(1) < 1e-4).float().mean()) - shown) < 0.05


def test_words_are_predicted_without_reading_them(tower: ItemTower, item: ItemInputs) -> None:
    """The prediction depends on the picture, not on the item's words or the block that encodes them."""
    logits = tower.word_logits(item, [1], 4)
    assert logits.shape == (1, 4)
    other = item.features_NF.clone()
    other[:, 4:] += 1.0
    torch.testing.assert_close(tower.word_logits(replace(item, features_NF=other, words_NL=torch.tensor([[1, 3]])), [1], 4), logits)
    other[:, :4] += 1.0
    assert (tower.word_logits(replace(item, features_NF=other), [1], 4) - logits).abs().max() > 1e-3


def test_gradients_reach_every_part(tower: ItemTower, item: ItemInputs) -> None:
    """A batch with and without each modality gives every parameter a gradient."""
    lacking = ItemInputs(torch.zeros(1, 7), torch.tensor([0]), torch.zeros(1, 2, dtype=torch.long), torch.tensor([0]))
    tower(item).square().sum().backward()
    tower(lacking).square().sum().backward()
    assert all(parameter.grad is not None and parameter.grad.abs().sum() > 0 for parameter in tower.parameters())
