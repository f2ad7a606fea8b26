"""Reads a recognised feed as a table in ``ITEM_SCHEMA``, some thousands of rows at a time; what cannot be used is told by its line."""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from operator import attrgetter
from pathlib import Path
from typing import Any, Final, NoReturn

import pyarrow as pa

from models.datasets.feeds.active import read_active
from models.datasets.feeds.item import read_item
from models.datasets.feeds.layouts.base import NOT_SOLD, NOT_WORN, Layout
from models.datasets.feeds.mapping import Mapped, left_out_as
from models.datasets.feeds.money import decimals_behind_commas
from models.datasets.feeds.recognise import Feed
from models.datasets.feeds.records import Broken, Draft, Fault, Item, Record, Rules
from models.datasets.feeds.words import plain
from models.datasets.findings import Findings
from models.datasets.garments import is_gift_card
from models.datasets.schema import ITEM_SCHEMA
from models.errors import RowError, refuse
from models.progress import counted
from sealed.tables import in_a_file

_CHUNK: Final = 20_000
_SAMPLE: Final = 1_000
_GIFT_CARDS: Final = "gift cards by their titles, which nobody wears"
_NO_PIECES: Final = frozenset({NOT_WORN, _GIFT_CARDS})
_STUB: Final = ("id", "category")


@dataclass(slots=True)
class FeedTable:
    """Items as read.

    Attributes:
        table: in ``ITEM_SCHEMA``. numbers: the line of each row. stubs: rows that cannot be used.
        records: how many records there were; of one that holds many items, as a list of schema.org does, each of these counts.
        passed: how many of them are no items: drafts, gift cards, rows of a product's further pictures.
    """

    table: pa.Table
    numbers: array[int]
    stubs: set[int]
    records: int
    passed: int


def read_feed(feed: Feed, findings: Findings, mapped: Mapped | None = None, scratch: Path | None = None) -> FeedTable:
    """Read all of a feed.

    Args:
        scratch: the directory in which the items of a feed of more than ``_CHUNK`` lie, in files without names; None for memory.

    Raises:
        InputError: its columns are of no known layout; and as ``Findings`` does for a row that cannot be used.
    """
    layout = feed.layout or _no_layout(feed)
    if doubt := feed.encoding.doubt:
        findings.warn(doubt, path=feed.path)
    left_out = {left_out_as(name): name for name in mapped.leave_out} if mapped else {}
    reading = _Reading(feed, findings, _NO_PIECES | left_out.keys())
    sample = list(islice(layout.drafts(reading.looked_at, feed.path.parent), _SAMPLE))
    rules, chunks, stubs = _rules(sample, mapped), _Chunks(scratch), set[int]()
    drafts = over = 0
    silent = dict(mapped.columns) if mapped else {}
    for draft in layout.drafts(reading.records, feed.path.parent):
        drafts += 1
        if why := draft.passed or _no_item(draft, layout):
            reading.pass_over(draft, why)
            over += 1
            continue
        silent = {name: column for name, column in silent.items() if not draft.says(name)} if silent else silent
        item = read_item(draft, rules)
        reading.tell(item, draft)
        if not item.faults:
            chunks.add(item.values, draft.line)
        elif findings.keeps_stubs and all(isinstance(item.values.get(name), str) for name in _STUB):
            stubs.add(len(chunks.numbers))
            chunks.add({name: item.values[name] for name in _STUB}, draft.line)
    if left_out:
        of = {name: reading.passed.pop(words, 0) for words, name in left_out.items()}
        each = ", ".join(f"{name!r} {count:,}" for name, count in of.items())
        findings.warn(f"{sum(of.values()):,} items that the mapping leaves out ({each}); passed over", path=feed.path)
    for words, count in reading.passed.items():
        findings.warn(f"{count:,} {words}; passed over", path=feed.path)
    for name, column in silent.items() if drafts > over else ():
        findings.warn(f"{column.column!r} says nothing in any row, so no item has it; name another column", path=feed.path, field=name)
    meant = drafts + reading.broken
    rows = max(reading.count, meant)
    return FeedTable(chunks.table(), chunks.numbers, stubs, rows, passed=rows - meant + over)


def _no_layout(feed: Feed) -> NoReturn:
    if not feed.names:
        refuse("its items hold nothing that has a name; write each value as an element, or under a name, of its own", path=feed.path)
    lacking = next(name for name in _STUB if name not in feed.names or name == "category")
    names, they = ("the header names", "it names") if feed.header else ("its items name", "they name")
    refuse(
        f"{names} no such column; {they} {', '.join(feed.names[:30])}; `attire map {feed.path}` proposes what is what, for --map",
        path=feed.path,
        line=feed.header or None,
        field=lacking,
    )


def _no_item(draft: Draft, layout: Layout) -> str:
    """Why a draft is none, whatever its layout; empty where it is one."""
    if read_active(draft.values.get("active")) is False:
        return NOT_SOLD
    return _GIFT_CARDS if not layout.tells_category and _is_gift_card(draft) else ""


def _is_gift_card(draft: Draft) -> bool:
    title = draft.values.get("title")
    return isinstance(title, str) and is_gift_card(plain(title))


def _rules(sample: list[Draft], mapped: Mapped | None) -> Rules:
    prices = [price for draft in sample for name in ("price", "sale_price") if isinstance(price := draft.values.get(name), str)]
    comma = mapped.decimal == "," if mapped is not None and mapped.decimal else decimals_behind_commas(prices)
    return Rules(comma, mapped.currency if mapped else None)


@dataclass(slots=True)
class _Reading:
    """One reading of a feed. A layout may go over the records more than once; what is broken is told the first time.

    Attributes:
        no_pieces: why drafts are passed over that nobody wears.
    """

    feed: Feed
    findings: Findings
    no_pieces: Collection[str]
    count: int = 0
    broken: int = 0
    passed: Counter[str] = field(default_factory=Counter)
    again: bool = False

    def records(self) -> Iterator[Record]:
        again, self.again = self.again, True
        records = self.feed.records(Counter() if again else self.passed)
        title = f"reading {self.findings.called(self.feed.path)}"
        for record in counted(records, self.findings.progress, title, self.feed.end, attrgetter("line")):
            self.count += not (again or (isinstance(record, Broken) and record.mended))
            if isinstance(record, Record):
                yield record
            elif record.mended and not again:
                self.findings.warn(record.problem, path=self.feed.path, line=record.line)
            elif not again:
                self.broken += 1
                self.findings.row(RowError(record.problem, path=self.feed.path, line=record.line, value=record.value))

    def looked_at(self) -> Iterator[Record]:
        """The records, of which nothing is told."""
        return (record for record in self.feed.records(Counter()) if isinstance(record, Record))

    def pass_over(self, draft: Draft, why: str) -> None:
        """Count a draft that is no item; what nobody wears is kept by what orders call it."""
        self.passed[why] += 1
        if why in self.no_pieces and self.findings.feed is not None:
            self.findings.feed.no_pieces += draft.ids or filter(None, [draft.values.get("id")])

    def tell(self, item: Item, draft: Draft) -> None:
        for note in item.notes:
            self.findings.warn(note.problem, path=self.feed.path, line=draft.line, field=note.field)
        if item.faults:
            self.findings.row(*(self._error(fault, item, draft) for fault in item.faults))

    def _error(self, fault: Fault, item: Item, draft: Draft) -> RowError:
        name = item.values.get("id") or draft.values.get("id")
        return RowError(
            fault.problem,
            path=self.feed.path,
            line=draft.line,
            field=fault.field,
            item=None if name is None else str(name),
            value=fault.value,
        )


class _Chunks:
    """Rows, kept as Arrow a chunk at a time."""

    def __init__(self, scratch: Path | None) -> None:
        self.numbers = array("q")
        self._scratch = scratch
        self._tables: list[pa.Table] = []
        self._columns: dict[str, list[Any]] = {name: [] for name in ITEM_SCHEMA.names}

    def add(self, values: dict[str, Any], line: int) -> None:
        for name, column in self._columns.items():
            column.append(values.get(name))
        self.numbers.append(line)
        if len(self.numbers) % _CHUNK == 0:
            self._flush()

    def _flush(self) -> None:
        table = pa.table(self._columns, ITEM_SCHEMA)
        self._tables += [table] if self._scratch is None else in_a_file([table], self._scratch)
        for column in self._columns.values():
            column.clear()

    def table(self) -> pa.Table:
        if self._columns["id"] or not self._tables:
            self._scratch = self._scratch if self._tables else None  # not for a few rows
            self._flush()
        return pa.concat_tables(self._tables)
