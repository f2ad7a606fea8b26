"""Filters: turns what an item must satisfy into a selection of the rows of an items table.

Loading prepares a price per row, the rows by price, and the rows of each brand and attribute value. What a filter costs then depends on
the rows that it is asked of, or on the rows that pass it, and not on how many there are. Shape legend: N rows · M rows in question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import BeforeValidator, StrictStr, TypeAdapter, ValidationError

from index.backends.base import BoolArray, IntArray
from index.errors import SnapshotError
from index.selection import Condition, Selection, but, of_lists, of_mask

RowsByValue = dict[str, IntArray]
_Values = Annotated[list[StrictStr], BeforeValidator(lambda value: value if isinstance(value, list) else [value])]
_ATTRIBUTES: Final = TypeAdapter(dict[str, _Values | None])


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Conditions that an item must satisfy, all of them. Values match exactly, in upper and lower case.

    Attributes:
        price_min: lowest price, inclusive. An item without a price satisfies no price filter.
        price_max: highest price, inclusive.
        in_stock: True: only items in stock; False: only items out of stock; None: both. Null counts as in stock.
        brand: any of these; empty: any brand or none.
        attributes: per name, any of these values; an empty list asks nothing. No item satisfies a name that no item has
            (``Columns.unknown_attributes`` lists such names).
        exclude: ids that must not be returned; unknown ids are ignored.
    """

    price_min: float | None = None
    price_max: float | None = None
    in_stock: bool | None = None
    brand: Collection[str] = ()
    attributes: Mapping[str, Collection[str]] = field(default_factory=dict)
    exclude: Collection[str] = ()


class Columns:
    """The filterable columns of N items.

    Args:
        items: has ``id``; ``price``, ``in_stock``, ``brand`` and ``attributes`` (a JSON object: name -> string or list of strings)
            may be missing or null.
        row_of: item id -> row.

    Raises:
        SnapshotError: an item's attributes are something else; the message names the item.
    """

    def __init__(self, items: pa.Table, row_of: Mapping[str, int]) -> None:
        self._count = int(items.num_rows)
        self._row_of = row_of
        self._price_N: NDArray[np.float64] = _column(items, "price", pa.float64()).fill_null(float("nan")).to_numpy(zero_copy_only=False)
        self._in_stock_N: BoolArray = _column(items, "in_stock", pa.bool_()).fill_null(fill_value=True).to_numpy(zero_copy_only=False)
        stocked = of_mask(self._in_stock_N)
        self._in_stock, self._out_of_stock = Condition(stocked.test, stocked.passing), of_mask(~self._in_stock_N)
        priced = int(np.count_nonzero(~np.isnan(self._price_N)))
        self._by_price: NDArray[np.int32] = np.argsort(self._price_N, kind="stable")[:priced].astype(np.int32)  # NaN comes last
        self._ascending = self._price_N[self._by_price]
        self._brand = rows_by_value(_column(items, "brand", pa.string()))
        self._attributes = _attributes(_column(items, "attributes", pa.string()), items.column("id"))

    @property
    def prices(self) -> NDArray[np.float64]:
        """The price of each row, ``(N,)``; not a number where an item has none."""
        return self._price_N

    @property
    def attribute_names(self) -> tuple[str, ...]:
        """The attribute names that some item has, sorted."""
        return tuple(sorted(self._attributes))

    def attribute_values(self, name: str) -> tuple[str, ...]:
        """The values that some item has under a name, sorted; none for an unknown name."""
        return tuple(sorted(self._attributes.get(name, ())))

    def unknown_attributes(self, wanted: Filter) -> tuple[str, ...]:
        """The attribute names of a filter that no item has, sorted; a filter with any of them lets nothing through."""
        return tuple(sorted(set(wanted.attributes) - set(self.attribute_names)))

    def selection(self, wanted: Filter) -> Selection:
        """The rows that satisfy a filter; a filter that asks nothing selects all."""
        return Selection(self._count, tuple(self.conditions(wanted)))

    def conditions(self, wanted: Filter) -> Iterator[Condition]:
        """One for each thing that is asked; of the same filter as many, in the same order, whatever the rows."""
        if wanted.price_min is not None or wanted.price_max is not None:
            least = -np.inf if wanted.price_min is None else wanted.price_min
            yield self._priced(least, np.inf if wanted.price_max is None else wanted.price_max)
        if wanted.in_stock is not None:
            yield self._in_stock if wanted.in_stock else self._out_of_stock
        if wanted.brand:
            yield of_lists(self._count, _of(self._brand, wanted.brand))
        for name, values in wanted.attributes.items():
            if values or name not in self._attributes:
                yield of_lists(self._count, _of(self._attributes.get(name, {}), values))
        if wanted.exclude:
            yield but(self._count, [self._row_of[item] for item in wanted.exclude if item in self._row_of])

    def _priced(self, least: float, most: float) -> Condition:
        first, end = int(np.searchsorted(self._ascending, least, side="left")), int(np.searchsorted(self._ascending, most, side="right"))

        def test(rows_M: IntArray) -> BoolArray:
            price_M = self._price_N[rows_M]
            return np.asarray((price_M >= least) & (price_M <= most))

        return Condition(test, max(0, end - first), lambda: np.sort(self._by_price[first:end]).astype(np.int64))


def _of(rows: RowsByValue, values: Collection[str]) -> list[IntArray]:
    return [rows[value] for value in values if value in rows]


def rows_by_value(values: pa.Array, rows: Sequence[int] | IntArray | None = None) -> RowsByValue:
    """For each value the rows that have it, ascending; nulls are left out.

    Args:
        rows: the row of each value, ascending; None when the values are one per row.
    """
    encoded = values.dictionary_encode()
    row_of_entry = np.arange(len(values)) if rows is None else np.asarray(rows, dtype=np.int64)
    codes = encoded.indices.fill_null(-1).to_numpy()
    order = np.argsort(codes, kind="stable")
    starts = np.searchsorted(codes[order], np.arange(len(encoded.dictionary) + 1))
    return {
        str(value): row_of_entry[order[start:stop]]
        for value, start, stop in zip(encoded.dictionary.to_pylist(), starts[:-1], starts[1:], strict=True)
    }


def _column(items: pa.Table, name: str, kind: pa.DataType) -> pa.Array:
    """One column as one array; all null if the table lacks it."""
    if name not in items.column_names:
        return pa.nulls(items.num_rows, kind)
    return items.column(name).cast(kind).combine_chunks()


def _attributes(texts: pa.Array, ids: pa.ChunkedArray) -> dict[str, RowsByValue]:
    """Attribute name -> value -> its rows. Each distinct text is read once: shops describe many items alike."""
    encoded = texts.dictionary_encode()
    codes_N = encoded.indices.fill_null(-1).to_numpy()
    order_N = np.argsort(codes_N, kind="stable")
    starts = np.searchsorted(codes_N[order_N], np.arange(len(encoded.dictionary) + 1))
    entries: dict[str, tuple[list[int], list[str]]] = {}
    for code, text in enumerate(encoded.dictionary.to_pylist()):
        for name, values in _parsed(text, ids, order_N[starts[code]]).items() if text else ():
            codes, found = entries.setdefault(name, ([], []))
            codes.extend([code] * len(values))
            found.extend(values)
    return {name: _by_value(codes, found, order_N, starts) for name, (codes, found) in entries.items()}


def _by_value(codes: Sequence[int], values: Sequence[str], order_N: IntArray, starts: IntArray) -> RowsByValue:
    """For each value the rows whose text is any of those that hold it, ascending.

    Args:
        codes, values: pairs of a text and a value that it holds. order_N, starts: the rows of each text.
    """
    rows: dict[str, list[IntArray]] = {}
    for code, value in zip(codes, values, strict=True):
        rows.setdefault(value, []).append(order_N[starts[code] : starts[code + 1]])
    return {value: np.sort(np.concatenate(parts)) for value, parts in rows.items()}


def _parsed(text: str, ids: pa.ChunkedArray, row: int) -> dict[str, list[str]]:
    """Attribute name -> values; a null value is no value."""
    try:
        return {name: values for name, values in _ATTRIBUTES.validate_json(text).items() if values is not None}
    except ValidationError:
        wrong = "its attributes are not a JSON object of strings and lists of strings"
        msg = f"item {ids[int(row)].as_py()!r}: {wrong}; correct the item and import again"
        raise SnapshotError(msg) from None
