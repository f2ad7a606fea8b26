"""What stands in feeds as shops really export them, beside what their layouts say."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from models.datasets.feeds.dates import end_of, is_over, moment

DAY = timedelta(days=1)
SCRIPT = "<script type='application/ld+json'>"


def table(*rows: dict[str, str]) -> str:
    """A CSV with the columns that some row names."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)), restval="")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_without_categories_titles_tell_them(read: Callable[..., Any]) -> None:
    """Where no item of a feed names a category: by the garment that its title names; what names none is set aside, and it is told."""
    product = {"Option1 Name": "Title", "Option1 Value": "Default Title", "Variant Price": "50", "Tags": "men"}
    found = read(
        table(
            {**product, "Handle": "a", "Title": "Ocean Blue Shirt"},
            {**product, "Handle": "b", "Title": "Classic Varsity Top", "Option1 Name": "Size", "Option1 Value": "S"},
            {"Handle": "b", "Option1 Value": "M", "Variant Price": "50"},
            {**product, "Handle": "c", "Title": "LED High-Top Sneakers"},
            {**product, "Handle": "d", "Title": "Poster"},
        )
    )
    assert {name: item["category"] for name, item in found.items.items()} == {"a": "Tops", "b-S": "Tops", "b-M": "Tops", "c": "Shoes"}
    assert "no item names a category: it was taken from the words of titles (Tops 3, Shoes 1)" in found.warnings[0]
    assert [(line["line"], line["field"]) for line in found.rejects] == [(6, "category")]


def test_a_row_without_a_category_is_where_the_others_of_its_garment_are(read: Callable[..., Any]) -> None:
    """One whose title names none is set aside."""
    head, row = "id,title,link,product_type\n", "{},{},https://s.example/a,{}\n"
    said = (("a", "Blue shirt", "Shirts"), ("b", "Red shirt", ""), ("c", "Poster", ""))
    found = read(head + "".join(row.format(*one) for one in said))
    assert {name: item["category"] for name, item in found.items.items()} == {"a": "Shirts", "b": "Shirts"}
    assert [line["id"] for line in found.rejects] == ["c"]


def test_a_mark_of_spreadsheets_is_no_part_of_a_cell(read: Callable[..., Any]) -> None:
    """``'-1`` as WooCommerce writes it, ``'0123`` as Excel does; an apostrophe of a title stays."""
    found = read(
        table(
            {
                "ID": "1",
                "Type": "simple",
                "SKU": "'00123",
                "Name": "'90s Tee",
                "Published": "1",
                "Categories": "Tees",
                "Regular price": "9",
            },
            {"ID": "2", "Type": "simple", "SKU": "b", "Name": "'-50% Tee", "Published": "1", "Categories": "Tees", "Regular price": "9"},
            {"ID": "3", "Type": "simple", "SKU": "draft", "Name": "Draft", "Published": "'-1", "Categories": "Tees"},
            {"ID": "4", "Type": "simple", "SKU": "pending", "Name": "Pending", "Published": "2", "Categories": "Tees"},
        )
    )
    assert {name: item["title"] for name, item in found.items.items()} == {"00123": "'90s Tee", "b": "-50% Tee"}


def test_hidden_products_of_woocommerce_are_none(read: Callable[..., Any]) -> None:
    """Of its catalogue's visibility; variations go with their parent."""
    simple = {"Type": "simple", "Published": "1", "Categories": "Tees", "Regular price": "9"}
    hidden = {"Visibility in catalog": "hidden", "Published": "1", "Categories": "Tees"}
    found = read(
        table(
            {**simple, "ID": "1", "SKU": "a", "Name": "A", "Visibility in catalog": "visible"},
            {**simple, "ID": "2", "SKU": "b", "Name": "B", "Visibility in catalog": "search"},
            {**simple, **hidden, "ID": "3", "SKU": "c", "Name": "C"},
            {**hidden, "ID": "4", "Type": "variable", "SKU": "d", "Name": "D"},
            {"ID": "5", "Type": "variation", "SKU": "d-1", "Name": "D 1", "Parent": "d", "Published": "1", "Regular price": "9"},
        )
    )
    assert set(found.items) == {"a", "b"}
    assert any("products that are not for sale" in warning for warning in found.warnings)


@pytest.mark.parametrize("kind", ["grouped", "bundle", "virtual", "downloadable", "giftcard"])
def test_what_nobody_wears_is_none_of_magento(read: Callable[..., Any], kind: str) -> None:
    """A grouped product has no price of its own, and what it is made of stands in rows of its own; a special price of 0 is none."""
    rows = f"a,Tee,Top,simple,Default Category/Tops,9,0.0000\nb,Set,Top,{kind},Default Category/Tops,,\n"
    found = read(f"sku,name,attribute_set_code,product_type,categories,price,special_price\n{rows}")
    assert [(name, item["price"], item.get("sale_price")) for name, item in found.items.items()] == [("a", 9.0, None)]
    assert any("1 products that nobody wears" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("product", "alone", "grouped", "stocks", "off"),
    [
        ('1,"Catalog, Search",1', "Search", "1,Catalog", {"tee-s": True, "tee-m": False, "cap": True}, 0),
        ("2,Catalog,1", "Catalog", "1,Catalog", {"cap": True}, 2),
        ("1,Not Visible Individually,1", "Catalog", "1,Catalog", {"cap": True}, 2),
        ("1,Catalog,0", "Catalog", "1,Catalog", {"tee-s": False, "tee-m": False, "cap": True}, 0),
        ("1,Catalog,1", "Einzeln nicht sichtbar", "1,Catalog", {"tee-s": True, "tee-m": False}, 1),
        ("1,Catalog,1", "Not Visible Individually", "1,Catalog,cap=0.0000", {"tee-s": True, "tee-m": False, "cap": True}, 0),
        ("1,Catalog,1", "Not Visible Individually", "2,Catalog,cap=0.0000", {"tee-s": True, "tee-m": False}, 2),
    ],
)
def test_a_product_of_magento_that_is_off_takes_its_variants_out(
    *, read: Callable[..., Any], product: str, alone: str, grouped: str, stocks: dict[str, bool], off: int
) -> None:
    """Its status, visibility and stock hold for those without a page of their own, which is told; a product that lists them sells them."""
    status, visibility, listed = [*grouped.split(","), ""][:3]
    rows = [
        "sku,name,attribute_set_code,product_type,categories,price,product_online,visibility,is_in_stock,configurable_variations",
        "tee-s,Tee-S,Top,simple,,9,1,Not Visible Individually,1,,",
        "tee-m,Tee-M,Top,simple,,9,1,Not Visible Individually,0,,",
        f'tee,Tee,Top,configurable,Default Category/Tees,,{product},"sku=tee-s,size=S|sku=tee-m,size=M|sku=tee-l,size=L",',
        "tee-l,Tee-L,Top,simple,,9,1,Catalog,1,,",
        f"cap,Cap,Top,simple,Default Category/Caps,9,1,{alone},1,,",
        f'set,Set,Top,grouped,Default Category/Caps,,{status},{visibility},1,,"24-x=1,{listed}"',
    ]
    rows[0] += ",associated_skus"
    found = read("\n".join(rows) + "\n")
    assert {name: item["in_stock"] for name, item in found.items.items()} == {**stocks, "tee-l": True}
    told = "".join(found.warnings)
    assert (f"{off} products that are not for sale" in told) == (off > 0)
    assert ("out of stock by that of its product" in told) == (product == "1,Catalog,0")


@pytest.mark.parametrize(
    ("product", "stocks"),
    [("1,visible,1", {"tee-s": True}), ("0,visible,1", {}), ("1,hidden,1", {}), ("1,visible,0", {"tee-s": False})],
)
def test_a_product_of_woocommerce_that_is_off_takes_its_variations_out(
    read: Callable[..., Any], product: str, stocks: dict[str, bool]
) -> None:
    """Though their own rows say otherwise."""
    header = "ID,Type,SKU,Name,Published,Visibility in catalog,In stock?,Regular price,Categories,Parent"
    rows = [f"1,variable,tee,Tee,{product},,Tees,", "2,variation,tee-s,Tee - S,1,visible,1,9,,tee", "3,simple,cap,Cap,1,visible,1,9,Caps,"]
    found = read("\n".join([header, *rows]) + "\n")
    assert {name: item["in_stock"] for name, item in found.items.items()} == {**stocks, "cap": True}


_WOO = "ID,Type,SKU,Name,Regular price,Categories,Parent,Attribute 1 name,Attribute 1 value(s)\n1,variable,tee,Wool tee,,Tees,,,\n"
_VARIANTS = '"sku=a,size=34,color=Black|sku=b,size=36,color=Black"'
_MAGENTO = "sku,name,attribute_set_code,product_type,categories,configurable_variations\na,Wool tee-34-Black,Top,simple,,\n"
_LD = {"@type": "ProductGroup", "name": "Wool tee", "category": "Tees"}
_VARIANT = {"@type": "Product", "sku": "a", "name": "Black tee"}


@pytest.mark.parametrize(
    ("content", "title", "attributes"),
    [
        (f"{_WOO}2,variation,a,Wool tee in black,9,,tee,Color,Black\n", "Wool tee", {"color": "Black"}),
        (f"{_WOO}2,variation,a,Wool tee - Black,9,,tee,,\n", "Wool tee - Black", None),
        (f"{_MAGENTO}tee,Wool tee,Top,configurable,Default Category/Tees,{_VARIANTS}\n", "Wool tee", {"size": "34", "color": "Black"}),
        (
            json.dumps({**_LD, "hasVariant": [{"@type": "Product", "sku": "a", "name": "Black tee", "color": "Black"}]}),
            "Wool tee",
            {"color": "Black"},
        ),
        (json.dumps({**_LD, "hasVariant": [{"@type": "Product", "sku": "a", "name": "Black tee"}]}), "Black tee", None),
    ],
    ids=["WooCommerce", "no options", "Magento", "schema.org", "no properties"],
)
def test_a_variant_has_the_title_of_its_product(
    read: Callable[..., Any], content: str, title: str, attributes: dict[str, str] | None
) -> None:
    """Where its options say what its own name adds."""
    item = read(content, "f.json" if content.startswith("{") else "f.csv").items["a"]
    assert (item["title"], item.get("attributes")) == (title, attributes)


def test_a_configurable_product_without_rows_of_variants_is_an_item(read: Callable[..., Any]) -> None:
    """As in an export of what is visible alone."""
    header = "sku,name,attribute_set_code,product_type,categories,visibility,is_in_stock,configurable_variations"
    rows = [
        'tee,Tee,Top,configurable,Default Category/Tees,Catalog,1,"sku=tee-s,size=S"',
        "cap,Cap,Top,simple,Default Category/Caps,Catalog,1,",
    ]
    found = read("\n".join([header, *rows]) + "\n")
    assert {name: item["in_stock"] for name, item in found.items.items()} == {"tee": True, "cap": True}


@pytest.mark.parametrize("name", ["magento", "woocommerce", "shopify", "schema.org"])
def test_a_column_that_says_what_is_active_counts_in_every_layout(read: Callable[..., Any], name: str) -> None:
    """Of a product for its variants; unless a mapping drops it."""
    group = {"@type": "ProductGroup", "name": "Tee", "category": "Tees", "Enabled": "0", "hasVariant": [{"@type": "Product", "sku": "a"}]}
    feed = {
        "magento": "sku,name,attribute_set_code,product_type,categories,configurable_variations,Enabled\na,Tee,Top,simple,,,1\n"
        'tee,Tee,Top,configurable,Default Category/Tees,"sku=a,size=S",0\nb,Cap,Top,simple,Default Category/Caps,,1\n',
        "woocommerce": "ID,Type,SKU,Name,Regular price,Categories,Parent,Enabled\n1,variable,tee,Tee,,Tees,,0\n"
        "2,variation,a,Tee,9,,tee,1\n3,simple,b,Cap,9,Caps,,1\n",
        "shopify": "Handle,Title,Type,Variant SKU,Variant Price,Enabled\ntee,Tee,Tees,a,9,0\ncap,Cap,Caps,b,9,1\n",
        "schema.org": json.dumps([group, {"@type": "Product", "sku": "b", "name": "Cap", "category": "Caps"}]),
    }[name]
    file = "f.json" if name == "schema.org" else "f.csv"
    assert set(read(feed, file).items) == {"b"}
    assert set(read(feed, file, "drop: [Enabled]").items) == {"a", "b"}


def test_a_mapping_that_says_what_is_active_is_of_products_too(read: Callable[..., Any]) -> None:
    """A variant that is for sale of a product that is not."""
    rows = [
        "sku,name,attribute_set_code,product_type,categories,aktiv,configurable_variations",
        "tee-s,Tee-S,Top,simple,,ja,",
        'tee,Tee,Top,configurable,Default Category/Tees,nein,"sku=tee-s,size=S"',
        "cap,Cap,Top,simple,Default Category/Caps,ja,",
    ]
    assert set(read("\n".join(rows) + "\n", mapping="columns: {active: aktiv}").items) == {"cap"}


@pytest.mark.parametrize("status", ["draft", "archived", "unlisted"])
def test_what_shopify_does_not_show_is_none(read: Callable[..., Any], status: str) -> None:
    """What is unlisted is found by its address alone."""
    rows = f"a,Tee,Tops,a,9,active\nb,Tee,Tops,b,9,{status}\n"
    found = read(f"Handle,Title,Type,Variant SKU,Variant Price,Status\n{rows}")
    assert set(found.items) == {"a"}
    assert any("1 products that are not for sale" in warning for warning in found.warnings)


@pytest.mark.parametrize(("ends", "on"), [(-1, False), (1, True)])
def test_a_sale_price_counts_while_its_sale_is_on(read: Callable[..., Any], ends: int, *, on: bool) -> None:
    """By the dates of WooCommerce, Magento and Google Merchant."""
    end = datetime.now(UTC) + ends * DAY
    woo = table(
        {
            "ID": "1",
            "Type": "simple",
            "SKU": "a",
            "Name": "A",
            "Published": "1",
            "Categories": "Tees",
            "Regular price": "20",
            "Sale price": "15",
            "Date sale price ends": f"{end:%Y-%m-%d}",
        },
    )
    magento = table(
        {
            "sku": "a",
            "attribute_set_code": "Top",
            "product_type": "simple",
            "name": "A",
            "price": "20",
            "special_price": "15",
            "special_price_from_date": "1/2/20",
            "special_price_to_date": f"{end.month}/{end.day}/{end:%y}, 11:59 PM",
        },
    )
    header = "id\ttitle\tproduct_type\tprice\tsale_price\tsale_price_effective_date\n"
    google = f"{header}a\tA\tTees\t20 EUR\t15 EUR\t2020-01-02T11:07+0100/{end:%Y-%m-%dT%H:%M}+0000\n"
    for content, name in ((woo, "w.csv"), (magento, "m.csv"), (google, "g.tsv")):
        found = read(content, name)
        assert (found.items["a"]["price"], found.items["a"].get("sale_price")) == (20.0, 15.0 if on else None)
        assert any("its dates are over or have not begun" in told for told in found.warnings) is not on


def test_the_day_of_an_item_may_name_its_month(read: Callable[..., Any]) -> None:
    """As eBay writes it."""
    found = read("id,category,created\na,tops,28-Nov-26\nb,tops,28-Mum-26\n")
    assert [item.get("created") for item in found.items.values()] == ["2026-11-28", None]
    assert "is no date that can be read in one way only" in found.warnings[0]


def test_the_day_of_an_item_may_be_written_in_numbers(read: Callable[..., Any]) -> None:
    """With the year first, or with points; where the first of two numbers may be the month, it is left out and told."""
    cells = ["2026/10/08", "2026年10月8日", "08.10.2026", "8 Ekim 2026", "8/10/2026"]
    found = read("id,category,created\n" + "".join(f"{place},tops,{cell}\n" for place, cell in enumerate(cells)))
    assert [item.get("created") for item in found.items.values()] == [*["2026-10-08"] * 4, None]
    assert "'8/10/2026' is no date" in found.warnings[0]


def test_dates() -> None:
    """A day counts to its end; a sale that has not begun is not on; what is no date says nothing."""
    day = datetime(2026, 11, 27, tzinfo=UTC)
    assert (moment("2026-11-27"), end_of("2026-11-27"), end_of("2026-11-27T10:00")) == (day, day + DAY, day.replace(hour=10))
    assert moment("3/12/20, 3:02\u202fPM", american=True) == datetime(2020, 3, 12, 15, 2, tzinfo=UTC)
    assert (moment("27-Nov-26"), end_of("27 November 2026"), end_of("27 Nov 26 10:00")) == (day, day + DAY, day.replace(hour=10))
    assert (moment("3/12/20"), moment(""), moment(None)) == (None, None, None)
    assert [is_over(day, None, day - DAY), is_over(None, day, day + DAY), is_over(day, day + DAY, day), is_over(None, None, day)] == [
        True,
        True,
        False,
        False,
    ]


def test_magento_as_it_is_exported(read: Callable[..., Any]) -> None:
    """Its dates, its word for no picture, and the set of attributes of what is in no category."""
    simple = {"product_type": "simple", "price": "10", "is_in_stock": "1", "categories": "Default Category"}
    found = read(
        table(
            {
                **simple,
                "sku": "a",
                "attribute_set_code": "Bag",
                "name": "A",
                "base_image": "no_selection",
                "additional_images": "no_selection",
                "created_at": "4/18/16, 4:46 PM",
            },
            {**simple, "sku": "b", "attribute_set_code": "Default", "name": "B"},
        )
    )
    assert [(item["category"], item["created"], "image" in item) for item in found.items.values()] == [
        ("Bag", "2016-04-18T16:46:00+00:00", False)
    ]
    assert ([line["id"] for line in found.rejects], found.warnings) == (["b"], [])


_SHOES, _SALE, _CLOTH = "Shoes/Loafers", "Promotions/Holiday/Gifts for Him", "Collections/Performance Fabrics"


@pytest.mark.parametrize(
    ("paths", "category"),
    [
        ([_SHOES, _SALE], "Loafers"),
        (["New In/Men/This Week", _SHOES], "Loafers"),
        ([_CLOTH, _SHOES], "Loafers"),
        ([_SHOES, "Collections/Wedding/Guests/Shoes for him"], "Loafers"),
        (["Sale/Shoes", "Essentials"], "Shoes"),
        (["Shoes/Boots/Rain", "Shoes"], "Boots"),
        ([_CLOTH, "Essentials/More"], "Performance Fabrics"),
    ],
)
def test_of_several_paths_the_step_that_names_a_garment_counts(read: Callable[..., Any], paths: list[str], category: str) -> None:
    """The deepest, below no sale first, in every layout in which a product stands in several; where none does, one path's last."""
    arrows = [path.replace("/", " > ") for path in paths]
    magento = f'sku,name,attribute_set_code,categories\na,A,Top,"{",".join(f"Default Category/{path}" for path in paths)}"\n'
    woo = f'ID,Type,SKU,Name,Regular price,Categories\n1,simple,a,A,9,"{", ".join(arrows)}"\n'
    google = json.dumps({"id": "a", "title": "A", "link": "https://s.example/a", "product_type": arrows}) + "\n"
    page = json.dumps({"@type": "Product", "sku": "a", "name": "A", "category": arrows})
    for content, name in ((magento, "m.csv"), (woo, "w.csv"), (google, "g.jsonl"), (page, "p.json")):
        assert read(content, name).items["a"]["category"] == category, name


@pytest.mark.parametrize(
    ("own", "images"),
    [
        ("no_selection,no_selection,no_selection", ["t.jpg", "u.jpg"]),
        ("no_selection,,", ["t.jpg", "u.jpg"]),
        ("no_selection,/s.jpg,no_selection", ["s.jpg", "u.jpg"]),
        ("/b.jpg,/s.jpg,/more.jpg", ["b.jpg", "more.jpg"]),
    ],
)
def test_no_picture_of_a_variant_is_its_products(read: Callable[..., Any], own: str, images: list[str]) -> None:
    """Magento writes ``no_selection`` where a simple product has none."""
    header = "sku,name,attribute_set_code,product_type,categories,base_image,small_image,additional_images,configurable_variations"
    rows = [
        f"a,Tee-S,Top,simple,,{own},",
        'tee,Tee,Top,configurable,Default Category/Tees,/t.jpg,,"no_selection,/u.jpg","sku=a,size=S"',
    ]
    found = read("\n".join([header, *rows]) + "\n")
    assert found.items["a"]["images"] == images


def test_styles_with_a_column_behind_the_name(read: Callable[..., Any]) -> None:
    """A comma too many is of the name, wherever that column stands; names of columns that are empty are none."""
    header = "id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,productDisplayName"
    row = "1,Men,Footwear,Shoes,Casual Shoes,White,Winter,2012,Casual,Newfeel White, Blue and Orange Shoes"
    for content in (f"{header},image\n{row},1.jpg\n", f"{header},,\n{row},,\n", f"{header},,\n{row}\n", f"{header}\n{row}\n"):
        item = read(content, "styles.csv").items["1"]
        assert (item["title"], "image" in item, "extras" in item) == ("Newfeel White, Blue and Orange Shoes", False, False)


def test_hm_without_zeros_has_its_pictures(read: Callable[..., Any], tmp_path: Path) -> None:
    """Of a copy that pandas has written; its ids stay as they are, as its transactions have lost them, too."""
    (tmp_path / "hm" / "images" / "010").mkdir(parents=True)
    (tmp_path / "hm" / "images" / "010" / "0108775015.jpg").write_bytes(b"\xff\xd8\xff")
    row = {"article_id": "108775015", "product_code": "108775", "prod_name": "Strap top", "product_group_name": "Upper body"}
    found = read(table({"": "0", **row}), "hm/articles.csv")
    assert found.items["108775015"]["image"]["path"] == "images/010/0108775015.jpg"
    assert "extras" not in found.items["108775015"]


def test_a_group_of_schema_org_without_an_id(read: Callable[..., Any]) -> None:
    """Its variants are of one product all the same, by its address or name."""
    variants = [{"@type": "Product", "sku": sku, "name": f"Coat {sku}"} for sku in ("a", "b")]
    found = read(json.dumps({"@type": "ProductGroup", "name": "Coat", "category": "Coats", "hasVariant": variants}), "f.json")
    assert [item["group_id"] for item in found.items.values()] == ["Coat", "Coat"]


@pytest.mark.parametrize("steps", [["Home", "Women", "Coats", "Wool coat"], ["Women", "Coats"]])
def test_breadcrumbs_tell_the_category_of_a_page(read: Callable[..., Any], steps: list[str]) -> None:
    """Without the shop's home, and without the product itself."""
    trail = {"@type": "BreadcrumbList", "itemListElement": [{"@type": "ListItem", "position": 1, "name": step} for step in steps]}
    product = {"@type": "Product", "sku": "a", "name": "Wool coat"}
    page = f"<!doctype html><html>{SCRIPT}{json.dumps(trail)}</script>{SCRIPT}{json.dumps(product)}</script></html>"
    item = read(page, "page.html").items["a"]
    assert (item["category"], item["extras"]["category_path"]) == ("Coats", "Women > Coats")
