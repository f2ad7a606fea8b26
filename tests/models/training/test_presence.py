"""What some items lack tells nothing in training."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from models.compatibility.base import ItemInputs
from models.encoders.features import Block
from models.training.presence import Presence
from models.training.worn import WornOutfits

BLOCKS = (Block("image", 2), Block("text", 3))
VOCABULARY = ("linen", "colour=red")
N = 40
ROWS = torch.arange(N)
TITLED = ROWS % 3 == 0
ALL = torch.ones(N // 2, 2, dtype=torch.bool)
TOGETHER = WornOutfits(torch.cat([ROWS[TITLED], ROWS[~TITLED]]).view(-1, 2), ALL, torch.ones(ALL.shape))
"""Outfits of two whose items have titles, or lack them."""


def inputs(*, pictures: bool = True) -> ItemInputs:
    """A third of the items have a title, with its features and its word; all have an attribute."""
    features = torch.ones(N, 5)
    features[:, :2] *= pictures
    features[~TITLED, 2:] = 0
    return ItemInputs(
        features,
        torch.zeros(N, dtype=torch.long),
        torch.stack([torch.where(TITLED, 1, 0), torch.full((N,), 2)], dim=1),
        torch.zeros(N, dtype=torch.long),
    )


@pytest.mark.parametrize("pictures", [True, False])
def test_only_what_some_lack_is_tossed_for(pictures: bool) -> None:  # noqa: FBT001
    """Not what all have, nor what nobody has."""
    presence = Presence(inputs(pictures=pictures), BLOCKS, VOCABULARY, TOGETHER)
    assert [kind.name for kind in presence.kinds] == ["text"]
    assert len(presence.views(inputs())) == 2
    titled = WornOutfits(ROWS[TITLED].view(-1, 2), ALL[:7], torch.ones(7, 2))
    assert Presence(inputs(), BLOCKS, VOCABULARY, titled).kinds == []


def test_what_items_lack_each_by_itself_is_kept() -> None:
    """A title beside one that has a title is as likely as beside one that has none, so that it tells nothing."""
    pairs = torch.combinations(ROWS, with_replacement=False)
    anyhow = WornOutfits(pairs, torch.ones_like(pairs, dtype=torch.bool), torch.ones(pairs.shape))
    presence = Presence(inputs(), BLOCKS, VOCABULARY, anyhow)
    assert presence.kinds == []
    assert [kind.name for kind in presence.every] == ["image", "text"]
    assert len(presence.views(inputs())) == 1


def test_what_categories_explain_tells_nothing() -> None:
    """Shoes have no titles, whoever wears them: what goes with shoes is not known by that."""
    items = inputs()
    by_category = replace(items, category_N=(~TITLED).long())
    assert Presence(by_category, BLOCKS, VOCABULARY, TOGETHER).kinds == []


def test_a_hidden_title_is_hidden_whole() -> None:
    """Its features and its words; attributes, pictures and the items that were given stay."""
    items = inputs()
    presence = Presence(items, BLOCKS, VOCABULARY, TOGETHER)
    hidden = presence.hide(items, presence.kinds)
    assert not hidden.features_NF[:, 2:].any()
    assert torch.equal(hidden.features_NF[:, :2], items.features_NF[:, :2])
    assert hidden.words_NL.unique().tolist() == [0, 2]
    assert items.features_NF[TITLED].all()


def test_either_nobody_has_it_or_only_those_that_do_are_compared() -> None:
    """Both come up, each about half of the time."""
    presence, generator = Presence(inputs(), BLOCKS, VOCABULARY, TOGETHER), torch.Generator().manual_seed(0)
    tossed = [presence.tossed(generator) for _ in range(200)]
    assert 60 < sum(map(len, tossed)) < 140
    for hidden in tossed:
        assert torch.equal(presence.compared(ROWS, hidden), torch.ones(N, dtype=torch.bool) if hidden else TITLED)


def test_titles_without_a_block_of_their_own_are_words_alone() -> None:
    """A shop's own features are one block; the words of titles are hidden from it all the same."""
    presence = Presence(inputs(), (Block("features", 5),), VOCABULARY, TOGETHER)
    assert [kind.name for kind in presence.kinds] == ["title"]
    hidden = presence.hide(inputs(), presence.kinds)
    assert hidden.words_NL.unique().tolist() == [0, 2]
    assert torch.equal(hidden.features_NF, inputs().features_NF)
