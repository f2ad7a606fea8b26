"""In a shop of one-offs the sizes are known of each row; in others they are not asked for."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

from app.release.sized import Sized
from models.datasets.labels import PieceLabels
from models.datasets.size_scale import Place, place_of

LABELS = (PieceLabels("top", "women adult"), PieceLabels("footwear", "women adult"))
CHILDS = (PieceLabels("top", "men child"),)


def table(said: list[str | list[str] | None]) -> pa.Table:
    """Items with a size each as an attribute, or with a list of sizes."""
    attributes = [json.dumps({"size": one}) if isinstance(one, str) else None for one in said]
    sizes = [json.dumps([{"size": size} for size in one]) if isinstance(one, list) else None for one in said]
    return pa.table(
        {"attributes": pa.array(attributes, pa.string()), "sizes": pa.array(sizes, pa.string()), "currency": ["GBP"] * len(said)}
    )


def sized(said: list[str | list[str] | None], firsts: list[int] | None = None, shoes: tuple[int, ...] = ()) -> Sized | None:
    """Tops, but for some shoes, each a product of its own unless its first row is said."""
    label_N = np.array([row in shoes for row in range(len(said))], dtype=np.int32)
    return Sized.of(table(said), LABELS, label_N, np.array(firsts or range(len(said)), dtype=np.int64))


@pytest.mark.parametrize(
    ("said", "firsts"),
    [
        (["8", "10", "8", "10"], [0, 0, 2, 2]),  # sizes as items
        ([["8", "10"], ["8", "10"], "12"], None),  # and as a list
        ([None, None], None),
        ([], None),
    ],
)
def test_where_products_have_sizes_the_shopper_chooses(said: list[str | list[str] | None], firsts: list[int] | None) -> None:
    """Nothing is known of sizes, and nothing is asked."""
    assert sized(said, firsts) is None


def test_one_person_wears_what_meets() -> None:
    """Who wears UK 8 wears 10, any shoes and what says no size, but no 16; who will have any wears what is near."""
    some = sized(["UK 8", "Size 10", "16", None, "UK 5", ["12"], ["12", "14"], "12", "12"], shoes=(4,))
    assert some is not None
    worn = some.of_rows([0, 3])
    rows_M = np.arange(9)
    assert some.condition(worn).test(rows_M).tolist() == [True, True, False, True, True, False, True, False, False]
    assert some.condition(worn, 4.0).test(rows_M).tolist() == [True, True, False, True, True, True, True, True, True]
    assert some.condition(worn).passing == 5


def test_what_is_added_later_is_read_as_the_rest_is() -> None:
    """By the system of the catalogue that it is added to."""
    base = sized(["UK 8", "UK 10"])
    assert base is not None
    more = base.extended(table(["10", "5"]), LABELS, np.array([0, 1], dtype=np.int32))
    assert more.of_rows([2]) == more.of_rows([1])
    assert [place.kind for place in more.of_rows([3])] == ["foot"]
    assert more.taken(np.array([3, 0])).of_rows([1]) == base.of_rows([0])


def test_where_the_shopper_chooses_some_child_wears_both() -> None:
    """From the least size of a product to its largest, listed or as items; grown-ups' pieces and what is added later go with everything."""
    said: list[str | list[str] | None] = ["104", "122", ["98", "128"], "152", "158", "116/122", "One size", None]
    firsts = np.array([0, 0, 2, 3, 3, 5, 5, 7], dtype=np.int64)
    some = Sized.of(table(said), CHILDS, np.zeros(len(said), np.int32), firsts)
    assert some is not None
    assert some.chosen
    assert some.of_rows([0, 1, 2]) == [Place("height", 101, 125), Place("height", 101, 125), Place("height", 95, 131)]
    rows_M = np.arange(9)
    more = some.extended(table(["170"]), CHILDS, np.zeros(1, np.int32))
    assert more.condition(more.of_rows([3])).test(rows_M).tolist() == [False, False, False, True, True, False, False, True, True]
    assert Sized.of(table(said), LABELS, np.zeros(len(said), np.int32), firsts) is None


def test_bare_numbers_of_children_are_heights() -> None:
    """From 44 on: what is smaller is an age, or a system that nobody named."""
    assert place_of("104", "top", "women child") == Place("height", 101, 107)
    assert place_of("50/56", "full-body", "men+women baby") == Place("height", 47, 59)
    assert place_of("10", "top", "women child") is None
