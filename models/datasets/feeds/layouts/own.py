"""The columns of docs/dataset.md, and those names of Google Merchant for which it has no other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from models.datasets.feeds.layouts.base import ATTRIBUTES, Layout, category_from, draft_by, is_sold_out
from models.datasets.feeds.pictures import pictures_of
from models.datasets.feeds.records import Draft, Records
from models.datasets.feeds.words import path_of

_FIELDS: Final = (
    "id category subcategory title attributes price brand in_stock image split features url currency sale_price group_id sizes images "
    "created extras active"
)
FIELDS: Final = _FIELDS.split()
SAME: Final = {
    "item_group_id": "group_id",
    "availability": "in_stock",
    "link": "url",
    "image_link": "image",
    "additional_image_link": "images",
}
TARGETS: Final = {
    **{name: name for name in FIELDS},
    **SAME,
    **{name: f"attributes.{name}" for name in ATTRIBUTES},
}

STOCKS: Final = frozenset({"sizes_in_stock", "sizes_stock", "size_stock"})
"""Columns that say of each of ``sizes``, in the same order, whether it is in stock."""


def _drafts(records: Records, _: Path) -> Iterator[Draft]:
    for draft in joined(_sized(draft_by(TARGETS, record)) for record in records()):
        if isinstance(category := draft.values.get("category"), list):
            del draft.values["category"]
            category_from(draft, path_of(category))
        yield draft


def joined(drafts: Iterable[Draft]) -> Iterator[Draft]:
    """Rows behind an item that repeat its id, without category and title, are its further sizes and pictures."""
    item: Draft | None = None
    more: list[Draft] = []
    for draft in drafts:
        if item is not None and _continues(item, draft):
            more.append(draft)
            continue
        if item is not None:
            yield _whole(item, more)
        item, more = draft, []
    if item is not None:
        yield _whole(item, more)


def _sized(draft: Draft) -> Draft:
    """With the stock of each size, where that is a list of its own."""
    sizes, named = draft.values.get("sizes"), STOCKS & draft.extras.keys()
    stocks = draft.extras[next(iter(named))] if named else None
    if isinstance(sizes, list) and isinstance(stocks, list) and len(sizes) == len(stocks) and all(isinstance(size, str) for size in sizes):
        draft.values["sizes"] = [{"size": size, "in_stock": stock} for size, stock in zip(sizes, stocks, strict=True)]
        draft.extras = {name: value for name, value in draft.extras.items() if name not in named}
    return draft


def _continues(item: Draft, draft: Draft) -> bool:
    same = draft.values.get("id") is not None and draft.values.get("id") == item.values.get("id")
    return same and "category" not in draft.values and "title" not in draft.values


def _size_of(row: Draft) -> Any:
    """The one size of a row."""
    size = row.attributes.get("size") or row.values.get("sizes")
    return size if isinstance(size, str | int | float) else None


def _whole(item: Draft, more: list[Draft]) -> Draft:
    """An item with its further rows."""
    if not more:
        return item
    sized = [(size, row.values.get("in_stock")) for row in (item, *more) if (size := _size_of(row))]
    if sized and (len(sized) > 1 or "sizes" not in item.values):
        item.values["sizes"] = [{"size": size, "in_stock": stock} for size, stock in sized]
        item.attributes["size"] = [size for size, _ in sized]
        if left := [stock for _, stock in sized if stock is not None and not is_sold_out(stock)]:
            item.values["in_stock"] = left[0]
    if pictures := [row.values[name] for row in more for name in ("image", "images") if name in row.values]:
        item.values["images"] = pictures_of([item.values.get("images"), pictures])
    for row in more:
        for name in ("price", "currency", "sale_price", "brand", "group_id", "url"):
            if name in row.values:
                item.values.setdefault(name, row.values[name])
    return item


OWN: Final = Layout("Attire's own columns", lambda names: {"id", "category"} <= names, _drafts, tells_category=True)
