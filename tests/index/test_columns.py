"""Filters over the items table."""

from __future__ import annotations

import json

import numpy as np
import pyarrow as pa
import pytest

from index.columns import Columns, Filter
from index.errors import SnapshotError

ITEMS = pa.table(
    {
        "id": ["a", "b", "c", "d"],
        "price": pa.array([10.0, 20.0, None, 30.0]),
        "in_stock": pa.array([True, False, None, True]),
        "brand": pa.array(["Acme", "acme", None, "Other"]),
        "attributes": pa.array(
            ['{"gender": "Women", "season": ["Summer", "Spring"]}', '{"gender": ["Men"]}', None, '{"season": "Summer", "lining": null}']
        ),
    }
)
ROW_OF = {"a": 0, "b": 1, "c": 2, "d": 3}


def shown(wanted: Filter) -> str:
    """The ids a filter lets through, in one word."""
    selection = Columns(ITEMS, ROW_OF).selection(wanted)
    mask = selection.mask()
    assert selection.rows().tolist() == np.flatnonzero(mask).tolist()
    return "".join(item for item, row in ROW_OF.items() if mask[row])


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (Filter(price_min=20), "bd"),
        (Filter(price_max=20), "ab"),
        (Filter(price_min=15, price_max=25), "b"),
        (Filter(price_min=0), "abd"),
        (Filter(price_min=30, price_max=10), ""),
        (Filter(in_stock=True), "acd"),
        (Filter(in_stock=False), "b"),
        (Filter(brand=["Acme"]), "a"),
        (Filter(brand=["Acme", "Other", "Nobody"]), "ad"),
        (Filter(brand=["ACME"]), ""),
        (Filter(attributes={"gender": ["Women"]}), "a"),
        (Filter(attributes={"season": ["Summer"]}), "ad"),
        (Filter(attributes={"season": ["Spring", "Summer"]}), "ad"),
        (Filter(attributes={"season": ["Winter"]}), ""),
        (Filter(attributes={"season": ["Summer"], "gender": ["Women", "Men"]}), "a"),
        (Filter(attributes={"season": []}), "abcd"),
        (Filter(attributes={"colour": ["red"]}), ""),
        (Filter(attributes={"colour": []}), ""),
        (Filter(exclude=["b", "c", "not an item"]), "ad"),
        (Filter(in_stock=True, price_max=25, exclude={"d"}), "a"),
    ],
)
def test_what_a_filter_lets_through(wanted: Filter, expected: str) -> None:
    """Each condition as its documentation says, and all of them at once."""
    assert shown(wanted) == expected


@pytest.mark.parametrize("wanted", [Filter(), Filter(brand=[], exclude=set(), attributes={})])
def test_a_filter_that_asks_nothing_has_no_condition(wanted: Filter) -> None:
    """A search then looks at no filter."""
    assert not Columns(ITEMS, ROW_OF).selection(wanted).conditions


def test_what_there_is_to_filter_by_is_listed() -> None:
    """The caller can say which names and values there are."""
    columns = Columns(ITEMS, ROW_OF)
    assert columns.attribute_names == ("gender", "season")
    assert columns.attribute_values("season") == ("Spring", "Summer")


def test_a_table_of_ids_alone_can_be_filtered() -> None:
    """Missing columns are all null: everything is in stock, nothing has a price."""
    columns = Columns(pa.table({"id": ["a", "b"]}), {"a": 0, "b": 1})
    in_stock, cheap = (columns.selection(wanted).mask() for wanted in (Filter(in_stock=True), Filter(price_max=1e9)))
    assert in_stock is not None
    assert cheap is not None
    assert in_stock.tolist() == [True, True]
    assert cheap.tolist() == [False, False]


@pytest.mark.parametrize("text", ["{", "[]", "3", '{"a": 3}', '{"a": {"b": "c"}}', '{"a": ["b", null]}', "[" * 100_000])
def test_attributes_of_another_form_are_refused(text: str) -> None:
    """The message names the item."""
    with pytest.raises(SnapshotError, match="item 'odd'"):
        Columns(pa.table({"id": ["odd"], "attributes": [text]}), {"odd": 0})


SIZED = pa.table(
    {
        "id": ["a", "b", "c", "d", "e", "f"],
        "price": pa.array([50.0, 50.0, None, 50.0, 50.0, 50.0]),
        "sale_price": pa.array([40.0, None, 30.0, 60.0, None, None]),
        "in_stock": pa.array([True, False, None, None, False, None]),
        "sizes": pa.array(
            [
                '[{"size": "M", "in_stock": true}, {"size": "L", "in_stock": false}]',
                '[{"size": "M", "in_stock": true}, {"size": "S", "in_stock": null}]',
                '[{"size": "S"}]',
                None,
                None,
                '[{"size": "XL", "in_stock": true}]',
            ]
        ),
        "attributes": pa.array(['{"size": "L"}', None, None, '{"size": ["M", "L"]}', '{"size": "M"}', '{"size": "M"}']),
    }
)


@pytest.mark.parametrize(
    ("sizes", "expected"),
    [(["M"], "abd"), (["L"], "d"), (["S"], "c"), (["M", "S"], "abcd"), (["m"], ""), (["XXL"], ""), (["XL"], "f")],
)
def test_a_size_passes_where_it_is_in_stock(sizes: list[str], expected: str) -> None:
    """By the sizes, where there are some: true, or not told of an item that is not sold out; else by the attribute, likewise."""
    row_of = {item: row for row, item in enumerate("abcdef")}
    mask = Columns(SIZED, row_of).selection(Filter(size=sizes)).mask()
    assert "".join(item for item, row in row_of.items() if mask[row]) == expected


def test_what_is_out_of_stock_in_each_of_its_sizes_is_out_of_stock() -> None:
    """Whatever is said of the item; one size that is not known, or that is there, is enough."""
    out, some, unknown = (json.dumps([{"size": "S", "in_stock": False}, {"size": "M", "in_stock": stock}]) for stock in (False, True, None))
    said, sizes = [None, True, None, None, False, None], [out, out, some, unknown, some, "[]"]
    items = pa.table({"id": list("abcdef"), "in_stock": said, "sizes": sizes})
    columns = Columns(items, {item: row for row, item in enumerate("abcdef")})
    assert columns.selection(Filter(in_stock=True)).rows().tolist() == [2, 3, 5]
    assert columns.selection(Filter(in_stock=False)).rows().tolist() == [0, 1, 4]
    assert columns.selection(Filter(size=["M"])).rows().tolist() == [2, 3, 4]


def test_a_size_passes_wherever_it_is_told_of() -> None:
    """Of many rows whose stock is told in different ways, each that is asked of alone."""
    ways = ['[{"size": "M", "in_stock": true}]', '[{"size": "M"}, {"size": "L"}]', '[{"size": "S", "in_stock": true}]']
    ids = [str(row) for row in range(999)]
    items = pa.table({"id": ids, "sizes": [ways[row % 3] for row in range(999)]})
    selection = Columns(items, {item: row for row, item in enumerate(ids)}).selection(Filter(size=["M"]))
    passes = [bool(selection.passes(np.array([row]))[0]) for row in range(999)]
    assert passes == [row % 3 < 2 for row in range(999)]


def test_a_price_is_what_is_paid_now() -> None:
    """The sale price where it is lower, or all that there is."""
    assert Columns(SIZED, {item: row for row, item in enumerate("abcdef")}).prices.tolist() == [40, 50, 30, 50, 50, 50]


def test_sizes_of_another_form_are_refused() -> None:
    """Naming the item."""
    for text in ('{"M": true}', '[{"size": 1}]', "M"):
        table = pa.table({"id": ["a"], "sizes": [text]})
        with pytest.raises(SnapshotError, match="'a'"):
            Columns(table, {"a": 0})


def test_what_is_passed_through_has_names() -> None:
    """Of all items; what is no object has one, too."""
    table = pa.table({"id": ["a", "b", "c"], "extras": pa.array(['{"material": "wool", "care": {"wash": 30}}', None, "loose"])})
    assert Columns(table, {}).extra_names == {"material", "care", "extras"}
    assert Columns(ITEMS, ROW_OF).extra_names == frozenset()
