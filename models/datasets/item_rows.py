"""Reads ``items.jsonl`` and ``items.csv`` record by record, so that every refusal names its line."""

from __future__ import annotations

import base64
import csv
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import AfterValidator, BeforeValidator, StrictBool, StrictFloat, TypeAdapter, ValidatorFunctionWrapHandler, WrapValidator
from pydantic_core import PydanticCustomError, from_json

from models.datasets.attributes import attributes_text
from models.datasets.fields import Number, OptionalText, Text
from models.datasets.findings import Findings
from models.datasets.lines import numbered_text, read_lines, read_value, shown
from models.datasets.schema import ITEM_SCHEMA
from models.errors import InputError, refuse

_FLAGS: Final = {"true": True, "1": True, "false": False, "0": False}
_CELLS: Final[Mapping[str, tuple[Callable[[str], Any], str]]] = {
    "price": (float, "is not a number"),
    "in_stock": (lambda cell: _FLAGS[cell.strip().lower()], "is neither true nor false"),
    "features": (lambda cell: from_json(cell, allow_inf_nan=False), "is not a JSON list"),
}
"""How to parse a cell to the value that JSON would have, and the refusal of a cell that cannot be parsed."""


_NO_PICTURE: Final = PydanticCustomError("picture", 'is neither a path nor {"bytes": base64} nor {"path": …}')


def _decoded(text: str | None) -> bytes | None:
    try:
        return None if text is None else base64.b64decode(text, validate=True)
    except ValueError:
        message = "is not base64"
        raise ValueError(message) from None


@dataclass(frozen=True, slots=True)
class _Picture:
    bytes: Annotated[OptionalText, AfterValidator(_decoded)] = None
    path: OptionalText = None


def _picture(value: object, read: ValidatorFunctionWrapHandler) -> dict[str, Any] | None:
    if isinstance(value, str):
        return {"bytes": None, "path": value} if value else None
    if not (value is None or isinstance(value, dict)):
        raise _NO_PICTURE
    picture: _Picture | None = read(value)
    return {"bytes": picture.bytes, "path": picture.path} if picture and (picture.bytes is not None or picture.path) else None


def _float32(values: list[float]) -> NDArray[np.float32]:
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinite, and is refused as such
        return np.asarray(values, np.float32)


@dataclass(frozen=True, slots=True)
class _Item:
    """A row in ``ITEM_SCHEMA``."""

    id: Text
    category: Text
    subcategory: OptionalText = None
    title: OptionalText = None
    attributes: Annotated[str | None, BeforeValidator(attributes_text)] = None
    price: Number | None = None
    brand: OptionalText = None
    in_stock: StrictBool | None = None
    image: Annotated[_Picture | None, WrapValidator(_picture)] = None
    split: OptionalText = None
    features: Annotated[list[StrictFloat], AfterValidator(_float32)] | None = None


@dataclass(frozen=True, slots=True)
class _Named:
    id: Text
    category: Text


_ITEM: Final = TypeAdapter(_Item)
_NAMED: Final = TypeAdapter(_Named)
Row = tuple[int, _Item]


def read_rows(path: Path, findings: Findings) -> tuple[pa.Table, list[int]]:
    """Read ``items.jsonl`` or ``items.csv`` in ``ITEM_SCHEMA``, and the line each row starts on; empty cells are missing values."""
    columns: dict[str, list[Any]] = {name: [] for name in ITEM_SCHEMA.names}
    numbers: list[int] = []
    for number, item in (_csv_rows if path.suffix == ".csv" else _json_rows)(path, findings):
        for name, column in columns.items():
            column.append(getattr(item, name))
        numbers.append(number)
    arrays = [pa.array(columns[field.name], field.type) for field in ITEM_SCHEMA]
    return pa.Table.from_arrays(arrays, schema=ITEM_SCHEMA), numbers


def _json_rows(path: Path, findings: Findings) -> Iterator[Row]:
    for line in read_lines(path, findings):
        yield from _row(line.number, line.read, findings)


def _row(number: int, read: Callable[[TypeAdapter[Any]], Any], findings: Findings) -> Iterator[Row]:
    """The item of a line; its id and category where nothing else of it can be used, so that outfits that name it are not blamed."""
    try:
        yield number, read(_ITEM)
    except InputError as error:
        findings.error(error)
        with suppress(InputError):
            named = read(_NAMED)
            yield number, _Item(named.id, named.category)


def _csv_rows(path: Path, findings: Findings) -> Iterator[Row]:
    reader = csv.reader((text for _, text in numbered_text(path, findings)), strict=True)
    header: list[str] = []
    start = 1
    try:
        for cells in reader:
            if not header:
                header = _header(path, cells)
            elif cells and len(cells) != len(header):
                problem = f"has {len(cells)} cells where the header names {len(header)}"
                findings.error(InputError(problem, path=path, line=start))
            elif cells:
                values = _as_json(path, start, {name: cell for name, cell in zip(header, cells, strict=True) if cell}, findings)
                yield from _row(start, partial(read_value, values, path=path, line=start), findings)
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


def _as_json(path: Path, line: int, cells: Mapping[str, str], findings: Findings) -> dict[str, Any]:
    values: dict[str, Any] = dict(cells)
    for name, (parse, problem) in _CELLS.items():
        if name not in cells:
            continue
        try:
            values[name] = parse(cells[name])
        except (KeyError, ValueError):
            findings.error(InputError(f"{shown(cells[name])} {problem}", path=path, line=line, field=name))
            del values[name]
    return values
