"""Magento's (Adobe Commerce's) product CSV: a configurable product lists its variations, which stand in rows of their own."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from models.datasets.feeds.dates import end_of, moment
from models.datasets.feeds.layouts.base import NOT_SOLD, NOT_WORN, Layout, given, hold_stock, pass_through, title_of
from models.datasets.feeds.layouts.paths import category_of
from models.datasets.feeds.pictures import pictures_of
from models.datasets.feeds.records import Draft, Record, Records
from models.datasets.feeds.words import path_of
from models.datasets.urls import is_url

_ROOTS: Final = frozenset({"default category", "root catalog", "default", ""})
_NO_PICTURE: Final = "no_selection"
_KINDS_NOT_WORN: Final = frozenset({"grouped", "bundle", "virtual", "downloadable", "giftcard"})
"""As WooCommerce's; what is grouped or in a bundle stands in rows of its own."""
_OFF: Final = frozenset({"0", "2"})
_HIDDEN_WORDS: Final = (
    "not visible individually|einzeln nicht sichtbar|non visible individuellement|no visible individualmente|non visibile singolarmente|"
    "niet individueel zichtbaar"
)
_HIDDEN: Final = frozenset(_HIDDEN_WORDS.split("|"))
"""What has no page of its own, in the languages of the back office."""
_BRANDS: Final = ("brand", "manufacturer")
_IMAGES: Final = ("base_image", "image", "small_image", "thumbnail_image")
_TAKEN: Final = ("name", "categories", "additional_images", "url_key", "manufacturer", "description", "short_description")
_KNOWN: Final = re.compile(
    r"sku|store_view_code|product_(?:type|websites|online)|categories|name|visibility|price|special_price.*|tax_class_name|manufacturer|brand|"
    r".*image(?:_labels?)?|additional_image(?:s|_labels)|created_at|updated_at|new_(?:from|to)_date|display_product_options_in|map_.*|"
    r"msrp.*|meta_.*|page_layout|custom_(?:design|layout|options).*|product_options_container|hide_from_product_page|website_id|cost|"
    r"out_of_stock_qty|use_config_.*|is_(?:in_stock|qty_decimal|decimal_divided)|(?:min|max)_(?:cart_)?qty|.*backorders|notify_on_stock_below|"
    r"(?:manage|enable)_.*|qty_increments|bundle_.*|associated_skus|configurable_.*|downloadable_.*|gift_.*|.*_position|additional_attributes"
)
"""The columns of every export."""


@dataclass(slots=True)
class _Products:
    """Configurable products by SKU, which of them lists a variant, and by what; and what grouped products sell on their pages."""

    wholes: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    group_of: dict[str, str] = field(default_factory=dict)
    options: dict[str, Mapping[str, str]] = field(default_factory=dict)
    grouped: set[str] = field(default_factory=set)
    variants_of: dict[str, list[str]] = field(default_factory=dict)
    rows: set[str] = field(default_factory=set)

    def see(self, record: Record) -> None:
        """Take what a row lists; of two products that list one variant the one that is for sale counts."""
        sku, values = _sku(record), record.values
        self.rows.add(sku)
        if parts := _parts(values.get("configurable_variations")):
            self.wholes[sku] = {name: value for name, value in values.items() if name != "configurable_variations"}
            self.variants_of[sku] = [options.pop("sku", "") for options in parts]
            for variant, options in zip(self.variants_of[sku], parts, strict=True):
                if variant not in self.group_of or _is_sold(values):
                    self.group_of[variant], self.options[variant] = sku, options
        elif _is_sold(values):
            self.grouped |= {part.partition("=")[0].strip() for part in str(values.get("associated_skus") or "").split(",")}

    def stood_for(self, sku: str) -> bool:
        """Whether variants of a product have rows, which stand for it."""
        return not self.rows.isdisjoint(self.variants_of.get(sku, ()))

    def sells(self, sku: str, values: Mapping[str, Any]) -> bool:
        """Whether the page of a product, or of the one that a row is a variant of, is there, or a grouped one sells it."""
        page = self.whole_of(sku) or values
        return _is_online(page) and (not _is_hidden(page) or sku in self.grouped)

    def whole_of(self, sku: str) -> Mapping[str, Any]:
        """The product that a row is a variant of; nothing of what stands alone."""
        return self.wholes.get(self.group_of.get(sku, ""), {})


def _drafts(records: Records, _: Path) -> Iterator[Draft]:
    products = _Products()
    for record in map(_read, records()):
        if not record.values.get("store_view_code"):  # else a translation of a row that is there already
            products.see(record)
    for record in map(_read, records()):
        sku = _sku(record)
        kind = str(record.values.get("product_type") or "").strip().casefold()
        if record.values.get("store_view_code") or (kind == "configurable" and products.stood_for(sku)):
            continue  # a translation; what its variants stand for
        if not _is_online(record.values) or not (_has_page(record.values) or products.sells(sku, record.values)):
            yield Draft(record.line, passed=NOT_SOLD)
        elif kind in _KINDS_NOT_WORN:
            yield Draft(record.line, passed=NOT_WORN, ids=(sku,))
        else:
            yield _item(record, sku, products)


def _read(record: Record) -> Record:
    """A row whose cells of pictures are empty where they say that there is none."""
    return Record(record.line, {name: told for name, cell in record.values.items() if (told := _without_none(cell)) is not None})


def _without_none(cell: Any) -> Any:
    if not isinstance(cell, str) or _NO_PICTURE not in cell:
        return cell
    return ",".join(name for name in cell.split(",") if name.strip() != _NO_PICTURE) or None


def _is_online(values: Mapping[str, Any]) -> bool:
    return str(values.get("product_online") or "1").strip() not in _OFF


def _is_sold(values: Mapping[str, Any]) -> bool:
    """Whether a shopper comes to the page of a product."""
    return _is_online(values) and not _is_hidden(values)


def _has_page(values: Mapping[str, Any]) -> bool:
    """Whether a row says that it has a page of its own, which variants seldom do."""
    return bool(values.get("visibility")) and not _is_hidden(values)


def _is_hidden(values: Mapping[str, Any]) -> bool:
    return str(values.get("visibility") or "").strip().casefold() in _HIDDEN


def _sku(record: Record) -> str:
    return str(record.values.get("sku") or "").strip()


def _parts(cell: Any) -> list[dict[str, str]]:
    """``sku=A-S,size=S|sku=A-M,size=M``."""
    return [_pairs(part) for part in str(cell or "").split("|") if part.strip()]


def _pairs(cell: Any) -> dict[str, str]:
    """``color=Black,size=XS``; a comma within a value has no name and ``=`` behind it."""
    pairs = (part.partition("=") for part in re.split(r",(?=\s*\w+=)", str(cell or "")))
    return {name.strip(): value.strip().strip('"') for name, mark, value in pairs if mark and value.strip()}


def _item(record: Record, sku: str, products: _Products) -> Draft:
    whole = products.whole_of(sku)
    own = {name: cell for name, cell in record.values.items() if name != "url_key" or not whole or _has_page(record.values)}
    values = {**{name: whole[name] for name in _TAKEN if name in whole}, **own}
    attributes = {**_pairs(whole.get("additional_attributes")), **products.options.get(sku, {})}
    attributes |= _pairs(own.get("additional_attributes"))
    draft, created = Draft(record.line, (own, whole)), given(values, "created_at")
    draft.values = {
        "id": sku or None,
        "title": title_of(given(own, "name"), given(whole, "name"), options=True),
        "brand": given(values, *_BRANDS) or next((attributes.pop(name) for name in _BRANDS if name in attributes), None),
        "group_id": products.group_of.get(sku),
        "images": [
            name if is_url(name) else name.lstrip("/")  # from the shop's folder of pictures
            for name in pictures_of([given(own, *_IMAGES) or given(whole, *_IMAGES), given(values, "additional_images")])
        ],
        "in_stock": given(values, "is_in_stock", "qty"),
        "price": given(values, "price"),
        "sale_price": given(values, "special_price"),
        "created": moment(created, american=True) or created,
    }
    paths = [path_of(part.replace("/", ">")) for part in str(values.get("categories") or "").split(",")]
    steps = [[step for step in path if step.casefold() not in _ROOTS] for path in paths]
    kind = str(values.get("attribute_set_code") or "").strip()
    category_of(draft, steps, max(steps, key=len) or ([kind] if kind.casefold() not in _ROOTS else []))
    start, end = (values.get(f"special_price_{end}_date") for end in ("from", "to"))
    draft.sale = moment(start, american=True), end_of(end, american=True)
    if not _has_page(own):
        hold_stock(draft, whole.get("is_in_stock"))
    draft.attributes |= {name: value.split("|") if "|" in value else value for name, value in attributes.items()}
    pass_through(draft, values, _KNOWN)
    return draft


def _fits(names: frozenset[str]) -> bool:
    return {"sku", "name"} <= names and bool({"attribute_set_code", "additional_attributes", "store_view_code", "product_websites"} & names)


MAGENTO: Final = Layout("Magento product CSV", _fits, _drafts)
