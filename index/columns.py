"""Filters: turns what an item must satisfy into a selection of the rows of an items table.

Loading prepares a price per row, the rows by price, and the rows of each brand and attribute value. What a filter costs then depends on
the rows that it is asked of, or on the rows that pass it, and not on how many there are. Shape legend: N rows · M rows in question.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Annotated, Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import BeforeValidator, StrictStr, TypeAdapter, ValidationError
from pydantic_core import from_json

from index.backends.base import BoolArray, IntArray
from index.errors import SnapshotError
from index.selection import Condition, Selection, but, of_lists, of_mask
from index.stock import Size, can_be_bought, sizes_of

RowsByValue = dict[str, IntArray]
_Values = Annotated[list[StrictStr], BeforeValidator(lambda value: value if isinstance(value, list) else [value])]
_ATTRIBUTES: Final = TypeAdapter(dict[str, _Values | None])


@dataclass(frozen=True, kw_only=True, slots=True)
class Filter:
    """Conditions that an item must satisfy, all of them. Values match exactly, in upper and lower case.

    Attributes:
        price_min: lowest price, inclusive: of what an item costs now. One without a price satisfies no price filter.
        price_max: highest price, inclusive.
        in_stock: True: only items in stock; False: only items out of stock, by themselves or in all of their sizes; None: both. Null
            counts as in stock.
        brand: any of these; empty: any brand or none.
        attributes: per name, any of these values; an empty list asks nothing. No item satisfies a name that no item has.
        size: any of these: the item has it in stock by its sizes, where it has some, else by its attribute ``size``; no item passes that is
            known to be out of stock, unless its sizes say that this one is there. Empty: any size or none.
        exclude: ids that must not be returned; unknown ids are ignored.
    """

    price_min: float | None = None
    price_max: float | None = None
    in_stock: bool | None = None
    brand: Collection[str] = ()
    attributes: Mapping[str, Collection[str]] = field(default_factory=dict)
    size: Collection[str] = ()
    exclude: Collection[str] = ()


class Columns:
    """The filterable columns of N items.

    Args:
        items: has ``id``; ``price``, ``sale_price``, ``in_stock``, ``brand``, ``attributes`` (a JSON object: name -> string or list of
            strings), ``sizes`` (a JSON list of ``{"size", "in_stock"}``), ``created`` and ``extras`` (a JSON object) may be missing or
            null.

    Raises:
        SnapshotError: an item's attributes or sizes are something else; the message names the item.
    """

    def __init__(self, items: pa.Table, row_of: Mapping[str, int]) -> None:
        self._count = int(items.num_rows)
        self._row_of = row_of
        price_N, sale_N = _figures(items, "price"), _figures(items, "sale_price")
        self._price_N: NDArray[np.float64] = np.fmin(price_N, sale_N)
        self._reduced_N: BoolArray = sale_N < price_N
        sizes = _column(items, "sizes", pa.string())
        sized = [(sizes_of(text, rows, items.column("id")), rows) for text, rows in rows_by_value(sizes).items()]
        self._in_stock_N: BoolArray = (
            _column(items, "in_stock", pa.bool_()).fill_null(fill_value=True).to_numpy(zero_copy_only=False).copy()
        )
        for of_rows, rows in sized:
            if can_be_bought(None, [one.in_stock for one in of_rows]) is False:
                self._in_stock_N[rows] = False
        stocked = of_mask(self._in_stock_N)
        self._in_stock, self._out_of_stock = Condition(stocked.test, stocked.passing), of_mask(~self._in_stock_N)
        priced = int(np.count_nonzero(~np.isnan(self._price_N)))
        self._by_price: NDArray[np.int32] = np.argsort(self._price_N, kind="stable")[:priced].astype(np.int32)  # NaN comes last
        self._ascending = self._price_N[self._by_price]
        self._brand = rows_by_value(_column(items, "brand", pa.string()))
        self._attributes = _attributes(_column(items, "attributes", pa.string()), items.column("id"))
        unsized_N = sizes.is_null().to_numpy(zero_copy_only=False)
        self._sizes = {one.size for of_rows, _ in sized for one in of_rows} | self._attributes.get("size", {}).keys()
        self._size = sizes_in_stock(sized, unsized_N, self._attributes.get("size", {}), self._in_stock_N)
        self._told = items.select([name for name in ("title", "created", "extras") if name in items.column_names])

    @property
    def prices(self) -> NDArray[np.float64]:
        """What each row costs now, ``(N,)``: the lower of price and sale price; not a number where an item has neither."""
        return self._price_N

    @property
    def reduced(self) -> BoolArray:
        """Whether each row costs less than it did, ``(N,)``: it has a sale price below its price."""
        return self._reduced_N

    @cached_property
    def created(self) -> NDArray[np.float64]:
        """Since when the shop has each row, ``(N,)``, in seconds since 1970; not a number where that is not told."""
        texts = self._told.column("created").to_pylist() if "created" in self._told.column_names else [None] * self._count
        return np.array([_seconds(text) for text in texts], dtype=np.float64)

    @cached_property
    def vocabularies(self) -> tuple[tuple[str, ...], ...]:
        """The words of all titles in lower case, each once, sorted; one vocabulary for each part of a catalogue."""
        if "title" not in self._told.column_names:
            return ()
        words = pc.list_flatten(pc.split_pattern_regex(pc.utf8_lower(self._told.column("title").drop_null()), r"[^\p{L}\p{N}\p{M}]+"))
        return (tuple(sorted(filter(None, words.unique().to_pylist()))),)

    @cached_property
    def extra_names(self) -> frozenset[str]:
        """The names under which some item has something passed through."""
        texts = self._told.column("extras").drop_null().unique().to_pylist() if "extras" in self._told.column_names else []
        return frozenset(name for text in texts for name in extras_of(text))

    @property
    def brands(self) -> frozenset[str]:
        """The brands that some item has."""
        return frozenset(self._brand)

    @property
    def sizes(self) -> frozenset[str]:
        """The sizes that some item has, in stock or not."""
        return frozenset(self._sizes)

    @property
    def attribute_names(self) -> tuple[str, ...]:
        """The attribute names that some item has, sorted."""
        return tuple(sorted(self._attributes))

    def attribute_values(self, name: str) -> tuple[str, ...]:
        """The values that some item has under a name, sorted; none for an unknown name."""
        return tuple(sorted(self._attributes.get(name, ())))

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
        if wanted.size:
            yield of_lists(self._count, _of(self._size, wanted.size))
        for name, values in wanted.attributes.items():
            if values or name not in self._attributes:
                yield of_lists(self._count, _of(self._attributes.get(name, {}), values))
        if wanted.exclude:
            yield but(self._count, [row for item in wanted.exclude if (row := self._row_of.get(item)) is not None])

    def _priced(self, least: float, most: float) -> Condition:
        first, end = int(np.searchsorted(self._ascending, least, side="left")), int(np.searchsorted(self._ascending, most, side="right"))

        def test(rows_M: IntArray) -> BoolArray:
            price_M = self._price_N[rows_M]
            return np.asarray((price_M >= least) & (price_M <= most))

        return Condition(test, max(0, end - first), lambda: np.sort(self._by_price[first:end]).astype(np.int64))


def _of(rows: RowsByValue, values: Collection[str]) -> list[IntArray]:
    return [rows[value] for value in values if value in rows]


def values_of(items: pa.Table, row: int, names: Sequence[str]) -> dict[str, Any]:
    """The values of one row, of the columns of these names that there are; of a few rows quicker than a table of them."""
    return {name: items.column(place)[row].as_py() for name in names if (place := items.schema.get_field_index(name)) >= 0}


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


def _figures(items: pa.Table, name: str) -> NDArray[np.float64]:
    """A column of numbers, ``(N,)``; not a number where it is null."""
    return np.asarray(_column(items, name, pa.float64()).fill_null(float("nan")).to_numpy(zero_copy_only=False))


def _seconds(text: str | None) -> float:
    """A moment of ISO 8601 in seconds since 1970; one without a zone is of UTC."""
    try:
        moment = datetime.fromisoformat(text or "")
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return float("nan")


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


def extras_of(text: str | None) -> dict[str, Any]:
    """What a shop passes through, by name; what is no object, as catalogues of before may hold, is under ``extras``.

    >>> extras_of('{"material": "wool"}'), extras_of("wool"), extras_of(None)
    ({'material': 'wool'}, {'extras': 'wool'}, {})
    """
    if not text:
        return {}
    try:
        found = from_json(text, allow_inf_nan=False)
    except ValueError:
        found = text
    return found if isinstance(found, dict) else {"extras": found}


def sizes_in_stock(
    sized: Sequence[tuple[Sequence[Size], IntArray]], unsized_N: BoolArray, attribute: RowsByValue, in_stock_N: BoolArray
) -> RowsByValue:
    """The rows that have each size in stock, ascending, as ``Filter.size`` says.

    Args:
        sized: sizes, and the rows that have them. unsized_N: the rows that have none.
        attribute: the rows of each value of the attribute ``size``. in_stock_N: False where a row is known to be out of stock.
    """
    found: dict[str, list[IntArray]] = {}
    for sizes, rows in sized:
        for one in sizes:
            if one.in_stock is not False:
                found.setdefault(one.size, []).append(rows if one.in_stock else rows[in_stock_N[rows]])
    for size, rows in attribute.items():
        found.setdefault(size, []).append(rows[unsized_N[rows] & in_stock_N[rows]])
    return {size: np.unique(np.concatenate(parts)) for size, parts in found.items()}


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
