"""A home of any number of items, made in a minute per million: random features, twenty categories of very unequal size, and a small model.

The model is the flagship (one set transformer and the memory of pairs), trained for one epoch on a few hundred random outfits: it computes
what a well-trained one computes, and has learned nothing worth knowing.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa

from app.catalogue.publishing import write_release
from app.ground import compute  # noqa: F401 - torch before faiss
from app.home.store import ReleaseStore
from index.snapshot import item_table
from models.bundle import Bundle
from models.datasets.schema import Outfit
from models.datasets.write import write_items, write_lines
from models.recipes.train import train

CATEGORIES: Final = tuple(f"category-{number:02d}" for number in range(20))
LARGEST: Final = CATEGORIES[0]
MIDDLE: Final = CATEGORIES[4]
RARE: Final = "brand-rare"
RARE_SHARE: Final = 0.001
WORN: Final = 2_000
"""Items of the training; the first of every catalogue."""
_OUTFITS: Final = 900
_FEATURES: Final = 64
_PART: Final = 100_000
_BRANDS: Final = 60
_COLOURS: Final = ("black", "white", "blue", "green", "red", "yellow")
_TRAINING: Final = {"epochs": "1", "masks": "0", "minutes": "5", "candidates": "512"}


def made(root: Path, items: int) -> ReleaseStore:
    """The home, which is kept for the next time."""
    store = ReleaseStore(root / f"home-{items}")
    if store.current() is not None:
        return store
    bundle = _bundle(root / "trained")
    store.copy_bundle(root / "trained", bundle.id)
    table, features_NF = catalogue(items)
    release = write_release(store, bundle, item_table(table), features_NF, "")
    store.activate(release.id)
    return store


def catalogue(count: int) -> tuple[pa.Table, np.ndarray]:
    """The table of items and their features, ``(N, F)``; the first items are the same ones for every count."""
    rng = [np.random.default_rng([17, part]) for part in range(9)]  # of each its own, so that a longer table starts with a shorter one
    shares = 0.72 ** np.arange(len(CATEGORIES))
    kinds = rng[0].choice(len(CATEGORIES), count, p=shares / shares.sum())
    brand_shares = 1 / np.arange(1, _BRANDS + 1)
    brands = rng[1].choice(_BRANDS, count, p=brand_shares / brand_shares.sum())
    rare = rng[2].random(count) < RARE_SHARE
    women, stocked = rng[3].random(count) < 0.6, rng[4].random(count) < 0.95  # noqa: PLR2004 - shares of a shop
    colours = rng[5].integers(0, len(_COLOURS), count)
    prices = np.round(np.exp(rng[6].normal(3.7, 0.7, count)), 2)
    centres = np.random.default_rng(18).normal(size=(len(CATEGORIES), _FEATURES))
    features_NF, tables = np.empty((count, _FEATURES), dtype=np.float32), list[pa.Table]()
    for start in range(0, count, _PART):  # ten million would not be in memory as Python's objects and in float64
        part = slice(start, min(start + _PART, count))
        features_NF[part] = centres[kinds[part]] + rng[7].normal(size=(part.stop - start, _FEATURES))
        tables.append(
            pa.table(
                {
                    "id": [f"i{number:07d}" for number in range(start, part.stop)],
                    "category": pa.array(CATEGORIES).take(pa.array(kinds[part])),
                    "title": [f"{_COLOURS[colour]} piece {number % 997}" for number, colour in enumerate(colours[part], start)],
                    "attributes": [
                        json.dumps({"colour": _COLOURS[colour], "gender": "women" if hers else "men"})
                        for colour, hers in zip(colours[part], women[part], strict=True)
                    ],
                    "price": prices[part],
                    "brand": [RARE if few else f"brand-{brand}" for few, brand in zip(rare[part], brands[part], strict=True)],
                    "in_stock": stocked[part],
                }
            )
        )
    return pa.concat_tables(tables), features_NF


def outfits(count: int, size: int, seed: int, largest: int = WORN) -> list[list[str]]:
    """Ids of random items of different categories, for the same people, of the first ``largest`` items."""
    table, _ = catalogue(WORN)
    kinds, attributes = table.column("category").to_pylist(), table.column("attributes").to_pylist()
    rng, found = np.random.default_rng(seed), []
    while len(found) < count:
        rows = rng.permutation(min(largest, WORN))
        hers = json.loads(attributes[rows[0]])["gender"]
        alike = [row for row in rows if json.loads(attributes[row])["gender"] == hers]
        chosen = list({kinds[row]: int(row) for row in alike[:40]}.values())[:size]
        if len(chosen) == size:
            found.append([f"i{row:07d}" for row in chosen])
    return found


def _bundle(directory: Path) -> Bundle:
    if (directory / "manifest.json").exists():
        return Bundle.load(directory)
    data = directory.with_name("data")
    data.mkdir(parents=True, exist_ok=True)
    table, features_NF = catalogue(WORN)
    write_items(data, table.append_column("features", pa.array(list(features_NF), pa.list_(pa.float32()))))
    worn = outfits(_OUTFITS, 4, 1)
    splits = ["valid" if number % 6 == 0 else "train" for number in range(len(worn))]
    write_lines(
        data,
        "outfits.jsonl",
        (Outfit(f"o{number}", tuple(ids), split) for number, (ids, split) in enumerate(zip(worn, splits, strict=True))),
    )
    train(data, "attire", directory, settings=_TRAINING)
    return Bundle.load(directory)
