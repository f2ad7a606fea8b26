"""schema.org's products as ``ld+json``: lists, graphs, groups of variants."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from models.datasets.feeds.layouts.base import Layout, category_from, given, pass_through, title_of
from models.datasets.feeds.layouts.paths import category_told
from models.datasets.feeds.pictures import pictures_of
from models.datasets.feeds.records import Draft, Records

_PRODUCTS: Final = frozenset({"Product", "IndividualProduct", "ProductModel", "Clothing"})
_GROUP: Final = "ProductGroup"
_INSIDE: Final = ("@graph", "itemListElement", "item", "mainEntity", "dataFeedElement", "itemOffered")
_ATTRIBUTES: Final = ("color", "size", "material", "pattern")
_KNOWN: Final = re.compile(
    "@.*|sku|productID|identifier|name|brand|manufacturer|inProductGroupWithID|productGroupID|isVariantOf|hasVariant|variesBy|image|url|offers|"
    "category|color|size|material|pattern|audience|additionalProperty"
)
_DEEPEST: Final = 20
_TODDLER, _GROWN = 2, 18  # years
_HOME: Final = frozenset({"home", "homepage", "shop", "start", "startseite", "accueil", "inicio", "início", "home page", "главная"})

Node = Mapping[str, Any]


def _drafts(records: Records, _: Path) -> Iterator[Draft]:
    trails = [trail for record in records() for trail in _trails(record.values)]
    for record in records():
        for product, group in _products(record.values, {}, 0):
            draft = _item(record.line, product, group)
            if len(trails) == 1 and "category" not in draft.values:  # of the page that this feed is
                category_from(draft, [step for step in trails[0] if step not in {product.get("name"), group.get("name")}])
            yield draft


def _trails(node: Node) -> Iterator[list[str]]:
    """The breadcrumbs of a page, without its home."""
    if "BreadcrumbList" in _kinds(node) and isinstance(steps := node.get("itemListElement"), list):
        names = [_name(step.get("item")) if "name" not in step else step["name"] for step in steps if isinstance(step, dict)]
        yield [name for name in names if isinstance(name, str) and name.casefold() not in _HOME]
    for one in node.get("@graph") or [] if isinstance(node.get("@graph"), list) else []:
        if isinstance(one, dict):
            yield from _trails(one)


def _products(node: Any, group: Node, depth: int) -> Iterator[tuple[Node, Node]]:
    """Every product of a value, and the group whose variant it is."""
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        for one in node:
            yield from _products(one, group, depth + 1)
    elif isinstance(node, dict):
        kinds = _kinds(node)
        variants = list(_products(node.get("hasVariant"), node, depth + 1)) if _GROUP in kinds else []
        if variants:
            yield from variants
        elif kinds & _PRODUCTS or _GROUP in kinds:
            yield node, group
        else:
            for name in _INSIDE:
                yield from _products(node.get(name), group, depth + 1)


def _kinds(node: Node) -> set[str]:
    kind = node.get("@type")
    names = (str(one).rpartition("/")[2].rpartition(":")[2] for one in (kind if isinstance(kind, list) else [kind]))
    return {f"{name[:1].upper()}{name[1:]}" for name in names}


def _item(line: int, product: Node, group: Node) -> Draft:
    offer = _offer(given(product, "offers") or given(group, "offers"))
    prices = _prices(offer)
    draft = Draft(line, (product, group))
    draft.values = {
        "id": given(product, "sku", "productID", "identifier", "@id", "gtin13", "mpn"),
        "title": title_of(given(product, "name"), given(group, "name"), options=given(product, *_ATTRIBUTES, "additionalProperty")),
        "brand": _name(given(product, "brand", "manufacturer") or given(group, "brand")),
        "group_id": given(product, "inProductGroupWithID")
        or given(group, "productGroupID", "sku", "@id", "url", "name")
        or _of_model(product),
        "images": pictures_of(given(product, "image") or given(group, "image")),
        "url": given(product, "url") or given(offer, "url") or given(group, "url"),
        "in_stock": given(offer, "availability"),
        **prices,
    }
    category = given(product, "category") or given(group, "category")
    category_told(draft, _name(category) if isinstance(category, dict) else category, [])
    draft.attributes |= {name: words for name in _ATTRIBUTES if (words := _words(given(product, name) or given(group, name)))}
    draft.attributes |= _whom(given(product, "audience") or given(group, "audience"))
    properties = product.get("additionalProperty")
    for one in properties if isinstance(properties, list) else []:
        if isinstance(one, dict) and isinstance(one.get("name"), str) and one.get("value") is not None:
            draft.attributes.setdefault(one["name"], _words(one["value"]))
    pass_through(draft, {**group, **product}, _KNOWN)
    return draft


def _offer(offers: Any) -> Node:
    """The first offer, of an aggregate the first within it."""
    if isinstance(offers, list):
        return _offer(offers[0]) if offers else {}
    if not isinstance(offers, dict):
        return {"price": offers} if isinstance(offers, str | float | int) else {}
    return _offer(offers["offers"]) if isinstance(offers.get("offers"), list) and "price" not in offers else offers


def _prices(offer: Node) -> dict[str, Any]:
    listed = offer.get("priceSpecification")
    each = [one for one in (listed if isinstance(listed, list) else [listed]) if isinstance(one, dict)]
    before = next((one.get("price") for one in each if "ListPrice" in str(one.get("priceType"))), None)
    now = given(offer, "price", "lowPrice")
    if now is None:
        now = next((one.get("price") for one in each if "ListPrice" not in str(one.get("priceType"))), None)
    currency = given(offer, "priceCurrency") or next((one["priceCurrency"] for one in each if one.get("priceCurrency")), None)
    if offer.get("lowPrice") is not None and offer.get("highPrice") not in {None, offer.get("lowPrice")} and "price" not in offer:
        now = f"{offer['lowPrice']} - {offer['highPrice']}"
    prices = {"price": now} if before is None else {"price": before, "sale_price": now}
    return prices if currency is None else {**prices, "currency": currency}


def _name(value: Any) -> Any:
    return _name(value[0]) if isinstance(value, list) and value else value.get("name") if isinstance(value, dict) else value


def _words(value: Any) -> Any:
    if isinstance(value, list):
        return [_name(one) for one in value]
    return _name(value)


def _whom(audience: Any) -> dict[str, str]:
    """Gender and age group of a ``PeopleAudience``, whose ages are years."""
    audience = audience[0] if isinstance(audience, list) and audience else audience
    if not isinstance(audience, dict):
        return {}
    said = {"audience": kind} if isinstance(kind := audience.get("audienceType"), str) else {}
    if gender := audience.get("suggestedGender"):
        said["gender"] = str(gender).rpartition("/")[2]
    span = audience.get("suggestedAge")
    ages = span if isinstance(span, dict) and span.get("unitCode", "ANN") == "ANN" else {}
    least = _years(given(audience, "suggestedMinAge") or given(ages, "minValue"))
    most = _years(given(audience, "suggestedMaxAge") or given(ages, "maxValue"))
    if most is not None and most < _GROWN:
        said["age_group"] = "toddler" if most <= _TODDLER else "kids"
    elif least is not None and least >= _GROWN:
        said["age_group"] = "adult"
    return said


def _years(value: Any) -> float | None:
    try:
        return None if value is None or isinstance(value, bool) else float(str(value))
    except ValueError:
        return None


def _of_model(product: Node) -> Any:
    model = product.get("isVariantOf")
    return given(model, "productGroupID", "sku", "@id") if isinstance(model, dict) else None


SCHEMA_ORG: Final = Layout("schema.org products", lambda names: bool({"@type", "@graph"} & names), _drafts)
