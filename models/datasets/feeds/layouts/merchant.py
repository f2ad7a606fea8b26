"""Google Merchant: text with tabs, RSS and Atom; the names are the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from models.datasets.feeds.dates import end_of, moment
from models.datasets.feeds.layouts.base import ATTRIBUTES, Layout, draft_by
from models.datasets.feeds.layouts.google import google_category
from models.datasets.feeds.layouts.own import SAME
from models.datasets.feeds.layouts.paths import category_told
from models.datasets.feeds.records import Draft, Records
from models.datasets.feeds.words import path_of

_TARGETS: Final = {
    **{name: name for name in ("id", "title", "price", "sale_price", "brand", "category", "in_stock", "image", "images", "group_id")},
    **SAME,
    **{name: f"attributes.{name}" for name in ATTRIBUTES},
    "additional_image_links": "images",
}
_TELLING: Final = frozenset(
    ["image_link", "link", "availability", "google_product_category", "product_type", "item_group_id", "gtin", "mpn", "condition"]
)


def _drafts(records: Records, _: Path) -> Iterator[Draft]:
    for record in records():
        draft = draft_by(_TARGETS, record)
        if "category" not in draft.values:
            google = path_of(google_category(str(record.values.get("google_product_category") or "").strip()))
            category_told(draft, record.values.get("product_type"), google)
            draft.extras.pop("product_type", None)  # which is the path
        draft.sale = _dates(record.values.get("sale_price_effective_date"))
        yield draft


def _dates(cell: Any) -> tuple[datetime | None, datetime | None] | None:
    """``2026-02-24T11:07+0100/2026-02-29T23:07+0100``."""
    start, _, end = str(cell or "").partition("/")
    return (moment(start.strip()), end_of(end.strip())) if end else None


MERCHANT: Final = Layout("Google Merchant", lambda names: {"id", "title"} <= names and bool(_TELLING & names), _drafts)
