"""Which pictures each step takes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from models.datasets.read import read_catalogue
from models.recipes.weak_labels.batches import Batches
from models.recipes.weak_labels.config import WeakLabelsConfig
from models.recipes.weak_labels.labelled import Labelled, read_labelled
from models.recipes.weak_labels.vocabulary import frequent_words


@pytest.fixture(scope="module")
def shops(painted_shop: Callable[..., Path], tmp_path_factory: pytest.TempPathFactory) -> list[Labelled]:
    """Two shops, 64 and 16 pictures for training."""
    roots = [painted_shop(tmp_path_factory.mktemp("shops") / str(count), count) for count in (80, 20)]
    read = [read_labelled(read_catalogue(root), 32, "train") for root in roots]
    vocabulary = frequent_words([tokens for shop in read for tokens in shop.tokens], most=99, least=3)
    return [shop.with_vocabulary(vocabulary) for shop in read]


def config(**settings: object) -> WeakLabelsConfig:
    """Batches of eight."""
    return WeakLabelsConfig(**{"batch_size": 8, **settings})  # type: ignore[arg-type]


def test_every_epoch_takes_every_picture_once(shops: list[Labelled]) -> None:
    """A step from one shop only; another epoch in another order."""
    batches = Batches(shops, config(loss="clip"), seed=0)
    assert batches.per_epoch == 8 + 2
    epochs = [[batches.of(step) for step in range(at, at + 10)] for at in (0, 10)]
    for epoch in epochs:
        taken = Counter((batch.shop, int(position)) for batch in epoch for position in batch.positions)
        assert len(taken) == 80
        assert set(taken.values()) == {1}
    assert [batch.positions.tolist() for batch in epochs[0]] != [batch.positions.tolist() for batch in epochs[1]]


@pytest.mark.parametrize("loss", ["words", "clip"])
def test_a_step_takes_the_same_whenever_it_is_asked_for(shops: list[Labelled], loss: str) -> None:
    """So that a training can go on in the middle; another seed takes others."""
    first, same, other = (Batches(shops, config(loss=loss), seed=seed) for seed in (0, 0, 1))
    for step in (17, 3):
        assert first.of(step).positions.tolist() == same.of(step).positions.tolist() != other.of(step).positions.tolist()


def test_shops_are_drawn_by_their_size(shops: list[Labelled]) -> None:
    """Four steps in five from the one that is four times as large; each picture with a word of its own."""
    batches = Batches(shops, config(), seed=0)
    drawn = [batches.of(step) for step in range(500)]
    assert np.mean([batch.shop for batch in drawn]) == pytest.approx(0.2, abs=0.05)
    for batch in drawn[:50]:
        assert batch.words is not None
        assert all(word in shops[batch.shop].said.words_NL[at] for word, at in zip(batch.words, batch.positions, strict=True))


def test_a_batch_is_no_larger_than_the_largest_shop(shops: list[Labelled]) -> None:
    """And a smaller shop still has its turn."""
    batches = Batches(shops, config(loss="clip", batch_size=1000), seed=0)
    assert sorted(len(batches.of(step).positions) for step in range(batches.per_epoch)) == [16, 64]
    assert batches.read(0)[1].shape[1:] == (3, 32, 32)


def test_a_shop_without_a_word_of_the_vocabulary_has_no_turn(shops: list[Labelled]) -> None:
    """Where words are drawn; its titles are still read."""
    wordless = shops[1].with_vocabulary(["tuxedo"] * len(shops[0].said.counts))
    for uniform in ("uniform", "frequency"):
        batches = Batches([shops[0], wordless], config(sampling=uniform), seed=0)
        assert {batches.of(step).shop for step in range(50)} == {0}
    batches = Batches([shops[0], wordless], config(loss="clip"), seed=0)
    assert {batches.of(step).shop for step in range(10)} == {0, 1}
