"""Maryland Polyvore: Han et al., Learning Fashion Compatibility with Bidirectional LSTMs (ACM Multimedia 2017).

label/{split}_no_dup.json                   [{"set_id", "items": [{"index", "name", "price", "categoryid", …}]}]
label/category_id.txt                       number and name, one category a line
label/fill_in_blank_test.json               [{"question": [place…], "blank_position", "answers": [place…]}]
label/fashion_compatibility_prediction.txt  label place place …
images/<set id>/<index>.jpg

The label files may also lie beside ``images``. An item's id is its place, ``<set id>_<index>``, since a product has a different id
in every outfit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final

import numpy as np
from pydantic import BeforeValidator, Field, TypeAdapter

from models.datasets.findings import Findings
from models.datasets.lines import numbered_text
from models.datasets.polyvore_outfits import Listed, OutfitEntry, read_blanks, read_compatibility, read_outfits, there
from models.datasets.shown import shown
from models.datasets.source import Entry, OptionalWords, Source, Whole
from models.errors import refuse


def _known_price(value: object) -> float | None:
    """The price, mostly in dollars; None if it is not above 0, which stands for unknown."""
    return float(value) if isinstance(value, int | float) and value is not True and 0 < value < math.inf else None


@dataclass(frozen=True, slots=True)
class _Listed(Listed):
    categoryid: Whole
    name: OptionalWords = None
    price: Annotated[float | None, BeforeValidator(_known_price)] = None


_OUTFITS: Final = TypeAdapter(Annotated[list[OutfitEntry[_Listed]], Field(min_length=1)])


def read_maryland(source: Path, seed: int, findings: Findings) -> Source:
    """Read the items, the outfits, and the questions of the test split as far as their files are there.

    Args:
        seed: of the order of candidates.
        findings: told what is missing, and what is put up with.

    Raises:
        InputError: a file is missing or broken.
    """
    label = source / "label" if (source / "label").is_dir() else source
    read = read_outfits(lambda split: label / f"{split}_no_dup.json", _OUTFITS, lambda place, _: place)
    pictures = read.pictures(source, _picture)
    categories = _categories(beside if (beside := label / "category_id.txt").exists() else source / "category_id.txt")

    def describe(_: str, entry: Entry[_Listed]) -> dict[str, str | float | None]:
        if entry.value.categoryid not in categories:
            entry.refuse("categoryid", f"{entry.value.categoryid} is not in category_id.txt")
        return {"category": categories[entry.value.categoryid], "title": entry.value.name, "price": entry.value.price}

    blanks, labelled = label / "fill_in_blank_test.json", label / "fashion_compatibility_prediction.txt"
    rng = np.random.default_rng(seed)
    asked, told = there(blanks, "test", "fill-in-the-blank", findings), there(labelled, "test", "compatibility", findings)
    return Source(
        items=read.table(describe, _picture, pictures),
        pictures=pictures,
        outfits=read.outfits,
        fill_in_the_blank=list(read_blanks(blanks, "test", read.item_at, rng, findings)) if asked else [],
        compatibility=list(read_compatibility(labelled, "test", read.item_at)) if told else [],
    )


def _picture(place: str) -> str:
    return f"images/{'/'.join(place.rsplit('_', 1))}.jpg"


def _categories(path: Path) -> dict[int, str]:
    categories: dict[int, str] = {}
    for number, text in numbered_text(path):
        id_, _, name = text.strip().partition(" ")
        if id_.isdecimal() and name.strip():
            categories[int(id_)] = name.strip()
        elif id_:
            refuse(f"{shown(text.strip())} is not a number and a name", path=path, line=number)
    return categories
