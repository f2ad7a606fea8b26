"""Which words label pictures, and how they are drawn."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

from models.datasets.schema import ITEM_SCHEMA, Catalogue
from models.errors import InputError
from models.recipes.weak_labels.vocabulary import NON_VISUAL, Said, frequent_words, item_texts, visual_words

VOCABULARY = ("dress", "red", "rare", "unsaid")
SAID = Said.of([["red", "dress"]] * 97 + [["dress", "unknown"]] * 2 + [["rare", "dress"], []], VOCABULARY)


def test_words_that_show_nothing_are_dropped() -> None:
    """Stop words, shop talk, what has digits, single letters; each word counts once."""
    assert visual_words("The NEW red Red V2 dress - a great price for your size 42 & men's", NON_VISUAL) == ["red", "dress", "men's"]
    assert visual_words("Nike red", NON_VISUAL | {"nike"}) == ["red"]


def test_what_a_shop_says_is_read_from_columns_and_attributes() -> None:
    """Title, category and a description; what is missing is nothing."""
    rows = [
        {
            "id": "a",
            "category": "tops",
            "title": "Red shirt",
            "attributes": json.dumps({"description": "of linen", "fit": ["slim", "long"]}),
        },
        {"id": "b", "category": "shoes"},
    ]
    shop = Catalogue(pa.Table.from_pylist(rows, ITEM_SCHEMA))
    assert [text.split() for text in item_texts(shop, ("title", "category", "description", "fit"))] == [
        ["Red", "shirt", "tops", "of", "linen", "slim", "long"],
        ["shoes"],
    ]


def test_the_most_frequent_words_are_kept() -> None:
    """Ties by the alphabet; rare ones not."""
    said = [["red", "dress"], ["red", "coat"], ["red", "coat", "dress"], ["rare"]]
    assert frequent_words(said, most=10, least=2) == ("red", "coat", "dress")
    assert frequent_words(said, most=1, least=1) == ("red",)


def test_a_vocabulary_without_words_is_refused() -> None:
    """By the setting, with what would do."""
    with pytest.raises(InputError, match="no word is said of 9 items or more, the most frequent of 2") as caught:
        frequent_words([["red"], ["red"]], most=10, least=9)
    assert caught.value.field == "least_word"


def test_an_index_knows_both_ways() -> None:
    """Words of items, items of words; words outside the vocabulary are left out."""
    assert SAID.words_NL[[0, 97, 99, 100]].tolist() == [[1, 0], [0, -1], [2, 0], [-1, -1]]
    assert SAID.counts.tolist() == [100, 97, 1, 0]
    assert SAID.items_P[SAID.start_K1[2] : SAID.start_K1[3]].tolist() == [99]


def test_uniform_sampling_draws_rare_words_as_often() -> None:
    """A third each of the three that are said at all; frequency sampling follows the counts."""
    rng = np.random.default_rng(0)
    uniform, frequent = (np.bincount(SAID.draw(30_000, rng, uniform=flag)[0], minlength=4) / 30_000 for flag in (True, False))
    assert uniform == pytest.approx([1 / 3, 1 / 3, 1 / 3, 0], abs=0.015)
    assert frequent == pytest.approx(np.array([100, 97, 1, 0]) / 198, abs=0.015)


@pytest.mark.parametrize("uniform", [True, False])
def test_a_drawn_item_has_its_word(uniform: bool) -> None:  # noqa: FBT001
    """And all items that have it are drawn alike."""
    words, items = SAID.draw(20_000, np.random.default_rng(1), uniform=uniform)
    assert all(word in SAID.words_NL[item] for word, item in zip(words[:500], items[:500], strict=True))
    times = np.bincount(items[words == 0], minlength=100)[:100]
    assert (times > 0).all()
    assert times.max() < 2.5 * times.mean()
