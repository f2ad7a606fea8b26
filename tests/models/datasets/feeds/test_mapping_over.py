"""A mapping laid over a layout that is known: what the layout reads, with the columns of the mapping on top."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from models.datasets.feeds.mapping import read_mapping
from models.datasets.feeds.propose import proposed
from models.datasets.feeds.recognise import recognise

SHOPIFY = (
    "Handle,Title,Vendor,Type,Published,Option1 Name,Option1 Value,Variant SKU,Variant Inventory Tracker,Variant Inventory Qty,"
    "Variant Inventory Policy,Variant Price,Geschlecht,Outlet\n"
    "tee,Tee,Nordhavn,Tops,true,Size,S,tee-s,shopify,3,deny,29,Damen,19\n"
    "tee,,,,,,M,tee-m,shopify,0,deny,29,,\n"
    "cap,Cap,Nordhavn,Hats,true,Title,Default Title,cap,,0,deny,9,,\n"
)
WOO = (
    "ID,Type,SKU,Name,Published,In stock?,Regular price,Categories,Images,Parent,Attribute 1 name,Attribute 1 value(s),Zielgruppe\n"
    '44,variable,tee,Tee,1,1,,Tees,https://x.example/a.jpg,,Size,"S, M",Damen\n'
    "45,variation,tee-s,Tee S,1,1,29,,,tee,Size,S,\n"
)
MAGENTO = (
    "sku,attribute_set_code,product_type,categories,name,price,is_in_stock,configurable_variations,zielgruppe\n"
    "tee-s,Top,simple,,Tee S,29,1,,\n"
    'tee,Top,configurable,Default Category/Tees,Tee,,1,"sku=tee-s,size=S",Damen\n'
)
MERCHANT = "id\ttitle\tproduct_type\tprice\tlink\tzielgruppe\na\tTee\tTees\t29 EUR\thttps://s.example/a\tDamen\n"
OWN = "id,category,title,zielgruppe\na,Tees,Tee,Damen\n"
FEEDS = {"shopify.csv": SHOPIFY, "woo.csv": WOO, "magento.csv": MAGENTO, "merchant.tsv": MERCHANT, "own.csv": OWN}


def test_its_columns_lie_over_those_of_a_layout(read: Callable[..., Any]) -> None:
    """The layout reads the rest; a variant has its product's cell where its own is empty, but no price; an empty one changes nothing."""
    found = read(
        SHOPIFY, mapping="columns: {attributes.gender: Geschlecht, sale_price: Outlet, brand: Outlet}\ndrop: [Vendor]\ncurrency: EUR"
    )
    assert found.layout == "Shopify product CSV with a mapping file (CSV, UTF-8, separated by commas)"
    small, medium, cap = found.items.values()
    assert (small["title"], small["category"], small["group_id"], small["price"], small["currency"]) == ("Tee", "Tops", "tee", 29.0, "EUR")
    assert (small["attributes"], medium["attributes"]) == ({"size": "S", "gender": "Damen"}, {"size": "M", "gender": "Damen"})
    assert (small["sale_price"], medium.get("sale_price"), medium["in_stock"]) == (19.0, None, False)
    assert (medium["brand"], cap["brand"], cap.get("attributes")) == ("19", "Nordhavn", None)


@pytest.mark.parametrize("name", ["woo.csv", "magento.csv", "merchant.tsv", "own.csv"])
def test_a_variant_has_the_cell_of_its_product(read: Callable[..., Any], name: str) -> None:
    """In every layout that has products and variants; what is mapped does not pass through as well."""
    found = read(FEEDS[name], name, "columns: {attributes.gender: {column: Zielgruppe, values: {Damen: female}}}")
    (item,) = found.items.values()
    assert (item["attributes"]["gender"], "zielgruppe" in item.get("extras", {})) == ("female", False)


def test_a_default_is_for_what_nothing_says(read: Callable[..., Any]) -> None:
    """Not in place of what the layout reads."""
    feed = SHOPIFY.replace("tee,Tee,Nordhavn", "tee,Tee,")
    found = read(feed, mapping="columns: {brand: {column: Outlet, default: B}, title: {column: Outlet, default: C}}")
    assert [(item["brand"], item["title"]) for item in found.items.values()] == [("19", "19"), ("19", "19"), ("Nordhavn", "Cap")]
    found = read(feed.replace("Damen,19", "Damen,"), mapping="columns: {brand: {column: Vendor, default: B}}")
    assert [item["brand"] for item in found.items.values()] == ["B", "B", "Nordhavn"]


def test_a_category_that_is_mapped_has_no_path_of_another(read: Callable[..., Any]) -> None:
    """Which the layout had read."""
    feed = MERCHANT.replace("Tees\t", "Women > Tees\t")
    assert read(feed, "f.tsv").items["a"]["extras"]["category_path"] == "Women > Tees"
    item = read(feed, "f.tsv", "columns: {category: zielgruppe}\ncatch_all: []").items["a"]
    assert (item["category"], "category_path" in item.get("extras", {})) == ("Damen", False)


def test_without_categories_titles_tell_them_under_a_mapping_too(read: Callable[..., Any]) -> None:
    """Where it says nothing of categories."""
    found = read(SHOPIFY.replace("Tops", "").replace("Hats", ""), mapping="columns: {attributes.gender: Geschlecht}")
    assert {item["category"] for item in found.items.values()} == {"Tops", "Hats"}


def test_what_a_column_is_called_and_holds_is_certain(tmp_path: Path) -> None:
    """Such a proposal stands; one by its name alone is a comment."""
    path = tmp_path / "shop.csv"
    path.write_text("id,title,category,picture,stock,season\na,Tee,Tops,a.jpg,3,Summer\nb,Cap,Hats,b.jpg,0,Winter\n")
    text = proposed(recognise(path)).as_yaml()
    assert yaml.safe_load(text) == {"columns": {"in_stock": "stock", "image": "picture"}}
    assert "  # attributes.season: season" in text


@pytest.mark.parametrize("name", FEEDS)
def test_what_is_proposed_of_a_known_layout_is_what_it_leaves_out(tmp_path: Path, name: str) -> None:
    """But for what it leaves out, where the name and the values of a column say what it is."""
    path = tmp_path / name
    path.write_text(FEEDS[name])
    proposal = proposed(recognise(path))
    columns, text = proposal.columns, proposal.as_yaml()
    assert "needs no mapping" in text
    assert yaml.safe_load(text) == {"columns": dict(columns)}
    assert columns == {"attributes.gender": "geschlecht" if name == "shopify.csv" else "zielgruppe"}
    (tmp_path / "m.yaml").write_text(text)
    assert set(read_mapping(tmp_path / "m.yaml").columns) == set(columns)
