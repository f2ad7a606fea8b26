"""Label hygiene: from visits to baskets of items bought to be worn together. Every rule counts what it removes.

Removing substitutes from co-purchases follows Hao et al. (P-Companion, CIKM 2020), here within a category: two pairs of shoes viewed in one
visit are alternatives, a shirt and shoes are not.
"""

from __future__ import annotations

import json
import math
import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from statistics import median
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from app.home.runs import Dropped
from app.worker.sessions import Visit
from models.datasets.audience import Audience
from models.datasets.colours import is_colour
from models.datasets.labels import PieceLabels, labels_of
from models.datasets.scripts import plain
from models.progress import Progress, counted, silent

_SIZE: Final = re.compile(r"(?:\d+(?:[.,]\d+)?(?:cm|mm|in|eu|uk|us)?|x{0,4}[sl]|m|one-?size|petite|tall|size|grösse)", re.IGNORECASE)
_PRODUCT: Final = ("group_id", "item_group_id", "group", "product", "product_id", "parent", "parent_id", "style", "style_id", "model")
_LEAST_WORDS: Final = 3
_LEAST_ITEMS: Final = 2  # one item is no outfit
_HASTY: Final = 30  # the least events for which their pace counts
_PACE_S: Final = 1.0
_MOST_ALIKE: Final = 30  # the most items of one category and visit whose pairs are counted
_POPULAR: Final = (50, 0.03)  # outfits, and share of all outfits, from which an item's outfits are thinned out


@dataclass(frozen=True, slots=True)
class Described:
    """What hygiene needs of an item.

    Attributes:
        product: the same for sizes and colours of one product; None where that is unknown.
        whom: whom it is for; None where nothing says.
    """

    category: str
    product: str | None
    whom: Audience | None = None


@dataclass(frozen=True, slots=True)
class Basket:
    """Items that one visit bought to be worn together; ``at``: its end, in seconds since 1970."""

    id: str
    user: str | None
    at: float
    items: tuple[str, ...]


@dataclass
class _Tally:
    """Counts by rule, in the order of ``RULES``."""

    visits: Counter[str] = field(default_factory=Counter)
    items: Counter[str] = field(default_factory=Counter)

    def dropped(self) -> list[Dropped]:
        return [Dropped(rule, why, self.visits[rule], self.items[rule]) for rule, why in RULES.items()]


RULES: Final[Mapping[str, str]] = {
    "bots": "more events than a person makes, or at a machine's pace",
    "no_purchase": "nothing was bought; views still tell what substitutes what",
    "returns": "sent back, however much later",
    "unknown_items": "not in the catalogue any more",
    "same_product": "the same product in another size or colour",
    "view_then_buy": "looked at, then another bought in its place: a substitute",
    "co_views": "looked at side by side oftener than bought together: a substitute",
    "people": "bought for several people, who have an outfit each: alone for one of them, or for nobody knows whom",
    "oversize": "a stock-up, or somebody else's wish list",
    "single": "fewer than two items left",
    "popularity": "outfits of an item that is in very many are thinned out",
}


def clean(
    visits: Sequence[Visit],
    described: Mapping[str, Described],
    *,
    bot_events: int,
    most_items: int,
    hygiene: bool = True,
    looks: Collection[str] = (),
) -> tuple[list[Basket], list[Dropped]]:
    """The baskets worth learning from, by time, and what each rule removed. A visit that bought for several people is a basket of each.

    Args:
        described: item id -> its description, for the items of the catalogue.
        bot_events: events of a visit from which it is taken for a machine's. most_items: the most items of an outfit.
        hygiene: False applies only the rules without which there is no outfit: bought, in the catalogue, two items or more.
        looks: visits that are an outfit as they are, for whomever.
    """
    tally = _Tally()
    people = [visit for visit in visits if not (hygiene and _is_bot(visit, bot_events))]
    tally.visits["bots"] = len(visits) - len(people)
    likeness = _Likeness(people, described) if hygiene else None
    baskets = []
    for visit in people:
        bought = visit.items("purchase")
        if not bought:
            tally.visits["no_purchase"] += 1
            continue
        stayed = {act.item for act in visit.acts if act.kind == "purchase" and not (hygiene and act.returned)}
        kept = _counted("returns", bought, [item for item in bought if item in stayed], tally)
        kept = _counted("unknown_items", kept, [item for item in kept if item in described], tally)
        if likeness is not None:
            kept = _counted("same_product", kept, _one_per_product(kept, described), tally)
            kept = likeness.without_substitutes(kept, tally)
        of_each = _of_each(kept, described) if hygiene and visit.id not in looks else [kept]
        if not any(len(items) >= _LEAST_ITEMS for items in of_each):
            tally.visits["people" if len(of_each) > 1 else "single"] += 1
            continue
        tally.items["people"] += len(kept) - sum(map(len, of_each))
        for nth, items in enumerate(of_each, 1):
            if len(items) < _LEAST_ITEMS:
                tally.items["people"] += len(items)
            elif hygiene and len(items) > most_items:
                tally.visits["oversize"] += 1
            else:
                baskets.append(Basket(visit.id if nth == 1 else f"{visit.id} {nth}", visit.user, visit.end, tuple(items)))
    if hygiene:
        baskets = _thinned(baskets, tally)
    return baskets, tally.dropped()


def described_items(items: pa.Table, bought: Iterable[str], progress: Progress = silent) -> dict[str, Described]:
    """The descriptions of a snapshot's items, for ``clean``; whom they are for, of those that were bought."""
    whom = _whom(items, bought, progress)
    rows = zip(*(items.column(name).to_pylist() for name in ("id", "category", "title", "brand", "attributes", "group_id")), strict=True)
    return {
        item: Described(
            category, f"group={group}" if group else _product(category, title, brand, json.loads(said) if said else {}), whom.get(item)
        )
        for item, category, title, brand, said, group in rows
    }


def _whom(items: pa.Table, bought: Iterable[str], progress: Progress) -> dict[str, Audience]:
    some = items.filter(pc.is_in(items.column("id"), value_set=pa.array({*bought}, items.schema.field("id").type)))
    beside = items.filter(pc.is_in(items.column("group_id"), value_set=some.column("group_id").drop_null().unique()))
    said = labels_of(some, items.column("category").unique().to_pylist(), beside)
    labels = counted(said, progress, "reading for whom items are", len(some))
    told = zip(some.column("id").to_pylist(), map(_bought_for, labels), strict=True)
    return {item: whom for item, whom in told if whom is not None}


def _bought_for(labels: PieceLabels) -> Audience | None:
    """For whom an item is; what is private is of grown-ups where nothing says that it is a child's."""
    whom = Audience.of_label(labels.audience or "")
    if labels.private and (whom is None or "adult" in whom.ages):
        return Audience((whom or Audience()).genders, frozenset({"adult"}))
    return whom


def _of_each(items: Sequence[str], described: Mapping[str, Described]) -> list[list[str]]:
    """Items by the people that they are for, in the order of the first of each; what nothing says of stays where it is for one alone."""
    people: list[tuple[Audience, list[str]]] = []
    for item in items:
        if (whom := described[item].whom) is None:
            continue
        at = next((at for at, (others, _) in enumerate(people) if (others & whom).possible), None)
        if at is None:
            people.append((whom, [item]))
        else:
            people[at] = (people[at][0] & whom, [*people[at][1], item])
    return [list(items)] if len(people) <= 1 else [some for _, some in people]


def _product(category: str, title: str | None, brand: str | None, attributes: Mapping[str, object]) -> str | None:
    """A name that sizes and colours of one product share: an attribute of the shop, or the title without them if enough words are left."""
    for name in _PRODUCT:
        if isinstance(said := attributes.get(name), str) and said:
            return f"{name}={said}"
    words = re.findall(r"\w+(?:[.,'-]\w+)*", plain(title or "").lower())
    left = [word for word in words if not is_colour(word) and not _SIZE.fullmatch(word)]
    return f"{category}|{brand}|{' '.join(sorted(left))}" if len(left) >= _LEAST_WORDS and len(left) < len(words) else None


def _is_bot(visit: Visit, most: int) -> bool:
    if len(visit.acts) >= most:
        return True
    pauses = [later.at - earlier.at for earlier, later in zip(visit.acts, visit.acts[1:], strict=False)]
    return len(visit.acts) >= _HASTY and median(pauses) < _PACE_S


def _counted(rule: str, before: Sequence[str], after: Sequence[str], tally: _Tally) -> list[str]:
    tally.items[rule] += len(before) - len(after)
    return list(after)


def _one_per_product(items: Sequence[str], described: Mapping[str, Described]) -> list[str]:
    """The last item of each product: whoever buys two sizes keeps one, and nobody knows which."""
    last = {described[item].product or item: item for item in items}
    return [item for item in items if last[described[item].product or item] == item]


class _Likeness:
    """Counts how often two items of one category were alternatives, and how often they were bought together."""

    def __init__(self, visits: Iterable[Visit], described: Mapping[str, Described]) -> None:
        self._described = described
        self._together, self._co_viewed, self._instead = Counter[tuple[str, str]](), Counter[tuple[str, str]](), Counter[tuple[str, str]]()
        for visit in visits:
            bought = set(visit.items("purchase"))
            seen: dict[str, list[str]] = {}
            for item in dict.fromkeys(act.item for act in visit.acts if act.kind in {"view", "add_to_cart", "purchase"}):
                if item in described:
                    seen.setdefault(described[item].category, []).append(item)
            for alike in seen.values():
                for pair in combinations(sorted(alike[:_MOST_ALIKE]), 2):
                    both = (pair[0] in bought) + (pair[1] in bought)
                    (self._co_viewed, self._instead, self._together)[both][pair] += 1

    def without_substitutes(self, items: Sequence[str], tally: _Tally) -> list[str]:
        """The items without substitutes: of two substitutes the one bought later stays."""
        kept: list[str] = []
        for item in reversed(items):
            rule = next((rule for other in kept if (rule := self._rule(item, other))), None)
            if rule:
                tally.items[rule] += 1
            else:
                kept.append(item)
        return kept[::-1]

    def _rule(self, item: str, other: str) -> str | None:
        if self._described[item].category != self._described[other].category:
            return None
        pair = (min(item, other), max(item, other))
        if self._instead[pair] >= self._together[pair]:
            return "view_then_buy"
        return "co_views" if self._co_viewed[pair] >= self._together[pair] else None


def _thinned(baskets: Sequence[Basket], tally: _Tally) -> list[Basket]:
    """Keep an outfit with probability ``sqrt(most / n)`` where its most frequent item is in ``n > most`` outfits; the choice is repeatable.

    Source: subsampling of frequent words (Mikolov et al., NeurIPS 2013, section 2.3).
    """
    worn = Counter(item for basket in baskets for item in basket.items)
    most = max(_POPULAR[0], _POPULAR[1] * len(baskets))
    kept = [basket for basket in baskets if _dice(basket.id) <= math.sqrt(most / max(most, *(worn[item] for item in basket.items)))]
    tally.visits["popularity"] += len(baskets) - len(kept)
    return kept


def _dice(name: str) -> float:
    return zlib.crc32(name.encode("utf-8", "backslashreplace")) / 2**32
