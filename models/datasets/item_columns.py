"""Reads ``items.parquet`` by whole columns; pictures are not copied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from models.datasets.attributes import attributes_text
from models.datasets.feeds.layouts.known import layout_of
from models.datasets.feeds.layouts.own import OWN, STOCKS, TARGETS
from models.datasets.findings import Findings
from models.datasets.item_nested import (
    IMAGE,
    LIST,
    TEXT,
    extras_column,
    is_extras,
    is_images,
    is_sizes,
    passed_through,
    passes_through,
    sizes_column,
    with_images,
)
from models.datasets.schema import ITEM_SCHEMA
from models.errors import InputError, refuse

_TEXTS: Final = tuple(field.name for field in ITEM_SCHEMA if field.type == pa.string() and field.name != "attributes")
_EARLY: Final = frozenset(
    ["id", "category", "subcategory", "title", "attributes", "price", "brand", "in_stock", "image", "split", "features"]
)
_NESTED: Final[Mapping[str, Callable[[pa.DataType], bool]]] = {"sizes": is_sizes, "images": is_images, "extras": is_extras}
_BYTES: Final = (pa.types.is_binary, pa.types.is_large_binary)
_NUMBER: Final = (pa.types.is_floating, pa.types.is_integer)


def has_own_types(path: Path) -> bool:
    """Whether the columns are those of ``ITEM_SCHEMA``, and none has to be read value by value, as prices of text do.

    Raises:
        InputError: it is no Parquet.
    """
    try:
        metadata = pq.read_metadata(path)
        schema = metadata.schema.to_arrow_schema()
    except (pa.ArrowException, OSError) as error:
        refuse(f"cannot be read as Parquet: {_one_line(error)}", path=path)
    types = {field.name: field.type for field in schema}
    if not {"id", "category"} & set(types):
        return layout_of(types) in {None, OWN}
    if pa.types.is_list(types.get("category", pa.null())) or (_is(types.get("price", pa.null()), *TEXT)):
        return False
    if not _is(types.get("in_stock", pa.null()), pa.types.is_boolean, pa.types.is_null):
        return False
    if not STOCKS.isdisjoint(types):
        return False
    known = [name for name in types if name in TARGETS and name not in _EARLY and not _is_empty(metadata, name)]
    return all(_fits(name, types[name]) for name in known) and layout_of(types) in {None, OWN}


def _fits(name: str, kind: pa.DataType) -> bool:
    if name in _NESTED:
        return _NESTED[name](kind)
    return name in ITEM_SCHEMA.names and kind in {ITEM_SCHEMA.field(name).type, pa.null()}


def _is_empty(metadata: pq.FileMetaData, name: str) -> bool:
    """Whether a column is known to hold nothing but nulls."""
    groups = [metadata.row_group(place) for place in range(metadata.num_row_groups)]
    parts = [group.column(place) for group in groups for place in range(group.num_columns)]
    ours = [part for part in parts if part.path_in_schema.partition(".")[0] == name]
    return all(part.statistics is not None and part.statistics.null_count == part.num_values for part in ours)


def read_parquet(path: Path, findings: Findings) -> pa.Table:
    """The items of ``items.parquet`` in ``ITEM_SCHEMA``; other columns are passed through.

    A column of another type, or of text that is not UTF-8, is an error; where errors are gathered, it counts as empty.

    Raises:
        InputError: not a Parquet file, or one without a column that has to be there.
    """
    try:
        with pq.ParquetFile(path) as file:
            names = file.schema_arrow.names
            types = {field.name: field.type for field in file.schema_arrow}
            wanted = [name for name in names if name in ITEM_SCHEMA.names]
            others = [name for name in names if name not in ITEM_SCHEMA.names and passes_through(types[name])]
            for name in wanted:
                if names.count(name) > 1:
                    refuse("there are two columns of this name", path=path, field=name)
            table = file.read(columns=[*wanted, *others])
    except (pa.ArrowException, OSError) as error:
        refuse(f"cannot be read as Parquet: {_one_line(error)}", path=path)
    columns = []
    for field in ITEM_SCHEMA:
        column = pa.chunked_array([pa.nulls(table.num_rows, field.type)])
        if field.name in table.column_names:
            with findings.step():
                column = _column(path, field.name, table.column(field.name), findings)
        elif not field.nullable:
            refuse(f"there is no such column; there are {', '.join(names)}", path=path, field=field.name)
        columns.append(column)
    items = pa.Table.from_arrays(columns, schema=ITEM_SCHEMA)
    if "images" in wanted:
        for name, column in zip(("image", "images"), with_images(items.column("image"), items.column("images")), strict=True):
            items = items.set_column(ITEM_SCHEMA.get_field_index(name), ITEM_SCHEMA.field(name), column)
    if others and "extras" not in wanted:
        items = items.set_column(ITEM_SCHEMA.get_field_index("extras"), ITEM_SCHEMA.field("extras"), passed_through(table.select(others)))
    return items


def _column(path: Path, name: str, column: pa.ChunkedArray, findings: Findings) -> pa.ChunkedArray:
    wanted = ITEM_SCHEMA.field(name).type
    if pa.types.is_null(column.type):
        return pa.chunked_array([pa.nulls(len(column), wanted)])
    if name in {"sizes", "extras"}:
        return (sizes_column if name == "sizes" else extras_column)(column)
    if name in _TEXTS:
        return _text(path, name, column)
    if name == "attributes":
        return _attributes(path, column, findings)
    if name == "image":
        return _image(path, column)
    if name in {"price", "sale_price"} and not _is(column.type, *_NUMBER, pa.types.is_decimal):
        _mistyped(path, name, column, "numbers")
    if name == "in_stock" and not pa.types.is_boolean(column.type):
        _mistyped(path, name, column, "booleans")
    if name == "features" and not (_is(column.type, *LIST) and _is(column.type.value_type, *_NUMBER)):
        _mistyped(path, name, column, "lists of floats")
    return pc.cast(column, wanted, safe=False)


def _text(path: Path, name: str, column: pa.ChunkedArray) -> pa.ChunkedArray:
    type_ = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if not _is(type_, *TEXT):
        _mistyped(path, name, column, "strings")
    texts = pc.cast(column, pa.string())
    try:
        texts.validate(full=True)  # Parquet readers take any bytes for text
    except pa.ArrowInvalid:
        refuse("is not UTF-8", path=path, line=_first_undecodable(texts) + 1, field=name)
    return texts


def _attributes(path: Path, column: pa.ChunkedArray, findings: Findings) -> pa.ChunkedArray:
    type_ = column.type
    if pa.types.is_map(type_):
        values = [None if pairs is None else dict(pairs) for pairs in column.to_pylist()]
    elif pa.types.is_struct(type_):
        values = column.to_pylist()
    elif _is(type_, *TEXT, pa.types.is_dictionary):
        values = _text(path, "attributes", column).to_pylist()
    else:
        _mistyped(path, "attributes", column, "JSON text, a map or a struct")
    texts: list[str | None] = []
    for row, value in enumerate(values, 1):
        try:
            texts.append(attributes_text(value))
        except ValueError as error:
            findings.error(InputError(str(error), path=path, line=row, field="attributes"))
            texts.append(None)
    return pa.chunked_array([pa.array(texts, pa.string())])


def _image(path: Path, column: pa.ChunkedArray) -> pa.ChunkedArray:
    type_ = column.type
    if type_ == IMAGE:
        return column
    if _is(type_, *TEXT):
        paths = _text(path, "image", column)
        pictures = [_picture(pa.nulls(len(chunk), pa.binary()), chunk, chunk.is_null()) for chunk in paths.chunks]
        return pa.chunked_array(pictures, IMAGE)
    if not pa.types.is_struct(type_) or not {"bytes", "path"} & {field.name for field in type_}:
        _mistyped(path, "image", column, "paths or structs of bytes and path")
    pictures = []
    for chunk in column.chunks:
        content, paths = (_image_part(path, name, chunk) for name in ("bytes", "path"))
        pictures.append(_picture(content, paths, chunk.is_null()))
    return pa.chunked_array(pictures, IMAGE)


def _picture(content: pa.Array, paths: pa.Array, missing: pa.Array) -> pa.StructArray:
    return pa.StructArray.from_arrays([content, paths], fields=list(IMAGE), mask=missing)


def _image_part(path: Path, name: str, chunk: pa.StructArray) -> pa.Array:
    wanted = IMAGE.field(name).type
    if chunk.type.get_field_index(name) < 0:
        return pa.nulls(len(chunk), wanted)
    part = pc.struct_field(chunk, name)
    if not _is(part.type, *(TEXT if name == "path" else _BYTES), pa.types.is_null):
        _mistyped(path, f"image.{name}", part, "strings" if name == "path" else "bytes")
    return pc.cast(part, wanted)


def _is(type_: pa.DataType, *kinds: Callable[[pa.DataType], bool]) -> bool:
    return any(kind(type_) for kind in kinds)


def _first_undecodable(texts: pa.ChunkedArray) -> int:
    for row, value in enumerate(pc.cast(texts, pa.binary()).to_pylist()):
        try:
            (value or b"").decode()
        except UnicodeDecodeError:
            return row
    return 0


def _mistyped(path: Path, name: str, column: Any, wanted: str) -> NoReturn:  # noqa: ANN401 - pyarrow is untyped
    why = " (numbers lose leading zeros, and pandas makes fractions of them)" if name == "id" else ""
    refuse(f"the column is of type {column.type}; use {wanted}{why}", path=path, field=name)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
