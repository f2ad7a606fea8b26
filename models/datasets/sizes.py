"""Sizes of one product: items that nothing but a size tells apart, so that a question about them can ask for any and mean all.

Shape legend: N items of the catalogue, in its order.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from models.datasets.ages import SIZE_NAMES

_COLUMNS: Final = ("group_id", "category", "title", "image", "attributes")
_LETTER: Final = re.compile(r"(\d?)(x*)-?(s|m|l)(?:mall|edium|arge)?")
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
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
    for size in _sizes(attributes):
        title = re.sub(rf"(?<!\w){re.escape(size)}(?!\w)", "", title)
    return title, tuple((name, json.dumps(attributes[name])) for name in sorted(attributes) if not _is_size(name))


def size_of(attributes: Mapping[str, Any]) -> str | None:
    """The size that attributes name; None where none does.

    >>> size_of({"size": "M", "colour": "red"}), size_of({"size": "32", "leg size": "34"}), size_of({})
    ('M', '32 / 34', None)
    """
    return " / ".join(_sizes(attributes)) or None


def by_size(size: str) -> tuple[int, float, str]:
    """What sizes of a product are sorted by: numbers, then letters from the smallest on, then words.

    >>> sorted(["L", "One size", "XS", "2XL", "M", "XL", "XXS", "Small"], key=by_size)
    ['XXS', 'XS', 'Small', 'M', 'L', 'XL', '2XL', 'One size']
    >>> sorted(["EU 42", "EU 38.5", "EU 9"], key=by_size)
    ['EU 9', 'EU 38.5', 'EU 42']
    """
    if letter := _LETTER.fullmatch(size.strip().lower()):
        times, crosses, name = letter.groups()
        beyond = int(times) if times else len(crosses)
        return 1, {"s": -1 - beyond, "m": 0, "l": 1 + beyond}[name], size
    number = _NUMBER.search(size)
    return (0, float(number[0].replace(",", ".")), size) if number else (2, 0.0, size)


def _sizes(attributes: Mapping[str, Any]) -> list[str]:
    return [str(value) for name, value in attributes.items() if _is_size(name) and not isinstance(value, list)]


@lru_cache(maxsize=4_096)
def _is_size(name: str) -> bool:
    """Whether an attribute is a size by any word of its name, as in "Shoe size" and "size_eu"."""
    return not SIZE_NAMES.isdisjoint(re.split(r"[\W_]+", name.lower()))


def _key(item: Mapping[str, Any]) -> tuple[Any, ...]:
    title, others = but_for_size(item["title"] or "", json.loads(item["attributes"] or "{}"))
    picture: Mapping[str, Any] = item["image"] or {}
    return item["group_id"], item["category"], title, picture.get("path") or hash(picture.get("bytes")), others
