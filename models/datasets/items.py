"""Reads the items file of a dataset directory in any of its three formats, and checks what holds for all of them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.datasets.findings import Findings
from models.datasets.item_columns import read_parquet
from models.datasets.item_rows import read_rows
from models.datasets.lines import shown
from models.datasets.names import id_problem, name_problem
from models.datasets.schema import ITEM_SCHEMA, SPLITS
from models.datasets.urls import is_url
from models.errors import InputError, refuse

ITEM_FILES: Final = ("items.parquet", "items.jsonl", "items.csv")
_LARGEST_FEATURE: Final = float(np.finfo(np.float16).max)
_ESCAPES: Final = re.compile(r"^/|(^|/)\.\.(/|$)|\x00")


@dataclass(frozen=True, slots=True)
class ItemFile:
    """Items as read, in ``ITEM_SCHEMA``, and the line of each row (None for Parquet, where rows count as lines)."""

    path: Path
    table: pa.Table
    numbers: Sequence[int] | None
    findings: Findings

    def line(self, row: int) -> int:
        """The 1-based line or Parquet row of a row of the table."""
        return row + 1 if self.numbers is None else self.numbers[row]

    def error(self, row: int, field: str, problem: str) -> None:
        """Say that ``field`` of ``row`` cannot be used."""
        self.findings.error(InputError(problem, path=self.path, line=self.line(row), field=field))


def read_items(root: Path, findings: Findings) -> pa.Table:
    """Read and check the items of a dataset directory, in ``ITEM_SCHEMA``; blank texts become null.

    Raises:
        InputError: no directory, no items file or several, or one that cannot be read at all.
    """
    path = items_file(root)
    table, numbers = (read_parquet(path, findings), None) if path.suffix == ".parquet" else read_rows(path, findings)
    file = ItemFile(path, table, numbers, findings)
    if not len(file.table) and not findings.about(file.path):
        refuse("holds no items", path=file.path)
    _check_names(file)
    _check_values(file)
    _check_features(file)
    _check_pictures(file, root)
    return _blanks_to_null(file.table)


def items_file(root: Path) -> Path:
    """The items file of a dataset directory; nothing of it is read.

    Raises:
        InputError: no directory, no items file, or several.
    """
    if not root.is_dir():
        refuse("there is no such directory", path=root)
    found = [root / name for name in ITEM_FILES if (root / name).is_file()]
    if not found:
        refuse(f"holds no items; looked for {', '.join(ITEM_FILES)}", path=root)
    if len(found) > 1:
        refuse(f"holds {' and '.join(path.name for path in found)}; keep one of them", path=root)
    return found[0]


def _check_names(file: ItemFile) -> None:
    for name, problem_of in (("id", id_problem), ("category", name_problem)):
        names = file.table.column(name)
        blank = pc.fill_null(_is_blank(names), fill_value=True)
        for row in _rows(blank):
            file.error(row, name, "is missing or empty")
        problems = {text: problem for text in pc.unique(names).to_pylist() if text and (problem := problem_of(text))}
        for row in _rows(pc.is_in(names, value_set=pa.array(problems, pa.string()))):
            text = names[row].as_py()
            file.error(row, name, f"{shown(text)} {problems[text]}")
    ids = pc.fill_null(file.table.column("id"), "").combine_chunks().dictionary_encode()
    if len(ids.dictionary) < len(ids):
        codes = ids.indices.to_numpy()
        _, firsts, group = np.unique(codes, return_index=True, return_inverse=True)
        for again in np.setdiff1d(np.arange(len(codes)), firsts).tolist():
            if text := ids[again].as_py():
                file.error(again, "id", f"{shown(text)} stands already in line {file.line(int(firsts[group[again]]))}; ids are unique")


def _check_values(file: ItemFile) -> None:
    prices, splits = file.table.column("price"), file.table.column("split")
    for row in _rows(pc.or_(pc.less(prices, 0.0), pc.invert(pc.is_finite(prices)))):
        file.error(row, "price", f"{prices[row].as_py()} is not a price; use a finite number from 0, or nothing")
    known = pc.is_in(splits, value_set=pa.array(SPLITS, pa.string()))
    for row in _rows(pc.invert(pc.or_(known, pc.fill_null(_is_blank(splits), fill_value=True)))):
        file.error(row, "split", f"{shown(splits[row].as_py())} is not a split; use {', '.join(SPLITS)}")


def _check_features(file: ItemFile) -> None:
    column = file.table.column("features")
    if column.null_count == len(column):
        return
    missing = _rows(column.is_null())
    for row in missing:
        file.error(row, "features", "is missing here but not everywhere; give every item features or none")
    lengths = pc.list_value_length(column)
    first = next(row for row, value in enumerate(lengths) if value.is_valid)
    size = lengths[first].as_py()
    if not size:
        file.error(first, "features", "is an empty list")
    others = _rows(pc.not_equal(lengths, size))
    for row in others:
        file.error(row, "features", f"has {lengths[row].as_py()} numbers where line {file.line(first)} has {size}")
    if missing or others or not size:  # then no place is that of an item
        return
    values = pc.list_flatten(column)
    for place in _rows(pc.fill_null(pc.invert(pc.is_finite(values)), fill_value=True)):
        file.error(place // size, "features", f"holds {values[place].as_py()} at place {place % size + 1}; use finite numbers")
    for place in _rows(pc.greater(pc.abs(values), _LARGEST_FEATURE)):
        most = f"at most {_LARGEST_FEATURE:,.0f}, as they are kept in half precision; scale them down"
        file.error(place // size, "features", f"holds {values[place].as_py():g} at place {place % size + 1}; use numbers of {most}")


def _check_pictures(file: ItemFile, root: Path) -> None:
    pictures = file.table.column("image")
    content = pc.struct_field(pictures, "bytes")
    for row in _rows(pc.equal(pc.binary_length(content), 0)):
        file.error(row, "image", "holds no bytes; leave it out where there is no picture")
    paths = pc.struct_field(pictures, "path")
    by_path = pc.and_(pc.is_null(content), pc.is_valid(paths))
    rows = np.flatnonzero(by_path.to_numpy())
    home = root.resolve()
    inside = cache(lambda place: Path(os.path.realpath(place)).is_relative_to(home))  # many pictures, few folders
    for row, path in zip(rows.tolist(), paths.filter(by_path).to_pylist(), strict=True):
        if is_url(path):
            continue
        place = os.path.join(root, path)  # noqa: PTH118 - strings, for speed
        if _ESCAPES.search(path):
            file.error(row, "image", f"{shown(path)} leaves the directory; use a path relative to it, without '..'")
        elif not os.path.isfile(place):  # noqa: PTH113 - unlike Path.is_file, false rather than an error for a name too long
            file.error(row, "image", f"there is no file {shown(path)} in {root}")
        elif not inside(place if os.path.islink(place) else os.path.dirname(place)):  # noqa: PTH114, PTH120 - likewise
            file.error(row, "image", f"{shown(path)} is a link that leaves the directory; copy the picture, or link it hard")


def _blanks_to_null(table: pa.Table) -> pa.Table:
    for place, field in enumerate(ITEM_SCHEMA):
        if field.type == pa.string() and field.nullable:
            column = table.column(place)
            blank = _is_blank(column)
            if pc.any(blank).as_py():
                table = table.set_column(place, field, pc.if_else(blank, pa.scalar(None, pa.string()), column))
    return table


def _is_blank(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(column)), 0)


def _rows(mask: pa.ChunkedArray) -> list[int]:
    """The rows where ``mask`` holds; null does not hold."""
    return [int(row) for row in pc.indices_nonzero(pc.fill_null(mask, fill_value=False)).to_pylist()]
