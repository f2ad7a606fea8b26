"""A mapping for columns that no layout knows, and for those that a known layout does not read, proposed for a person to correct."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import yaml
from rapidfuzz import fuzz, utils

from models.datasets.audience import says_only_whom
from models.datasets.feeds.active import is_active_column
from models.datasets.feeds.dates import moment
from models.datasets.feeds.layouts.prestashop_words import without_brackets
from models.datasets.feeds.mapping import value_at
from models.datasets.feeds.money import is_currency, read_money
from models.datasets.feeds.recognise import Feed, names_of
from models.datasets.feeds.records import Record
from models.datasets.feeds.stock import read_stock
from models.datasets.feeds.unread import first_of, read_of, unread
from models.datasets.feeds.words import bare, path_of

_WORDS: Final[Mapping[str, str]] = {
    "id": "id, sku, item id, product id, article id, article number, article no, artikelnummer, artikel nr, item number, item no, "
    "product code, stock code, code, reference, ref, asin, custom label, custom label sku, seller sku, merchant sku, listing id",
    "category": "category, product type, categories, kategorie, kategorien, categorie, type, product category, warengruppe, department, "
    "dept, range, garment type, article type, category name, category 1 name, primary category",
    "subcategory": "subcategory, sub category, unterkategorie, style, garment group, range",
    "title": "title, name, product, product name, listing title, "
    "bezeichnung, titel, display name, nom, nombre, titre, product title, item name",
    "price": "price, preis, prix, precio, prezzo, prix ttc, price tax included, price tax incl, preis inkl mwst, bruttopreis, "
    "precio con iva, pvp, prezzo iva inclusa, regular price, vk preis, unit price, list price, price amount, rrp, retail price, "
    "start price, current price, selling price, buy it now price, startpreis",
    "sale_price": "sale price, special price, discount price, offer price, aktionspreis, reduced price",
    "currency": "currency, waehrung, währung, devise, currency code",
    "brand": "brand, marke, vendor, manufacturer, hersteller, marque, marca, designer, label",
    "in_stock": "in stock, availability, stock, lager, lagerbestand, bestand, quantity, quantité, cantidad, quantità, menge, qty, "
    "available, verfügbarkeit, inventory, free stock, stock level, stock on hand, "
    "available quantity, quantity available, verfügbare stückzahl",
    "url": "url, link, product url, deeplink, product link, href, page",
    "image": "image, image link, image url, picture, bild, photo, main image, img, bild url, image path, thumbnail, image urls, url des "
    "images, bild urls, urls de las imágenes, url immagini, photo url, item photo url, picture url, gallery url, image 1, photo 1",
    "images": "additional images, additional image link, images, more images, gallery, bilder, pictures",
    "group_id": "group id, item group id, parent, parent sku, product group, style number, model, parent id",
    "attributes.color": "color, colour, farbe, couleur, base colour, colour name, color name",
    "attributes.size": "size, größe, groesse, grösse, schuhgröße, taille, pointure, talla, maat, taglia, size name",
    "attributes.gender": "gender, geschlecht, sex, genre, target group, zielgruppe, sexe, género, sexo, geslacht, sesso, genere",
    "attributes.department": "department, dept",
    "attributes.season": "season, saison, collection, kollektion, temporada, stagione",
    "attributes.age_group": "age group, altersgruppe",
    "attributes.occasion": "occasion, usage, activity, dress code, anlass, verwendung, occasion de port, ocasión, occasione, uso",
    "attributes.condition": "condition, item condition, zustand, artikelzustand, état, estado, condizione, conditie",
    "attributes.material": "material, fabric, stoff, composition, matière",
    "created": "created, created at, date added, published at, erstellt, start date, listed on",
}
_ELSEWHERE: Final[Mapping[str, str]] = {
    "id": "artnr, артикул, 商品番号, 商品コード, 商品id, 品番, sku番号, stok kodu, ürün kodu, ürün id",
    "category": "wgr bez, категории, категория, catégories, categorías, カテゴリ, カテゴリー, 商品カテゴリ, ジャンル, 分類, kategori, "
    "kategori adı, ürün kategorisi",
    "subcategory": "サブカテゴリ, 小カテゴリ, 小分類, alt kategori",
    "title": "artikelbezeichnung, имя, название, наименование, 商品名, 商品名称, 品名, タイトル, ürün adı, ürün başlığı, başlık",
    "price": "vk brutto, verkaufspreis, цена, базовая цена, precio normal, tarif régulier, regulärer preis, 価格, 販売価格, 通常価格, "
    "税込価格, 商品価格, fiyat, satış fiyatı, liste fiyatı, ürün fiyatı",
    "sale_price": "angebotspreis, цена распродажи, акционная цена, セール価格, 割引価格, 特価, indirimli fiyat, indirimli satış fiyatı, "
    "kampanya fiyatı",
    "currency": "通貨, para birimi",
    "brand": "ブランド, ブランド名, メーカー, marka, marka adı, üretici",
    "in_stock": "vorrätig, в наличии, наличие, en stock, 在庫, 在庫数, 在庫状況, 在庫有無, stok, stok miktarı, stok adedi, "
    "stok durumu, adet",
    "url": "商品url, 商品ページ, 商品ページurl, リンク, ürün linki, ürün url, ürün sayfası",
    "image": "изображение, фото, 画像, 商品画像, 画像url, 商品画像url, メイン画像, 写真, resim, resim 1, resimler, ürün resmi, görsel, "
    "görsel 1, ürün görseli, fotoğraf",
    "images": "изображения, imágenes, 追加画像, サブ画像, ek resimler, diğer resimler",
    "group_id": "mod nr, modellnummer, 商品管理番号, 親商品番号, 商品グループ, model kodu, ana ürün kodu",
    "attributes.color": "色, カラー, カラー名, renk, renk adı",
    "attributes.size": "サイズ, サイズ名, beden, numara",
    "attributes.gender": "geschl, 性別, 対象性別, cinsiyet",
    "attributes.season": "シーズン, 季節, sezon",
    "attributes.age_group": "対象年齢, 年齢層, yaş grubu",
    "attributes.material": "素材, 材質, 生地, materyal, malzeme, kumaş",
    "created": "登録日, 登録日時, 発売日, 作成日, eklenme tarihi, oluşturma tarihi",
}
"""As WooCommerce, merchandise systems and others export them in the language of the shop."""
_VARIANTS: Final = (
    "variants, variations, skus, options, combinations, varianten, variantes, varianti, déclinaisons, varyantlar, seçenekler, "
    "バリエーション"
)
_TOKENS: Final[Mapping[str, str]] = {
    "category": "category kategorie",
    "price": "price preis prix precio prezzo",
    "in_stock": "quantity qty stock stückzahl",
    "image": "image photo picture foto bild",
}
"""One word of a name that is near no other, which may well hold the field."""
_OTHERWISE_WORDS: Final = "sold reserve reserved shipping delivery cost old sale min max minimum id number count alt type buy was"
_OTHERWISE: Final = frozenset(_OTHERWISE_WORDS.split())
"""Words beside those by which it does not."""
_WORDED: Final = (
    "subcategory",
    "title",
    "brand",
    "url",
    "image",
    "images",
    *(f"attributes.{name}" for name in ("color", "gender", "material", "condition")),
)
"""Fields that are told in words: a position is no composition."""
_NEAR, _SAME = 80.0, 100.0
_MOSTLY: Final = 0.7
_UNBROKEN: Final = 10_000
_CODE: Final = re.compile(r"(?=.*\d)[\w./#-]{2,40}")
_NO_CODE: Final = re.compile(r"\d*\.\d+|\d{1,4}([-/.])\d{1,2}\1\d{1,4}(?:T.*)?|.*\.\w{3,4}")
"""A number, a date, a file."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed of a feed.

    Attributes:
        columns: field -> column, or what a mapping says of it.
        rest: the other columns, in their order; of a known layout those of them that it does not read.
        currency: as the name of the price's column says it, such as ``RRP GBP``.
        certain: the fields whose column is called so, and holds what they do.
    """

    feed: Feed
    columns: Mapping[str, str | Mapping[str, str]]
    rest: Sequence[str]
    currency: str | None = None
    certain: frozenset[str] = frozenset()

    def as_yaml(self) -> str:
        """The mapping file to correct; what is not mapped stands in comments, and of a known layout what is not certain."""
        lines = [f"# {self.feed.path.name}: {self.feed}"]
        said = _written_out({"columns": dict(self.columns)})
        rest = [f"#   {name!r}" for name in self.rest]
        if self.feed.layout is None:
            lacking = [name for name in ("id", "category") if name not in self.columns]
            lines += [f"# {name} is not found: name its column here; every item has one" for name in lacking]
            lines += [
                *said,
                *([f"variants: {self.feed.variants}"] if self.feed.variants else []),
                *([f"currency: {self.currency}"] if self.currency else []),
                *(["# passed through as they are:", *rest] if rest else []),
            ]
            lines.append(
                "# prices: `price: {column: NAME, unit: cents}`; words: `in_stock: {column: NAME, values: {ja: true, nein: false}}`"
            )
            return "\n".join(lines) + "\n"
        lines += ["# this layout is known and needs no mapping: what stands under `columns` is laid over what it reads", "columns:"]
        certain, others = ([one for one in self.columns.items() if (one[0] in self.certain) == sure] for sure in (True, False))
        if certain:
            lines.append("  # of columns that the layout does not read, by their names and by what they hold; take away what is wrong")
            lines += [f"  {line}" for line in _written_out(dict(certain))]
        if others:
            lines.append("  # proposed likewise by one of both; take away `# ` of what is right")
            lines += [f"  # {line}" for line in _written_out(dict(others))]
        lines += ["# without these the first items would be the same, but for what passes through:", *rest] if rest else []
        return "\n".join(lines) + "\n"


def _written_out(said: Mapping[str, Any]) -> list[str]:
    text: str = yaml.safe_dump(dict(said), allow_unicode=True, sort_keys=False, width=_UNBROKEN)
    return text.rstrip().splitlines()


def proposed(feed: Feed) -> Proposal:
    """Those columns whose names are near those of a field, and whose values are not of another kind; each column once.

    Of a known layout for those fields and columns alone that it does not read.
    """
    feed = _of_variants(feed)
    records = first_of(feed)
    cells = _cells(records)
    names = feed.names if feed.layout is None else unread(records, feed.layout, feed)
    known = set() if feed.layout is None else read_of(records, feed.layout, feed)
    ways = [
        (score, field, column)
        for field, words in _WORDS.items()
        if field not in known
        for column in names
        if (score := max(_near(column, [*words.split(", "), *_ELSEWHERE.get(field, words).split(", ")]), _by_token(field, column))) >= _NEAR
        and _may_be(field, cells.get(column, []))
    ]
    found: dict[str, str] = {}
    unique = {name for name, values in cells.items() if len(set(map(str, values))) == len(values)}
    ways.sort(key=lambda way: (way[1] == "id" and way[2] not in unique, way[1] == "id" and "sku" not in way[2].split("_"), -way[0]))
    for _, field, column in ways:
        if field not in found and column not in found.values():
            found[field] = column
    codes = [name for name in code_columns(records) if name in names and name not in found.values()]
    if "id" not in known and codes and found.get("id") not in unique:
        found["id"] = codes[0]
    if "group_id" not in known:
        _add_group(found, [column for _, field, column in ways if field == "id" and column not in unique], unique)
    if feed.layout is None and (flag := next(filter(is_active_column, names), None)):
        found["active"] = flag
    columns = {field: _written(field, found[field], cells.get(found[field], [])) for field in [*_WORDS, "active"] if field in found}
    currency = None if "currency" in columns else _currency(found.get("price", ""))
    sure = {(field, column) for score, field, column in ways if score >= _SAME and field in _READERS and _told(cells.get(column, []))}
    certain = frozenset(field for field in columns if (field, found[field]) in sure)
    return Proposal(feed, columns, [name for name in names if name not in found.values()], currency, certain)


def _of_variants(feed: Feed) -> Feed:
    """A feed of the variants that its items list under a name for them, as ``{"variants": [{}]}`` and XML's ``<variants><variant>`` do."""
    if feed.layout is not None:
        return feed
    for name, values in _cells(first_of(feed)).items():
        inner = {key for value in values if isinstance(value, Mapping) and len(value) == 1 for key in value}
        where = ".".join([name, *inner])
        lists = [one for value in values if isinstance(one := value_at({name: value}, where), list)]
        if _near(name, _VARIANTS.split(", ")) >= _NEAR and any(isinstance(one, Mapping) for listed in lists for one in listed):
            found = replace(feed, variants=where)
            return replace(found, names=names_of(found))
    return feed


def code_columns(records: Iterable[Record]) -> list[str]:
    """The columns that could be ids by their values: codes with a digit, of which no two are the same."""
    return [name for name, values in _cells(records).items() if len(set(map(str, values))) == len(values) and _are(_coded, values)]


def _add_group(found: dict[str, str], repeated: Sequence[str], unique: Collection[str]) -> None:
    """What is called an id, and repeats, is the group, where another column is the id."""
    free = [column for column in repeated if column not in found.values()]
    if found.get("id") in unique and free:
        found.setdefault("group_id", free[0])


def _currency(column: str) -> str | None:
    last = column.rpartition("_")[2].upper()
    return last if is_currency(last) else None


def _cells(records: Iterable[Record]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for record in records:
        for name, value in record.values.items():
            found.setdefault(name, []).append(value)
    return found


def _near(column: str, words: Sequence[str]) -> float:
    name = utils.default_process(bare(without_brackets(column).replace("_", " ")))
    name = name.rpartition(" ")[0] or name if _currency(column) else name
    return max(max(fuzz.ratio(name, utils.default_process(word)), 0.97 * fuzz.token_sort_ratio(name, word)) for word in map(bare, words))


def _by_token(field: str, column: str) -> float:
    """As near as may be, where one word of a column's name says the field and none that it is another thing."""
    tokens = column.split("_")
    said = field in _TOKENS and not set(_TOKENS[field].split()).isdisjoint(tokens) and _OTHERWISE.isdisjoint(tokens)
    return _NEAR if said else 0.0


def _may_be(field: str, values: Sequence[Any]) -> bool:
    reader = _READERS.get(field)
    return reader is None or _are(reader, values)


def _told(values: Iterable[Any]) -> list[Any]:
    return [value for value in values if value not in (None, "")]


def _are(reader: Callable[[Any], object], values: Iterable[Any]) -> bool:
    said = _told(values)
    return sum(_reads(reader, value) for value in said) >= _MOSTLY * len(said)


def _dated(value: Any) -> None:  # noqa: ANN401 - a cell, or a value of JSON
    if moment(value) is None:
        msg = "no date"
        raise ValueError(msg)


def _unbroken(value: Any) -> None:  # noqa: ANN401 - a cell, or a value of JSON
    if " " in str(value).strip():
        msg = "words"
        raise ValueError(msg)


def _coded(value: Any) -> None:  # noqa: ANN401 - likewise
    text = str(value).strip()
    if not _CODE.fullmatch(text) or _NO_CODE.fullmatch(text):
        msg = "no code"
        raise ValueError(msg)


def _no_audience(value: Any) -> None:  # noqa: ANN401 - likewise
    if says_only_whom(str(value)):
        msg = "whom it is for"
        raise ValueError(msg)


def _worded(value: Any) -> None:  # noqa: ANN401 - a cell, or a value of JSON
    if not any(letter.isalpha() for letter in str(value)):
        msg = "a number"
        raise ValueError(msg)


def _reads(reader: Callable[[Any], object], value: Any) -> bool:  # noqa: ANN401 - a cell, or a value of JSON
    try:
        reader(value)
    except ValueError:
        return False
    return True


def _written(field: str, column: str, values: Sequence[Any]) -> str | Mapping[str, str]:
    """With ``[-1]`` where a category is the last step of a path, whose steps slashes or commas may part."""
    paths = sum(len(path_of(str(value).replace("/", ">"))) > 1 for value in values)
    if field != "category" or paths * 2 > len(values):
        return f"{column}[-1]" if field == "category" else column
    listed = sum("," in str(value) for value in values)
    return {"column": f"{column}[-1]", "separator": ","} if listed * 2 > len(values) else column


_READERS: Final[Mapping[str, Callable[[Any], object]]] = {
    "price": read_money,
    "sale_price": read_money,
    "in_stock": read_stock,
    "created": _dated,
    "id": _unbroken,
    "category": _no_audience,
    **dict.fromkeys(_WORDED, _worded),
}
"""What reads the values of a field; fails at what is none."""
