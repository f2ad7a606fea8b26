"""Which selectors an item satisfies, whatever the number of selectors: each is filed under the narrowest thing that it says."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from app.release.release import CatalogueItem
from app.release.variants import GROUP_NAMES
from app.rules.rule import Selector
from models.datasets.audience import is_for, seasons_named
from models.datasets.labels import PieceLabels

ASKED: Final = ("id", "category", "brand", "attributes", "price", "sale_price", *GROUP_NAMES)
"""The columns of an items table that ``Facts.of`` reads; brand and group may be attributes."""


_SAID: Final = ("ids", "category", "brand", "attributes", "price", "reduced", "audience", "season")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What selectors ask of an item; an item that is not of the catalogue has no id. Its group is one that no item has for an id."""

    category: str
    labels: PieceLabels
    id: str | None = None
    group: str | None = None
    brand: str | None = None
    attributes: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    price: float | None = None
    reduced: bool = False

    @classmethod
    def of(cls, item: CatalogueItem, labels: PieceLabels, ids: Container[str] = ()) -> Facts:
        """Those of an item of the catalogue; its price is what it costs now.

        Args:
            ids: of all items, none of which is meant as a group.
        """
        prices = [price for price in (item.price, item.sale_price) if price is not None]
        return cls(
            id=item.id,
            group=None if item.group_id in ids else item.group_id,
            category=item.category,
            labels=labels,
            brand=item.brand,
            attributes=item.attributes,
            price=min(prices, default=None),
            reduced=item.price is not None and item.sale_price is not None and item.sale_price < item.price,
        )


def satisfies(facts: Facts, selector: Selector) -> bool:
    """Whether an item does all that a selector says."""
    return (
        (not selector.ids or facts.id in selector.ids or facts.group in selector.ids)
        and (not selector.category or facts.category in selector.category)
        and (not selector.brand or facts.brand in selector.brand)
        and (not selector.attributes or _has(facts, selector.attributes))
        and (selector.price is None or _within(facts.price, selector.price.min, selector.price.max))
        and (selector.reduced is None or facts.reduced is selector.reduced)
        and (not selector.audience or any(is_for(facts.labels.audience, name) for name in selector.audience))
        and (not selector.season or _worn_in(facts, selector.season))
    )


def _worn_in(facts: Facts, seasons: Sequence[str]) -> bool:
    return facts.labels.season in seasons or not seasons_named(facts.attributes).isdisjoint(seasons)


def _has(facts: Facts, attributes: Mapping[str, Sequence[str]]) -> bool:
    return all(not {*values}.isdisjoint(_values(facts, name)) for name, values in attributes.items())


class _Filed:
    """The places of selectors that are filed together, by what they say beyond what they are filed under.

    Attributes:
        sure: nothing. priced: a price alone, compared with all their bounds at once: ten thousand objects are not at hand. others: more.
    """

    def __init__(self, selectors: Sequence[Selector], places: Sequence[int]) -> None:
        beyond = {place: _beyond(selectors[place]) for place in places}
        self.sure = [place for place in places if not beyond[place]]
        self.others = [place for place in places if beyond[place] - {"price"}]
        priced = [place for place in places if beyond[place] == {"price"}]
        ranges = [price for place in priced if (price := selectors[place].price)]
        self.priced = np.array(priced, dtype=np.int64)
        self.least = np.array([-math.inf if price.min is None else price.min for price in ranges])
        self.most = np.array([math.inf if price.max is None else price.max for price in ranges])


class Matcher:
    """Selectors by what they say first."""

    def __init__(self, selectors: Sequence[Selector]) -> None:
        self.selectors = selectors
        places: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for place, selector in enumerate(selectors):
            for key in filed_under(selector):
                places[key].append(place)
        self._filed = {key: _Filed(selectors, filed) for key, filed in places.items()}

    def of(self, facts: Facts) -> frozenset[int]:
        """The places of the selectors that an item satisfies."""
        keys = [("",), ("category", facts.category), ("brand", facts.brand or "")]
        keys += [("id", facts.id or ""), ("id", facts.group or "")]
        keys += [("brand", facts.category, facts.brand or "")]
        keys += [("attribute", name, value) for name in facts.attributes for value in _values(facts, name)]
        found = set[int]()
        for filed in filter(None, map(self._filed.get, keys)):
            found.update(filed.sure)
            found.update(place for place in filed.others if satisfies(facts, self.selectors[place]))
            if facts.price is not None and len(filed.priced):
                found.update(filed.priced[(filed.least <= facts.price) & (facts.price <= filed.most)].tolist())
        return frozenset(found)


def filed_under(selector: Selector) -> Iterator[tuple[str, ...]]:
    """The narrowest thing that a selector says, once for each value of it; ``("",)`` where it could be any item."""
    if selector.ids:
        yield from (("id", item) for item in selector.ids)
    elif selector.brand and selector.category:
        yield from (("brand", category, brand) for category in selector.category for brand in selector.brand)
    elif selector.brand:
        yield from (("brand", brand) for brand in selector.brand)
    elif any(selector.attributes.values()):
        name, values = next((name, values) for name, values in selector.attributes.items() if values)
        yield from (("attribute", name, value) for value in values)
    elif selector.category:
        yield from (("category", category) for category in selector.category)
    else:
        yield ("",)


def _beyond(selector: Selector) -> set[str]:
    """The fields that a selector says beyond what it is filed under."""
    said = {name for name in _SAID if getattr(selector, name) not in (None, [], {})}
    if selector.ids:
        return said - {"ids"}
    if selector.brand:
        return said - {"brand", "category"}
    if selector.attributes:
        return said - ({"attributes"} if len(selector.attributes) == 1 else set())
    return said - {"category"}


def as_said(selector: Selector) -> tuple[object, ...]:
    """What a selector says, of which equal ones have the same."""
    said = (selector.ids, selector.category, selector.brand, selector.audience, selector.season)
    attributes = ((name, *values) for name, values in selector.attributes.items())
    price = selector.price and (selector.price.min, selector.price.max)
    return (*map(tuple, said), *attributes, price, selector.reduced)


def _values(facts: Facts, name: str) -> Sequence[str]:
    said = facts.attributes.get(name, ())
    return (said,) if isinstance(said, str) else said


def _within(price: float | None, least: float | None, most: float | None) -> bool:
    return price is not None and (least is None or price >= least) and (most is None or price <= most)
