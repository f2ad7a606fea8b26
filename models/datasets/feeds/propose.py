"""A mapping for columns that no layout knows, and for those that a known layout does not read, proposed for a person to correct."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

import yaml
from rapidfuzz import fuzz, utils

from models.datasets.feeds.layouts.base import Layout
from models.datasets.feeds.money import read_money
from models.datasets.feeds.recognise import Feed
from models.datasets.feeds.stock import read_stock
from models.datasets.feeds.unread import first_of, read_of, unread
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
_ELSEWHERE: Final[Mapping[str, str]] = {
    "id": "артикул",
    "category": "категории, категория, catégories, categorías",
    "title": "имя, название, наименование",
    "price": "цена, базовая цена, precio normal, tarif régulier, regulärer preis",
    "sale_price": "angebotspreis, цена распродажи, акционная цена",
    "in_stock": "vorrätig, в наличии, наличие, en stock",
    "image": "изображение, фото",
    "images": "изображения, imágenes",
}
"""As WooCommerce and others export them in the language of the shop."""
_NEAR: Final = 80.0
_MOSTLY: Final = 0.7


def proposed(feed: Feed) -> dict[str, str]:
    """Field -> column for those columns whose names are near, and whose values are not of another kind; each column once.

    Of a known layout for those fields and columns alone that it does not read.
    """
    cells = _cells(feed)
    names = feed.names if feed.layout is None else unread(feed, feed.layout)
    known = set() if feed.layout is None else read_of(feed, feed.layout)
    ways = [
        (score, field, column)
        for field, words in _WORDS.items()
        if field not in known
        for column in names
        if (score := _near(column, [*words.split(", "), *_ELSEWHERE.get(field, words).split(", ")])) >= _NEAR
        and _may_be(field, cells.get(column, []))
    ]
    found: dict[str, str] = {}
    for _, field, column in sorted(ways, key=lambda way: -way[0]):
        if field not in found and column not in found.values():
            found[field] = column
    return {field: _written(field, found[field], cells.get(found[field], [])) for field in _WORDS if field in found}


def as_yaml(feed: Feed, columns: Mapping[str, str]) -> str:
    """The mapping file to correct; what is not mapped stands in comments, and of a known layout all of it."""
    if feed.layout is not None:
        return _over(feed, feed.layout, columns)
    lines = [f"# {feed.path.name}: {feed}"]
    lines += [f"# {name} is not found: name its column here; every item has one" for name in ("id", "category") if name not in columns]
    lines.append(yaml.safe_dump({"columns": dict(columns)}, allow_unicode=True, sort_keys=False).rstrip())
    rest = _rest(feed.names, columns)
    lines += ["# passed through as they are:", *(f"#   {name!r}" for name in rest)] if rest else []
    lines.append("# prices: `price: {column: NAME, unit: cents}`; words: `in_stock: {column: NAME, values: {ja: true, nein: false}}`")
    return "\n".join(lines) + "\n"


def _over(feed: Feed, layout: Layout, columns: Mapping[str, str]) -> str:
    lines = [
        f"# {feed.path.name}: {feed}",
        "# this layout is known and needs no mapping: what stands under `columns` is laid over what it reads",
        "columns:",
    ]
    if columns:
        lines.append("  # proposed, of columns that the layout does not read; take away `# ` of what is right")
        said = yaml.safe_dump(dict(columns), allow_unicode=True, sort_keys=False).splitlines()
        lines += [f"  # {line}" for line in said]
    if rest := _rest(unread(feed, layout), columns):
        lines += ["# without these the first items would be the same, but for what passes through:", *(f"#   {name!r}" for name in rest)]
    return "\n".join(lines) + "\n"


def _rest(names: Iterable[str], columns: Mapping[str, str]) -> list[str]:
    taken = {name.removesuffix("[-1]") for name in columns.values()}
    return [name for name in names if name not in taken]


def _cells(feed: Feed) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for record in first_of(feed):
        for name, value in record.values.items():
            found.setdefault(name, []).append(value)
    return found


def _near(column: str, words: Sequence[str]) -> float:
    name = utils.default_process(column.replace("_", " "))
    return max(max(fuzz.ratio(name, utils.default_process(word)), 0.97 * fuzz.token_sort_ratio(name, word)) for word in words)


def _may_be(field: str, values: Sequence[Any]) -> bool:
    readers: dict[str, Callable[[Any], object]] = {
        "price": read_money,
        "sale_price": read_money,
        "in_stock": read_stock,
        "created": lambda value: datetime.fromisoformat(str(value).strip()),
    }
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
