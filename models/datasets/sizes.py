"""Sizes of one product: items that nothing but a size tells apart, so that a question about them can ask for any and mean all.

Shape legend: N items of the catalogue, in its order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from models.datasets.ages import SIZE_NAMES

_COLUMNS: Final = ("group_id", "category", "title", "image", "attributes")
_AT_ONCE: Final = 4_096  # items that are Python objects at a time


def first_sizes(table: pa.Table) -> NDArray[np.int64]:
    """The row of the first item that is each one but for its size, ``(N,)``; its own row where nothing else is.

    Such items have one ``group_id``, category and picture, and titles and attributes that are equal without the size.
    """
    first_N = np.arange(len(table))
    rows = np.flatnonzero(pc.is_valid(table.column("group_id")).to_numpy())
    seen: dict[tuple[Any, ...], int] = {}
    for start in range(0, len(rows), _AT_ONCE):
        some = rows[start : start + _AT_ONCE]
        for row, item in zip(some.tolist(), table.select(_COLUMNS).take(pa.array(some)).to_pylist(), strict=True):
            first_N[row] = seen.setdefault(_key(item), row)
    return first_N


def but_for_size(title: str, attributes: Mapping[str, Any]) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A title without the sizes that attributes name, and the attributes that are none, by name, each value as JSON."""
    sizes = [str(value) for name, value in attributes.items() if _is_size(name) and not isinstance(value, list)]
    for size in sizes:
        title = re.sub(rf"(?<!\w){re.escape(size)}(?!\w)", "", title)
    return title, tuple((name, json.dumps(attributes[name])) for name in sorted(attributes) if not _is_size(name))


def _is_size(name: str) -> bool:
    """Whether an attribute is a size by any word of its name, as in "Shoe size" and "size_eu"."""
    return not SIZE_NAMES.isdisjoint(re.split(r"[\W_]+", name.lower()))


def _key(item: Mapping[str, Any]) -> tuple[Any, ...]:
    title, others = but_for_size(item["title"] or "", json.loads(item["attributes"] or "{}"))
    picture: Mapping[str, Any] = item["image"] or {}
    return item["group_id"], item["category"], title, picture.get("path") or hash(picture.get("bytes")), others
