"""``items.jsonl`` and ``items.csv``: one record at a time, so that every refusal has its line."""

from __future__ import annotations

import base64
import binascii
import csv
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa

from models.datasets.attributes import attributes_text
from models.datasets.lines import Line, numbered_text, parse_json, read_lines, refuse, shown
from models.datasets.schema import ITEM_SCHEMA

_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}


def read_jsonl(path: Path) -> tuple[pa.Table, list[int]]:
    """The items of ``items.jsonl`` in ``ITEM_SCHEMA``, and the line of each row."""
    return _table(read_lines(path))


def read_csv(path: Path) -> tuple[pa.Table, list[int]]:
    """The items of ``items.csv`` in ``ITEM_SCHEMA``, and the line each row starts on; empty cells are missing values."""
    return _table(_csv_lines(path))


def _table(lines: Iterable[Line]) -> tuple[pa.Table, list[int]]:
    columns: dict[str, list[Any]] = {name: [] for name in ITEM_SCHEMA.names}
    numbers: list[int] = []
    for line in lines:
        for name, value in _item(line).items():
            columns[name].append(value)
        numbers.append(line.number)
    arrays = [pa.array(columns[field.name], field.type) for field in ITEM_SCHEMA]
    return pa.Table.from_arrays(arrays, schema=ITEM_SCHEMA), numbers


def _item(line: Line) -> dict[str, Any]:
    try:
        attributes = attributes_text(line.fields.get("attributes"))
    except ValueError as error:
        line.refuse("attributes", str(error))
    return {
        "id": line.text("id"),
        "category": line.text("category"),
        "subcategory": line.optional_text("subcategory"),
        "title": line.optional_text("title"),
        "attributes": attributes,
        "price": line.optional_number("price"),
        "brand": line.optional_text("brand"),
        "in_stock": line.optional_flag("in_stock"),
        "image": _image(line),
        "split": line.optional_text("split"),
        "features": _features(line),
    }


def _image(line: Line) -> dict[str, Any] | None:
    value = line.fields.get("image")
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return {"bytes": None, "path": value}
    if not isinstance(value, dict):
        line.refuse("image", f'{shown(value)} is neither a path nor {{"bytes": base64}} nor {{"path": …}}')
    picture = Line(line.path, line.number, {f"image.{part}": value.get(part) for part in ("bytes", "path")})
    path, encoded = picture.optional_text("image.path"), picture.optional_text("image.bytes")
    if encoded is None:
        return {"bytes": None, "path": path} if path else None
    try:
        return {"bytes": base64.b64decode(encoded, validate=True), "path": path}
    except (binascii.Error, ValueError):
        picture.refuse("image.bytes", "is not base64")


def _features(line: Line) -> np.ndarray[Any, np.dtype[np.float32]] | None:
    values = line.fields.get("features")
    if values is None:
        return None
    if not isinstance(values, list):
        line.refuse("features", f"{shown(values)} is not a list of numbers")
    for value in values:
        if type(value) not in (int, float):
            line.refuse("features", f"holds {shown(value)}, which is not a number")
    try:
        with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused as such
            return np.asarray(values, np.float32)
    except OverflowError:
        line.refuse("features", "holds a number too large for a float")


def _csv_lines(path: Path) -> Iterator[Line]:
    reader = csv.reader((text for _, text in numbered_text(path)), strict=True)
    header: list[str] = []
    start = 1
    try:
        for cells in reader:
            if not header:
                header = _header(path, cells)
            elif cells:
                if len(cells) != len(header):
                    refuse(f"has {len(cells)} cells where the header names {len(header)}", path=path, line=start)
                yield _typed(Line(path, start, {name: cell for name, cell in zip(header, cells, strict=True) if cell}))
            start = reader.line_num + 1
    except csv.Error as error:
        refuse(f"is not CSV: {error}", path=path, line=start)
    if not header:
        refuse("is empty; the first line names the columns", path=path)


def _header(path: Path, cells: list[str]) -> list[str]:
    for name in ("id", "category"):
        if name not in cells:
            refuse(f"the header names no such column; it names {shown(cells)}", path=path, line=1, field=name)
    for name in cells:
        if name in ITEM_SCHEMA.names and cells.count(name) > 1:
            refuse("the header names this column twice", path=path, line=1, field=name)
    return cells


def _typed(line: Line) -> Line:
    """The cells of a CSV line as the values JSON would have had."""
    fields = dict(line.fields)
    if "price" in fields:
        try:
            fields["price"] = float(fields["price"])
        except ValueError:
            line.refuse("price", f"{shown(fields['price'])} is not a number")
    if "in_stock" in fields:
        flag = _FLAGS.get(fields["in_stock"].strip().lower())
        if flag is None:
            line.refuse("in_stock", f"{shown(fields['in_stock'])} is neither true nor false")
        fields["in_stock"] = flag
    if "features" in fields:
        try:
            fields["features"] = parse_json(fields["features"])
        except ValueError as error:
            line.refuse("features", f"is not a JSON list: {error}")
    return Line(line.path, line.number, fields)
