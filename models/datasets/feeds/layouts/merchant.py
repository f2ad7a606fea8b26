"""Google Merchant: text with tabs, RSS and Atom; the names are the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from models.datasets.feeds.layouts.base import ATTRIBUTES, Layout, category_from, draft_by
from models.datasets.feeds.layouts.own import SAME
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
_NUMBERS: Final = {
    "166": "Apparel & Accessories",
    "167": "Clothing Accessories",
    "169": "Belts",
    "173": "Hats",
    "177": "Scarves & Shawls",
    "178": "Sunglasses",
    "187": "Shoes",
    "188": "Jewelry",
    "191": "Bracelets",
    "194": "Earrings",
    "196": "Necklaces",
    "200": "Rings",
    "201": "Watches",
    "203": "Outerwear",
    "204": "Pants",
    "207": "Shorts",
    "208": "Sleepwear & Loungewear",
    "211": "Swimwear",
    "212": "Shirts & Tops",
    "213": "Underwear & Socks",
    "1581": "Skirts",
    "1594": "Suits",
    "1604": "Clothing",
    "2271": "Dresses",
    "2668": "Wallets & Money Clips",
    "3032": "Handbags",
    "5182": "One-Pieces",
    "5322": "Activewear",
}
"""Categories of Google's taxonomy that stand for themselves where a feed gives a number and no ``product_type``."""


def _drafts(records: Records, _: Path) -> Iterator[Draft]:
    for record in records():
        draft = draft_by(_TARGETS, record)
        if "category" not in draft.values:
            category_from(draft, _path(record.values))
            draft.extras.pop("product_type", None)  # which is the path
        yield draft


def _path(values: Any) -> list[str]:  # noqa: ANN401 - a mapping of cells
    """The shop's own path (the first, where there are several), else Google's."""
    own = values.get("product_type")
    google = str(values.get("google_product_category") or "").strip()
    return path_of(own[:1] if isinstance(own, list) else own) or path_of(_NUMBERS.get(google, google))


MERCHANT: Final = Layout("Google Merchant", lambda names: {"id", "title"} <= names and bool(_TELLING & names), _drafts)
