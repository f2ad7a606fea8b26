"""Reads the items file of a dataset directory in any of its three formats, and checks what holds for all of them."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, NoReturn

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from models.datasets.item_columns import read_parquet
from models.datasets.item_rows import read_csv, read_jsonl
from models.datasets.lines import refuse, shown
from models.datasets.names import id_problem, name_problem
from models.datasets.schema import ITEM_SCHEMA, SPLITS

ITEM_FILES: Final = ("items.parquet", "items.jsonl", "items.csv")
_LARGEST_FEATURE: Final = float(np.finfo(np.float16).max)
_ESCAPES: Final = re.compile(r"^/|(^|/)\.\.(/|$)|\x00")


@dataclass(frozen=True, slots=True)
class ItemFile:
    """Items as read, in ``ITEM_SCHEMA``, and the line of each row (None for Parquet, where rows count as lines)."""

    path: Path
    table: pa.Table
    numbers: Sequence[int] | None = None

    def line(self, row: int) -> int:
        """The 1-based line or Parquet row of a row of the table."""
        return row + 1 if self.numbers is None else self.numbers[row]

    def refuse(self, row: int, field: str, problem: str) -> NoReturn:
        """Raise ``InputError``: ``field`` of ``row`` cannot be used."""
        refuse(problem, path=self.path, line=self.line(row), field=field)


def read_items(root: Path) -> pa.Table:
    """Read and check the items of a dataset directory, in ``ITEM_SCHEMA``; blank texts become null.

    Raises:
        InputError: no directory, no items file or several, or a broken one, by line and field.
    """
    file = _read(items_file(root))
    if not len(file.table):
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


def _read(path: Path) -> ItemFile:
    if path.suffix == ".parquet":
        return ItemFile(path, read_parquet(path))
    return ItemFile(path, *(read_jsonl if path.suffix == ".jsonl" else read_csv)(path))


def _check_names(file: ItemFile) -> None:
    for name in ("id", "category"):
        column = file.table.column(name)
        row = _first(pc.fill_null(_is_blank(column), fill_value=True))
        if row is not None:
            file.refuse(row, name, "is missing or empty")
    for name, problem_of in (("id", id_problem), ("category", name_problem)):
        names = file.table.column(name)
        problems = {text: problem for text in pc.unique(names).to_pylist() if (problem := problem_of(text))}
        row = _first(pc.is_in(names, value_set=pa.array(problems, pa.string())))
        if row is not None:
            text = names[row].as_py()
            file.refuse(row, name, f"{shown(text)} {problems[text]}")
    ids = file.table.column("id").combine_chunks().dictionary_encode()
    if len(ids.dictionary) < len(ids):
        codes = ids.indices.to_numpy()
        _, firsts = np.unique(codes, return_index=True)
        again = int(np.setdiff1d(np.arange(len(codes)), firsts)[0])
        before = int(np.flatnonzero(codes == codes[again])[0])
        file.refuse(again, "id", f"{shown(ids[again].as_py())} stands already in line {file.line(before)}; ids are unique")


def _check_values(file: ItemFile) -> None:
    prices, splits = file.table.column("price"), file.table.column("split")
    row = _first(pc.or_(pc.less(prices, 0.0), pc.invert(pc.is_finite(prices))))
    if row is not None:
        file.refuse(row, "price", f"{prices[row].as_py()} is not a price; use a finite number from 0, or nothing")
    known = pc.is_in(splits, value_set=pa.array(SPLITS, pa.string()))
    row = _first(pc.invert(pc.or_(known, pc.fill_null(_is_blank(splits), fill_value=True))))
    if row is not None:
        file.refuse(row, "split", f"{shown(splits[row].as_py())} is not a split; use {', '.join(SPLITS)}")


def _check_features(file: ItemFile) -> None:
    column = file.table.column("features")
    if column.null_count == len(column):
        return
    row = _first(column.is_null())
    if row is not None:
        file.refuse(row, "features", "is missing here but not everywhere; give every item features or none")
    lengths = pc.list_value_length(column)
    size = lengths[0].as_py()
    if not size:
        file.refuse(0, "features", "is an empty list")
    row = _first(pc.not_equal(lengths, size))
    if row is not None:
        file.refuse(row, "features", f"has {lengths[row].as_py()} numbers where line {file.line(0)} has {size}")
    values = pc.list_flatten(column)
    place = _first(pc.fill_null(pc.invert(pc.is_finite(values)), fill_value=True))
    if place is not None:
        file.refuse(place // size, "features", f"holds {values[place].as_py()} at place {place % size + 1}; use finite numbers")
    place = _first(pc.greater(pc.abs(values), _LARGEST_FEATURE))
    if place is not None:
        most = f"at most {_LARGEST_FEATURE:,.0f}, as they are kept in half precision; scale them down"
        file.refuse(place // size, "features", f"holds {values[place].as_py():g} at place {place % size + 1}; use numbers of {most}")


def _check_pictures(file: ItemFile, root: Path) -> None:
    pictures = file.table.column("image")
    content = pc.struct_field(pictures, "bytes")
    row = _first(pc.equal(pc.binary_length(content), 0))
    if row is not None:
        file.refuse(row, "image", "holds no bytes; leave it out where there is no picture")
    paths = pc.struct_field(pictures, "path")
    by_path = pc.and_(pc.is_null(content), pc.is_valid(paths))
    rows = np.flatnonzero(by_path.to_numpy())
    home = root.resolve()
    inside = cache(lambda place: Path(os.path.realpath(place)).is_relative_to(home))  # many pictures, few folders
    for row, path in zip(rows.tolist(), paths.filter(by_path).to_pylist(), strict=True):
        if _ESCAPES.search(path):
            file.refuse(row, "image", f"{shown(path)} leaves the directory; use a path relative to it, without '..'")
        if not os.path.isfile(root / path):  # noqa: PTH113 - unlike Path.is_file, false rather than an error for a name too long
            file.refuse(row, "image", f"there is no file {shown(path)} in {root}")
        place = os.path.join(root, path)  # noqa: PTH118 - strings, for speed
        if not inside(place if os.path.islink(place) else os.path.dirname(place)):  # noqa: PTH114, PTH120 - likewise
            file.refuse(row, "image", f"{shown(path)} is a link that leaves the directory; copy the picture, or link it hard")


def _blanks_to_null(table: pa.Table) -> pa.Table:
    for place, field in enumerate(ITEM_SCHEMA):
        if field.type == pa.string() and field.nullable:
            column = table.column(place)
            blank = _is_blank(column)
            if _first(blank) is not None:
                table = table.set_column(place, field, pc.if_else(blank, pa.scalar(None, pa.string()), column))
    return table


def _is_blank(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.equal(pc.utf8_length(pc.utf8_trim_whitespace(column)), 0)


def _first(mask: pa.ChunkedArray) -> int | None:
    """The first row where ``mask`` holds; null does not hold."""
    row = int(pc.index(mask, value=True).as_py())
    return None if row < 0 else row
