"""What no layout reads passes through, from feeds of every layout; the columns in which an exporter keeps its books do not."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

LONG = [{"reviewBody": "soft " * 100}] * 30
SHOPIFY = """Handle,Title,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price,Cost per item,Custom Label 0,Fit (product.metafields)
tee,Tee,Tops,Size,S,a,9.50,3.10,AW26,slim
tee,,,,M,b,9.50,3.10,,
""".replace("Custom Label", "Google Shopping / Custom Label")
WOO = """ID,Type,SKU,Name,Published,Tax status,Regular price,Categories,Parent,Position,Upsells,Meta: care,Meta: _wc_cog_cost
1,variable,tee,Tee,1,taxable,,Tops,,0,sock,cold,3
2,variation,a,Tee S,1,taxable,9.50,,tee,1,sock,cold,3
"""
MAGENTO = """sku,attribute_set_code,product_type,categories,name,price,tax_class_name,meta_title,related_skus,care
a,Tops,simple,Default Category/Tops,Tee,9.50,Taxable,Buy a tee,sock,cold
"""
HM = """article_id,prod_name,product_group_name,product_type_name,product_type_no
0108775015,Strap top,Garment Upper body,Vest top,253
"""
LD = {
    "@type": "ProductGroup",
    "name": "Tee",
    "category": "Tops",
    "description": "Soft.",
    "award": "Best tee",
    "hasVariant": [{"@type": "Product", "sku": "a", "award": "Best small tee", "weight": {"value": 3}, "review": LONG}],
}


@pytest.mark.parametrize(
    ("content", "item", "extras"),
    [
        (SHOPIFY, "a", {"google_shopping_custom_label_0": "AW26", "fit_product_metafields": "slim"}),
        (SHOPIFY, "b", {"google_shopping_custom_label_0": "AW26", "fit_product_metafields": "slim"}),
        (WOO, "a", {"upsells": "sock", "meta_care": "cold"}),
        (MAGENTO, "a", {"attribute_set_code": "Tops", "related_skus": "sock", "care": "cold"}),
        (HM, "0108775015", {"product_type_no": "253"}),
        (json.dumps(LD), "a", {"description": "Soft.", "award": "Best small tee", "weight": {"value": 3}}),
    ],
    ids=["Shopify", "a variant's product", "WooCommerce", "Magento", "H&M", "schema.org"],
)
def test_what_no_layout_reads_passes_through(read: Callable[..., Any], content: str, item: str, extras: dict[str, Any]) -> None:
    """A variant takes its product's."""
    found = read(content, "feed.json" if content.startswith("{") else "feed.csv")
    assert found.items[item]["extras"] == extras


def test_what_is_too_long_is_told(read: Callable[..., Any]) -> None:
    """A list as a text, and nothing else is lost with it."""
    [told] = read(json.dumps(LD), "feed.json").warnings
    assert "field 'review': 1 line (1): is longer than 10,000 characters; left out" in told


@pytest.mark.parametrize("stock", ["in_stock", "stock", "quantity", "availability"])
def test_sizes_may_call_their_stock_otherwise(read: Callable[..., Any], stock: str) -> None:
    """As their names; one without a name is told, and not lost."""
    sizes = [{"size": "S", stock: 2}, {"name": "M", stock: 0}, {"label": "L"}]
    lines = [
        json.dumps({"id": name, "category": "Tops", "sizes": said}) for name, said in (("a", sizes), ("b", [{stock: 2}]), ("c", ["S"]))
    ]
    found = read("\n".join(lines), "feed.jsonl")
    assert found.items["a"]["sizes"] == [
        {"size": "S", "in_stock": True},
        {"size": "M", "in_stock": False},
        {"size": "L", "in_stock": None},
    ]
    [told] = found.aside
    assert "names no size" in told
