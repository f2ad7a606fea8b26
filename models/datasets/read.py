"""Reads a dataset directory and refuses a broken one by path, line and field."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from models.datasets.schema import SPLITS, Catalogue, Dataset, Split


def read_catalogue(root: Path) -> Catalogue:
    """Read ``items.parquet``, ``items.jsonl`` or ``items.csv``."""
    raise NotImplementedError


def read_dataset(root: Path, splits: Collection[Split] = SPLITS, *, tasks: bool = True) -> Dataset:
    """Read the catalogue, and the outfits and questions of ``splits``."""
    raise NotImplementedError
