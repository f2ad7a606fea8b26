"""Sizes of one product."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from models.datasets.schema import ITEM_SCHEMA, Catalogue, Dataset, Outfit
from models.datasets.splits import products_of


def shop(*items: dict[str, Any]) -> Catalogue:
    """Items called by their place, tees of one group unless they say otherwise."""
    rows = [{"id": str(place), "category": "tops", "group_id": "tee", "title": "Tee"} | item for place, item in enumerate(items)]
    return Catalogue(pa.Table.from_pylist([row | {"attributes": json.dumps(row.get("attributes", {}))} for row in rows], ITEM_SCHEMA))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ({"attributes": {"size": "S", "color": "red"}}, True),
        ({"attributes": {"Größe": "38", "color": "red"}}, True),
        ({"attributes": {"EU size": "38", "color": "red"}}, True),
        ({"attributes": {"Pointure": "38", "color": "red"}}, True),
        ({"attributes": {"size": "S", "color": "red"}, "title": "Tee - S"}, False),  # the other has no size in its title
        ({"attributes": {"color": "blue", "size": "M"}}, False),
        ({"attributes": {"color": "red", "size": "S"}, "group_id": "shirt"}, False),
        ({"attributes": {"color": "red", "size": "S"}, "image": {"bytes": None, "path": "b.jpg"}}, False),
    ],
)
def test_only_a_size_may_tell_them_apart(other: dict[str, Any], *, same: bool) -> None:
    """Another colour, picture or title is another item to whoever looks."""
    first = shop({"attributes": {"color": "red", "size": "M"}}, other).first_sizes.tolist()
    assert first == ([0, 0] if same else [0, 1])


def test_titles_may_name_the_size() -> None:
    """As feeds of variants do."""
    sizes = [{"title": f"Tee, {size}, striped", "attributes": {"size": size}} for size in ("M", "S")]
    assert shop(*sizes, {"title": "Tee, L, plain", "attributes": {"size": "L"}}).first_sizes.tolist() == [0, 0, 2]


def test_items_without_a_group_are_themselves() -> None:
    """However alike they are."""
    assert shop({"group_id": None}, {"group_id": None}).first_sizes.tolist() == [0, 1]


def test_a_choice_of_a_size_is_one_of_the_product() -> None:
    """It counts what it counted."""
    sizes = shop({"attributes": {"size": "M"}}, {"attributes": {"size": "S"}}, {"group_id": "jeans"})
    dataset = Dataset(Path(), "shop", sizes, (Outfit("o", ("1", "2"), "train"),), {}, counts={("o", "1"): 3.0, ("o", "2"): 2.0})
    assert dataset.in_one_size().counts == {("o", "0"): 3.0, ("o", "2"): 2.0}


def test_outfits_of_products() -> None:
    """Each size is its first."""
    sizes = shop({"attributes": {"size": "M"}}, {"attributes": {"size": "S"}}, {"group_id": "jeans"})
    assert products_of([Outfit("o", ("1", "2"), "train")], sizes) == [{"0", "2"}]
