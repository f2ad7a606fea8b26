"""What holds for the items of every format: names, ids that are unique, prices, vectors of one length."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from models.datasets.feeds.money import MOST
from models.datasets.findings import Findings
from models.datasets.names import id_problem, name_problem
from models.datasets.schema import SPLITS
from models.datasets.shown import shown
from models.errors import RowError

_LARGEST_FEATURE: Final = float(np.finfo(np.float16).max)
_LINK: Final = r"^(?i:(https?:)?//|/)"


@dataclass(slots=True)
class ItemFile:
    """Items as read, in ``ITEM_SCHEMA``.

    Attributes:
        numbers: the line of each row; None for Parquet, where rows count as lines.
        stubs: rows that cannot be used, and stay so that outfits that name them are not blamed. dropped: rows that go.
    """

    path: Path
    table: pa.Table
    numbers: Sequence[int] | None
    findings: Findings
    stubs: set[int] = field(default_factory=set)
    dropped: set[int] = field(default_factory=set)

    def line(self, row: int) -> int:
        """The 1-based line or Parquet row of a row of the table."""
        return row + 1 if self.numbers is None else self.numbers[row]

    def error(self, row: int, field: str, problem: str, value: Any = None) -> None:  # noqa: ANN401 - of any column
        """Say that ``field`` of ``row`` cannot be used."""
        item = self.table.column("id")[row].as_py()
        self.findings.row(RowError(problem, path=self.path, line=self.line(row), field=field, item=item, value=value))
        (self.stubs if self.findings.keeps_stubs else self.dropped).add(row)

    def warn(self, row: int, field: str, problem: str) -> None:
        """Say that something of ``row`` is put up with."""
        self.findings.warn(problem, path=self.path, line=self.line(row), field=field)

    def kept(self) -> pa.Table:
        """The table without the rows that were set aside."""
        if not self.dropped:
            return self.table
        keep_N = np.ones(len(self.table), dtype=np.bool_)
        keep_N[list(self.dropped)] = False
        return self.table.filter(pa.array(keep_N))

    def accepted(self, stubs: Collection[int]) -> NDArray[np.int64]:
        """The rows of ``kept`` that an import takes: all but the stubs, the first of each id."""
        kept = np.setdiff1d(np.arange(len(self.table)), np.array([*self.dropped], dtype=np.int64))
        usable = np.flatnonzero(~np.isin(kept, np.array([*stubs], dtype=np.int64)))
        ids = self.table.column("id").combine_chunks().dictionary_encode().indices.to_numpy(zero_copy_only=False)
        return np.sort(usable[np.unique(ids[kept[usable]], return_index=True)[1]])


def check_names(file: ItemFile) -> None:
    """Ids and categories are there, and can be names."""
    for name, problem_of in (("id", id_problem), ("category", name_problem)):
        names = file.table.column(name)
        blank = pc.fill_null(is_blank(names), fill_value=True)
        of_wrong_type = any(kind.field == name and kind.first[0].line is None for kind in file.findings.of("error"))
        for row in () if of_wrong_type else rows_of(blank):
            file.error(row, name, f"is missing or empty; every item has {'an' if name == 'id' else 'a'} {name}")
        parts = (pc.unique(chunk).to_pylist() for chunk in names.chunks)  # ids are Python objects a part at a time
        problems = {text: problem for part in parts for text in part if text and (problem := problem_of(text))}
        for row in rows_of(pc.is_in(names, value_set=pa.array(problems, pa.string()))):
            text = names[row].as_py()
            file.error(row, name, f"{shown(text)} {problems[text]}", text)


def check_unique(file: ItemFile) -> None:
    """No id comes twice among the rows that can be used otherwise; a row that is there twice counts once."""
    ids = pc.fill_null(file.table.column("id"), "").combine_chunks().dictionary_encode()
    if len(ids.dictionary) == len(ids):
        return
    rows = np.setdiff1d(np.arange(len(ids)), np.fromiter(file.dropped, dtype=np.int64))
    _, firsts, group = np.unique(ids.indices.to_numpy()[rows], return_index=True, return_inverse=True)
    for again in np.setdiff1d(np.arange(len(rows)), firsts).tolist():
        if text := ids[int(rows[again])].as_py():
            _told_twice(file, text, int(rows[again]), int(rows[firsts[group[again]]]))


def _told_twice(file: ItemFile, text: str, again: int, first: int) -> None:
    one, other = (file.table.slice(row, 1).to_pylist() for row in (first, again))
    if one == other and not file.findings.strict:
        file.warn(again, "id", f"{shown(text)} is there again, the same as in line {file.line(first)}; counted once")
        file.dropped.add(again)
    else:
        file.error(again, "id", f"{shown(text)} stands already in line {file.line(first)}; ids are unique", text)


def check_values(file: ItemFile) -> None:
    """Prices are from 0 to ``MOST``, splits are known, addresses are of the web."""
    splits, urls = file.table.column("split"), file.table.column("url")
    for name in ("price", "sale_price"):
        prices = file.table.column(name)
        for row in rows_of(pc.or_(pc.less(prices, 0.0), pc.invert(pc.is_finite(prices)))):
            price = prices[row].as_py()
            file.error(row, name, f"{price} is not a price; use a finite number from 0, or nothing", price)
        for row in rows_of(pc.and_(pc.greater(prices, MOST), pc.is_finite(prices))):
            price = prices[row].as_py()
            file.error(row, name, f"{price} is not a price: it is more than {MOST:,.0f}; use a number up to that, or nothing", price)
    known = pc.is_in(splits, value_set=pa.array(SPLITS, pa.string()))
    for row in rows_of(pc.invert(pc.or_(known, pc.fill_null(is_blank(splits), fill_value=True)))):
        split = splits[row].as_py()
        file.error(row, "split", f"{shown(split)} is not a split; use {', '.join(SPLITS)}", split)
    for row in rows_of(pc.invert(pc.match_substring_regex(urls, _LINK))):
        file.error(row, "url", f"{shown(urls[row].as_py())} is no address of the web; begin it with https://", urls[row].as_py())


def check_features(file: ItemFile) -> None:
    """The shop's own vectors are there for all items or for none, of one length, finite, and of what half precision can hold."""
    column = file.table.column("features")
    if column.null_count == len(column):
        return
    for row in (missing := rows_of(column.is_null())):
        file.error(row, "features", f"{_item(file, row)}is missing here but not everywhere; give every item features or none")
    lengths = pc.list_value_length(column)
    first = next(row for row, value in enumerate(lengths) if value.is_valid)
    size = lengths[first].as_py()
    if not size:
        file.error(first, "features", "is an empty list; give every item features or none")
    for row in (others := rows_of(pc.not_equal(lengths, size))):
        has = f"{_item(file, row)}has {lengths[row].as_py()} numbers where line {file.line(first)} has {size}"
        file.error(row, "features", f"{has}; all have one length")
    if not size or ((missing or others) and file.findings.keeps_stubs):  # then no place is that of an item
        return
    rows = np.setdiff1d(np.arange(len(column)), np.array([*missing, *others], dtype=np.int64))
    values = pc.list_flatten(column.take(pa.array(rows)) if len(rows) < len(column) else column)
    for place in _first_of_each(rows_of(pc.fill_null(pc.invert(pc.is_finite(values)), fill_value=True)), size):
        row = int(rows[place // size])
        file.error(row, "features", f"{_item(file, row)}holds {values[place].as_py()} at place {place % size + 1}; use finite numbers")
    for place in _first_of_each(rows_of(pc.greater(pc.abs(values), _LARGEST_FEATURE)), size):
        row = int(rows[place // size])
        most = f"at most {_LARGEST_FEATURE:,.0f}, as they are kept in half precision; scale them down"
        problem = f"{_item(file, row)}holds {values[place].as_py():g} at place {place % size + 1}; use numbers of {most}"
        file.error(row, "features", problem)


def _first_of_each(places: Sequence[int], size: int) -> Iterable[int]:
    """Of places in vectors of one length the first in each."""
    return {place // size: place for place in reversed(places)}.values()


def _item(file: ItemFile, row: int) -> str:
    item = file.table.column("id")[row].as_py()
    return f"of item {shown(item)} " if item else ""


def is_blank(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Where a text holds nothing but blanks; null where there is none."""
    parts = (pc.utf8_length(pc.utf8_trim_whitespace(chunk)) for chunk in column.chunks)  # the trimmed texts are there a part at a time
    return pa.chunked_array([pc.equal(part, 0) for part in parts], pa.bool_())


def rows_of(mask: pa.ChunkedArray) -> list[int]:
    """The rows where ``mask`` holds; null does not hold."""
    return [int(row) for row in pc.indices_nonzero(pc.fill_null(mask, fill_value=False)).to_pylist()]
