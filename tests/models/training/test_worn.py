"""Outfits as arrays, and the words worth learning."""

from __future__ import annotations

import pyarrow as pa
import torch

from models.datasets.schema import ITEM_SCHEMA, Catalogue, Outfit
from models.datasets.vocabulary import build_vocabulary
from models.training.worn import WornOutfits

ITEMS = [f"i{number}" for number in range(20)]
SHOP = Catalogue(pa.Table.from_pylist([{"id": item, "category": "tops"} for item in ITEMS], ITEM_SCHEMA))


def worn(*sets: list[int]) -> WornOutfits:
    """Outfits given by rows."""
    return WornOutfits.of([Outfit(str(number), tuple(ITEMS[row] for row in rows), "train") for number, rows in enumerate(sets)], SHOP)


def test_outfits_are_padded() -> None:
    """To the longest."""
    outfits = worn([3, 1], [0, 5, 2])
    assert outfits.rows_RI.tolist() == [[3, 1, 0], [0, 5, 2]]
    assert outfits.mask_RI.tolist() == [[True, True, False], [True, True, True]]


def test_an_outfit_of_one_item_teaches_nothing() -> None:
    """Nor does one of the same item twice."""
    assert worn([1], [2, 2], [3, 4]).rows_RI.tolist() == [[3, 4]]
    assert len(worn([1])) == 0


def test_a_basket_keeps_its_first_items() -> None:
    """Twelve of them."""
    assert worn(list(range(20))).rows_RI.tolist() == [list(range(12))]


def test_how_often_items_are_worn() -> None:
    """Padding, which holds row 0, does not count."""
    assert worn([3, 1], [0, 3, 2]).times_worn(5).tolist() == [1, 1, 1, 2, 0]


def test_what_choices_count() -> None:
    """1 on average, padding apart; a choice of which nothing is said counts 1 of them, and some of the outfits keep what they counted."""
    outfits = [Outfit("a", ("i1", "i2"), "train"), Outfit("b", ("i2", "i3", "i1"), "train"), Outfit("c", ("i1",), "train")]
    found = WornOutfits.of(outfits, SHOP, {("a", "i1"): 5.0, ("b", "i3"): 2.0, ("c", "i1"): 90.0, ("d", "i9"): 90.0})
    assert (2 * found.weight_RI)[found.mask_RI].tolist() == [5.0, 1.0, 1.0, 2.0, 1.0]
    assert found.chosen(4).tolist() == [0.0, 3.0, 1.0, 1.0]
    assert found.take(torch.tensor([1])).weight_RI.tolist() == [[0.5, 1.0, 0.5]]


def test_choices_that_count_alike_count_one() -> None:
    """To the bit, whatever they count, so that nothing is learned otherwise."""
    outfits = [Outfit(str(number), ("i1", "i2", f"i{3 + number % 7}"), "train") for number in range(1_000)]
    found = WornOutfits.of(outfits, SHOP, {(outfit.id, item): 0.3 for outfit in outfits for item in outfit.items})
    assert found.weight_RI.unique().tolist() == [1.0]
    assert found.chosen(10).tolist() == found.times_worn(10).tolist()


def test_rare_words_are_left_out() -> None:
    """The most frequent come first, ties by the alphabet."""
    texts = ["red shirt red", "red skirt", "blue shirt", "blue"]
    assert build_vocabulary(texts, least=2, most=10) == ["blue", "red", "shirt"]
    assert build_vocabulary(texts, least=1, most=2) == ["blue", "red"]


def test_numbers_and_signs_are_no_words() -> None:
    """However often they are said."""
    assert build_vocabulary(["2024 - & shirt"] * 3, least=1, most=10) == ["shirt"]


def test_an_attribute_that_numbers_items_is_no_property() -> None:
    """Nearly as many values as items: a number of the shop's; a season is a property."""
    texts = [f"shirt sku={number} sku=all season={('summer', 'winter')[number % 2]}" for number in range(300)]
    assert build_vocabulary(texts, least=1, most=1000) == ["shirt", "season=summer", "season=winter"]


def test_an_attribute_of_few_values_is_a_property_in_a_small_shop() -> None:
    """Ten values of ten items are too few to tell."""
    assert len(build_vocabulary([f"colour=c{number}" for number in range(10)], least=1, most=100)) == 10
