"""The newest events of the worker's archive, for whoever wants to know what was lately: the log lets go of them once they are here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from pyarrow import ArrowException

from app.home.runs import Runs


def newest(home: Path, most: int) -> dict[str, Mapping[str, Any]]:
    """Event id -> what it says, of the last ``most`` events or fewer, oldest first; a part that cannot be read is passed over."""
    found: dict[str, Mapping[str, Any]] = {}
    for path in sorted(Runs(home).events.glob("part-*.parquet"), reverse=True):
        try:
            with pq.ParquetFile(path) as part:
                table = part.read_row_group(part.num_row_groups - 1, columns=["id", "data"])
        except (OSError, ArrowException):  # merged into a wider one just now, or damaged, which the worker tells
            continue
        last = table.slice(max(0, table.num_rows - (most - len(found))))
        ids, data = (last.column(name).to_pylist() for name in ("id", "data"))
        found = {event: json.loads(text) for event, text in zip(ids, data, strict=True)} | found
        if len(found) >= most:
            break
    return found
