"""Polyvore Outfits: Vasileva et al., Learning Type-Aware Embeddings for Fashion Compatibility (ECCV 2018).

categories.csv                            id, fine name, coarse name; with or without a header
polyvore_item_metadata.json               item id -> title, url_name, category_id, semantic_category, …
{disjoint,nondisjoint}/{split}.json       [{"set_id", "items": [{"item_id", "index"}]}]
                   …/fill_in_blank_{split}.json   [{"question": [place…], "blank_position", "answers": [place…]}]
                   …/compatibility_{split}.txt    label place place …
images/<item id>.jpg

``polyvore_outfit_titles.json`` is not read: outfits have no titles here.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pyarrow as pa

from models.datasets.lines import numbered_text, refuse, shown
from models.datasets.polyvore_outfits import PolyvoreOutfits, read_blanks, read_compatibility, read_outfits
from models.datasets.schema import ITEM_SCHEMA, SPLITS
from models.datasets.source import Source, entry_of, read_json

_COLUMNS = ("id", "category", "subcategory", "title", "image", "split")


def read_polyvore(source: Path, variant: Literal["disjoint", "nondisjoint"], seed: int = 0) -> Source:
    """Read one variant: the items of its outfits, its outfits, and the questions of the splits that have any.

    Args:
        seed: of the order of candidates.

    Raises:
        InputError: a file is missing or broken.
    """
    folder = source / variant
    metadata = read_json(source / "polyvore_item_metadata.json")
    if not isinstance(metadata, dict):
        refuse("is not an object of items by id", path=source / "polyvore_item_metadata.json")
    read = read_outfits(lambda split: folder / f"{split}.json", lambda _, entry: entry.id("item_id"))
    pictures = {f"images/{item}.jpg": picture for item in read.entries if (picture := source / "images" / f"{item}.jpg").is_file()}
    rng = np.random.default_rng(seed)
    blanks = [(split, path) for split in SPLITS if (path := folder / f"fill_in_blank_{split}.json").exists()]
    labelled = [(split, path) for split in SPLITS if (path := folder / f"compatibility_{split}.txt").exists()]
    return Source(
        items=_items(source, read, metadata, pictures),
        pictures=pictures,
        outfits=read.outfits,
        fill_in_the_blank=[one for split, path in blanks for one in read_blanks(path, split, read.item_at, rng)],
        compatibility=[one for split, path in labelled for one in read_compatibility(path, split, read.item_at)],
    )


def _items(source: Path, read: PolyvoreOutfits, metadata: Mapping[str, Any], pictures: Mapping[str, Path]) -> pa.Table:
    categories = _categories(source / "categories.csv")
    rows = []
    for item, place in read.entries.items():
        if item not in metadata:
            place.refuse("item_id", f"{shown(item)} is not in polyvore_item_metadata.json")
        said = entry_of(source / "polyvore_item_metadata.json", item, metadata[item])
        fine, coarse = categories.get(said.text("category_id"), (None, None))
        category = said.optional_text("semantic_category") or coarse or fine
        if category is None:
            said.refuse("semantic_category", "is missing, and category_id is not in categories.csv")
        path = f"images/{item}.jpg"
        rows.append(
            {
                "id": item,
                "category": category,
                "subcategory": fine,
                "title": said.optional_text("title", "url_name"),
                "image": {"bytes": None, "path": path} if path in pictures else None,
                "split": read.split_of(item),
            }
        )
    return pa.Table.from_pylist(rows, pa.schema([ITEM_SCHEMA.field(name) for name in _COLUMNS]))


def _categories(path: Path) -> dict[str, tuple[str | None, str | None]]:
    categories: dict[str, tuple[str | None, str | None]] = {}
    lines = numbered_text(path)
    for number, cells in enumerate(csv.reader(text for _, text in lines), 1):
        id_, fine, coarse = ([cell.strip() for cell in cells] + ["", "", ""])[:3]
        if id_.isdecimal():
            categories[id_] = (fine or None, coarse or None)
        elif number > 1 and cells:
            refuse(f"{shown(id_)} is not the number of a category", path=path, line=number, field="id")
    return categories
