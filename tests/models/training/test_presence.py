"""What some items lack tells nothing in training."""

from __future__ import annotations

import pytest
import torch

from models.compatibility.base import ItemInputs
from models.encoders.features import Block
from models.training.presence import Presence

BLOCKS = (Block("image", 2), Block("text", 3))
VOCABULARY = ("linen", "colour=red")
N = 40
ROWS = torch.arange(N)
TITLED = ROWS % 3 == 0


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
    presence = Presence(inputs(pictures=pictures), BLOCKS, VOCABULARY, ROWS)
    assert [kind.name for kind in presence.kinds] == ["text"]
    assert len(presence.views(inputs())) == 2
    assert Presence(inputs(), BLOCKS, VOCABULARY, ROWS[TITLED]).kinds == []


def test_a_hidden_title_is_hidden_whole() -> None:
    """Its features and its words; attributes, pictures and the items that were given stay."""
    items = inputs()
    presence = Presence(items, BLOCKS, VOCABULARY, ROWS)
    hidden = presence.hide(items, presence.kinds)
    assert not hidden.features_NF[:, 2:].any()
    assert torch.equal(hidden.features_NF[:, :2], items.features_NF[:, :2])
    assert hidden.words_NL.unique().tolist() == [0, 2]
    assert items.features_NF[TITLED].all()


def test_either_nobody_has_it_or_only_those_that_do_are_compared() -> None:
    """Both come up, each about half of the time."""
    presence, generator = Presence(inputs(), BLOCKS, VOCABULARY, ROWS), torch.Generator().manual_seed(0)
    tossed = [presence.tossed(generator) for _ in range(200)]
    assert 60 < sum(map(len, tossed)) < 140
    for hidden in tossed:
        assert torch.equal(presence.compared(ROWS, hidden), torch.ones(N, dtype=torch.bool) if hidden else TITLED)


def test_titles_without_a_block_of_their_own_are_words_alone() -> None:
    """A shop's own features are one block; the words of titles are hidden from it all the same."""
    presence = Presence(inputs(), (Block("features", 5),), VOCABULARY, ROWS)
    assert [kind.name for kind in presence.kinds] == ["title"]
    hidden = presence.hide(inputs(), presence.kinds)
    assert hidden.words_NL.unique().tolist() == [0, 2]
    assert torch.equal(hidden.features_NF, inputs().features_NF)
