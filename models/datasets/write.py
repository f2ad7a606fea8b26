"""Writes the files of a dataset directory; each appears under its name only when it is complete."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from models.datasets.schema import ITEM_SCHEMA, Compatibility, FillInTheBlank, Outfit, Retrieval, Session
from sealed.files import replacing

Record = Outfit | FillInTheBlank | Compatibility | Retrieval | Session | Mapping[str, Any]

_ROWS_PER_GROUP: Final = 8192  # keeps a group of embedded pictures to some hundred megabytes


def write_items(root: Path, table: pa.Table) -> Path:
    """Write ``items.parquet`` from a table with columns of ``ITEM_SCHEMA``, cast to its types; only ``id`` and ``category`` must be there.

    Raises:
        KeyError: a column that ``ITEM_SCHEMA`` does not have. pa.ArrowInvalid: a column that cannot be cast.
    """
    schema = pa.schema([ITEM_SCHEMA.field(name) for name in table.column_names])
    path = root / "items.parquet"
    with replacing(path, to_disk=False) as part:
        pq.write_table(table.cast(schema), part, row_group_size=_ROWS_PER_GROUP)
    return path


def write_lines(root: Path, name: str, records: Iterable[Record]) -> Path:
    """Write the file ``name`` (``outfits.jsonl``, ``fitb_popularity.jsonl``, …), one JSON object a line; fields that are None are left out.

    Raises:
        ValueError: a value that JSON cannot hold, such as NaN.
    """
    path = root / name
    with replacing(path, to_disk=False) as part, part.open("w", encoding="utf-8", newline="\n") as file:
        for record in records:
            fields = record if isinstance(record, Mapping) else dataclasses.asdict(record)
            present = {name: value for name, value in fields.items() if value is not None}
            file.write(json.dumps(present, ensure_ascii=False, allow_nan=False, separators=(",", ":")) + "\n")
    return path
