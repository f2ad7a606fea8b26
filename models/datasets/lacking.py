"""What the items of a catalogue lack, and what each of it would bring."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import pyarrow as pa
import pyarrow.compute as pc
import yaml

from models.datasets.audience import GENDERS, Audience, says_gender
from models.datasets.draw_questions import WRONG
from models.datasets.feeds.layouts.base import attribute_name
from models.datasets.garments import NOT_WORN
from models.datasets.labels import LABEL_COLUMNS, PieceLabels, labels_of
from models.datasets.schema import Catalogue
from models.progress import Progress, counted, silent

_NAMED: Final = 5
_LOOKED_AT: Final = 20_000  # items, spread over all, whose words are read
_GLANCED_AT: Final = 1_000  # likewise, by an import
_NAME_KNOWN: Final = "a garment's name that is known here"
COLUMNS: Final[Mapping[str, str]] = {
    "image": "what an item looks like: similar items and, before anything is learned, all suggestions go by it",
    "title": "search by words, and something to go by where there is no picture",
    "subcategory": "finer kinds than the category (shirts, jumpers) to learn and count by",
    "attributes": "filters (gender, season), and words to learn from",
    "price": "price filters, budgets and prices in answers",
    "brand": "brand filters, and a word to learn from",
    "in_stock": "leaving out what is sold out",
    "url": (
        "links to the pages of products, in answers, the widget and the storefront; --map makes them of a part of an address: "
        'url: {column: url_key, template: "https://shop.example/{}.html"} of Magento, Handle and /products/{} of Shopify, '
        "id and /detail/{} of Shopware"
    ),
}
DETAILS: Final[Mapping[str, str]] = {
    "color": "colours in searches, wishes and filters: a red dress is any dress whose title does not say it (`g:color` of a Google feed)",
    "size": (
        "sizes in searches, wishes and filters, buttons of sizes, and whether a garment without other words is a child's "
        "(`g:size` of a Google feed)"
    ),
}
_OF_ONE_CURRENCY: Final = "filters, budgets and sorting compare prices as numbers, here of {}; a home for each currency keeps them apart"
_OF_CURRENCY: Final = "the sign beside prices, which are bare numbers without; `currency: EUR` in a mapping says it of all that tell none"
_FOR_WHOM: Final = (
    "gender, age_group or department, else words of the category or title, keep women's from men and grown-ups' from children; "
    "what tells neither is shown to everybody"
)
_WOMEN_OR_MEN: Final = "their sizes or words tell grown-ups' from children's and no more, so men are offered women's; map a column of it"
_NOT_WORN: Final = "before any outfits nothing goes with them, and then whatever was bought with them"
_UNREAD: Final = (
    "their language may not be read, so nothing goes with these items before any outfits, and little after; names in one that is read mend "
    "it, such as `category: {column: kategoria, values: {Mekot: Dresses}}` in a mapping"
)
_SEVERAL, _OF_CATEGORIES = 5, 0.25
"""The fewest categories, and the least share of all, that tell that a language is not read."""
_SIZED: Final = frozenset({"top", "bottom", "full-body", "outer", "footwear"})
_MOSTLY: Final = 0.7
_UNBROKEN: Final = 10_000
_ENCODED: Final = frozenset({"image", "title"})


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that a dataset may lack, ``count`` times; ``of`` items or outfits could have it, or so many more would do (None)."""

    piece: str
    count: int
    of: int | None
    brings: str

    def __str__(self) -> str:
        """All of it in one line."""
        of = "more" if self.of is None else f"of {self.of:,}"
        return f"{self.piece} ({self.count:,} {of}): {self.brings}"


def of_items(catalogue: Catalogue, progress: Progress = silent) -> Iterator[Missing]:
    """What is missing of the items: columns, colours and sizes, and words that tell for whom and what they are."""
    table = catalogue.table
    items, labels = _read_some(catalogue, _LOOKED_AT, progress)
    yield from _of_garments(items, labels)
    own = table.column("features").null_count == 0
    for name, brings in COLUMNS.items():
        lacking = table.column(name).null_count if name != "in_stock" else _untold_stock(table)
        if lacking and not (own and name in _ENCODED):
            yield Missing(f"{name} of items", lacking, len(catalogue), brings)
    yield from _of_currencies(table.filter(pc.is_valid(table.column("price"))).column("currency"))
    yield from _of_details(items, labels)
    yield from _of_whom(items, [label.audience for label in labels])
    sizes = pc.value_counts(table.column("category")).to_pylist()
    small = [str(size["values"]) for size in sizes if size["counts"] <= WRONG]
    if small:
        brings = f"{WRONG + 1} or more leave a choice to ask about; there are fewer of {', '.join(small[:_NAMED])}"
        yield Missing("items of a category", len(small), len(sizes), brings)


def unread_language(catalogue: Catalogue) -> Missing | None:
    """That most of its categories are called like no garment, by some of its items: so suggestions know nothing of what they are."""
    return next((one for one in _of_garments(*_read_some(catalogue, _GLANCED_AT)) if one.piece == _NAME_KNOWN), None)


def _read_some(catalogue: Catalogue, most: int, progress: Progress = silent) -> tuple[list[dict[str, Any]], list[PieceLabels]]:
    """Items, spread over all, and what their words say."""
    table = catalogue.table
    some = table.take(pa.array(range(0, len(table), len(table) // most + 1), pa.int64()))
    labels = counted(labels_of(some, set(catalogue.categories), table), progress, "reading the words of items", len(some))
    return some.select(LABEL_COLUMNS).to_pylist(), list(labels)


def _of_currencies(told: pa.ChunkedArray) -> Iterator[Missing]:
    """What is missing of the currencies of all prices."""
    if told.null_count:
        yield Missing("currency of prices", told.null_count, len(told), _OF_CURRENCY)
    currencies = Counter(told.drop_null().to_pylist()).most_common()
    if others := currencies[1:]:
        named = ", ".join(f"{code} ({count:,})" for code, count in currencies[:_NAMED])
        yield Missing("one currency of all prices", sum(count for _, count in others), len(told), _OF_ONE_CURRENCY.format(named))


def _of_details(items: Sequence[Mapping[str, Any]], labels: Sequence[PieceLabels]) -> Iterator[Missing]:
    """Colour and size, where no garment has one."""
    worn = [item for item, label in zip(items, labels, strict=True) if label.role in _SIZED]
    named = {attribute_name(name) for item in worn if item["attributes"] for name in json.loads(item["attributes"])}
    named |= {"size"} if any(item["sizes"] for item in worn) else set()
    for name, brings in DETAILS.items():
        if worn and name not in named:
            yield Missing(f"{name} of items", len(worn), len(worn), brings)


def _of_whom(items: Sequence[Mapping[str, Any]], said: Sequence[str | None]) -> Iterator[Missing]:
    whom = Counter(said)
    if whom[None]:
        yield Missing("for whom items are", whom[None], len(items), _FOR_WHOM)
    if aged := Counter(item["category"] for label, item in zip(said, items, strict=True) if _says_age_alone(label, item)):
        most = ", ".join(repr(name) for name, _ in aged.most_common(_NAMED))
        yield Missing("women or men, of items that say an age", aged.total(), len(items), f"{_WOMEN_OR_MEN}; most are of {most}")
    if unread := {label[1:]: count for label, count in whom.most_common() if label and label.startswith("=")}:
        brings = f"only outfits can tell whom {', '.join(map(repr, list(unread)[:_NAMED]))} are; write women, men, girls, boys or unisex"
        yield Missing("a known word for whom items are", sum(unread.values()), len(items), brings)


def _of_garments(items: Sequence[Mapping[str, Any]], labels: Sequence[PieceLabels]) -> Iterator[Missing]:
    """The categories of which most items are called like no garment; where that is much of a shop, its language is not read."""
    of, unworn, unread = Counter[str](), Counter[str](), Counter[str]()
    for item, label in zip(items, labels, strict=True):
        of[item["category"]] += 1
        unworn[item["category"]] += label.role in {None, NOT_WORN}
        unread[item["category"]] += label.role is None
    nameless = [name for name, count in of.most_common() if unread[name] >= _MOSTLY * count]
    if unread.total() * 2 > len(items) or len(nameless) >= max(_SEVERAL, _OF_CATEGORIES * len(of)):
        most = ", ".join(f"{name!r} {of[name]:,}" for name in nameless[:_NAMED])
        brings = f"{len(nameless):,} of {len(of):,} categories{': ' * bool(most)}{most}; {_UNREAD}"
        yield Missing(_NAME_KNOWN, unread.total(), len(items), brings)
    elif unworn.total() * 2 > len(items):
        return
    elif names := [name for name, count in of.most_common() if unworn[name] >= _MOSTLY * count]:
        listed = yaml.safe_dump(names, allow_unicode=True, default_flow_style=True, width=_UNBROKEN).strip()
        counts = ", ".join(f"{name!r} {of[name]:,}" for name in names)
        brings = f"{counts}: {_NOT_WORN}; `leave_out: {listed}` in a mapping leaves them out; take off that list what is worn"
        yield Missing("a garment's name in items of whole categories", sum(of[name] for name in names), len(items), brings)


def _untold_stock(table: pa.Table) -> int:
    """Items of which neither they nor any of their sizes say whether they are in stock."""
    sizes = pc.fill_null(pc.match_substring_regex(table.column("sizes"), '"in_stock":(true|false)'), False)  # noqa: FBT003 - the value
    return int(pc.sum(pc.and_(pc.is_null(table.column("in_stock")), pc.invert(sizes))).as_py() or 0)


def _says_age_alone(label: str | None, item: Mapping[str, Any]) -> bool:
    whom = Audience.of_label(label or "")
    if whom is None or whom.genders != GENDERS:
        return False
    return not says_gender(json.loads(item["attributes"] or "{}"), (item["subcategory"], item["category"]), item["title"])
