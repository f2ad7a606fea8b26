"""What the items of a catalogue can be filtered by: their brands, the values of their attributes, and what they cost."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import compress
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from app.recommend.search import of_category
from app.release.release import Release
from index.columns import Filter

_MOST_BRANDS: Final = 200
_MOST_VALUES: Final = 60
"""An attribute of more values tells items apart rather than kinds of them."""


@dataclass(frozen=True, slots=True)
class BrandFacet:
    """A brand, and how many items are of it."""

    name: str
    count: int


@dataclass(frozen=True, slots=True)
class FacetsFound:
    """What there is to filter by.

    Attributes:
        brands: those of most items first. attributes: name -> values. least, most: what items cost now.
    """

    brands: tuple[BrandFacet, ...]
    attributes: Mapping[str, tuple[str, ...]]
    least: float | None
    most: float | None


def facets_of(release: Release, category: str | None = None) -> FacetsFound:
    """The brands and prices of a category, or of all, and the values there of attributes that have few in the whole catalogue.

    Raises:
        UnknownCategoryError: no such category.
    """
    columns, rows = release.snapshot.columns, of_category(release, category)
    counts = pc.value_counts(release.snapshot.items.column("brand").take(pa.array(rows)).drop_null()).to_pylist()
    brands = sorted((BrandFacet(one["values"], one["counts"]) for one in counts), key=lambda brand: (-brand.count, brand.name))
    values = {name: columns.attribute_values(name) for name in columns.attribute_names}
    values = {name: some for name, some in values.items() if len(some) <= _MOST_VALUES}
    if category is not None:
        had = {
            name: [columns.selection(Filter(attributes={name: [value]})).any_of(rows) for value in some] for name, some in values.items()
        }
        values = {name: tuple(compress(some, had[name])) for name, some in values.items()}
    prices = columns.prices[rows]
    priced = prices[~np.isnan(prices)]
    return FacetsFound(
        brands=tuple(brands[:_MOST_BRANDS]),
        attributes={name: some for name, some in values.items() if len(some) > 1},
        least=float(priced.min()) if len(priced) else None,
        most=float(priced.max()) if len(priced) else None,
    )
