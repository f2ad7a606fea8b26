"""Which selectors an item satisfies, whatever the number of selectors: each is filed under the narrowest thing that it says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from app.release.release import CatalogueItem
from app.rules.rule import Selector
from models.compatibility.labels import PieceLabels


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What selectors ask of an item; an item that is not of the catalogue has no id."""

    category: str
    labels: PieceLabels
    id: str | None = None
    brand: str | None = None
    attributes: Mapping[str, str | Sequence[str]] = field(default_factory=dict)
    price: float | None = None

    @classmethod
    def of(cls, item: CatalogueItem, labels: PieceLabels) -> Facts:
        """Those of an item of the catalogue; its price is what it costs now."""
        prices = [price for price in (item.price, item.sale_price) if price is not None]
        return cls(
            id=item.id,
            category=item.category,
            labels=labels,
            brand=item.brand,
            attributes=item.attributes,
            price=min(prices, default=None),
        )


def satisfies(facts: Facts, selector: Selector) -> bool:
    """Whether an item does all that a selector says."""
    return (
        (not selector.ids or facts.id in selector.ids)
        and (not selector.category or facts.category in selector.category)
        and (not selector.brand or facts.brand in selector.brand)
        and all(not {*values}.isdisjoint(_values(facts, name)) for name, values in selector.attributes.items())
        and (selector.price is None or _within(facts.price, selector.price.min, selector.price.max))
        and (not selector.audience or facts.labels.audience in selector.audience)
        and (not selector.season or facts.labels.season in selector.season)
    )


class Matcher:
    """Selectors by what they say first."""

    def __init__(self, selectors: Sequence[Selector]) -> None:
        self.selectors = selectors
        self._filed: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for place, selector in enumerate(selectors):
            for key in filed_under(selector):
                self._filed[key].append(place)

    def of(self, facts: Facts) -> frozenset[int]:
        """The places of the selectors that an item satisfies."""
        keys = [("",), ("category", facts.category), ("id", facts.id or ""), ("brand", facts.brand or "")]
        keys += [("brand", facts.category, facts.brand or "")]
        keys += [("attribute", name, value) for name in facts.attributes for value in _values(facts, name)]
        return frozenset(place for key in keys for place in self._filed.get(key, ()) if satisfies(facts, self.selectors[place]))


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


def _values(facts: Facts, name: str) -> Sequence[str]:
    said = facts.attributes.get(name, ())
    return (said,) if isinstance(said, str) else said


def _within(price: float | None, least: float | None, most: float | None) -> bool:
    return price is not None and (least is None or price >= least) and (most is None or price <= most)
