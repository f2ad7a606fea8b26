"""Outfits as rows of a catalogue, for ``benchmarks/slots.py``: those of a dataset directory, or drawn over a catalogue that has none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from models.datasets.labels import LABEL_COLUMNS, piece_labels
from models.datasets.read import read_dataset

TEMPLATES: Final = {
    "men adult": ("tops bottoms shoes", "tops bottoms shoes watches", "tops bottoms shoes belts watches", "tops tops bottoms shoes"),
    "women adult": (
        "tops bottoms shoes bags",
        "all-body shoes bags",
        "all-body shoes bags jewellery jewellery",
        "tops bottoms shoes jewellery",
    ),
    "men baby+child": ("tops bottoms",),
    "women baby+child": ("tops bottoms",),
}
SHARES: Final = (0.45, 0.45, 0.05, 0.05)
DRAWN: Final = 3_000


@dataclass(frozen=True, kw_only=True)
class Outfits:
    """A catalogue's columns, and outfits as rows."""

    name: str
    ids: Sequence[str]
    categories: Sequence[str]
    texts: Sequence[str]
    audiences: Sequence[str | None]
    train: Sequence[Sequence[int]]
    valid: Sequence[Sequence[int]]
    test: Sequence[Sequence[int]]

    def worn(self, rows: Sequence[int]) -> tuple[list[str], list[str], list[str]]:
        """Categories, ids and texts of an outfit."""
        return [self.categories[row] for row in rows], [self.ids[row] for row in rows], [self.texts[row] for row in rows]

    def categories_of(self, outfits: Sequence[Sequence[int]]) -> list[list[str]]:
        """Their categories."""
        return [[self.categories[row] for row in outfit] for outfit in outfits]


def read_outfits(data: Path) -> Outfits:
    """Of a dataset directory."""
    dataset = read_dataset(data, tasks=False)
    catalogue = dataset.catalogue
    split = {
        name: [[catalogue.row_of[item] for item in dict.fromkeys(outfit.items)] for outfit in dataset.outfits_of(name)]
        for name in ("train", "valid", "test")
    }
    audiences = [piece_labels(item).audience for item in catalogue.table.select(LABEL_COLUMNS).to_pylist()]
    said = {"ids": catalogue.ids, "categories": catalogue.categories, "texts": catalogue.texts()}
    return Outfits(name=data.name, audiences=audiences, **said, **split)


def drawn_over(data: Path) -> Outfits:
    """Outfits of one audience each, drawn by ``TEMPLATES``."""
    catalogue = read_dataset(data, tasks=False).catalogue
    audiences = [piece_labels(item).audience for item in catalogue.table.select(LABEL_COLUMNS).to_pylist()]
    rows_of: dict[tuple[str | None, str], list[int]] = {}
    for row, (audience, category) in enumerate(zip(audiences, catalogue.categories, strict=True)):
        rows_of.setdefault((audience, category), []).append(row)
    rng = np.random.default_rng(9)
    drawn = []
    for _ in range(DRAWN):
        audience = str(rng.choice(list(TEMPLATES), p=SHARES))
        names = TEMPLATES[audience][int(rng.integers(len(TEMPLATES[audience])))].split()
        drawn.append([rows_of[audience, name][int(rng.integers(len(rows_of[audience, name])))] for name in names])
    valid = drawn[: DRAWN // 10]
    return Outfits(
        name=data.name,
        ids=catalogue.ids,
        categories=catalogue.categories,
        texts=catalogue.texts(),
        audiences=audiences,
        train=drawn[len(valid) :],
        valid=valid,
        test=(),
    )
