"""Which rows are one product in several colours or sizes.

Rows that the shop gives one group are (column or attribute ``group_id``, ``item_group_id``, ``group``). Where it gives none, rows of the
same category, brand and price are whose titles are the same but for words of colour and size, and whose pictures look alike.

Shape legend: N rows · F features.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from index.backends.base import IntArray
from models.compatibility.dice import digest
from models.datasets.colours import is_colour
from models.datasets.scripts import plain

GROUP_NAMES: Final = ("group_id", "item_group_id", "group")
ALIKE: Final = 0.9
"""The least cosine of the features of two variants; products of one shop that are none are mostly below."""

_AT_ONCE: Final = 16_384  # rows that are Python objects at a time
_SIZES: Final = frozenset(
    ["xxs", "xs", "s", "m", "l", "xl", "xxl", "xxxl", "2xl", "3xl", "4xl", "small", "medium", "large", "size", "uk", "eu", "us"]
)


def group_of(item: Mapping[str, Any], attributes: Mapping[str, Any]) -> str | None:
    """The group that the shop gives an item, from a row of an items table and its attributes."""
    named = [item.get(name) or attributes.get(name) for name in GROUP_NAMES]
    return next((str(group) for group in named if isinstance(group, str | int) and str(group)), None)


def group_key(group: str) -> int:
    """What rows have in common that the shop gives this group; negative."""
    return -1 - digest(group) // 4


def product_keys(items: pa.Table) -> IntArray:
    """What rows of one product have in common, ``(N,)``: negative for a group of the shop's, positive for a title, 0 for nothing."""
    names = [name for name in ("category", "brand", "price", "title", "attributes", *GROUP_NAMES) if name in items.column_names]
    batches = items.select(names).to_batches(max_chunksize=_AT_ONCE)
    return np.fromiter((_key(item) for batch in batches for item in batch.to_pylist()), np.int64, items.num_rows)


def first_variants(key_N: IntArray, features_NF: Any, keys: IntArray | None = None) -> IntArray:  # noqa: ANN401 - whatever reads rows
    """The first row of each row's product, ``(N,)``; the row itself for one that has no variants.

    Args:
        features_NF: compared where titles are all that speaks for a product.
        keys: only these; None for all.
    """
    first_N = np.arange(len(key_N))
    rows_M = np.flatnonzero((key_N != 0) if keys is None else np.isin(key_N, keys[keys != 0]))
    rows_M = rows_M[np.argsort(key_N[rows_M], kind="stable")]
    _, starts = np.unique(key_N[rows_M], return_index=True)
    for rows in np.split(rows_M, starts[1:]):
        if len(rows) > 1:
            first_N[rows] = rows[0] if key_N[rows[0]] < 0 else _nearest(np.asarray(features_NF[rows], dtype=np.float32), rows)
    return first_N


def _key(item: Mapping[str, Any]) -> int:
    group = group_of(item, json.loads(item["attributes"]) if item.get("attributes") else {})
    if group is not None:
        return group_key(group)
    if not item.get("title"):
        return 0
    return 1 + digest(repr((item["category"], item.get("brand"), item.get("price"), stem(item["title"])))) // 4


@lru_cache(maxsize=8_192)
def stem(title: str) -> str:
    """A title without words of colour and size, and without the order of its words."""
    words = re.findall(r"\w+", plain(title).lower())
    return " ".join(sorted(word for word in words if word not in _SIZES and not is_colour(word)))


def _nearest(features_MF: NDArray[np.float32], rows_M: IntArray) -> IntArray:
    """Of each row the first row that looks like it, ``(M,)``."""
    unit_MF = features_MF / np.maximum(np.linalg.norm(features_MF, axis=1, keepdims=True), 1e-12)
    first_M = rows_M.copy()
    for place in range(1, len(rows_M)):
        leads = np.flatnonzero(first_M[:place] == rows_M[:place])
        alike = unit_MF[leads] @ unit_MF[place]
        if alike.max() >= ALIKE:
            first_M[place] = rows_M[leads[int(alike.argmax())]]
    return first_M
