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
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
from pydantic import Field, TypeAdapter

from models.datasets.findings import Findings
from models.datasets.lines import numbered_text, read_file, read_value
from models.datasets.polyvore_outfits import Listed, OutfitEntry, read_blanks, read_compatibility, read_outfits, there
from models.datasets.schema import SPLITS
from models.datasets.shown import shown
from models.datasets.source import Entry, OptionalWords, Source, SourceId, SourceText
from models.errors import refuse


@dataclass(frozen=True, slots=True)
class _Listed(Listed):
    item_id: SourceId


@dataclass(frozen=True, slots=True)
class _Metadata:
    """An item as the metadata describe it."""

    category_id: SourceText
    semantic_category: OptionalWords = None
    title: OptionalWords = None
    url_name: OptionalWords = None


_OUTFITS: Final = TypeAdapter(Annotated[list[OutfitEntry[_Listed]], Field(min_length=1)])
_ITEMS: Final = TypeAdapter(dict[str, Any])
_METADATA: Final = TypeAdapter(_Metadata)


def read_polyvore(source: Path, variant: Literal["disjoint", "nondisjoint"], seed: int, findings: Findings) -> Source:
    """Read one variant: the items of its outfits, its outfits, and the questions of the splits that have any.

    Args:
        seed: of the order of candidates.
        findings: told what is missing, and what is put up with.

    Raises:
        InputError: a file is missing or broken.
    """
    folder = source / variant
    metadata = read_file(source / "polyvore_item_metadata.json", _ITEMS)
    read = read_outfits(lambda split: folder / f"{split}.json", _OUTFITS, lambda _, listed: listed.item_id)
    pictures = read.pictures(source, _picture)
    if unworn := len(metadata) - len(read.entries):
        findings.warn(f"{unworn:,} of its items stand in no outfit of {folder.name}; left out", path=source / "polyvore_item_metadata.json")
    rng = np.random.default_rng(seed)
    blanks = {split: folder / f"fill_in_blank_{split}.json" for split in SPLITS}
    labelled = {split: folder / f"compatibility_{split}.txt" for split in SPLITS}
    return Source(
        items=read.table(partial(_described, source, metadata, _categories(source / "categories.csv")), _picture, pictures),
        pictures=pictures,
        outfits=read.outfits,
        fill_in_the_blank=[
            question
            for split, path in blanks.items()
            if there(path, split, "fill-in-the-blank", findings)
            for question in read_blanks(path, split, read.item_at, rng, findings)
        ],
        compatibility=[
            question
            for split, path in labelled.items()
            if there(path, split, "compatibility", findings)
            for question in read_compatibility(path, split, read.item_at)
        ],
    )


def _described(
    source: Path, metadata: Mapping[str, Any], categories: Mapping[str, tuple[str | None, str | None]], item: str, entry: Entry[_Listed]
) -> dict[str, str | float | None]:
    path = source / "polyvore_item_metadata.json"
    if item not in metadata:
        entry.refuse("item_id", f"{shown(item)} is not in {path.name}")
    described = read_value(metadata[item], _METADATA, path=path, inside=item)
    fine, coarse = categories.get(described.category_id, (None, None))
    category = described.semantic_category or coarse or fine
    if category is None:
        refuse("is missing, and category_id is not in categories.csv", path=path, field=f"{item}.semantic_category")
    return {"category": category, "subcategory": fine, "title": described.title or described.url_name}


def _picture(item: str) -> str:
    return f"images/{item}.jpg"


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
