"""Shopware 6's export of products: variants take from their product, and the exports of categories and properties name ids."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

HEADER = (
    "id;parent_id;product_number;active;stock;name;description;price_net;price_gross;purchase_prices_net;purchase_prices_gross;tax_id;tax_rate;"
    "tax_name;cover_media_id;cover_media_url;cover_media_title;cover_media_alt;manufacturer_id;manufacturer_name;categories;sales_channel;"
    "propertyIds;optionIds"
)
COLUMNS = HEADER.split(";")
PICTURE = "https://x.example/media/1.jpg"


def an_id(number: int) -> str:
    """An id as Shopware writes it."""
    return f"{number:032x}"


def row(**cells: str) -> str:
    """A line of the default profile; what it does not say is empty."""
    return ";".join(cells.get(name, "") for name in COLUMNS)


DRESS = row(
    id=an_id(1),
    product_number="10001",
    active="1",
    stock="0",
    name="Kleid Greta",
    description="<p>Leicht.</p>",
    price_net="42.02",
    price_gross="50",
    tax_rate="19",
    cover_media_url=PICTURE,
    manufacturer_name="Welle",
    categories=f"{an_id(13)}|{an_id(12)}",
    propertyIds=f"{an_id(21)}|{an_id(22)}",
)
SMALL = row(id=an_id(2), parent_id=an_id(1), product_number="10001.1", stock="3", optionIds=f"{an_id(23)}|{an_id(24)}")
LARGE = row(id=an_id(3), parent_id=an_id(1), product_number="10001.2", stock="0", price_gross="55", price_net="46.22", optionIds=an_id(25))
OFF = row(id=an_id(4), parent_id=an_id(1), product_number="10001.3", active="0", stock="3")
BELT = row(id=an_id(5), product_number="10002", active="1", stock="2", name="Gürtel", price_gross="20", categories=an_id(14))
CARD = row(id=an_id(6), product_number="10003", active="1", stock="9", name="Geschenkgutschein", price_gross="20", categories=an_id(14))
CATEGORIES = [
    "id;parent_id;active;type;visible;name;external_link;description",
    f"{an_id(10)};;1;page;1;Katalog #1;;",
    f"{an_id(11)};{an_id(10)};1;page;1;Damen;;",
    f"{an_id(12)};{an_id(11)};1;page;1;Kleider;;",
    f"{an_id(13)};{an_id(10)};1;page;1;SALE;;",
    f"{an_id(14)};{an_id(11)};1;page;1;Gürtel;;",
]
PROPERTIES = [
    "id;color_hex_code;name;position;group_id;group_display_type;group_name",
    f"{an_id(21)};;Leinen;1;{an_id(31)};text;Material",
    f"{an_id(22)};;Baumwolle;1;{an_id(31)};text;Material",
    f"{an_id(23)};;Rot;1;{an_id(32)};color;Farbe",
    f"{an_id(24)};;38;1;{an_id(33)};text;Größe",
    f"{an_id(25)};;40;1;{an_id(33)};text;Größe",
]


def lines(*rows: str) -> str:
    """A file."""
    return "\n".join(rows) + "\n"


@pytest.fixture
def beside(tmp_path: Path) -> None:
    """The exports of categories and properties, called anyhow."""
    (tmp_path / "kategorien 2026.csv").write_text(lines(*CATEGORIES))
    (tmp_path / "properties.csv").write_text(lines(*PROPERTIES))


@pytest.mark.usefixtures("beside")
def test_variants_take_from_their_product(read: Callable[..., Any]) -> None:
    """All but number, stock, options, and a price of their own; the product is none itself, nor what is off; ids are named."""
    found = read(lines(HEADER, SMALL, DRESS, LARGE, OFF, BELT, CARD))
    assert found.layout.startswith("Shopware 6 product CSV")
    assert found.items["10001.1"] == {
        "id": "10001.1",
        "group_id": "10001",
        "category": "Kleider",
        "title": "Kleid Greta",
        "price": 50.0,
        "brand": "Welle",
        "in_stock": True,
        "image": {"bytes": None, "path": PICTURE},
        "images": [PICTURE],
        "attributes": {"department": "Damen", "material": ["Leinen", "Baumwolle"], "color": "Rot", "size": "38"},
        "extras": {"category_path": "Damen > Kleider", "description": "<p>Leicht.</p>", "shop_id": an_id(2)},
    }
    large = found.items["10001.2"]
    assert (large["price"], large["in_stock"], large["attributes"]["size"]) == (55.0, False, "40")
    assert [*found.items] == ["10001.1", "10001.2", "10002"]
    assert "group_id" not in found.items["10002"]
    assert [warning for warning in found.warnings if "passed over" in warning] == [
        f"{found.warnings[0].partition(': ')[0]}: 1 products that are not for sale (drafts, archived, unpublished, hidden); passed over",
        f"{found.warnings[0].partition(': ')[0]}: 1 gift cards by their titles, which nobody wears; passed over",
    ]
    assert set(found.no_pieces) == {"10003", an_id(6)}


def test_ids_that_nothing_names_are_told(read: Callable[..., Any]) -> None:
    """No item has an id for its category; titles place it as far as they can."""
    found = read(lines(HEADER, DRESS, SMALL))
    assert found.items["10001.1"]["category"] == "Dresses & Suits"
    assert "attributes" not in found.items["10001.1"]
    told = [re.sub(r".*field '(\w+)'.*('.*'.*), named.*", r"\1: \2", one) for one in found.warnings if "the id of" in one]
    assert told == [
        f"category: '{an_id(13)}' is the id of a category",
        f"attributes: '{an_id(21)}' is the id of a colour, size or other property",
    ]


@pytest.mark.usefixtures("beside")
@pytest.mark.parametrize(
    ("options", "said"),
    [
        ("Farbe: Blau|Größe: 38", {"color": "Blau", "size": "38"}),
        ("Rot|40", {"color": "Rot", "size": "40"}),
        ("Mint", {"options": "Mint"}),
    ],
)
def test_names_in_place_of_ids(read: Callable[..., Any], options: str, said: dict[str, str]) -> None:
    """As other profiles write them: with their group, or as the export of properties knows them."""
    product = row(id=an_id(1), product_number="A", name="Kleid", price_gross="50", categories="Damen > Kleider|SALE", optionIds=options)
    item = read(lines(HEADER, product)).items["A"]
    assert (item["category"], item["attributes"]) == ("Kleider", {"department": "Damen", **said})
    assert "in_stock" not in item


def test_a_product_of_several_departments_is_for_all_of_them(read: Callable[..., Any]) -> None:
    """Whichever of its paths is its category; that of girls keeps both steps, though its properties say girls already."""
    header = "product_number;parent_id;name;price_gross;tax_rate;categories;propertyIds"
    rows = ("A;;Jacke;9;19;Damen > Jacken|Herren > Jacken;", "B;;Jacke;9;19;Kinder > Mädchen > Jacken;Geschlecht: Mädchen")
    one, two = (item["attributes"] for item in read(lines(header, *rows)).items.values())
    assert (one, two) == ({"department": ["Damen", "Herren"]}, {"gender": "Mädchen", "department": ["Kinder", "Mädchen"]})


def test_profiles_of_a_shops_own(read: Callable[..., Any]) -> None:
    """Keys in place of names; a list price was asked before; a net price gets its tax; what is no closeout is sold without stock."""
    header = "productNumber;parentId;name;price.DEFAULT.gross;price.DEFAULT.listPrice.gross;price.DEFAULT.net;tax.taxRate;isCloseout;stock;"
    found = read(
        lines(
            header + "categories;media",
            f"A;;Kleid;40;50;33.61;19;0;0;Damen > Kleider;{PICTURE}|{PICTURE}2",
            "B;;Hose;;;10.00;19;1;0;Damen > Hosen;",
        )
    )
    one, two = found.items.values()
    assert (one["price"], one["sale_price"], one["in_stock"], one["images"]) == (50.0, 40.0, True, [PICTURE, f"{PICTURE}2"])
    assert (two["price"], two["in_stock"]) == (11.9, False)
