"""For whom an item is, where the shop says it beside the category: in the path above it, in tags, in attributes of another name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from models.datasets.labels import LABEL_COLUMNS, piece_labels

_SHOPIFY = "Handle,Title,Type,Product Category,Tags,Variant SKU,Variant Price,Google Shopping / Gender\n"
_WOO = "ID,Type,SKU,Name,Published,Regular price,Categories,Tags,Attribute 1 name,Attribute 1 value(s)\n"


def whom(found: Any) -> dict[str, str | None]:
    """For whom each item is taken to be."""
    columns = dict.fromkeys(LABEL_COLUMNS)
    return {
        name: piece_labels({**columns, **item, "attributes": json.dumps(item.get("attributes", {}))}).audience
        for name, item in found.items.items()
    }


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        (_SHOPIFY + 'a,Dress,Dresses,,"Women, new, all",a,1,\n', "women adult"),
        (_SHOPIFY + "a,Tee,Kids > Tees,,sale,a,1,female\n", "women child"),
        (_SHOPIFY + 'a,Tee,Tees,Apparel > Boys > Tees,"girl power, for him",a,1,\n', "men baby+child"),
        (_SHOPIFY + 'a,Cap,Caps,,"Men, Women",a,1,\n', "men+women adult"),
        (_SHOPIFY + 'a,Cap,Caps,,"boyfriend fit, man-made",a,1,\n', None),
        (_SHOPIFY + "a,Cap,Caps,,Men,a,1,female\n", "women adult+baby+child"),
        (_WOO + '1,simple,a,Jeans,1,9,"Men, Men > Clothing > Jeans, Sale",,,\n', "men adult"),
        (_WOO + "1,simple,a,Kleid,1,9,Kleider,,Geschlecht,Damen\n", "women adult"),
        (_WOO + "1,simple,a,Jeans,1,9,Jeans,Kids,,\n", "men+women child"),
        ("id\ttitle\tproduct_type\tage_group\na\tCoat\tWomen > Coats\tadult\n", "women adult"),
        ("id\ttitle\tproduct_type\tgender\na\tCoat\tWomen > Coats\tmale\n", "men adult+baby+child"),
        ('{"id": "a", "category": ["Herren", "Jacken"], "title": "Jacke"}\n', "men adult"),
    ],
)  # fmt: skip
def test_what_stands_above_the_category_says_for_whom(read: Callable[..., Any], feed: str, said: str | None) -> None:
    """Steps of paths and tags that name people do, as far as attributes leave it open and do not say otherwise."""
    assert whom(read(feed, "feed.jsonl" if feed.startswith("{") else "feed.csv")) == {"a": said}


@pytest.mark.parametrize(
    ("feed", "said"),
    [
        (_SHOPIFY + 'a,Tee,Tees,,"Women, Summer, Casual",a,1,\n', "summer"),
        (_SHOPIFY + 'a,Tee,Tees,,"Fall 2026, winter coat",a,1,\n', "autumn"),
        (_SHOPIFY + "a,Tee,Tees,,SS26,a,1,\n", ["spring", "summer"]),
        (_SHOPIFY + 'a,Tee,Tees,,"Winter sale, spring green, SS",a,1,\n', None),
        (_SHOPIFY + 'a,Tee,Tees,,"Herbst/Winter 2026, Sommerkleid",a,1,\n', ["autumn", "winter"]),
        (_SHOPIFY + "a,Tee,Tees,,Été,a,1,\n", "summer"),
        (_WOO + "1,simple,a,Jeans,1,9,Jeans,Winter,,\n", "winter"),
        (_WOO + "1,simple,a,Jeans,1,9,Jeans,Winter,Season,Summer\n", "Summer"),
    ],
)
def test_tags_that_are_a_season_say_when(read: Callable[..., Any], feed: str, said: Any) -> None:
    """Where no attribute does."""
    assert read(feed, "feed.csv").items["a"].get("attributes", {}).get("season") == said


@pytest.mark.parametrize("path", ["Herren/Schuhe/Sneaker", "Herren > Schuhe > Sneaker"])
def test_a_mapped_path_does_too(read: Callable[..., Any], path: str) -> None:
    """Of ``[-1]`` the last step is the category, whatever parts the steps."""
    found = read(f"Nr;Warengruppe\na;{path}\n", mapping='columns: {id: Nr, category: "Warengruppe[-1]"}\n')
    assert found.items["a"]["category"] == "Sneaker"
    assert whom(found) == {"a": "men adult"}


@pytest.mark.parametrize(
    ("feed", "category"),
    [
        (_SHOPIFY + "a,Derby,,Shoes > Men,,a,1,\n", "Shoes"),
        (_SHOPIFY + "a,Derby,Shoes > Men,,,a,1,\n", "Shoes"),
        (_WOO + '1,simple,a,Derby,1,9,"Men, Shoes > Men",,,\n', "Shoes"),
        (_WOO + '1,simple,a,Derby,1,9,"Clothing > Men, Shoes",,,\n', "Shoes"),
        ("id\ttitle\tproduct_type\na\tDerby\tHome > Shoes > Men\n", "Shoes"),
        ("sku,name,attribute_set_code,categories,price\na,Derby,Default,Default Category/Shoes/Men,9\n", "Shoes"),
        ('{"id": "a", "category": ["Schuhe", "Herren"], "title": "Derby"}\n', "Schuhe"),
    ],
)  # fmt: skip
def test_a_path_that_ends_with_people_is_of_what_stands_above_them(read: Callable[..., Any], feed: str, category: str) -> None:
    """Else shoes and coats of men would be one category; they still say for whom."""
    found = read(feed, "feed.jsonl" if feed.startswith("{") else "feed.csv")
    assert (found.items["a"]["category"], whom(found)) == (category, {"a": "men adult"})


@pytest.mark.parametrize(
    ("gender", "age", "said"),
    [("female", "adults", "women adult"), ("male; female", "kids", "men+women child"), ("unisex", "toddlers", "men+women baby")],
)
def test_the_category_of_shopify_says_for_whom(read: Callable[..., Any], gender: str, age: str, said: str) -> None:
    """Its fields stand in the first row of a product, and are its colour and material, too, where no option says otherwise."""
    names = {"Target gender": "target-gender", "Age group": "age-group", "Color": "color-pattern", "Fabric": "fabric"}
    columns = ",".join(f"{name} (product.metafields.shopify.{field})" for name, field in names.items())
    rows = f"a,Tee,Tops,Color,Navy,a,1,{gender},{age},black; white,cotton\na,,,,,b,1,,,,\n"
    found = read(f"Handle,Title,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,{columns}\n{rows}")
    assert whom(found) == {"a": said, "b": said}
    assert [item["attributes"].get("color") for item in found.items.values()] == ["Navy", ["black", "white"]]
    assert [item["attributes"]["material"] for item in found.items.values()] == ["cotton", "cotton"]
    assert not any("extras" in item for item in found.items.values())


def test_a_category_of_woocommerce_is_no_name_of_people(read: Callable[..., Any]) -> None:
    """A product stands in the parents of its category, too; where there is no other, its title tells."""
    rows = '1,simple,a,Jeans,1,9,"Women, Women > Jeans",,,\n2,simple,b,Socks,1,9,Men & Women,,,\n'
    found = read(_WOO + rows)
    assert {name: item["category"] for name, item in found.items.items()} == {"a": "Jeans", "b": "Socks & Tights"}


@pytest.mark.parametrize(
    ("audience", "said"),
    [
        ({"suggestedGender": "male", "suggestedMaxAge": 12}, "men child"),
        ({"suggestedGender": "https://schema.org/Female", "suggestedMinAge": "18"}, "women adult"),
        ({"suggestedAge": {"maxValue": 24, "unitCode": "MON"}, "suggestedGender": "female"}, "women adult+baby+child"),
        ({"suggestedAge": {"@type": "QuantitativeValue", "minValue": 0, "maxValue": 2}}, "men+women baby"),
        ({"audienceType": "Kids"}, "men+women child"),
        ({"suggestedMinAge": 3, "suggestedMaxAge": 99}, None),
        ({"suggestedMaxAge": ["twelve"]}, None),
    ],
)  # fmt: skip
def test_an_audience_of_schema_org_has_an_age(read: Callable[..., Any], audience: dict[str, Any], said: str | None) -> None:
    """In years; a boy's tee is for no man."""
    product = {"@type": "Product", "sku": "a", "name": "Tee", "category": "Tees", "audience": {"@type": "PeopleAudience", **audience}}
    assert whom(read(json.dumps([product]), "feed.json")) == {"a": said}


def test_what_nobody_wears_is_no_item(read: Callable[..., Any]) -> None:
    """Gift cards of Shopify, virtual and downloadable products and bundles of WooCommerce."""
    shopify = "Handle,Title,Type,Variant SKU,Variant Price,Gift Card\ncard,Card,Gift Cards,card,50,TRUE\ntee,Tee,Tops,tee,9,false\n"
    found = read(shopify.replace("\ntee", "\ncard,,,card-2,100,\ntee"))
    assert (set(found.items), found.no_pieces) == ({"tee"}, ["card", "card-2"])
    rows = [
        '1,"simple, virtual",card,Card,1,50,Gift Cards,,,',
        "4,bundle,set,Tee and cap,1,15,Tops,,,",
        '2,"simple, downloadable",sew,Pattern,1,5,Skirts,,,',
    ]
    found = read(_WOO + "\n".join([*rows, "3,simple,tee,Tee,1,9,Tops,,,\n"]))
    assert (set(found.items), found.no_pieces) == ({"tee"}, ["card", "set", "sew"])


_GIFTS = ["Gift card", "Gift-Voucher 25", "Geschenkgutschein", "Wertgutschein 50 €", "Carte cadeau", "Tarjeta de regalo", "Cadeaubon"]
_NONE = ["Gift box of socks", "Gift card holder", "Socken im Geschenkkarton", "Coffret cadeau: chaussettes", "Gifted tee"]


def test_gift_cards_go_by_their_titles_where_no_type_tells_them(read: Callable[..., Any]) -> None:
    """In WooCommerce's and schema.org's feeds, counted; a box of socks is worn. What Attire's own columns name is an item."""
    titles = dict(enumerate([*_GIFTS, *_NONE]))
    left = {f"s{place}" for place in titles if titles[place] in _NONE}
    woo = read(_WOO + "".join(f'{place},simple,s{place},"{title}",1,9,Extras,,,\n' for place, title in titles.items()))
    products = [{"@type": "Product", "sku": f"s{place}", "name": title, "category": "Extras"} for place, title in titles.items()]
    page = read(json.dumps(products), "feed.json")
    assert set(woo.items) == set(page.items) == left
    assert all("7 gift cards by their titles, which nobody wears; passed over" in "".join(found.warnings) for found in (woo, page))
    assert set(read("id,category,title\na,Gift cards,Gift card\n").items) == {"a"}
