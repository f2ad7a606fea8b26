"""Nested columns of ``items.parquet``: pictures, sizes and whatever else the shop says, column by column."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc

from models.datasets.feeds.item import LONGEST_EXTRA
from models.datasets.feeds.parquet_records import plain_value
from models.datasets.feeds.pictures import pictures_of
from models.datasets.feeds.sizes import sizes_text
from models.datasets.schema import ITEM_SCHEMA
from models.datasets.urls import is_url

_AT_ONCE: Final = 8_192
IMAGE: Final = ITEM_SCHEMA.field("image").type
TEXT: Final = (pa.types.is_string, pa.types.is_large_string, pa.types.is_string_view)
LIST: Final = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
_STOCK: Final = (pa.types.is_boolean, pa.types.is_integer, pa.types.is_null)


def is_images(kind: pa.DataType) -> bool:
    """Whether a column of this type is a list of paths and addresses."""
    return _is(kind, *LIST) and _is(kind.value_type, *TEXT)


def is_sizes(kind: pa.DataType) -> bool:
    """Whether no value of this type can be wrong: lists of names, of ``{size, in_stock}``, maps and structs of size to stock or pieces."""
    if pa.types.is_map(kind):
        return _is(kind.key_type, *TEXT) and _is(kind.item_type, *_STOCK)
    if pa.types.is_struct(kind):
        return bool(kind.num_fields) and all(_is(field.type, *_STOCK) for field in kind)
    if not _is(kind, *LIST):
        return False
    inner = kind.value_type
    if not pa.types.is_struct(inner):
        return _is(inner, *TEXT)
    types = {field.name: field.type for field in inner}
    return {*types} == {"size", "in_stock"} and _is(types["size"], *TEXT) and _is(types["in_stock"], *_STOCK)


def is_extras(kind: pa.DataType) -> bool:
    """Whether a column of this type holds objects."""
    return _is(kind, pa.types.is_map, pa.types.is_struct)


def passes_through(kind: pa.DataType) -> bool:
    """Whether a column of this type is passed through: any but bytes, which are no JSON."""
    kind = kind.value_type if pa.types.is_dictionary(kind) else kind
    return not _is(kind, pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary, pa.types.is_null)


def sizes_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Sizes as the catalogue keeps them; a size of a struct that says nothing is none."""
    return _texts(column, lambda value: sizes_text(plain_value(value)) if value is not None else None)


def extras_column(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Objects as JSON."""
    return _texts(column, as_json)


def with_images(image: pa.ChunkedArray, images: pa.ChunkedArray) -> tuple[pa.ChunkedArray, pa.ChunkedArray]:
    """``image`` and ``images`` by each other: the first file of a list, else its first address, is the picture of an item without one.

    A list of one file says no more than ``image``, and is left out, as in feeds of text.
    """
    paths = pc.struct_field(image, "path").to_pylist()
    embedded = pc.is_valid(pc.struct_field(image, "bytes")).to_pylist()
    first, several = list[str | None](), list[list[str] | None]()
    for path, whole, listed in zip(paths, embedded, images.to_pylist(), strict=True):
        named = pictures_of(listed or [])
        every = list(dict.fromkeys([*([path] if path and not whole else []), *named]))
        local = [name for name in every if not is_url(name)]
        first.append(None if whole or path or not every else (local or every)[0])
        several.append(every if len(every) > 1 or len(local) < len(every) else None)
    found = pa.array(first, pa.string())
    from_list = pa.StructArray.from_arrays([pa.nulls(len(found), pa.binary()), found], fields=list(IMAGE), mask=found.is_null())
    chosen = pc.if_else(pc.is_valid(found), from_list, image.combine_chunks()) if found.null_count < len(found) else image
    return (chosen if isinstance(chosen, pa.ChunkedArray) else pa.chunked_array([chosen], IMAGE)), pa.chunked_array(
        [pa.array(several, ITEM_SCHEMA.field("images").type)]
    )


def passed_through(table: pa.Table) -> pa.ChunkedArray:
    """The columns of a table as one of JSON objects."""
    texts = []
    for batch in table.to_batches(max_chunksize=_AT_ONCE):
        columns = [column.to_pylist(maps_as_pydicts="lossy") for column in batch.columns]
        texts += [as_json(dict(zip(batch.schema.names, row, strict=True))) for row in zip(*columns, strict=True)]
    return pa.chunked_array([pa.array(texts, pa.string())])


def as_json(value: Any) -> str | None:  # noqa: ANN401 - a value of Parquet
    """An object as JSON without what is null, no number or longer than may be; None where nothing is left. Dates and decimals are texts."""
    found = plain_value(value) or {}
    kept = {name: one for name, one in found.items() if not isinstance(one, str) or len(one) <= LONGEST_EXTRA}
    text = json.dumps(kept, ensure_ascii=False, separators=(",", ":"), default=str)
    return text if kept and len(text) <= LONGEST_EXTRA * 10 else None


def _texts(column: pa.ChunkedArray, of: Callable[[Any], str | None]) -> pa.ChunkedArray:
    chunks = [
        pa.array([of(value) for value in chunk.slice(at, _AT_ONCE).to_pylist(maps_as_pydicts="lossy")], pa.string())
        for chunk in column.chunks
        for at in range(0, len(chunk), _AT_ONCE)
    ]
    return pa.chunked_array(chunks, pa.string())


def _is(kind: pa.DataType, *kinds: Callable[[pa.DataType], bool]) -> bool:
    return any(one(kind) for one in kinds)
