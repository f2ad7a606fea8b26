"""The held-out part of a dataset directory, and what is known of its items."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from models.datasets.read import read_catalogue
from models.datasets.schema import SPLITS, Catalogue, Split

TYPE: Final = "articleType"
COLOUR: Final = "baseColour"
PATTERN: Final = "pattern"
_PATTERNS: Final = {
    "striped": {"striped", "stripe", "stripes"},
    "checked": {"check", "checks", "checked"},
    "printed": {"printed", "print", "prints"},
    "solid": {"solid", "plain"},
}


@dataclass(frozen=True)
class Shop:
    """The three splits of a shop.

    Attributes:
        train: a random part of the training split, which probes learn from.
        trained: all of it, which the encoder was trained on.
    """

    train: Catalogue
    valid: Catalogue
    test: Catalogue
    trained: Catalogue

    def parts(self) -> dict[Split, Catalogue]:
        """The splits by name."""
        return {"train": self.train, "valid": self.valid, "test": self.test}


def read_shop(data: Path, train_items: int) -> Shop:
    """Read the splits of a dataset directory; of the training items a random ``train_items``, the same ones every time."""
    whole = read_catalogue(data)
    split = np.array(whole.table.column("split").to_pylist(), dtype=object)
    rows = {name: np.flatnonzero(split == name) for name in SPLITS}
    shuffled = np.random.default_rng(0).permutation(rows["train"])
    return Shop(*(part(whole, chosen) for chosen in (shuffled[:train_items], rows["valid"], rows["test"], rows["train"])))


def part(catalogue: Catalogue, rows: NDArray[np.int64]) -> Catalogue:
    """Some items of a catalogue."""
    return Catalogue(catalogue.table.take(pa.array(rows)), catalogue.root)


def attribute(catalogue: Catalogue, name: str) -> NDArray[np.object_]:
    """One attribute of each item, ``(N,)``; empty where it is not said. ``pattern`` is read from the title, where it says just one."""
    if name == PATTERN:
        found = [_pattern(title or "") for title in catalogue.titles]
    else:
        texts = catalogue.table.column("attributes").to_pylist()
        found = [str(json.loads(text).get(name, "")) if text else "" for text in texts]
    return np.array(found, dtype=object)


def _pattern(title: str) -> str:
    words = set(title.lower().replace("-", " ").split())
    said = [name for name, forms in _PATTERNS.items() if words & forms]
    return said[0] if len(said) == 1 else ""
