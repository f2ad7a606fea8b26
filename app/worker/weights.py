"""How many each choice of an outfit's item stands for: more where few of those who wanted it could find it, less the older it is.

Who wants an item looks at place k of a list, counted from 1, with chance θ = k^-η, and finds what was not looked at all the same with
chance f. So what was bought from place k was bought with chance θ + (1 - θ) f, and what the list of its category did not show with chance
f. It stands for one over that: 1 at the first place, 10 at most. What no list was asked for, as the piece that a shopper began with, was
not found by a list, and stands for itself.

What no list had a part in is what two releases can be compared by: what was bought from the lists of the release that serves speaks for
that one, whichever is better.

Source: Schnabel, Swaminathan, Singh, Chandak and Joachims, Recommendations as treatments (ICML 2016), section 4.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Final

import polars as pl

from app.attribution.credit import PURCHASED, SEEN, outcomes
from app.attribution.impressions import impressions_of, with_said
from app.attribution.products import NO_PRODUCTS, Products
from app.ground.windows import Windows
from models.datasets.schema import Outfit

FOUND: Final = 0.1
"""f. A log tells purchases, not how many wanted to buy; that it is not 0 bounds what one purchase can stand for."""
_DAY_S: Final = 86_400.0


@dataclass(frozen=True, slots=True)
class Lists:
    """What the lists of some sessions showed.

    Attributes:
        asked: (session, category) of every list.
        place_of: (session, product) of what was bought that lists had shown -> its best place, from 0.
        products: of which items are sizes and colours.
    """

    asked: AbstractSet[tuple[str, str]] = frozenset()
    place_of: Mapping[tuple[str, str], int] = field(default_factory=dict)
    products: Products = NO_PRODUCTS

    @classmethod
    def of(cls, events: pl.LazyFrame, windows: Windows, products: Products = NO_PRODUCTS) -> Lists:
        """As events tell it."""
        of_whom = events.filter(pl.col("type") == "impression").select("recommendation_id", "session")
        shown = outcomes(events, windows, products).join(of_whom, on="recommendation_id").drop_nulls("session")
        bought = (pl.col(PURCHASED) | pl.col(SEEN)).alias("bought")
        rows = shown.select("session", "category", "product", "position", bought).collect()
        asked = frozenset(rows.select("session", "category").unique().rows())
        places = rows.filter("bought").group_by("session", "product").agg(pl.col("position").min()).rows()
        return cls(asked, {(session, product): int(place) for session, product, place in places}, products)

    def chance(self, session: str, item: str, category: str, eta: float) -> float:
        """That a shopper who wanted the item bought it."""
        place = self.place_of.get((session, self.products.name(item)))
        looked = float((session, category) not in self.asked) if place is None else (1.0 + place) ** -eta
        return looked + (1.0 - looked) * FOUND


def counts_of(
    outfits: Sequence[Outfit], category_of: Mapping[str, str], lists: Lists, eta: float, half_life_days: float
) -> dict[tuple[str, str], float]:
    """(outfit's id, item) -> how many it stands for.

    Args:
        outfits: named as the visits that they are from. eta: how steeply attention falls by place.
        half_life_days: days before the latest outfit at which one counts half; 0: age does not matter.
    """
    latest = max((_at(outfit, 0.0) for outfit in outfits), default=0.0)
    counts: dict[tuple[str, str], float] = {}
    for outfit in outfits:
        session, days = _session(outfit), (latest - _at(outfit, latest)) / _DAY_S
        times = 0.5 ** (days / half_life_days) if half_life_days else 1.0
        counts |= {(outfit.id, item): times / lists.chance(session, item, category_of[item], eta) for item in outfit.items}
    return counts


def freely_chosen(outfits: Iterable[Outfit], category_of: Mapping[str, str], events: pl.LazyFrame) -> frozenset[tuple[str, str]]:
    """(outfit's id, item) of every choice that no list had a part in, such as the piece that a shopper began with.

    One may have had a part where it was of the item's category, in the same session, or where the purchase names an answer.

    Args:
        outfits: named as the visits that they are from.
    """
    slots = with_said(impressions_of(events)).select("session", pl.col("slots").list.eval(pl.element().struct.field("category")))
    asked = {*slots.explode("slots").unique().collect().rows()}
    named = events.filter((pl.col("type") == "purchase") & pl.col("recommendation_id").is_not_null()).select("session", "item")
    led = {*named.collect().rows()}
    return frozenset(
        (outfit.id, item)
        for outfit in outfits
        for item in outfit.items
        if (_session(outfit), category_of[item]) not in asked and (_session(outfit), item) not in led
    )


def _session(outfit: Outfit) -> str:
    return outfit.id.partition("#")[0]


def _at(outfit: Outfit, otherwise: float) -> float:
    return outfit.timestamp if isinstance(outfit.timestamp, float) else otherwise
