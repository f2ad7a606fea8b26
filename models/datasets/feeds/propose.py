"""A mapping for columns that no layout knows, proposed for a person to correct."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from itertools import islice
from typing import Any, Final

import yaml
from rapidfuzz import fuzz, utils

from models.datasets.feeds.money import read_money
from models.datasets.feeds.recognise import Feed
from models.datasets.feeds.records import Record
from models.datasets.feeds.stock import read_stock
from models.datasets.feeds.words import path_of

_WORDS: Final[Mapping[str, str]] = {
    "id": "id, sku, item id, product id, article id, article number, artikelnummer, artikel nr, item number, code, reference, ref, asin",
    "category": "category, product type, kategorie, categorie, type, product category, warengruppe, department, garment type, article type",
    "subcategory": "subcategory, sub category, unterkategorie, style, garment group",
    "title": "title, name, product name, bezeichnung, titel, display name, nom, nombre, titre, product title, item name",
    "price": "price, preis, prix, precio, prezzo, regular price, vk preis, unit price, list price, price amount",
    "sale_price": "sale price, special price, discount price, offer price, aktionspreis, reduced price",
    "currency": "currency, waehrung, währung, devise, currency code",
    "brand": "brand, marke, vendor, manufacturer, hersteller, marque, marca, designer, label",
    "in_stock": "in stock, availability, stock, lager, lagerbestand, bestand, quantity, qty, available, verfügbarkeit, inventory",
    "url": "url, link, product url, deeplink, product link, href, page",
    "image": "image, image link, image url, picture, bild, photo, main image, img, bild url, image path, thumbnail",
    "images": "additional images, additional image link, images, more images, gallery, bilder, pictures",
    "group_id": "group id, item group id, parent, parent sku, product group, style number, model, parent id",
    "attributes.color": "color, colour, farbe, couleur, base colour, colour name, color name",
    "attributes.size": "size, größe, groesse, grösse, taille, talla, size name",
    "attributes.gender": "gender, geschlecht, sex, genre, target group",
    "attributes.age_group": "age group, altersgruppe",
    "attributes.material": "material, fabric, stoff, composition, matière",
    "created": "created, created at, date added, published at, erstellt",
}
_NEAR: Final = 80.0
_SEEN: Final = 200
_MOSTLY: Final = 0.7


def proposed(feed: Feed) -> dict[str, str]:
    """Field -> column for those columns whose names are near, and whose values are not of another kind; each column once."""
    cells = _cells(feed)
    ways = [
        (score, field, column)
        for field, words in _WORDS.items()
        for column in feed.names
        if (score := _near(column, words.split(", "))) >= _NEAR and _may_be(field, cells.get(column, []))
    ]
    found: dict[str, str] = {}
    for _, field, column in sorted(ways, key=lambda way: -way[0]):
        if field not in found and column not in found.values():
            found[field] = column
    return {field: _written(field, found[field], cells.get(found[field], [])) for field in _WORDS if field in found}


def as_yaml(feed: Feed, columns: Mapping[str, str]) -> str:
    """The mapping file to correct; what is not mapped stands in comments."""
    lines = [f"# {feed.path.name}: {feed}"]
    lines += [] if feed.layout is None else ["# this layout is known: no mapping is needed, unless something of it is to be read otherwise"]
    lines += [f"# {name} is not found: name its column here; every item has one" for name in ("id", "category") if name not in columns]
    lines.append(yaml.safe_dump({"columns": dict(columns)}, allow_unicode=True, sort_keys=False).rstrip())
    taken = {name.removesuffix("[-1]") for name in columns.values()}
    rest = [name for name in feed.names if name not in taken]
    lines += ["# passed through as they are:", *(f"#   {name!r}" for name in rest)] if rest else []
    lines.append("# prices: `price: {column: NAME, unit: cents}`; words: `in_stock: {column: NAME, values: {ja: true, nein: false}}`")
    return "\n".join(lines) + "\n"


def _cells(feed: Feed) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for record in islice(feed.records(Counter()), _SEEN):
        if isinstance(record, Record):
            for name, value in record.values.items():
                found.setdefault(name, []).append(value)
    return found


def _near(column: str, words: Sequence[str]) -> float:
    name = utils.default_process(column.replace("_", " "))
    return max(max(fuzz.ratio(name, utils.default_process(word)), 0.97 * fuzz.token_sort_ratio(name, word)) for word in words)


def _may_be(field: str, values: Sequence[Any]) -> bool:
    readers: dict[str, Callable[[Any], object]] = {"price": read_money, "sale_price": read_money, "in_stock": read_stock}
    reader = readers.get(field)
    return reader is None or not values or sum(_reads(reader, value) for value in values) >= _MOSTLY * len(values)


def _reads(reader: Callable[[Any], object], value: Any) -> bool:  # noqa: ANN401 - a cell, or a value of JSON
    try:
        reader(value)
    except ValueError:
        return False
    return True


def _written(field: str, column: str, values: Sequence[Any]) -> str:
    """With ``[-1]`` where a category is the last step of a path."""
    paths = sum(len(path_of(value)) > 1 for value in values)
    return f"{column}[-1]" if field == "category" and paths * 2 > len(values) else column
