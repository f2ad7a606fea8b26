"""eBay's report of active listings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

HEADER = (
    "Item number,Title,Variation details,Custom label (SKU),Available quantity,Format,Currency,Start price,Current price,Sold quantity,"
    "Watchers,Start date,eBay category 1 name,Condition,C:Colour,Size,Department,Item photo URL\n"
)


def test_a_report_of_listings_needs_no_mapping(read: Callable[..., Any]) -> None:
    """A piece goes by its label, which orders name; its category is the last step that names a garment."""
    photos = "https://i.example/a.jpg|https://i.example/b.jpg"
    found = read(
        HEADER
        + f"186,Maxi dress,,VN-1,1,FIXED_PRICE,GBP,20.00,£18.50,0,3,28-Nov-26,Women > Dresses > Maxi,Pre-owned,Red,10,Women,{photos}\n"
        + "187,Levi's 501 jeans,,VN-2,0,FIXED_PRICE,GBP,30,,1,0,,Clothing:Men:Jeans,Used,,W32,Men,\n"
        + "188,Mystery box,,,1,FIXED_PRICE,GBP,5,,0,0,,Women > Other,New,,,Women,\n"
    )
    assert found.layout.startswith("eBay active listings")
    assert list(found.items) == ["VN-1", "VN-2", "188"]
    dress, jeans = found.items["VN-1"], found.items["VN-2"]
    told = ("category", "subcategory", "price", "currency", "in_stock", "created", "images")
    assert [dress[name] for name in told] == ["Dresses", "Maxi", 18.5, "GBP", True, "2026-11-28", photos.split("|")]
    assert dress["attributes"] == {"color": "Red", "size": "10", "department": "Women", "condition": "Pre-owned"}
    assert dress["extras"] == {"category_path": "Women > Dresses > Maxi"}
    assert (jeans["category"], jeans["price"], jeans["in_stock"], jeans["attributes"]["size"]) == ("Jeans", 30.0, False, "W32")


def test_variations_are_items_of_their_listing(read: Callable[..., Any]) -> None:
    """A label that comes twice names none of them."""
    found = read(
        HEADER
        + "190,Linen tee,,,,FIXED_PRICE,GBP,,,0,0,,Women > T-Shirts,New,,,Women,https://i.example/a.jpg\n"
        + "190,,[Colour=Red;Size=S],T-S,2,,,9.00,,,,,,,,,,\n190,,[Colour=Red;Size=M],T-X,0,,,9.00,,,,,,,,,,\n"
        + "191,Wool coat,,T-X,1,FIXED_PRICE,GBP,90,,0,0,,Women > Coats,Used,,,Women,\n"
    )
    assert {name: (item["title"], item.get("group_id"), item["in_stock"]) for name, item in found.items.items()} == {
        "T-S": ("Linen tee", "190", True),
        "190 Red M": ("Linen tee", "190", False),
        "191": ("Wool coat", None, True),
    }
    assert found.items["T-S"]["attributes"] == {"condition": "New", "department": "Women", "color": "Red", "size": "S"}
    assert found.items["T-S"]["image"]["path"] == "https://i.example/a.jpg"
