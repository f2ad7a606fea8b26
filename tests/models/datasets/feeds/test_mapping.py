"""Feeds of columns that no layout knows: a mapping is proposed, corrected, and read by."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from models.datasets.feeds.mapping import read_mapping
from models.datasets.feeds.propose import proposed
from models.datasets.feeds.recognise import recognise
from models.datasets.read import read_catalogue
from models.errors import InputError

FEED = (
    "Artikel Nr;Warengruppe;Bezeichnung;Preis;Lager;Farbe;Bilder;Interne Notiz;Währung\n"
    "007;Damen > Oberteile;Hemd;2990;ja;rot;https://x.example/a.jpg|https://x.example/b.jpg;geheim;EUR\n"
    "008;Damen > Schuhe;Stiefel;12900;nein;;;;\n"
)
ENGLISH = "SKU,Product Name,Product Type,Unit Price,Qty,Photo\n1,Tee,Tops,9.90,3,a.jpg\n"
ABBREVIATED = (
    "ArtNr;Artikelbezeichnung 1;WGR;WGR-Bez;VK brutto;EK netto;Lagerbestand ges.;Mod-Nr;Geschl.\n"
    "000001;Bluse;10;DOB/Blusen;1.049,90;12,00;3;M0001;D\n"
)
BRITISH = (
    "Product,Article No,Dept,Range,RRP GBP,Free stock,Collection\n"
    "Oxford Shirt,AB-1001,Womens,Tops,45.00,12,SS25\nSlim Jean,AB-1002,Mens,Bottoms,55.00,0,SS25\n"
)
BRAZILIAN = (
    "Identificador URL;Nome;Categorias;Nome da variação 1;Valor da variação 1;Nome da variação 2;Valor da variação 2;Preço;"
    "Preço promocional;Estoque;SKU;Exibir na loja;Marca;Gênero;Faixa etária\n"
    "vestido-1;Vestido longo;Feminino > Vestidos;Cor;Azul;Tamanho;PP;239,90;169,90;0;V1-PP;SIM;Vila;Feminino;Adultos\n"
    "vestido-1;;;Cor;Azul;Tamanho;P;239,90;169,90;20;V1-P;SIM;;;\n"
)
POLISH = (
    "ID produktu;Symbol;Nazwa;Kategoria;Cena;Stan;Producent;Rozmiar;Płeć;Sezon;Zdjęcie;Adres URL;Widoczny\n"
    "5001;P1-36;Sukienka midi;Odzież damska/Sukienki;199,90 zł;2 szt.;Bytom;36;Kobieta;jesień/zima;p.jpg;https://x.example/1;tak\n"
    "5001;P1-38;Sukienka midi;Odzież damska/Sukienki;199,90 zł;brak;Bytom;38;Kobieta;jesień/zima;p.jpg;https://x.example/1;tak\n"
)
SWEDISH = (
    "Artikelnummer;Benämning;Kategori;Pris;Reapris;Lagersaldo;Storlek;Färg;Varumärke;Kön;Bild;Länk;Synlig\n"
    "A1-S;Röd klänning;Klänningar;299,00 kr;199,00 kr;12;S;Röd;Kappahl;dam;a.jpg;https://x.example/1;ja\n"
    "A1-M;Röd klänning;Klänningar;299,00 kr;;slut i lager;M;Röd;Kappahl;dam;a.jpg;https://x.example/1;nej\n"
)
MAPPING = """
columns:
  id: Artikel Nr
  category: "Warengruppe[-1]"
  title: Bezeichnung
  price: {column: Preis, unit: cents}
  in_stock: {column: Lager, values: {ja: true, nein: false}}
  attributes.color: {column: Farbe, default: bunt}
  images: {column: Bilder, separator: "|"}
currency: EUR
drop: [Interne Notiz]
"""


def test_a_mapping_says_which_column_is_which(read: Callable[..., Any]) -> None:
    """With places in paths, units, words, separators, defaults; what is neither mapped nor dropped passes through."""
    found = read(FEED, mapping=MAPPING)
    assert found.layout == "a mapping file (CSV, UTF-8, separated by semicolons)"
    shirt, boot = found.items["007"], found.items["008"]
    assert (shirt["category"], shirt["title"], shirt["price"], shirt["currency"], shirt["in_stock"]) == (
        "Oberteile",
        "Hemd",
        29.9,
        "EUR",
        True,
    )
    assert shirt["images"] == ["https://x.example/a.jpg", "https://x.example/b.jpg"]
    assert (shirt["attributes"], boot["attributes"]) == ({"color": "rot", "department": "Damen"}, {"color": "bunt", "department": "Damen"})
    assert shirt["extras"] == {"währung": "EUR", "category_path": "Damen > Oberteile"}
    assert (boot["extras"], boot["in_stock"]) == ({"category_path": "Damen > Schuhe"}, False)


def test_values_within_values_are_named_by_points(read: Callable[..., Any]) -> None:
    """Of JSON; and lists by their place."""
    line = {"sku": "a", "path": ["Women", "Dresses"], "price": {"now": {"value": "9,90 EUR"}}, "name": "Dress"}
    found = read(json.dumps(line) + "\n", "f.jsonl", "columns: {id: sku, category: 'path[-1]', price: price.now.value, title: name}")
    assert (found.items["a"]["category"], found.items["a"]["price"], found.items["a"]["currency"]) == ("Dresses", 9.9, "EUR")


MAGENTO = (
    "sku,name,attribute_set_code,product_type,categories,url_key,visibility,base_image,configurable_variations\n"
    "tee-s,Tee-S,Top,simple,,tee-s,Not Visible Individually,/t/s 1.jpg,\n"
    'tee,Tee,Top,configurable,Default Category/Tees,tee,Catalog,,"sku=tee-s,size=S"\n'
    "cap,Cap,Top,simple,Default Category/Caps,cap,Search,https://cdn.example/c.jpg,\n"
)
LINKED = """
columns:
  url: {column: url_key, template: "https://shop.example/{}.html"}
  images: {column: base_image, template: "https://shop.example/media/{}"}
"""


def test_a_template_makes_addresses(read: Callable[..., Any]) -> None:
    """Of a product's page for its variants, which have none; of pictures; of several of a cell. What is one already stays."""
    tee, cap = read(MAGENTO, mapping=LINKED).items.values()
    assert [(item["url"], item["image"]["path"]) for item in (tee, cap)] == [
        ("https://shop.example/tee.html", "https://shop.example/media/t/s%201.jpg"),
        ("https://shop.example/cap.html", "https://cdn.example/c.jpg"),
    ]
    shopify = "Handle,Title,Type,Variant SKU,Variant Price\ntee,Tee,Tops,a,9\n"
    found = read(shopify, mapping="columns: {url: {column: Handle, template: 'https://shop.example/products/{}'}}")
    assert found.items["a"]["url"] == "https://shop.example/products/tee"
    several = "columns: {id: i, category: c, images: {column: p, separator: '|', template: 'https://s.example/{}'}}"
    assert read("i,c,p\na,Tees,x.jpg|y.jpg\n", mapping=several).items["a"]["images"] == [
        "https://s.example/x.jpg",
        "https://s.example/y.jpg",
    ]


def test_parquet_and_a_known_layout_may_be_mapped(read: Callable[..., Any], tmp_path: Path) -> None:
    """The mapping lies over what is recognised."""
    pq.write_table(pa.table({"sku": ["a"], "id": ["b"], "category": ["c"], "kind": ["Shoes"]}), tmp_path / "f.parquet")
    found = read((tmp_path / "f.parquet").read_bytes(), "f.parquet", "columns: {id: sku, category: kind}")
    assert {name: item["category"] for name, item in found.items.items()} == {"a": "Shoes"}


def test_a_directory_may_bring_its_mapping(tmp_path: Path) -> None:
    """As ``mapping.yaml`` or ``mapping.toml``."""
    (tmp_path / "items.csv").write_text("sku,kind\na,Shoes\n")
    (tmp_path / "mapping.toml").write_text('[columns]\nid = "sku"\ncategory = "kind"\n')
    assert read_catalogue(tmp_path).categories == ["Shoes"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("columns: {id: sku, category: kind, prise: p}", "did you mean 'price'"),
        ("columns: {id: sku, category: kind}\ncurency: EUR", "curency"),
        ("columns: {id: sku, category: kind}\ncurrency: XXL", "no currency"),
        ("columns: {id: sku, category: kind}\nencoding: nonsense", "no encoding"),
        ("columns: {id: {column: sku, unit: pence}, category: kind}", "unit"),
        ("columns: {url: {column: key, template: 'https://s.example/'}}", r"template'?: .*write it with \{\}, as in"),
        ("column: {id: sku}", r"m\.yaml: 'column' is no key of a mapping; did you mean 'columns'\?"),
        ("columns: {id: {column: sku, vals: {a: b}}}", r"columns\.id.*'vals' is no key of a mapping; did you mean 'values'\?"),
        ("hue: red", "there are columns, drop"),
        ("columns: [", "is not YAML"),
        ("columns:\n  id: sku\n   title: name\n", r"m\.yaml:3: is not YAML: mapping values .*; indent alike"),
        ("columns: {gender: sex}", r"'gender' is no field; did you mean 'attributes\.gender'\?"),
        ("- 1", "holds no names and values"),
    ],
)
def test_a_wrong_mapping_is_refused(tmp_path: Path, text: str, problem: str) -> None:
    """By its field."""
    (tmp_path / "m.yaml").write_text(text)
    with pytest.raises(InputError, match=problem):
        read_mapping(tmp_path / "m.yaml")


def test_a_column_that_the_feed_lacks_is_told_at_its_place_in_the_mapping(tmp_path: Path) -> None:
    """With the nearest one; where none is near, with all that there are, unless there are very many."""
    names = [*(f"c{n}" for n in range(50)), "sku", "kind", "schlagwörter"]
    (feed := tmp_path / "feed.csv").write_text(f"{','.join(names)}\n{','.join(names)}\n")
    (mapping := tmp_path / "m.yaml").write_text("columns: {id: sku, category: kind, attributes.tags: Schlagworte, title: Überschrift}")
    with pytest.raises(InputError) as refused:
        read_catalogue(feed, mapping=mapping)
    first, [second] = refused.value, refused.value.beside
    assert (first.path, first.field) == (mapping, "columns.attributes.tags")
    assert f"'Schlagworte' is no column of {feed}; did you mean 'schlagwörter'?" in str(first)
    assert (second.path, second.field) == (mapping, "columns.title")
    assert f"it has {', '.join(names)}" in str(second)


@pytest.mark.parametrize("missing", ["id", "category"])
def test_columns_of_no_known_layout_need_an_id_and_a_category(read: Callable[..., Any], missing: str) -> None:
    """Of a known one, they do not."""
    columns = ", ".join(f"{name}: {column}" for name, column in (("id", "sku"), ("category", "sort")) if name != missing)
    with pytest.raises(InputError, match=f"says no column for '{missing}'"):
        read("sku,sort\na,b\n", mapping=f"columns: {{{columns}}}")


def test_a_column_that_the_feed_has_not_is_refused(read: Callable[..., Any]) -> None:
    """With those that it has."""
    with pytest.raises(
        InputError, match=r"columns\.yaml, field 'columns\.category': 'kind' is no column of .*/feed\.csv; it has sku, sort$"
    ):
        read("sku,sort\na,b\n", mapping="columns: {id: sku, category: kind}")


MARKETPLACE = (
    "Listing no,Custom label (SKU),Title,Category 1 name,Our price,Reserve price,Quantity now,Sold quantity,Photo 1 (URL),Condition\n"
    "1861,VN-1,Wool coat,Coats,19.99,1.00,1,0,https://s.example/a.jpg,Used\n"
)
_CONDITION = "category=category_1_name attributes.condition=condition"


JAPANESE = (
    "商品番号,商品管理番号,商品名,カテゴリ,性別,カラー,サイズ,ブランド,販売価格,在庫状況,商品画像,商品ページURL,登録日\n"
    'A-1,A,シャツ,メンズ\uff1eシャツ,メンズ,青,M,東京,"12,800円(税込)",在庫あり,a.jpg,https://shop.example/a,2026/10/08\n'
    'A-2,A,シャツ,メンズ\uff1eシャツ,メンズ,青,L,東京,"12,800円(税込)",在庫なし,a.jpg,https://shop.example/a,2026/10/08\n'
)
TURKISH = (
    "StokKodu;Model Kodu;ÜRÜN ADI;Kategori;Marka;Cinsiyet;Renk;Beden;Fiyat;İndirimli Fiyat;Para Birimi;Stok Miktarı;Resim 1\n"
    "T-1;T;Uzun Elbise;Kadın > Elbise;Şirin;Kadın;Mavi;36;1.067,90 TL;999,90 TL;TL;8;a.jpg\n"
    "T-2;T;Uzun Elbise;Kadın > Elbise;Şirin;Kadın;Mavi;38;1.067,90 TL;;TL;0;a.jpg\n"
)


@pytest.mark.parametrize(
    ("feed", "expected"),
    [
        (FEED.replace("2990", "29,90"), "id=artikel_nr category=warengruppe[-1] title=bezeichnung price=preis in_stock=lager"),
        (ENGLISH, "id=sku title=product_name category=product_type price=unit_price in_stock=qty image=photo"),
        ("code,product_typ,titel,preis\n1,Tops,Tee,call us\n", "id=code category=product_typ title=titel price="),
        ("sku,type,position,image_pos\n1,Tops,1,2\n2,Tops,,3\n", "id=sku category=type attributes.material= image="),
        (ABBREVIATED, "id=artnr title=artikelbezeichnung_1 category=wgr_bez[-1] price=vk_brutto group_id=mod_nr attributes.gender=geschl"),
        (
            BRITISH,
            "id=article_no title=product category=range price=rrp_gbp in_stock=free_stock attributes.department=dept",
        ),
        (BRITISH.replace("Article No", "Key"), "id=key title=product"),
        (JAPANESE, "id=商品番号 category=カテゴリ[-1] title=商品名 price=販売価格 brand=ブランド in_stock=在庫状況 url=商品ページurl"),
        (JAPANESE, "image=商品画像 group_id=商品管理番号 attributes.color=カラー attributes.size=サイズ created=登録日"),
        (TURKISH, "id=stokkodu title=ürün_adi price=fiyat sale_price=indirimli_fiyat currency=para_birimi in_stock=stok_miktari"),
        (TURKISH, "category=kategori[-1] brand=marka image=resim_1 group_id=model_kodu attributes.color=renk attributes.size=beden"),
        (BRAZILIAN, "id=sku category=categorias[-1] title=nome price=preço sale_price=preço_promocional in_stock=estoque brand=marca"),
        (BRAZILIAN, "group_id=identificador_url attributes.gender=gênero attributes.age_group=faixa_etária active=exibir_na_loja"),
        (BRAZILIAN, "attributes.color=valor_da_variação_1 attributes.size=valor_da_variação_2"),
        (POLISH, "id=symbol category=kategoria[-1] title=nazwa price=cena in_stock=stan brand=producent url=adres_url image=zdjęcie"),
        (POLISH, "group_id=id_produktu attributes.size=rozmiar attributes.gender=płeć attributes.season=sezon active=widoczny"),
        (SWEDISH, "id=artikelnummer category=kategori title=benämning price=pris sale_price=reapris in_stock=lagersaldo url=länk"),
        (SWEDISH, "brand=varumärke image=bild attributes.color=färg attributes.size=storlek attributes.gender=kön active=synlig"),
        (MARKETPLACE, f"id=custom_label_sku price=our_price in_stock=quantity_now image=photo_1_url {_CONDITION}"),
    ],
    ids=[
        "German",
        "English",
        "misspelt",
        "positions",
        "abbreviated",
        "British",
        "a code of no known name",
        "Japanese",
        "more Japanese",
        "Turkish",
        "more Turkish",
        "Portuguese",
        "more Portuguese",
        "Portuguese options",
        "Polish",
        "more Polish",
        "Swedish",
        "more Swedish",
        "a marketplace",
    ],
)
def test_a_mapping_is_proposed_that_can_be_read_by(tmp_path: Path, feed: str, expected: str) -> None:
    """By near names, and never a column whose values are of another kind."""
    path = tmp_path / "feed.csv"
    path.write_text(feed)
    known = recognise(path)
    proposal = proposed(known)
    columns = proposal.columns
    assert all(columns.get(field, "") == column for field, _, column in (pair.partition("=") for pair in expected.split()))
    (tmp_path / "m.yaml").write_text(proposal.as_yaml())
    currency = {"currency": "GBP"} if "rrp_gbp" in columns.values() else {}
    assert yaml.safe_load((tmp_path / "m.yaml").read_text()) == {"columns": columns} | currency
    assert len(read_catalogue(path, mapping=tmp_path / "m.yaml"))


_VARIANTS = [{"sku": "T-36", "color": "red", "size": "36", "stock": 8}, {"sku": "T-38", "color": "red", "size": "38", "stock": 0}]
_ELEMENTS = "".join(f"<v>{''.join(f'<{name}>{value}</{name}>' for name, value in one.items())}</v>" for one in _VARIANTS)


_PRODUCT = "<style_number>{0}</style_number><title>Tee</title><category>tops</category>"
_SHOP = f"<article>{_PRODUCT.format('T')}<variants>{_ELEMENTS}</variants></article><article>{_PRODUCT.format('U')}<sku>U</sku></article>"


@pytest.mark.parametrize(
    ("name", "feed"),
    [
        ("f.json", json.dumps([{"style number": "T", "title": "Tee", "category": "tops", "variants": _VARIANTS}])),
        ("f.xml", f"<shop>{_SHOP}</shop>"),
    ],
)
def test_variants_that_items_list_are_items(read: Callable[..., Any], tmp_path: Path, name: str, feed: str) -> None:
    """With code, stock, colour and size of their own, and all else of their product; as it is proposed, too."""
    (tmp_path / name).write_text(feed)
    proposal = proposed(recognise(tmp_path / name)).as_yaml()
    found = read(feed, name, mapping=proposal).items
    assert [(one, found[one]["in_stock"], found[one]["title"], found[one]["group_id"]) for one in ("T-36", "T-38")] == [
        ("T-36", True, "Tee", "T"),
        ("T-38", False, "Tee", "T"),
    ]
    assert found["T-36"]["attributes"] == {"color": "red", "size": "36"}
    assert [*found] == ["T-36", "T-38", *(["U"] if name == "f.xml" else [])]


ORDERS = "Order ID,SKU,Product,Category,Qty\n1,A,Tee,tops,1\n"


@pytest.mark.parametrize(
    "text", [ORDERS, "Name,Email,Created at,Lineitem quantity,Lineitem name,Lineitem sku\n#1,a@b.c,2025-01-02,1,Tee,A\n"]
)
def test_orders_are_no_feed(read: Callable[..., Any], text: str) -> None:
    """Which is told with the command that they are for; a mapping may read items out of them."""
    with pytest.raises(InputError, match=r"these are order lines, not items; `attire import-orders .*feed\.csv` learns from them"):
        read(text)
    assert read(ORDERS, mapping="columns: {id: sku, category: category}").layout.startswith("a mapping file")


def test_items_that_are_sorted_are_no_orders(read: Callable[..., Any]) -> None:
    """A column ``order`` beside a stock is a feed's, and a ``Bestellnummer``."""
    with pytest.raises(InputError, match="attire map"):
        read("sku,name,order,quantity\nA,Tee,1,5\n")
    with pytest.raises(InputError, match="attire map"):
        read("Artikelnummer,Bezeichnung,Bestellnummer,Menge\nA,Tee,B-1,5\n")


SHEET = "produit;combinaison;ref article;libellé;Catégories (x,y,z...);Prix TTC;Quantité;Image URLs (x,y,z...);actif\n" + "".join(
    f"{number // 2};{number};R-{number};Robe longue;Accueil,Femme,Robes;66,90;3;https://x.example/{number};1\n" for number in range(8)
)


def test_the_column_whose_words_differ_most_is_the_title(tmp_path: Path) -> None:
    """However a brand is called; of unknown names the values tell it."""
    path = tmp_path / "feed.csv"
    rows = [f"S{n};Tops;{'Acme Mills' if n % 2 else 'Best Looms'};Plain shirt no {'abcdefghij'[n]} long" for n in range(10)]
    path.write_text("\n".join(["sku;category;Product;Opisanie", *rows]))
    assert proposed(recognise(path)).columns["title"] == "opisanie"


def test_a_cell_may_hold_several_paths(tmp_path: Path, read: Callable[..., Any]) -> None:
    """``NAME[0][-1]`` is the last step of the first; so it is proposed where a comma stands behind what is elsewhere a whole path."""
    path = tmp_path / "feed.csv"
    path.write_text('sku,name,category\n1,Red dress,Women > Dresses\n2,Blue dress,"Women > Dresses, New in"\n')
    proposal = proposed(recognise(path))
    assert proposal.columns["category"] == {"column": "category[0][-1]", "separator": ","}
    assert {item["category"] for item in read(path.read_text(), mapping=proposal.as_yaml()).items.values()} == {"Dresses"}


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        ("{id: sku, group_id: product", {"1": ("Dresses", "Red dress", "red"), "2": ("Dresses", "Red dress", "red")}),
        ("{id: product, sizes: size", {"p": ("Dresses", "Red dress", "red")}),
    ],
)
def test_later_rows_of_a_product_may_be_empty(read: Callable[..., Any], columns: str, expected: dict[str, Any]) -> None:
    """By codes of their own each is an item with what the first says of all; by the product's id they are its sizes."""
    feed = "product,sku,name,category,color,size,stock\np,1,Red dress,Dresses,red,S,0\np,2,,,,M,4\n"
    mapping = f"columns: {columns}, title: name, category: category, attributes.color: color, in_stock: stock}}"
    items = read(feed, mapping=mapping).items
    assert {name: (item["category"], item["title"], item["attributes"]["color"]) for name, item in items.items()} == expected
    if "p" in items:
        assert items["p"]["in_stock"]
        assert items["p"]["sizes"] == [{"size": "S", "in_stock": False}, {"size": "M", "in_stock": True}]
    else:
        assert [item["in_stock"] for item in items.values()] == [False, True]


def test_names_with_brackets_lists_and_ids_that_repeat_are_proposed(tmp_path: Path, read: Callable[..., Any]) -> None:
    """Commas part a list of categories; what is called an id, and repeats, is the group; what is proposed reads."""
    path = tmp_path / "feed.csv"
    path.write_text(SHEET.replace("produit;", "product_id;").replace("libellé", "Libellé article"))
    proposal = proposed(recognise(path))
    assert {name: proposal.columns[name] for name in ("id", "group_id", "category", "price", "in_stock", "image", "active")} == {
        "id": "ref_article",
        "group_id": "product_id",
        "category": {"column": "catégories_x_y_z[-1]", "separator": ","},
        "price": "prix_ttc",
        "in_stock": "quantité",
        "image": "image_urls_x_y_z",
        "active": "actif",
    }
    found = read(path.read_text(), mapping=proposal.as_yaml())
    assert {item["category"] for item in found.items.values()} == {"Robes"}
    assert {item["group_id"] for item in found.items.values()} == {"0", "1", "2", "3"}


def test_a_step_of_a_text_that_nothing_parts_is_told(read: Callable[..., Any]) -> None:
    """With the way to write it, which reads it; a list without a step says so, too."""
    mapping = "columns: {{id: combinaison, category: {}}}"
    whole = read(SHEET, mapping=mapping.format("'catégories_x_y_z[-1]'"))
    assert {item["category"] for item in whole.items.values()} == {"Accueil,Femme,Robes"}
    assert any('write {column: "catégories_x_y_z[-1]", separator: ","} in the mapping' in warning for warning in whole.warnings)
    parted = read(SHEET, mapping=mapping.format('{column: "catégories_x_y_z[-1]", separator: ","}'))
    assert ({item["category"] for item in parted.items.values()}, parted.warnings) == ({"Robes"}, [])
    listed = read(SHEET, mapping=mapping.format('{column: catégories_x_y_z, separator: ","}'))
    assert "a mapping takes the last by `[-1]` behind the name of the column" in listed.aside[0]


def test_what_a_mapping_finds_in_no_row_is_told(read: Callable[..., Any]) -> None:
    """A value within a text, say."""
    mapping = "columns: {id: combinaison, category: libellé, attributes.color: libellé.Couleur, brand: {column: actif.x, default: L}}"
    assert (
        read(SHEET, mapping=mapping)
        .warnings[0]
        .endswith("'libellé.Couleur' says nothing in any row, so no item has it; name another column")
    )
