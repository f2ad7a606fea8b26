"""Shopware 6's export of products: variants take from their product what they leave empty; categories and options are told by their ids."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from models.datasets.audience import says_only_whom
from models.datasets.feeds.active import read_active
from models.datasets.feeds.layouts.base import Layout, amount_of, attribute_name, given, gross_of, pass_through
from models.datasets.feeds.layouts.paths import category_of, is_no_kind
from models.datasets.feeds.layouts.shopware_names import Names, is_id, names_beside, parts_of
from models.datasets.feeds.records import SHOP_ID, Draft, Fault, Record, Records

_WAYS: Final = {
    "product_number": "productnumber",
    "parent_id": "parentid",
    "name": "translations_default_name",
    "description": "translations_default_description",
    "price_gross": "price_default_gross",
    "price_net": "price_default_net",
    "list_price_gross": "price_default_listprice_gross list_price",
    "tax_rate": "tax_taxrate",
    "cover_media_url": "cover_image_url",
    "manufacturer_name": "manufacturer_translations_default_name",
    "propertyids": "property_ids properties",
    "optionids": "option_ids options",
    "is_closeout": "iscloseout",
    "created_at": "createdat",
}
_FIELDS: Final = {way: field for field, ways in _WAYS.items() for way in ways.split()}
"""Columns that a profile calls by the key of what they hold, as ``plain_name`` has it, and what the default profile calls them."""
_OWN: Final = ("id", "parent_id", "product_number", "stock", "optionids", "ean", "created_at")
"""What a variant never takes from its product."""
_PRICES: Final = ("price_gross", "price_net", "list_price_gross")
_KNOWN: Final = re.compile(
    r"id|parent_id|product_number|active|stock|name|price_.*|list_price.*|purchase_prices?_.*|tax_.*|cover_.*|media|manufacturer_.*|"
    r"categories|sales_channel|propertyids|optionids|is_closeout|created_at|updated_at|(?:min|max)_purchase|.*_id|custom_fields"
)
_TELLING: Final = frozenset(("parent_id", *_PRICES, "tax_rate", "cover_media_url", "sales_channel", "propertyids", "optionids"))
_FEWEST: Final = 3
_NO_CATEGORY: Final = "is the id of a category, named in no file beside the feed; put Shopware's export of categories there"
_NO_OPTION: Final = (
    "is the id of a colour, size or other property, named in no file beside the feed; put Shopware's export of properties there"
)


def _drafts(records: Records, root: Path) -> Iterator[Draft]:
    names, products, varied = names_beside(root), dict[str, Mapping[str, Any]](), set[str]()
    for values in map(_read, records()):
        if values.get("parent_id"):
            varied.add(values["parent_id"])
        elif values.get("id"):
            products[values["id"]] = values
    for record in records():
        own = _read(record)
        if own.get("parent_id") or own.get("id") not in varied:  # else its variants stand for it
            yield _item(record, own, products.get(own.get("parent_id", ""), {}), names)


def _read(record: Record) -> dict[str, Any]:
    """What a row says, by its own names and by those of the default profile."""
    return {**record.values, **{_FIELDS[name]: cell for name, cell in record.values.items() if name in _FIELDS}}


def _item(record: Record, own: Mapping[str, Any], product: Mapping[str, Any], names: Names) -> Draft:
    left = (*_OWN, *(_PRICES if any(name in own for name in _PRICES) else ()))
    values = {**{name: cell for name, cell in product.items() if name not in left}, **own}
    draft = Draft(record.line, (own, product))
    draft.values = {
        "id": given(own, "product_number", "id"),
        "title": values.get("name"),
        "brand": values.get("manufacturer_name"),
        "group_id": given(product, "product_number") or own.get("parent_id"),
        "images": [values.get("cover_media_url"), *parts_of(values.get("media"))],
        "in_stock": _stock(values),
        "active": values.get("active"),
        "created": values.get("created_at"),
    }
    _add_prices(draft, values)
    _add_category(draft, values.get("categories"), names)
    _add_options(draft, (values.get("propertyids"), own.get("optionids")), names)
    pass_through(draft, {name: cell for name, cell in values.items() if name not in _FIELDS}, _KNOWN)
    if own.get("id") and "product_number" in own:
        draft.extras[SHOP_ID], draft.ids = own["id"], (own["product_number"], own["id"])
    return draft


def _stock(values: Mapping[str, Any]) -> Any:
    """What is no closeout is sold when there is none left, too."""
    return True if read_active(values.get("is_closeout", "")) is False else values.get("stock")


def _add_prices(draft: Draft, values: Mapping[str, Any]) -> None:
    """The gross price; of a product that has a list price, which is struck through, that, and the other as its sale's."""
    price, before = values.get("price_gross"), amount_of(values.get("list_price_gross"))
    if price is None and (net := values.get("price_net")) not in {None, ""}:
        price = gross_of(draft, net, values.get("tax_rate"))
    now = amount_of(price)
    less = now is not None and before is not None and now < before
    draft.values |= {"price": before, "sale_price": price} if less else {"price": price}


def _add_category(draft: Draft, cell: Any, names: Names) -> None:
    paths = names.paths_of(cell)
    category_of(draft, paths, next((path for path in paths if not is_no_kind(path[-1])), paths[0] if paths else []))
    draft.whom += [step for path in paths for step in path if says_only_whom(step)]
    if not paths and (ids := [part for part in parts_of(cell) if is_id(part)]):
        draft.notes.append(Fault("category", ids[0], f"{ids[0]!r} {_NO_CATEGORY}"))


def _add_options(draft: Draft, cells: tuple[Any, Any], names: Names) -> None:
    """The properties of a product, and the options that tell a variant, which say more of it."""
    for cell in cells:
        found: dict[str, list[str]] = {}
        for group, name in names.options_of(cell):
            found.setdefault(attribute_name(group), []).append(name)
        draft.attributes |= {group: several[0] if len(several) == 1 else several for group, several in found.items()}
    if unknown := next((part for cell in cells for part in parts_of(cell) if is_id(part) and part not in names.options), None):
        draft.notes.append(Fault("attributes", unknown, f"{unknown!r} {_NO_OPTION}"))


def _fits(names: frozenset[str]) -> bool:
    fields = {_FIELDS.get(name, name) for name in names}
    return "product_number" in fields and len(fields & _TELLING) >= _FEWEST


SHOPWARE: Final = Layout("Shopware 6 product CSV", _fits, _drafts)
