"""A size is found by any of its spellings, in filters and in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.release.traits import Traits
from app.words.named import SIZE
from app.words.size_names import spelt
from app.words.vocabulary import Vocabulary, vocabulary_of
from app.words.wishes import read
from index.columns import Filter
from index.snapshot import Snapshot

SIZES = {
    "Tops": ("UK 10", "Size 10", "10", "M", "S", "2XL", "UK 12"),
    "Jeans": ("W32 L30", "W32 L32", "W34 L32"),
    "Trainers": ("UK 5", "EU 39"),
    "Blazers": ("40R",),
}


@pytest.fixture(scope="module")
def shop(snapshot_of: Callable[[list[dict[str, Any]], Path], Snapshot], tmp_path_factory: pytest.TempPathFactory) -> Snapshot:
    """One piece of each size."""
    pieces = [(name, size) for name, sizes in SIZES.items() for size in sizes]
    items = [
        {
            "id": f"p{at}", "category": name, "title": f"{name} of M&S", "price": 20.0, "currency": "GBP", "brand": "M&S",
            "attributes": json.dumps({"size": size}), "sizes": None,
        }
        for at, (name, size) in enumerate(pieces)
    ]  # fmt: skip
    return snapshot_of(items, tmp_path_factory.mktemp("sizes") / "shop")


@pytest.fixture(scope="module")
def words(shop: Snapshot) -> Vocabulary:
    """Its words."""
    return vocabulary_of(shop, Traits.of(shop))


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        (["10"], ["10", "Size 10", "UK 10"]),
        (["uk 10", "m"], ["10", "Size 10", "UK 10", "M"]),
        (["W32"], ["W32"]),  # which says no leg
        (["w32/l30"], ["W32 L30"]),
        (["44"], ["44"]),
    ],
)
def test_a_filter_passes_all_spellings(shop: Snapshot, asked: list[str], found: list[str]) -> None:
    """And stays as it is where there is none."""
    assert list(spelt(shop, Filter(size=asked)).size) == found


@pytest.mark.parametrize(
    ("text", "sizes"),
    [
        ("size 10", ("10", "Size 10", "UK 10")),
        ("uk 10 top", ("10", "Size 10", "UK 10")),
        ("UK5", ("UK 5",)),
        ("size uk 5", ("UK 5",)),
        ("trainers size 5", ("UK 5",)),
        ("EU 39", ("EU 39",)),
        ("W32 jeans", ("W32 L30", "W32 L32")),
        ("W32 L32", ("W32 L32",)),
        ("size 32/32", ("W32 L32",)),
        ("a top in M", ("M",)),
        ("size m", ("M",)),
        ("2xl", ("2XL",)),
        ("40R", ("40R",)),
        ("size 40", ("40R",)),
        ("small", ()),
        ("M&S", ()),
        ("10", ()),
    ],
)
def test_words_name_a_size(words: Vocabulary, text: str, sizes: tuple[str, ...]) -> None:
    """With the word for it in any spelling, without it where nothing else can be meant."""
    said = [meaning.values for wish in read(text, words).wishes for terms in wish.terms for meaning in terms if meaning.field == SIZE]
    assert said == ([sizes] if sizes else [])
