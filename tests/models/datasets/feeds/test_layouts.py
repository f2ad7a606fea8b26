"""A feed in exactly the layout of each kind becomes the items that it means."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from models.datasets.audience import audience_label

_SHOPIFY = (
    "Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,Option1 Name,Option1 Value,Option2 Name,"
    "Option2 Value,Option3 Name,Option3 Value,Variant SKU,Variant Grams,Variant Inventory Tracker,"
    "Variant Inventory Qty,Variant Inventory Policy,Variant Fulfillment Service,Variant Price,Variant Compare At Price,"
    "Variant Requires Shipping,Variant Taxable,Variant Barcode,Image Src,Image Position,Image Alt Text,Gift Card,"
    "SEO Title,SEO Description,Google Shopping / Gender,Google Shopping / Age Group,Variant Image,Status"
)
SHOPIFY = _SHOPIFY.split(",")
_WOO = (
    "ID,Type,SKU,Name,Published,Is featured?,Visibility in catalog,Short description,Description,"
    "Date sale price starts,Date sale price ends,Tax status,Tax class,In stock?,Stock,Backorders allowed?,"
    "Sold individually?,Weight (kg),Sale price,Regular price,Categories,Tags,Shipping class,Images,Parent,Position,"
    "Attribute 1 name,Attribute 1 value(s),Attribute 1 visible,Attribute 1 global,Attribute 2 name,Attribute 2 value(s)"
)
WOO = _WOO.split(",")
_MAGENTO = (
    "sku,store_view_code,attribute_set_code,product_type,categories,product_websites,name,description,"
    "short_description,weight,product_online,tax_class_name,visibility,price,special_price,url_key,base_image,"
    "additional_images,created_at,additional_attributes,qty,is_in_stock,configurable_variations"
)
MAGENTO = _MAGENTO.split(",")
_HM = (
    "article_id,product_code,prod_name,product_type_no,product_type_name,product_group_name,graphical_appearance_no,"
    "graphical_appearance_name,colour_group_code,colour_group_name,perceived_colour_value_id,perceived_colour_value_name,"
    "perceived_colour_master_id,perceived_colour_master_name,department_no,department_name,index_code,index_name,"
    "index_group_no,index_group_name,section_no,section_name,garment_group_no,garment_group_name,detail_desc"
)
HM = _HM.split(",")


def table(header: Sequence[str], *rows: dict[str, str]) -> str:
    """A CSV with these columns; what a row does not say is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, header, restval="", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def test_shopify(read: Callable[..., Any]) -> None:
    """Variants take title, type and vendor from their handle's first row; rows without a variant are pictures; drafts are not for sale."""
    variant = {"Handle": "linen-shirt", "Variant Inventory Tracker": "shopify", "Variant Inventory Policy": "deny"}
    found = read(
        table(
            SHOPIFY,
            {
                **variant,
                "Title": "Linen &amp; Silk Shirt",
                "Body (HTML)": "<p>Soft.</p>",
                "Vendor": "Nordhavn",
                "Type": "Shirts",
                "Product Category": "Apparel & Accessories > Clothing > Clothing Tops",
                "Published": "true",
                "Option1 Name": "Size",
                "Option1 Value": "S",
                "Option2 Name": "Color",
                "Option2 Value": "White",
                "Variant SKU": "'00123",
                "Variant Inventory Qty": "3",
                "Variant Price": "39.00",
                "Variant Compare At Price": "49.00",
                "Image Src": "https://cdn.shop.example/a.jpg?v=1",
                "Google Shopping / Gender": "female",
                "Status": "active",
            },
            {
                **variant,
                "Option1 Value": "M",
                "Option2 Value": "White",
                "Variant SKU": "LS-M",
                "Variant Inventory Qty": "0",
                "Variant Price": "39.00",
                "Image Src": "https://cdn.shop.example/b.jpg",
                "Variant Image": "https://cdn.shop.example/b.jpg",
            },
            {"Handle": "linen-shirt", "Image Src": "https://cdn.shop.example/c.jpg"},
            {
                "Handle": "chino",
                "Title": "Chino",
                "Type": "Trousers",
                "Option1 Name": "Title",
                "Option1 Value": "Default Title",
                "Variant Price": "59",
            },
            {"Handle": "old", "Title": "Old", "Type": "Trousers", "Variant Price": "59", "Status": "archived"},
        )
    )
    assert found.layout == "Shopify product CSV (CSV, UTF-8, separated by commas)"
    assert set(found.items) == {"00123", "LS-M", "chino"}
    first, second, chino = found.items.values()
    assert (first["title"], first["category"], first["brand"], first["group_id"]) == (
        "Linen & Silk Shirt",
        "Shirts",
        "Nordhavn",
        "linen-shirt",
    )
    assert (first["price"], first["sale_price"], first["in_stock"]) == (49.0, 39.0, True)
    assert first["attributes"] == {"gender": "female", "size": "S", "color": "White"}
    assert first["images"] == [f"https://cdn.shop.example/{name}" for name in ("a.jpg?v=1", "b.jpg", "c.jpg")]
    assert (second["title"], second["price"], second["in_stock"], second["attributes"]["size"]) == ("Linen & Silk Shirt", 39.0, False, "M")
    assert second["images"][0].endswith("b.jpg")
    assert (chino["group_id"], "attributes" in chino, "in_stock" in chino) == ("chino", False, False)
    assert first["extras"]["body_html"] == "<p>Soft.</p>"


def test_shopify_of_new_names(read: Callable[..., Any]) -> None:
    """The export's names of 2024; without SKUs, a variant is called by its handle and options."""
    header = (
        "Title,URL handle,Description,Vendor,Product category,Type,Status,SKU,Option1 name,Option1 value,Price,Inventory tracker,"
        "Inventory quantity,Product image URL"
    )
    found = read(
        f"{header}\nTee,tee,,B,Apparel & Accessories > Clothing > Shirts & Tops,,Active,,Size,S,9.90,shopify,2,https://x.example/a.jpg\n"
        ",tee,,,,,,,,M,9.90,shopify,0,\n"
    )
    assert {name: (item["category"], item["in_stock"]) for name, item in found.items.items()} == {
        "tee-S": ("Shirts & Tops", True),
        "tee-M": ("Shirts & Tops", False),
    }


@pytest.mark.parametrize(
    ("tracker", "pieces", "policy", "sellable"),
    [
        ("", "0", "deny", True),
        ("", "-2", "", True),
        ("", "", "deny", True),
        ("", "", "", None),
        ("shopify", "0", "deny", False),
        ("shopify", "-2", "deny", False),
        ("shopify", "0", "continue", True),
        ("shopify", "3", "deny", True),
        ("shopify", "", "deny", None),
    ],
)
@pytest.mark.parametrize("names", ["old", "new", "no tracker"])
def test_shopify_stock(read: Callable[..., Any], names: str, tracker: str, pieces: str, policy: str, *, sellable: bool | None) -> None:
    """What nobody counts is there; of what is counted, it depends on the pieces and on whether more are sold than there are."""
    old = ["Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy"]
    new = ["Inventory tracker", "Inventory quantity", "Continue selling when out of stock"]
    said = {"Handle": "tee", "Title": "Tee", "Type": "Tops", "Variant Price": "9"}
    policy = policy if names == "old" else str(policy == "continue").upper() if policy else ""
    said |= dict(zip(old if names == "old" else new, (tracker, pieces, policy), strict=True))
    if names == "no tracker":
        if tracker:
            return
        del said["Inventory tracker"]
    assert read(table(list(said), said)).items["tee"].get("in_stock") is sellable


MERCHANT = {
    "id": "0012",
    "title": "Red tee",
    "description": "Soft, and red",
    "link": "https://shop.example/p/12?a=1&b=2",
    "image_link": "https://shop.example/a1.jpg",
    "additional_image_link": "https://shop.example/a2.jpg,https://shop.example/a3.jpg",
    "availability": "in_stock",
    "price": "15.00 USD",
    "sale_price": "12.00 USD",
    "google_product_category": "212",
    "product_type": "Women > Tops > T-shirts",
    "brand": "Nordhavn",
    "item_group_id": "A",
    "gender": "female",
    "age_group": "adult",
    "color": "red",
    "size": "M",
    "material": "cotton",
    "gtin": "04006381333931",
}


def as_rss(item: dict[str, str]) -> str:
    """As an RSS feed with Google's names."""
    pictures = item["additional_image_link"].split(",")
    said = [(name, value) for name, value in item.items() if name not in {"additional_image_link", "title", "link"}]
    inside = "".join(f"<g:{name}>{value.replace('&', '&amp;').replace('>', '&gt;')}</g:{name}>" for name, value in said)
    inside += "".join(f"<g:additional_image_link>{name}</g:additional_image_link>" for name in pictures)
    inside += f"<title>{item['title']}</title><link>{item['link'].replace('&', '&amp;')}</link>"
    inside += "<g:shipping><g:country>US</g:country><g:price>5.00 USD</g:price></g:shipping>"
    head = '<?xml version="1.0"?>\n<rss version="2.0" xmlns:g="http://base.google.com/ns/1.0"><channel><title>Shop</title>'
    return f"{head}\n<item>{inside}</item></channel></rss>"


def as_atom(item: dict[str, str]) -> str:
    """As an Atom feed: the link is an attribute."""
    entry = as_rss(item).partition("<item>")[2].partition("</item>")[0]
    entry = entry.replace(f"<link>{item['link'].replace('&', '&amp;')}</link>", f'<link href="{item["link"].replace("&", "&amp;")}"/>')
    return f'<feed xmlns="http://www.w3.org/2005/Atom" xmlns:g="http://base.google.com/ns/1.0"><title>Shop</title><entry>{entry}</entry></feed>'


@pytest.mark.parametrize(
    ("content", "name"),
    [
        ("\t".join(MERCHANT) + "\n" + "\t".join(MERCHANT.values()) + "\n", "feed.tsv"),
        (as_rss(MERCHANT), "feed.xml"),
        (as_atom(MERCHANT), "feed.xml"),
        (json.dumps(MERCHANT) + "\n", "feed.jsonl"),
    ],
    ids=["text", "rss", "atom", "lines"],
)
def test_google_merchant(read: Callable[..., Any], content: str, name: str) -> None:
    """Text, RSS and Atom come to the same."""
    found = read(content, name)
    assert found.layout.startswith("Google Merchant")
    item = found.items["0012"]
    assert (item["title"], item["category"], item["brand"], item["group_id"]) == ("Red tee", "T-shirts", "Nordhavn", "A")
    assert (item["price"], item["sale_price"], item["currency"], item["in_stock"]) == (15.0, 12.0, "USD", True)
    assert item["url"] == MERCHANT["link"]
    assert item["images"] == [f"https://shop.example/a{number}.jpg" for number in (1, 2, 3)]
    assert item["attributes"] == {"gender": "female", "age_group": "adult", "color": "red", "size": "M", "material": "cotton"}
    assert (item["extras"]["gtin"], item["extras"]["category_path"]) == ("04006381333931", "Women > Tops > T-shirts")


@pytest.mark.parametrize(
    ("google", "category"),
    [
        ("Apparel & Accessories > Shoes", "Shoes"),
        ("187", "Shoes"),
        ("5598", "Coats & Jackets"),
        ("Apparel &amp; Accessories &gt; Shoes", "Shoes"),
        ("99999", "99999"),
    ],
)
def test_google_category_stands_in(read: Callable[..., Any], google: str, category: str) -> None:
    """Where the shop has no path of its own: by words, or by the number of the taxonomy."""
    assert read(f"id\ttitle\tgoogle_product_category\na\tBoot\t{google}\n", "f.txt").items["a"]["category"] == category


def test_woocommerce(read: Callable[..., Any]) -> None:
    """Variations take from their parent, by SKU or by id, what they leave empty, wherever it stands; the parent is none then."""
    found = read(
        table(
            WOO,
            {
                "ID": "76",
                "Type": "variation",
                "SKU": "tee-red",
                "Name": "Tee - Red",
                "In stock?": "1",
                "Regular price": "20",
                "Parent": "tee",
            },
            {
                "ID": "44",
                "Type": "variable",
                "SKU": "tee",
                "Name": "Tee",
                "Published": "1",
                "In stock?": "1",
                "Categories": "Sale, Clothing > Tees",
                "Images": "https://x.example/a,b.jpg, https://x.example/b.jpg",
                "Attribute 1 name": "Color",
                "Attribute 1 value(s)": "Red, Blue",
                "Attribute 2 name": "Fabric",
                "Attribute 2 value(s)": "Cotton",
            },
            {
                "ID": "77",
                "Type": "variation",
                "Name": "Tee - Blue",
                "Published": "1",
                "In stock?": "backorder",
                "Sale price": "15",
                "Regular price": "20",
                "Parent": "id:44",
                "Attribute 1 name": "Color",
                "Attribute 1 value(s)": "Blue",
            },
            {
                "ID": "80",
                "Type": "simple",
                "SKU": "hat",
                "Name": "Hat",
                "Published": "1",
                "In stock?": "0",
                "Categories": "Hats",
                "Regular price": "9,50",
            },
            {"ID": "81", "Type": "simple", "SKU": "hid", "Name": "Hidden", "Published": "-1", "Categories": "Hats"},
        )
    )
    assert found.layout.startswith("WooCommerce")
    assert [item["title"] for item in found.items.values()] == ["Tee - Red", "Tee", "Hat"]  # of what names no options, its own
    assert set(found.items) == {"tee-red", "77", "hat"}
    red, blue, hat = found.items.values()
    assert (red["category"], red["group_id"], red["price"], red["in_stock"]) == ("Tees", "tee", 20.0, True)
    assert red["images"] == ["https://x.example/a,b.jpg", "https://x.example/b.jpg"]
    assert (blue["group_id"], blue["price"], blue["sale_price"], blue["in_stock"]) == ("tee", 20.0, 15.0, False)
    assert blue["attributes"] == {"color": "Blue", "fabric": "Cotton"}
    assert (hat["in_stock"], hat["price"], "group_id" in hat) == (False, 9.5, False)


def test_magento(read: Callable[..., Any]) -> None:
    """The simple products of a configurable one, which stands behind them, are its group; what is off line is left out."""
    simple = {
        "attribute_set_code": "Top",
        "product_type": "simple",
        "product_online": "1",
        "price": "29.00",
        "qty": "5",
        "is_in_stock": "1",
    }
    found = read(
        table(
            MAGENTO,
            {
                **simple,
                "sku": "WS12-XS",
                "name": "Tee-XS",
                "additional_attributes": "color=Orange,size=XS,material=Cotton|Lycra",
                "special_price": "19",
            },
            {**simple, "sku": "WS12-S", "name": "Tee-S", "additional_attributes": "color=Orange,size=S", "is_in_stock": "0"},
            {
                "sku": "WS12",
                "product_type": "configurable",
                "attribute_set_code": "Top",
                "name": "Tee",
                "categories": "Default Category/Women,Default Category/Women/Tops/Tees",
                "base_image": "/w/s/ws12.jpg",
                "additional_images": "/w/s/ws12-b.jpg,/w/s/ws12-c.jpg",
                "configurable_variations": "sku=WS12-XS,size=XS,color=Orange|sku=WS12-S,size=S,color=Orange",
                "additional_attributes": "climate=Warm,brand=Nordhavn",
            },
            {**simple, "sku": "WS12-XS", "store_view_code": "de", "name": "Hemd"},
            {**simple, "sku": "off", "name": "Off", "product_online": "2", "categories": "Default Category/Bags"},
        )
    )
    assert found.layout.startswith("Magento")
    assert set(found.items) == {"WS12-XS", "WS12-S"}
    first, second = found.items.values()
    assert (first["group_id"], first["category"], first["title"], first["brand"]) == ("WS12", "Tees", "Tee", "Nordhavn")
    assert (first["price"], first["sale_price"], first["in_stock"], second["in_stock"]) == (29.0, 19.0, True, False)
    attributes = {"climate": "Warm", "color": "Orange", "size": "XS", "material": ["Cotton", "Lycra"], "department": "Women"}
    assert first["attributes"] == attributes


PRODUCT = {
    "@context": "https://schema.org",
    "@type": "Product",
    "sku": "0446310786",
    "name": "Executive &amp; Anvil",
    "image": ["https://example.com/1x1/photo.jpg", {"@type": "ImageObject", "url": "https://example.com/4x3/photo.jpg"}],
    "brand": {"@type": "Brand", "name": "ACME"},
    "category": "Clothing > Dresses",
    "color": "red",
    "audience": {"@type": "PeopleAudience", "suggestedGender": "https://schema.org/Female"},
    "offers": {
        "@type": "Offer",
        "url": "https://example.com/anvil",
        "priceCurrency": "USD",
        "price": 119.99,
        "availability": "https://schema.org/InStock",
    },
}
GROUP = {
    "@type": "ProductGroup",
    "productGroupID": "44E01",
    "name": "Wool winter coat",
    "category": "Coats",
    "hasVariant": [
        {
            "@type": "Product",
            "sku": "44E01-M11000",
            "size": "small",
            "offers": {
                "availability": "OutOfStock",
                "priceCurrency": "EUR",
                "price": "39,99",
                "priceSpecification": {"priceType": "https://schema.org/ListPrice", "price": 49.99},
            },
        },
        {"@type": "Product", "sku": "44E01-M11001", "size": "large"},
    ],
}


SCRIPT = "<script type='application/ld+json'>"


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (json.dumps([PRODUCT, GROUP], indent=1), "feed.json"),
        (json.dumps({"@context": "https://schema.org", "@graph": [PRODUCT, GROUP, {"@type": "WebPage"}]}), "feed.json"),
        (
            json.dumps(
                {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "position": 1, "item": one} for one in (PRODUCT, GROUP)]}
            ),
            "feed.json",
        ),
        (json.dumps(PRODUCT) + "\n" + json.dumps(GROUP) + "\n", "feed.jsonl"),
        (
            f"<!doctype html><html>{SCRIPT}{json.dumps(PRODUCT)}</script><body>{SCRIPT}{json.dumps(GROUP)}</script></body></html>",
            "page.html",
        ),
    ],
    ids=["list", "graph", "item list", "lines", "page"],
)
def test_schema_org(read: Callable[..., Any], content: str, name: str) -> None:
    """Products in lists, graphs, lines and pages; variants take from their group."""
    found = read(content, name)
    assert found.layout.startswith("schema.org products")
    assert set(found.items) == {"0446310786", "44E01-M11000", "44E01-M11001"}
    anvil, small, large = found.items.values()
    assert (anvil["title"], anvil["category"], anvil["brand"], anvil["url"]) == (
        "Executive & Anvil",
        "Dresses",
        "ACME",
        "https://example.com/anvil",
    )
    assert (anvil["price"], anvil["currency"], anvil["in_stock"]) == (119.99, "USD", True)
    assert anvil["images"] == ["https://example.com/1x1/photo.jpg", "https://example.com/4x3/photo.jpg"]
    assert anvil["attributes"] == {"color": "red", "gender": "Female"}
    assert (small["title"], small["group_id"], small["attributes"], small["in_stock"]) == (
        "Wool winter coat",
        "44E01",
        {"size": "small"},
        False,
    )
    assert (small["price"], small["sale_price"], small["currency"]) == (49.99, 39.99, "EUR")
    assert (large["group_id"], large["category"]) == ("44E01", "Coats")


def test_hm_articles(read: Callable[..., Any], tmp_path: Path) -> None:
    """Ids keep their zeros, colours of one product are a group, pictures are found where the archive has them, and it is told for whom."""
    (tmp_path / "images" / "010").mkdir(parents=True)
    (tmp_path / "images" / "010" / "0108775015.jpg").write_bytes(b"\xff\xd8\xff picture")
    values = (
        "0108775015,0108775,Strap top,253,Vest top,Garment Upper body,1010016,Solid,09,Black,4,Dark,5,Black,1676,Jersey,A,Ladieswear,1,"
        'Ladieswear,16,Basics,1002,Jersey Basic,"Jersey top, and more."'
    )
    other = values.replace("0108775015", "0108775044", 1).replace(",09,Black,", ",10,White,")
    found = read(f"{','.join(HM)}\n{values}\n{other}\n", "articles.csv")
    assert found.layout.startswith("H&M articles.csv")
    first, second = found.items.values()
    assert (first["id"], first["group_id"], second["group_id"]) == ("0108775015", "0108775", "0108775")
    assert (first["title"], first["category"], first["subcategory"]) == ("Strap top", "Garment Upper body", "Vest top")
    assert (first["attributes"]["color"], second["attributes"]["color"], first["attributes"]["pattern"]) == ("Black", "White", "Solid")
    assert audience_label(first["attributes"]) == "women adult"
    assert first["image"]["path"] == "images/010/0108775015.jpg"
    assert "image" not in second
    assert any("there is no file" in warning for warning in found.warnings)


def test_fashion_product_images(read: Callable[..., Any]) -> None:
    """The rows with one comma too many are rows like others."""
    header = "id,gender,masterCategory,subCategory,articleType,baseColour,season,year,usage,productDisplayName"
    found = read(
        f"{header}\n15970,Men,Apparel,Topwear,Shirts,Navy Blue,Fall,2011,Casual,Turtle Check Men Navy Blue Shirt\n"
        "6044,Men,Apparel,Topwear,Tshirts,White,Fall,2010,Casual,Nike Men's Pack of 2, Black and White Tees\n",
        "styles.csv",
    )
    assert found.layout.startswith("Fashion Product Images styles.csv")
    assert found.aside == []
    assert found.items["6044"]["title"] == "Nike Men's Pack of 2, Black and White Tees"
    item = found.items["15970"]
    assert (item["category"], item["subcategory"]) == ("Topwear", "Shirts")
    assert (item["attributes"]["gender"], item["attributes"]["color"], item["attributes"]["season"]) == ("Men", "Navy Blue", "Fall")


def test_own_columns_know_the_vocabulary_of_merchants(read: Callable[..., Any]) -> None:
    """Where ours has no name of its own; whatever else there is passes through."""
    found = read(
        "id,category,title,price,availability,link,item_group_id,size,color,Care Label\n"
        "A-1,tops,Tee,15.00 USD,out of stock,https://shop.example/1,A,M,red,30°\n"
    )
    item = found.items["A-1"]
    assert (item["price"], item["currency"], item["in_stock"], item["group_id"]) == (15.0, "USD", False, "A")
    assert (item["url"], item["attributes"], item["extras"]) == (
        "https://shop.example/1",
        {"size": "M", "color": "red"},
        {"care_label": "30°"},
    )


def test_rows_that_repeat_an_id_are_sizes(read: Callable[..., Any], tmp_path: Path) -> None:
    """Rows behind an item that say neither title nor category."""
    for name in "ab":
        (tmp_path / f"{name}.png").write_bytes(b"picture")
    found = read(
        "id,title,category,price,size,in_stock,image\nlinen,Linen,Shirts,39.00,S,1,a.png\nlinen,,,39.00,M,0,\nlinen,,,,,,b.png\nchino,Chino,Trousers,59,M,,\n"
    )
    linen, chino = found.items["linen"], found.items["chino"]
    assert linen["sizes"] == [{"size": "S", "in_stock": True}, {"size": "M", "in_stock": False}]
    assert (linen["attributes"], linen["images"], linen["image"]["path"]) == ({"size": ["S", "M"]}, ["a.png", "b.png"], "a.png")
    assert (chino["title"], found.aside) == ("Chino", [])


@pytest.mark.parametrize(
    "column", ["Active", "Actif (0/1)", "Aktiv", "Activo", "Attivo", "Enabled", "Published", "is_visible", "Active (0 = No, 1 = Yes)"]
)
@pytest.mark.parametrize("mapping", [None, "columns: {id: id, category: category}", 'columns: {active: "COLUMN"}'])
def test_what_is_not_active_is_not_sold(read: Callable[..., Any], column: str, mapping: str | None) -> None:
    """In a column of any such name, whether or not a mapping names it; what says neither is told, and sold."""
    text = f'id,category,title,"{column}"\n1,Tops,Shirt,1\n2,Tops,Blouse,0\n3,Tops,Top,soon\n'
    found = read(text, mapping=mapping and mapping.replace("COLUMN", column))
    assert ([*found.items], found.items["1"].get("extras")) == (["1", "3"], None)
    assert any("1 products that are not for sale" in warning for warning in found.warnings)
    assert any("does not say whether it is for sale" in warning for warning in found.warnings)


def test_a_mapping_says_what_is_for_sale(read: Callable[..., Any]) -> None:
    """By words of its own; a column that it drops says nothing."""
    text = "nr,art,aktiv,lager\n1,Tops,0,da\n2,Tops,1,weg\n"
    mapping = "columns: {id: nr, category: art, active: {column: lager, values: {da: true, weg: false}}}"
    assert [*read(text, mapping=mapping).items] == ["1"]
    assert [*read(text, mapping="columns: {id: nr, category: art}\ndrop: [aktiv]").items] == ["1", "2"]
