"""The columns of docs/dataset.md, and those names of Google Merchant for which it has no other."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from models.datasets.feeds.layouts.base import ATTRIBUTES, Layout, category_from, draft_by
from models.datasets.feeds.pictures import pictures_of
from models.datasets.feeds.records import Draft, Records
from models.datasets.feeds.words import path_of

_FIELDS: Final = (
    "id category subcategory title attributes price brand in_stock image split features url currency sale_price group_id sizes images "
    "created extras"
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


def _drafts(records: Records, _: Path) -> Iterator[Draft]:
    """Rows behind an item that repeat its id, without category and title, are its further sizes and pictures."""
    item: Draft | None = None
    for record in records():
        draft = draft_by(TARGETS, record)
        if item is not None and _continues(item, draft):
            _add(item, draft)
            continue
        if item is not None:
            yield item
        if isinstance(category := draft.values.get("category"), list):
            del draft.values["category"]
            category_from(draft, path_of(category))
        item = draft
    if item is not None:
        yield item


def _continues(item: Draft, draft: Draft) -> bool:
    same = draft.values.get("id") is not None and draft.values.get("id") == item.values.get("id")
    return same and "category" not in draft.values and "title" not in draft.values


def _add(item: Draft, draft: Draft) -> None:
    sizes: list[dict[str, Any]] = item.values.setdefault("sizes", [])
    if isinstance(sizes, list):
        if not sizes and "size" in item.attributes:
            sizes.append({"size": item.attributes["size"], "in_stock": item.values.get("in_stock")})
        if "size" in draft.attributes:
            sizes.append({"size": draft.attributes["size"], "in_stock": draft.values.get("in_stock")})
        if sizes:
            item.attributes["size"] = [size["size"] for size in sizes]
    more = pictures_of(draft.values.get("image")) + pictures_of(draft.values.get("images"))
    if more:
        item.values["images"] = pictures_of(item.values.get("images")) + more
    for name in ("price", "currency", "sale_price", "brand", "group_id", "url"):
        if name in draft.values:
            item.values.setdefault(name, draft.values[name])


OWN: Final = Layout("Attire's own columns", lambda names: {"id", "category"} <= names, _drafts)
