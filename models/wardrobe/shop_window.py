"""What a shop says of its items beside what a model reads of them: currency, sizes, sales, colours; no question knows of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from models.datasets.schema import ITEM_SCHEMA
from models.datasets.write import write_items
from models.wardrobe.garments import HUES, NEUTRALS

_CURRENCY: Final = "EUR"
_ON_SALE: Final = 0.12
_THERE: Final = 0.85
_SIZES: Final = {"shoes": ("36", "37", "38", "39", "40", "41"), "tops": ("XS", "S", "M", "L", "XL")}
_SIZES_AS_TOPS: Final = ("bottoms", "all-body", "outerwear")
_NEUTRAL: Final = 0.25
"""Of chroma: what has less is black, grey or white."""


def furnish(wardrobe: Path, seed: int = 0) -> None:
    """Have a generated wardrobe's items say what each of a shop's does. Pictures, titles, prices and all questions stay as they are."""
    rng = np.random.default_rng([seed, 3])
    table = pq.read_table(wardrobe / "items.parquet")
    latents = pq.read_table(wardrobe / "latents.parquet").to_pylist()
    rows = [_furnished(row, seen, rng) for row, seen in zip(table.to_pylist(), latents, strict=True)]
    write_items(wardrobe, pa.Table.from_pylist(rows, ITEM_SCHEMA))


def _furnished(row: dict[str, Any], seen: dict[str, Any], rng: np.random.Generator) -> dict[str, Any]:
    sizes = _SIZES.get("tops" if row["category"] in _SIZES_AS_TOPS else row["category"])
    sale, there = rng.random() < _ON_SALE, rng.random(len(sizes or ())) < _THERE
    said = [{"size": size, "in_stock": bool(row["in_stock"] and has)} for size, has in zip(sizes or (), there, strict=True)]
    return {
        **row,
        "currency": _CURRENCY,
        "sale_price": round(0.7 * row["price"], 2) if sale else None,
        "sizes": json.dumps(said) if said else None,
        "attributes": json.dumps({**json.loads(row["attributes"]), "colour": colour_of(seen["hue"], seen["chroma"], seen["lightness"])}),
    }


def colour_of(hue: float, chroma: float, lightness: float) -> str:
    """The plain name of a colour; ``hue`` in radians, ``chroma`` 0 to 1, ``lightness`` -1 to 1.

    >>> colour_of(0.5, 0.9, 0.4), colour_of(0.5, 0.1, -0.9)
    ('red', 'black')
    """
    if chroma < _NEUTRAL:
        return NEUTRALS[min(2, int((lightness + 1) * 1.5))][0]
    return HUES[int(hue / (2 * np.pi) * len(HUES) + 0.5) % len(HUES)][0]
