"""What a catalogue has of what rules speak of: asked of many rules, and so looked up once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Final

import numpy as np
import pyarrow.compute as pc

from app.release.groups import rows_named
from app.release.release import Release
from app.release.variants import group_key
from app.rules.matching import as_said
from app.rules.rule import Selector
from index.backends.base import IntArray
from index.columns import Filter
from index.selection import Selection, of_lists, of_mask
from models.datasets.audience import is_for, says_season, seasons_named

_MOST_LOOKED_FOR: Final = 1_000
"""Selectors whose items are looked for; those of ten thousand rules would take a minute of a large catalogue."""


class Shelves:
    """A catalogue as those who write rules see it."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self._values = dict[str, frozenset[str]]()
        self._found = dict[tuple[object, ...], IntArray]()

    @cached_property
    def brands(self) -> frozenset[str]:
        """The brands that it has."""
        return frozenset(pc.unique(self.release.snapshot.items.column("brand")).drop_null().to_pylist())

    @cached_property
    def attributes(self) -> frozenset[str]:
        """The names of its attributes."""
        return frozenset(self.release.snapshot.columns.attribute_names)

    @cached_property
    def audiences(self) -> frozenset[str]:
        """For whom there are items."""
        return frozenset(labels.audience for labels in self.release.traits.labels if labels.audience)

    def has_for(self, name: str) -> bool:
        """Whether there are items for those whom a name means."""
        return any(is_for(label, name) for label in self.audiences)

    @cached_property
    def seasons(self) -> frozenset[str]:
        """The seasons that items state, in their own words."""
        return frozenset(value for name in self._season_names for value in self.values(name))

    def has_season(self, season: str) -> bool:
        """Whether there are items of a season, in their own words or as a label."""
        return season in self._all_seasons

    @cached_property
    def _all_seasons(self) -> frozenset[str | None]:
        return frozenset(labels.season for labels in self.release.traits.labels).union(
            *(seasons_named({name: value}) for name in self._season_names for value in self.values(name))
        )

    @cached_property
    def _season_names(self) -> list[str]:
        return [name for name in sorted(self.attributes) if says_season(name)]

    @cached_property
    def everything(self) -> IntArray:
        """The rows of all items, ascending."""
        return self.release.snapshot.rows

    def values(self, attribute: str) -> frozenset[str]:
        """The values of an attribute."""
        if attribute not in self._values:
            self._values[attribute] = frozenset(self.release.snapshot.columns.attribute_values(attribute))
        return self._values[attribute]

    @cached_property
    def _groups(self) -> frozenset[int]:
        return frozenset(np.unique(self.release.traits.key_N).tolist())

    def has(self, item: str) -> bool:
        """Whether an item, or else a group, has this id."""
        return item in self.release.snapshot.row_of or group_key(item) in self._groups

    @cached_property
    def _sold_out(self) -> Selection:
        return self.release.snapshot.columns.selection(Filter(in_stock=False))

    def sold_out(self, item: str) -> bool:
        """Whether it has an item of this id, or items of this group, that cannot be bought now."""
        return any(self._sold_out.passes(rows).all() for _, rows in rows_named(self.release, [item]))

    def knows(self, selector: Selector) -> bool:
        """Whether each thing that a selector says is there, so that only all of it together may not be."""
        snapshot = self.release.snapshot
        return (
            all(map(self.has, selector.ids))
            and all(name in snapshot.sizes for name in selector.category)
            and self.brands.issuperset(selector.brand)
            and all(name in self.attributes and self.values(name).issuperset(values) for name, values in selector.attributes.items())
            and all(map(self.has_for, selector.audience))
            and all(map(self.has_season, selector.season))
        )

    def rows(self, selector: Selector) -> IntArray | None:
        """The rows of the items that satisfy it, ascending; None where too many selectors were looked for already."""
        said = as_said(selector)
        if said not in self._found:
            if len(self._found) >= _MOST_LOOKED_FOR:
                return None
            self._found[said] = self._rows(selector)
        return self._found[said]

    def _rows(self, selector: Selector) -> IntArray:
        snapshot, traits, price = self.release.snapshot, self.release.traits, selector.price
        least, most = (price.min, price.max) if price is not None else (None, None)
        least = 0.0 if price is not None and least is None else least  # an item without a price is outside every range
        found = snapshot.columns.selection(Filter(price_min=least, price_max=most, brand=selector.brand, attributes=selector.attributes))
        found &= of_lists(found.count, [self.everything])
        if selector.ids:
            known = snapshot.row_of.known(selector.ids)
            groups = [group_key(item) for item in selector.ids if item not in known]
            named = [np.array(sorted(known.values()), dtype=np.int64)]
            found &= of_lists(found.count, [*named, np.flatnonzero(np.isin(traits.key_N, groups))] if groups else named)
        if selector.category:
            found &= of_lists(found.count, [snapshot.rows_in(name) for name in selector.category if name in snapshot.sizes])
        if selector.reduced is not None:
            found &= of_mask(snapshot.columns.reduced == selector.reduced)
        if selector.audience:
            found &= traits.condition(lambda labels: any(is_for(labels.audience, name) for name in selector.audience))
        if selector.season:
            found &= of_lists(
                found.count, [np.flatnonzero(traits.mask(lambda labels: labels.season in selector.season)), *self._stating(selector)]
            )
        return found.rows()

    def _stating(self, selector: Selector) -> Iterator[IntArray]:
        """The rows of items that state one of a selector's seasons, by the attribute in which they do."""
        for name in self._season_names:
            values = [value for value in self.values(name) if not seasons_named({name: value}).isdisjoint(selector.season)]
            if values:
                yield self.release.snapshot.columns.selection(Filter(attributes={name: values})).rows()
