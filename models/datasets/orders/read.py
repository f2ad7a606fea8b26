"""Reads orders and looks, some thousands of lines at a time, into the columns that sessions are read from.

Customers become shoppers under a hash of their name in the file; nothing else of them is kept.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from models.datasets.feeds.packed import PACKED
from models.datasets.feeds.recognise import Feed, recognise
from models.datasets.feeds.records import Record
from models.datasets.feeds.words import plain_name
from models.datasets.findings import MOST_SHOWN, Findings, Recognised
from models.datasets.orders.layouts import (
    EXACT,
    LISTED,
    ORDER_NAMES,
    UNDATED,
    OrderLayout,
    OrderLine,
    Wrong,
    customers_unread,
    misnamed,
    order_layout_of,
)
from models.datasets.orders.moments import Dated, DateOrder
from models.datasets.orders.statuses import STATUS, unknown_status
from models.datasets.orders.times import Unread, date_columns, date_order, item_column, status_columns
from models.datasets.outfits import OUTFITS
from models.datasets.shown import shown
from models.errors import InputError, RowError, refuse
from models.progress import counted

ORDER_SCHEMA: Final = pa.schema(
    [
        pa.field("type", pa.string()),
        pa.field("session", pa.string()),
        pa.field("user", pa.string()),
        pa.field("item", pa.string()),
        pa.field("order", pa.string()),
        pa.field("timestamp", pa.timestamp("ms", "UTC")),
        pa.field("received", pa.timestamp("ms", "UTC")),
    ]
)
COLUMNS: Final[Mapping[str, str]] = {
    "order": "order_id",
    "sku": EXACT,
    "items": LISTED[0],
    "time": "time",
    "customer": "customer",
    "quantity": "quantity",
    "status": "order_status",
}
"""What columns of a file may be said to be, and what they are read as."""
_CHUNK: Final = 50_000
_CANCELLED: Final = "cancelled"
_FILES: Final = (
    *("looks", "outfits"),
    *("orders", "order_lines", "orders_export", "orders_export_1", "purchases", "transactions", "transactions_train"),
)
_IS_ID: Final = re.compile(r"[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}", re.IGNORECASE)
_OF_IDS: Final = (
    "; these are ids, by which nobody knows which orders were cancelled or sent back: these are learned from, too, unless the export "
    "says it in words (in Shopware's profile `stateMachineState.technicalName` as `order_status`)"
)
_ENDINGS: Final = (".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".parquet")


@dataclass(frozen=True, slots=True)
class Orders:
    """Orders as read.

    Attributes:
        table: a row for each line, in ``ORDER_SCHEMA``; moments are null where the layout tells none.
        layout: as a person is told it. meant: how many records were to be used, some of which may be set aside.
        looks: whether each is a look, else an order.
    """

    table: pa.Table
    layout: str
    meant: int
    looks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """How files of orders are written, as far as they do not say it themselves.

    Attributes:
        dates: which number of ``06/01/2025`` is the day; None where the other dates of a file tell, each for itself.
        columns: what is what, by the keys of ``COLUMNS``; a file that has none of these columns is read as it is.
        cancelled: statuses of what was cancelled or sent back, beside those that are known, in any case.
        encoding: in place of the one that is guessed of a file that is not UTF-8.
        no_pieces: patterns of SKUs that are no pieces, in the catalogue or not, beside shipping, gift cards and the like.
    """

    dates: DateOrder | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    cancelled: Sequence[str] = ()
    encoding: str | None = None
    no_pieces: Sequence[str] = ()


def shopper_of(customer: str) -> str:
    """The name that a customer goes by: the first 32 digits of SHA-256, in hexadecimal.

    >>> shopper_of("ann@example.com")
    '71d4f55f72fa128dfb468a1a3901507c'
    """
    return hashlib.sha256(customer.encode("utf-8", "backslashreplace")).hexdigest()[:32]


def orders_beside(root: Path) -> list[Path]:
    """The files of a dataset directory that hold orders or looks, by their names."""
    names = (f"{stem}{ending}{packed}" for stem in _FILES for ending in _ENDINGS for packed in PACKED)
    return [root / name for name in names if name != OUTFITS and (root / name).is_file()]


def read_orders(path: Path, findings: Findings, written: Written | None = None, *, ids: Collection[str] = ()) -> Orders:
    """Read a file of orders or looks.

    Args:
        written: what the file does not say of itself.
        ids: of the catalogue, by which the column that names its items is known, whatever it is called.

    Raises:
        InputError: it cannot be read, or is of no known layout; and as ``Findings`` does for a line that cannot be used.
    """
    feed, layout, named, told = _opened(path, findings, written or Written(), ids)
    recognised = findings.feed = Recognised(path, told)
    passed: Counter[str] = Counter()
    unknown: Counter[tuple[str, str]] = Counter()
    watched = Unread()
    batches: list[pa.RecordBatch] = []
    rows: list[tuple[Any, ...]] = []
    for line in layout.lines(_records(feed, findings, passed, (unknown, watched), named)):
        if isinstance(line, Wrong):
            findings.row(RowError(line.problem, path=path, line=line.line, field=line.field, item=line.order, value=line.value))
        elif isinstance(line, str):
            passed[line] += 1
            recognised.passed += 1
        else:
            rows.append(_row(line))
            if len(rows) == _CHUNK:
                batches.append(_batch(rows))
                rows.clear()
    for words, count in passed.items():
        findings.warn(f"{count:,} {words}; passed over", path=path)
    _tell_unknown(unknown, path, findings, {new: old for old, new in named.renamed.items()})
    for column, count, ends in watched.ends():
        said = f"{count:,} lines say {_few(ends)} in {column!r}, which is not read, and are kept"
        findings.warn(f"{said}; where that is what became of the order, call the column `order_status`", path=path, field=column)
    return Orders(pa.Table.from_batches([*batches, _batch(rows)], ORDER_SCHEMA), told, recognised.meant, layout.looks)


def dates_told(path: Path, written: Written, *, ids: Collection[str] = ()) -> DateOrder | None:
    """The order of the dates of a file, as it tells by itself or by ``written``; None where it tells none, or cannot be read.

    Args:
        written, ids: as of ``read_orders``.
    """
    try:
        return _opened(path, Findings(gather=True), written, ids)[2].dates
    except InputError:
        return None  # which is told when it is read


def _opened(path: Path, findings: Findings, written: Written, ids: Collection[str]) -> tuple[Feed, OrderLayout, _Named, str]:
    """A file, its layout, the names of its values, and what it is told to be."""
    feed = recognise(path, encoding=written.encoding)
    told_so = _told_so(feed, written.columns, findings)
    names = {*map(plain_name, feed.names), *told_so.values()}
    exact = item_column(feed, plain_name, ids) if ids and names.isdisjoint((EXACT, *LISTED)) else None
    layout, time = _layout(feed, findings, {*told_so.values(), *([EXACT] if exact else [])})
    not_so = misnamed(frozenset(map(plain_name, feed.names))) | {*told_so.values()}
    told_so |= {} if time is None else {time: "time"}
    told = str(feed).replace(str(feed.layout.name if feed.layout else "columns of no known layout"), layout.name, 1)
    if doubt := feed.encoding.doubt:
        findings.warn(doubt, path=path)
    if layout.reads and (unread := [name for name in feed.names if not layout.reads(plain_name(name))]):
        findings.warn(f"columns that are not called like a piece (top, shoes, item_1) are passed over: {', '.join(unread)}", path=path)
    if layout.statuses and (buyers := customers_unread(told_so.get(name, name) for name in map(plain_name, feed.names))):
        say = f"no column is known as the customer, so nobody's taste is learned; if it is {' or '.join(map(repr, buyers))}"
        findings.warn(f"{say}, call that `customer`", path=path)
    renamed = _renamed(feed, layout, told_so, exact, findings)
    named = _Named(layout, renamed, not_so, frozenset(text.strip().casefold() for text in written.cancelled))
    named.dates = written.dates or date_order(feed, layout, named)
    return feed, layout, named, told


def _tell_unknown(unknown: Counter[tuple[str, str]], path: Path, findings: Findings, called: Mapping[str, str]) -> None:
    """Tell of the values of each column of statuses that are not known, the most frequent first.

    Args:
        called: what a column is called in the file, where it is read under another name.
    """
    for column in dict.fromkeys(name for name, _ in unknown):
        values = [(value, count) for (name, value), count in unknown.most_common() if name == column]
        lines, named = sum(count for _, count in values), _few([value for value, _ in values])
        ids = _OF_IDS if all(_IS_ID.fullmatch(value) for value, _ in values) else ""
        one = shown(values[0][0]) if len(values) == 1 else "STATUS"  # of several the first may be that it was delivered
        say = ids or f"; where one says that nothing came of the order, --cancelled {one} leaves its lines out"
        findings.warn(f"{lines:,} lines are kept whose status is not known: {named}{say}", path=path, field=called.get(column, column))


def _few(values: Sequence[str]) -> str:
    return ", ".join(map(shown, values[:MOST_SHOWN])) + (", …" if len(values) > MOST_SHOWN else "")


def _told_so(feed: Feed, columns: Mapping[str, str], findings: Findings) -> dict[str, str]:
    """What columns are read as that are said to be something.

    Raises:
        InputError: the file has some of these columns, and not others.
    """
    there = {plain_name(name) for name in feed.names}
    lacking = [name for name in columns.values() if plain_name(name) not in there]
    if columns and len(lacking) == len(columns):
        findings.warn(f"has no column {' or '.join(map(repr, lacking))}, and is read as it is", path=feed.path)
        return {}
    layout = order_layout_of(frozenset({*there, *(COLUMNS[key] for key, name in columns.items() if name not in lacking)}))
    if lacking and layout and layout.looks:  # which have neither customer nor status
        findings.warn(f"has no column {' or '.join(map(repr, lacking))}, and is read as looks by those that it has", path=feed.path)
    elif lacking:
        refuse(f"has no column {' or '.join(map(repr, lacking))}; it has {', '.join(feed.names[:30])}", path=feed.path, field="--columns")
    return {plain_name(name): COLUMNS[key] for key, name in columns.items() if name not in lacking}


def _renamed(feed: Feed, layout: OrderLayout, told_so: Mapping[str, str], exact: str | None, findings: Findings) -> dict[str, str]:
    """What columns are read as: those of which it is known, and what is told by values, items and statuses, which is told."""
    renamed = {**told_so}
    if exact is not None:
        findings.warn(f"{exact!r} holds ids of the catalogue and is read as the SKU", path=feed.path)
        renamed[exact] = EXACT
    if not layout.statuses or COLUMNS["status"] in told_so.values():
        return renamed
    taken = {plain_name(name) for name in feed.names}
    free = (name for name in STATUS if name not in taken)
    for column, name in zip(status_columns(feed, plain_name), free, strict=False):
        findings.warn(f"{column!r} holds what becomes of orders and is read as their status", path=feed.path)
        renamed.setdefault(column, name)
    return renamed


def _layout(feed: Feed, findings: Findings, more: Collection[str]) -> tuple[OrderLayout, str | None]:
    """The layout, and the column that is the time by its values, as none is by its name.

    Args:
        more: names of columns beside those of the file.
    """
    names = frozenset(map(plain_name, feed.names)).union(more)
    found, with_time = order_layout_of(names), order_layout_of(names | {"time"})
    if with_time is None:
        known = "order_id, sku, customer, time; look_id, sku; look_id, items; or look_id and one for each piece, such as top, shoes"
        there = f"it has {', '.join(feed.names[:30])}; name the columns {known}, or say what is what by --columns"
        refuse(f"is no layout of orders that is known: {there}", path=feed.path)
    if found is not None and found.name != UNDATED:
        return found, None
    dates = date_columns(feed, plain_name)
    if len(dates) == 1:
        findings.warn(
            f"{dates[0]!r} holds dates and is read as the time; if it is another, call the time of the order `time`", path=feed.path
        )
        return with_time, dates[0]
    rest = dates or sorted(names - ORDER_NAMES)
    holds = f"{', '.join(rest)} {'hold dates' if dates else 'are not read'}: " if rest else ""
    problem = f"no column is known as the time of an order, by which outfits are divided; {holds}call the one that is it `time`"
    if found is None:
        refuse(problem, path=feed.path)
    findings.warn(problem, path=feed.path)
    return found, None


@dataclass(slots=True)
class _Named:
    """Gives the values of a record the names that a layout knows, and its dates their order."""

    layout: OrderLayout
    renamed: Mapping[str, str]
    unread: frozenset[str]
    cancelled: frozenset[str] = frozenset()
    dates: DateOrder | None = None

    def __call__(self, values: Mapping[str, Any]) -> dict[str, Any]:
        plain = ((plain_name(name), value) for name, value in values.items())
        named = {self.renamed.get(name, name): value for name, value in plain if name in self.renamed or name not in self.unread}
        if self.dates is not None:
            named |= {name: Dated(named[name], self.dates) for name in self.layout.times if isinstance(named.get(name), str)}
        if self.cancelled:
            named |= {name: _CANCELLED for name in STATUS if str(named.get(name)).strip().casefold() in self.cancelled}
        return named


def _records(
    feed: Feed, findings: Findings, passed: Counter[str], told: tuple[Counter[tuple[str, str]], Unread], named: _Named
) -> Iterator[Record]:
    unknown, watched = told
    records = feed.records(passed)
    for record in counted(records, findings.progress, f"reading {feed.path}", feed.end, attrgetter("line")):
        if findings.feed is not None:
            findings.feed.rows += 1
        if isinstance(record, Record):
            values = named(record.values)
            if named.layout.statuses:
                unknown.update(unknown_status(values))
                watched.see(values)
            yield Record(record.line, values)
        elif record.mended:
            findings.warn(record.problem, path=feed.path, line=record.line)
        else:
            findings.row(RowError(record.problem, path=feed.path, line=record.line, value=record.value))


def _row(line: OrderLine) -> tuple[Any, ...]:
    at = None if line.at is None else round(line.at * 1_000)
    user = None if line.customer is None else shopper_of(line.customer)
    return "return" if line.returned else "purchase", line.order, user, line.item, line.order, at, None


def _batch(rows: Iterable[tuple[Any, ...]]) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True)) or [()] * len(ORDER_SCHEMA)
    arrays = [_array(column, one.type) for column, one in zip(columns, ORDER_SCHEMA, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=ORDER_SCHEMA)


def _array(values: tuple[Any, ...], kind: pa.DataType) -> pa.Array:
    return pa.array([text.encode("utf-8", "replace").decode() if isinstance(text, str) else text for text in values], kind)
