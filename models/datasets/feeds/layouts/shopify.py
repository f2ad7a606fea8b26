"""Shopify's product CSV, of its old names and of its new ones: a row a variant, and rows that only add a picture."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from models.datasets.feeds.active import read_active
from models.datasets.feeds.bad import BadValueError
from models.datasets.feeds.layouts.base import (
    NOT_SOLD,
    NOT_WORN,
    Layout,
    attribute_name,
    category_from,
    given,
    parted,
    pass_through,
    take_tags,
)
from models.datasets.feeds.money import read_money
from models.datasets.feeds.pictures import pictures_of
from models.datasets.feeds.records import Draft, Record, Records
from models.datasets.feeds.words import path_of

_OF_PRODUCTS: Final = (
    "title body_html description vendor product_category type tags published published_on_online_store status option1_name "
    "option2_name option3_name seo_title seo_description gift_card"
)
_HANDLE: Final = ("handle", "url_handle")
_PRICE: Final = ("variant_price", "price")
_STOCK: Final = ("variant_inventory_qty", "inventory_quantity")
_TRACKER: Final = ("variant_inventory_tracker", "inventory_tracker")
_BACK_ORDER: Final = ("variant_inventory_policy", "continue_selling_when_out_of_stock")
_OPTIONS: Final = range(1, 4)
_GENERIC: Final = frozenset({"title", "default title"})
_PRODUCT: Final = _OF_PRODUCTS.split()
_METAFIELDS: Final = {"gender": "target_gender", "age_group": "age_group", "color": "color_pattern", "material": "fabric"}
"""Attribute -> the field of Shopify's own categories that says it: ``Target gender (product.metafields.shopify.target-gender)``."""
_THROUGH: Final = ("body_html", "description", "tags", "seo_description", "variant_barcode", "barcode", "variant_grams", "url_handle")
_KNOWN: Final = re.compile(
    rf"{'|'.join(_PRODUCT)}|handle|url_handle|sku|barcode|status|collection|charge_tax|tax_code|requires_shipping|fulfillment_service|"
    r"cost_per_item|continue_selling_when_out_of_stock|google_shopping_(?:gender|age_group)|"
    r"(?:variant|option\d|inventory|image|product_image|unit_price|weight|price|compare_at_price|included)(?:_.*)?|"
    rf".*_product_metafields_shopify_(?:{'|'.join(_METAFIELDS.values())})"
)
"""The columns of every export."""


def _drafts(records: Records, _: Path) -> Iterator[Draft]:
    group: list[Record] = []
    for record in records():
        if group and given(record.values, *_HANDLE) != given(group[0].values, *_HANDLE):
            yield from _product(group)
            group = []
        group.append(record)
    yield from _product(group)


def _product(rows: list[Record]) -> Iterator[Draft]:
    """The variants of one handle; none of a product that is not for sale, or that nobody wears."""
    if not rows:
        return
    first = rows[0].values
    shared = {name: first[name] for name in first if name in _PRODUCT or name.startswith("google_shopping")}
    if why := _passed(shared):
        yield Draft(rows[0].line, passed=why, ids=tuple(filter(None, (_sku(row.values) for row in rows))))
        return
    pictures = [name for row in rows for name in pictures_of(given(row.values, "image_src", "product_image_url"))]
    attributes = _attributes(first)
    variants = [row for row in rows if row is rows[0] or _is_variant(row.values)]
    for row in variants:
        yield _variant(row, first, shared, pictures, attributes=attributes, alone=len(variants) == 1)


def _passed(shared: Mapping[str, Any]) -> str:
    sold = map(read_active, (shared.get("status"), given(shared, "published", "published_on_online_store")))
    gift = str(shared.get("gift_card") or "").strip().casefold()
    if gift in {"true", "yes", "1"}:
        return NOT_WORN
    return NOT_SOLD if False in sold else ""


def _is_variant(values: Mapping[str, Any]) -> bool:
    return given(values, "option1_value", "variant_sku", "sku", *_PRICE) is not None


def _sku(values: Mapping[str, Any]) -> str:
    """Without the mark by which Excel is kept from reading a number."""
    return str(given(values, "variant_sku", "sku") or "").strip().removeprefix("'")


def _variant(
    row: Record, first: Mapping[str, Any], shared: Mapping[str, Any], pictures: list[str], *, attributes: dict[str, Any], alone: bool
) -> Draft:
    values, draft = row.values, Draft(row.line, (row.values, first))
    handle = str(given(values, *_HANDLE) or "").strip()
    options = {
        str(shared.get(f"option{place}_name") or f"option{place}").strip(): str(values[f"option{place}_value"]).strip()
        for place in _OPTIONS
        if values.get(f"option{place}_value")
    }
    options = {name: value for name, value in options.items() if value.casefold() not in _GENERIC}
    sku = _sku(values)
    draft.values = {
        "id": sku or (handle if alone or not options else "-".join([handle, *options.values()])),
        "title": shared.get("title"),
        "brand": shared.get("vendor"),
        "group_id": handle,
        "images": list(dict.fromkeys(pictures_of(given(values, "variant_image", "variant_image_url")) + pictures)),
        "in_stock": _stock(values),
        **_prices(values),
    }
    kind = path_of(shared.get("type"))
    category_from(draft, path_of(shared.get("product_category")))
    if kind:
        draft.values["category"], others = parted(kind)
        draft.whom += others
    draft.attributes = attributes | {attribute_name(name): value for name, value in options.items()}
    take_tags(draft, shared.get("tags"))
    draft.extras |= {name: value for name in _THROUGH if (value := values.get(name) or shared.get(name))}
    pass_through(draft, {**first, **values}, _KNOWN)
    return draft


def _attributes(first: Mapping[str, Any]) -> dict[str, Any]:
    """What a product says of all its variants: for Google, else by the fields of its category (``female``; several: ``black; white``)."""
    found: dict[str, Any] = {}
    for column, cell in first.items():
        for name, field in _METAFIELDS.items():
            if (
                column.endswith(f"_product_metafields_shopify_{field}")
                and (values := [part.strip() for part in str(cell or "").split(";")])[0]
            ):
                found[name] = values[0] if len(values) == 1 else [value for value in values if value]
    google = {name: value for name in ("gender", "age_group") if (value := first.get(f"google_shopping_{name}"))}
    return google | {name: value for name, value in found.items() if name not in google}


def _prices(values: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked now is the sale price where the other, struck through, is higher."""
    now, before = given(values, *_PRICE), given(values, "variant_compare_at_price", "compare_at_price")
    try:
        less = now is not None and before is not None and _amount(now) < _amount(before)
    except BadValueError:
        less = False
    return {"price": before, "sale_price": now} if less else {"price": now}


def _amount(cell: Any) -> float:
    money = read_money(cell)
    return money.amount if money else 0.0


def _stock(values: Mapping[str, Any]) -> Any:
    """Whether there is some: what nobody counts, and what is sold when there is none left, is; None where a row says nothing of stock."""
    pieces, policy = given(values, *_STOCK), str(given(values, *_BACK_ORDER) or "").strip().casefold()
    if given(values, *_TRACKER) is None:
        return True if pieces is not None or policy else None
    return True if policy in {"continue", "true", "yes"} else pieces


def _fits(names: frozenset[str]) -> bool:
    return bool({"handle", "url_handle"} & names) and "title" in names and bool({"option1_value", "variant_sku", "variant_price"} & names)


SHOPIFY: Final = Layout("Shopify product CSV", _fits, _drafts)
