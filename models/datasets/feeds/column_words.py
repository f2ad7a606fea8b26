"""What shops call the columns of their feeds, by the field that each holds, in many languages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

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
_PORTUGUESE: Final[Mapping[str, str]] = {
    "id": "código, código do produto, código sku, referência",
    "category": "categoria, categorias, departamento",
    "subcategory": "subcategoria",
    "title": "nome, nome do produto, título, produto",
    "price": "preço, preço de venda, preço normal",
    "sale_price": "preço promocional, preço com desconto, preço de oferta",
    "currency": "moeda",
    "brand": "marca, fabricante",
    "in_stock": "estoque, quantidade em estoque, disponibilidade, quantidade",
    "url": "link do produto, url do produto",
    "image": "imagem, foto, imagem principal, url da imagem",
    "images": "imagens, fotos, imagens adicionais",
    "group_id": "identificador url, identificador, código pai, produto pai, modelo",
    "attributes.color": "cor",
    "attributes.size": "tamanho, numeração",
    "attributes.gender": "gênero, género, sexo",
    "attributes.season": "estação, coleção",
    "attributes.age_group": "faixa etária, idade",
    "attributes.material": "material, tecido, composição",
    "created": "data de criação, criado em",
}
_SPANISH: Final[Mapping[str, str]] = {
    "id": "código, código de producto, referencia, clave, id de producto, número de artículo",
    "category": "categoría, tipo de producto, categoría de producto, departamento, familia, línea",
    "subcategory": "subcategoría, subfamilia",
    "title": "título, nombre del producto, producto, descripción corta, artículo",
    "price": "precio, precio de venta, precio lista, precio de lista, precio público, precio regular, precio unitario",
    "sale_price": "precio de oferta, precio oferta, precio rebajado, precio con descuento, precio promocional, precio especial",
    "currency": "moneda, divisa",
    "brand": "fabricante",
    "in_stock": "existencias, inventario, disponibilidad, disponible, en inventario, unidades",
    "url": "enlace, enlace del producto, url del producto, liga",
    "image": "imagen, foto, enlace de imagen, enlace imagen, url de la imagen, url imagen, imagen principal",
    "images": "imágenes, fotos, imágenes adicionales, enlace de imagen adicional",
    "group_id": "identificador de grupo de artículos, id de grupo de artículos, id de grupo, grupo de artículos, "
    "producto padre, superior, modelo",
    "attributes.color": "color",
    "attributes.size": "tallas, número",
    "attributes.gender": "género",
    "attributes.season": "colección",
    "attributes.age_group": "grupo de edad, edad",
    "attributes.material": "composición, tejido, tela",
    "attributes.condition": "condición",
    "created": "fecha de creación, fecha de alta, creado",
}
_POLISH: Final[Mapping[str, str]] = {
    "id": "symbol, kod, kod produktu, id produktu, indeks, numer katalogowy",
    "category": "kategoria, kategorie, dział",
    "subcategory": "podkategoria",
    "title": "nazwa, nazwa produktu, nazwa towaru, tytuł",
    "price": "cena, cena brutto, cena sprzedaży, cena regularna",
    "sale_price": "cena promocyjna, cena po rabacie, cena wyprzedażowa",
    "currency": "waluta",
    "brand": "producent, marka",
    "in_stock": "stan, stan magazynowy, dostępność, ilość, magazyn",
    "url": "adres url, adres, odnośnik, link do produktu",
    "image": "zdjęcie, zdjęcie główne, zdjęcie 1, obraz, obrazek, link do zdjęcia",
    "images": "zdjęcia, dodatkowe zdjęcia, galeria",
    "group_id": "produkt nadrzędny, id grupy, model",
    "attributes.color": "kolor",
    "attributes.size": "rozmiar",
    "attributes.gender": "płeć, dla kogo",
    "attributes.season": "sezon, kolekcja",
    "attributes.age_group": "wiek, grupa wiekowa",
    "attributes.material": "materiał, skład, tkanina",
    "created": "data dodania, data utworzenia",
}
_NORDIC: Final[Mapping[str, str]] = {
    "id": "artikelnummer, artikelnr, produktnummer, varenummer, varenr",
    "category": "kategori, kategorier, varugrupp, produkttyp, varegruppe, produkttype",
    "subcategory": "underkategori",
    "title": "namn, produktnamn, benämning, rubrik, navn, produktnavn, varenavn",
    "price": "pris, ordinarie pris, försäljningspris, salgspris, normalpris",
    "sale_price": "reapris, kampanjpris, rabattpris, nedsatt pris, tilbudspris",
    "currency": "valuta",
    "brand": "varumärke, märke, tillverkare, mærke, merke, produsent",
    "in_stock": "lagersaldo, saldo, lagerstatus, i lager, antal i lager, tillgänglighet, lagerbeholdning, på lager, antal",
    "url": "länk, produktlänk, produktlink, lenke",
    "image": "bild, huvudbild, bildlänk, billede, bilde",
    "images": "bilder, extrabilder, billeder",
    "group_id": "modellnummer, huvudartikel, artikelgrupp",
    "attributes.color": "färg, farve, farge",
    "attributes.size": "storlek, størrelse",
    "attributes.gender": "kön, køn, kjønn, målgrupp",
    "attributes.season": "säsong, sæson, sesong",
    "attributes.age_group": "åldersgrupp, ålder, aldersgruppe",
    "attributes.material": "material, materiale",
    "created": "skapad, skapad datum, oprettet, opprettet",
}


FIELDS: Final = tuple(_WORDS)
"""The fields, in the order in which they are proposed."""
_TABLES: Final = (_WORDS, _ELSEWHERE, _PORTUGUESE, _SPANISH, _POLISH, _NORDIC)


def names_of_field(field: str) -> Iterator[str]:
    """What a column may be called that holds a field."""
    for table in _TABLES:
        if field in table:
            yield from table[field].split(", ")
