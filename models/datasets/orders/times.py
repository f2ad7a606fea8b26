"""Which column holds the moments of orders, where none is called so; and which number of its dates is the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, Final

from models.datasets.feeds.recognise import Feed
from models.datasets.feeds.records import Record
from models.datasets.feeds.unread import first_of
from models.datasets.orders.layouts import ORDER_NAMES, OrderLayout
from models.datasets.orders.moments import DateOrder, is_date, may_be_either, order_told

_MOSTLY: Final = 0.9
_LOOKED_AT: Final = 200


def date_columns(feed: Feed, plain: Callable[[str], str]) -> list[str]:
    """The columns of no other meaning that hold dates in nine of ten cells or more, by their plain names."""
    cells: dict[str, list[Any]] = {}
    for record in first_of(feed):
        for name, value in record.values.items():
            if value not in (None, "") and plain(name) not in ORDER_NAMES:
                cells.setdefault(plain(name), []).append(value)
    return [name for name, values in cells.items() if sum(map(is_date, values)) >= _MOSTLY * len(values)]


def date_order(feed: Feed, layout: OrderLayout, named: Callable[[Mapping[str, Any]], dict[str, Any]]) -> DateOrder | None:
    """The order of the dates of a file, as the first of them tells that can be read in one only.

    Args:
        named: gives the values of a record the names that the layout knows.
    """
    cells = _cells(feed.records(Counter()), layout, named) if layout.times else iter(())
    first = list(islice(cells, _LOOKED_AT))
    return order_told(chain(first, cells)) if any(map(may_be_either, first)) else None


def _cells(records: Iterable[Any], layout: OrderLayout, named: Callable[[Mapping[str, Any]], dict[str, Any]]) -> Iterator[Any]:
    for record in records:
        if isinstance(record, Record):
            values = named(record.values)
            yield from (values[name] for name in layout.times if name in values)
