"""Which columns hold the moments and the statuses of orders, where none is called so; and which number of a date is the day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from itertools import chain, islice
from typing import Any, Final

from models.datasets.feeds.recognise import Feed
from models.datasets.feeds.records import Record
from models.datasets.feeds.unread import first_of
from models.datasets.orders.layouts import ORDER_NAMES, OrderLayout, items_named
from models.datasets.orders.moments import DateOrder, is_date, may_be_either, order_told
from models.datasets.orders.statuses import is_end, is_status

MOST_WORDS: Final = 50
"""Values of a column of statuses: one with more says something else."""
_MOSTLY: Final = 0.9
_HALF: Final = 0.5
_MORE: Final = 0.1
_SOME: Final = 0.02
_LOOKED_AT: Final = 200


def date_columns(feed: Feed, plain: Callable[[str], str]) -> list[str]:
    """The columns of no other meaning that hold dates in nine of ten cells or more, by their plain names."""
    return [name for name, values in _other_cells(feed, plain).items() if sum(map(is_date, values)) >= _MOSTLY * len(values)]


def status_columns(feed: Feed, plain: Callable[[str], str]) -> list[str]:
    """Likewise those of which most cells are words of an order's status."""
    return [
        name
        for name, values in _other_cells(feed, plain).items()
        if 2 * sum(isinstance(value, str) and is_status(value) for value in values) > len(values)
        and len(set(map(str, values))) <= MOST_WORDS
    ]


def item_column(feed: Feed, plain: Callable[[str], str], ids: Collection[str]) -> str | None:
    """The column that names items of the catalogue by their ids, where it does so more often than the one that is called as if it did.

    Where none is called so, one whose values are some ids is enough: of what was sold, and of the oldest orders, most may be gone.
    """
    first = _shares(first_of(feed), plain, ids)
    named = items_named(first)
    if named is None:
        shares = _shares((record for record in feed.records(Counter()) if isinstance(record, Record)), plain, ids)
        shares = {name: share for name, share in shares.items() if name not in ORDER_NAMES}
        best = max(shares, key=lambda name: shares[name], default=None)
        return best if best is not None and shares[best] >= _SOME else None
    best = max(first, key=lambda name: first[name])
    return best if best != named and first[best] >= max(_HALF, first[named] + _MORE) else None


def _shares(records: Iterable[Record], plain: Callable[[str], str], ids: Collection[str]) -> dict[str, float]:
    """The share of each column's cells that are ids, of which one alone tells nothing."""
    cells, found = Counter[str](), dict[str, Counter[str]]()
    for record in records:
        for name, value in record.values.items():
            if isinstance(value, str) and (text := value.strip()):
                cells[plain(name)] += 1
                if text in ids:
                    found.setdefault(plain(name), Counter())[text] += 1
    return {name: found[name].total() / count if len(found.get(name, ())) > 1 else 0.0 for name, count in cells.items()}


def _other_cells(feed: Feed, plain: Callable[[str], str]) -> dict[str, list[Any]]:
    """What the first records say in columns whose names mean nothing in a file of orders."""
    cells: dict[str, list[Any]] = {}
    for record in first_of(feed):
        for name, value in record.values.items():
            if value not in (None, "") and plain(name) not in ORDER_NAMES:
                cells.setdefault(plain(name), []).append(value)
    return cells


class Unread:
    """What columns that are not read say of few things: the ends of orders among it are told, as these were learned from."""

    def __init__(self) -> None:
        self._said: dict[str, Counter[str]] = {}
        self._many: set[str] = set(ORDER_NAMES)

    def see(self, values: Mapping[str, Any]) -> None:
        """See a line, by the plain names of its columns."""
        for name, value in values.items():
            if name not in self._many and isinstance(value, str) and value:
                said = self._said.setdefault(name, Counter())
                said[value] += 1
                if len(said) > MOST_WORDS:
                    self._many.add(name)
                    del self._said[name]

    def ends(self) -> Iterator[tuple[str, int, list[str]]]:
        """Each column that says ends, with the lines that do, and what they say."""
        for name, said in self._said.items():
            if ends := [value for value in said if is_end(value)]:
                yield name, sum(said[value] for value in ends), ends


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
