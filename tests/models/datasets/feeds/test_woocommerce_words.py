"""WooCommerce's export in the language of the shop is what it is in English."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from models.errors import InputError

ENGLISH = [
    "ID",
    "Type",
    "SKU",
    "GTIN, UPC, EAN, or ISBN",
    "Name",
    "Published",
    "Visibility in catalog",
    "Short description",
    "Date sale price starts",
    "Date sale price ends",
    "In stock?",
    "Stock",
    "Weight (kg)",
    "Sale price",
    "Regular price",
    "Categories",
    "Tags",
    "Images",
    "Parent",
    "External URL",
    "Brands",
    "Attribute 1 name",
    "Attribute 1 value(s)",
    "Attribute 2 name",
    "Attribute 2 value(s)",
]
"""As ``class-wc-product-csv-exporter.php`` names them."""
ROWS = """\
44|variable|tee||Tee|1|visible|Soft|||1||0,2|||Kids > Tees|new|https://x.example/a, https://x.example/b.png|||Nordhavn|Size|S, M|Fit|Slim
45|variation||04006381333931|Tee S|1|visible||2020-01-02|2999-01-02|1|3||15,50|20,00||||id:44|||Size|S||
46|variation|tee-m||Tee M|1|visible||||0|0|||20,00||||tee|||Size|M||
47|simple|hid||Hidden|1|hidden||||1||||9,00|Hats|||||||||
48|simple|draft||Draft|-1|visible||||1||||9,00|Hats|||||||||
49|simple|cap||Cap|1|visible|||||4|||9,00|Hats||https://x.example/c.jpg||https://x.example/cap||Color|Red||
""".splitlines()
ELSEWHERE = {
    "German": (
        "ID|Typ|Artikelnummer|GTIN, UPC, EAN oder ISBN|Name|Veröffentlicht|Sichtbarkeit im Katalog|Kurzbeschreibung|"
        "Datum, an dem der Angebotspreis beginnt|Datum, an dem der Angebotspreis endet|Vorrätig?|Bestand|Gewicht (kg)|Angebotspreis|"
        "Regulärer Preis|Kategorien|Schlagwörter|Bilder|Übergeordnetes Produkt|Externe URL|Marken|"
        "Attribut 1 Name|Attribut 1 Wert(e)|Attribut 2 Name|Attribut 2 Wert(e)"
    ),
    "French": (
        "ID|Type|UGS|GTIN, UPC, EAN ou ISBN|Nom|Publié|Visibilité dans le catalogue|Description courte|Date de début de promo|"
        "Date de fin de promo|En stock ?|Stock|Poids (kg)|Tarif promo|Tarif régulier|Catégories|Étiquettes|Images|Parent|"
        "URL externe|Marques|Nom de l\u2019attribut 1|Valeur(s) de l\u2019attribut 1 |Nom de l'attribut 2|Valeur(s) de l'attribut 2 "
    ),
    "Spanish": (
        "ID|Tipo|SKU|GTIN, UPC, EAN o ISBN|Nombre|Publicado|Visibilidad en el catálogo|Descripción corta|"
        "Día en que empieza el precio rebajado|Día en que termina el precio rebajado|¿Existencias?|Inventario|Peso (kg)|Precio rebajado|"
        "Precio normal|Categorías|Etiquetas|Imágenes|Superior|URL externa|Marcas|"
        "Nombre del atributo 1|Valor(es) del atributo 1|Nombre del atributo 2|Valor(es) del atributo 2"
    ),
    "Dutch": (
        "ID|Type|SKU|GTIN, UPC, EAN of ISBN|Naam|Gepubliceerd|Zichtbaarheid in catalogus|Korte beschrijving|Startdatum actieprijs|"
        "Einddatum actieprijs|Op voorraad?|Voorraad|Gewicht (kg)|Actieprijs|Reguliere prijs|Categorieën|Tags|Afbeeldingen|Hoofd|"
        "Externe URL|Merken|Attribuut 1 naam|Attribuut 1 waarde(n)|Naam eigenschap 2|Waarde eigenschap 2"
    ),
    "Italian": (
        "ID|Tipo|SKU|GTIN, UPC, EAN, o ISBN|Nome|Pubblicato|Visibilità nel catalogo|Breve descrizione|"
        "Data di partenza del prezzo in saldo|Data in cui termina l'offerta|In stock?|Magazzino|Peso (kg)|Prezzo in offerta|"
        "Prezzo di listino|Categorie|Tag|Immagine|Genitore|URL esterno|Marchi|"
        "Nome dell'attributo 1|Valore dell'attributo 1|Attributo 2 nome|Attributo 2 valuta(e)"
    ),
}
"""As WooCommerce's translations have them, of one version or another."""
RUSSIAN = (
    "ID,Тип,Артикул,Имя,Опубликован,рекомендуемый?,Видимость в каталоге,Короткое описание,Описание,"
    "В наличии?,Базовая цена,Категории,Изображения"  # noqa: RUF001
)


def export(header: list[str], separator: str) -> str:
    """The same products under other names."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=separator, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows(row.split("|") for row in ROWS)
    return "\ufeff" + out.getvalue()


@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("language", ELSEWHERE)
def test_the_export_of_a_shop_in_another_language(read: Callable[..., Any], language: str, separator: str) -> None:
    """Variations, their parent's pictures and categories, attributes, sales, hidden products and drafts: as in English."""
    there = read(export(ELSEWHERE[language].split("|"), separator))
    assert there.layout.startswith(f"WooCommerce product CSV in {language} (CSV")
    here = read(export(ENGLISH, ","))
    assert there.items == here.items
    small, medium, cap = here.items.values()
    assert (small["id"], small["group_id"], small["category"], small["brand"]) == ("45", "tee", "Tees", "Nordhavn")
    assert (small["price"], small["sale_price"], small["in_stock"], len(small["images"])) == (20.0, 15.5, True, 2)
    assert (small["attributes"], medium["in_stock"]) == ({"size": "S", "fit": "Slim", "department": "Kids"}, False)
    assert (cap["url"], cap["attributes"], cap["in_stock"]) == ("https://x.example/cap", {"color": "Red"}, True)


@pytest.mark.parametrize(
    ("label", "name"), [("Farbe", "color"), ("Couleur", "color"), ("Größe", "size"), ("Talla", "size"), ("Fit", "fit")]
)
def test_colours_and_sizes_go_by_one_name(read: Callable[..., Any], label: str, name: str) -> None:
    """Whatever the shop's language, and in options of Shopify as well."""
    header = "ID,Typ,Artikelnummer,Name,Veröffentlicht,Regulärer Preis,Kategorien,Attribut 1 Name,Attribut 1 Wert(e)"
    woo = f"{header}\n1,simple,a,A,1,9,Tees,{label},X\n"
    shopify = f"Handle,Title,Type,Option1 Name,Option1 Value,Variant SKU,Variant Price\na,A,Tees,{label},X,a,9\n"
    assert [read(feed).items["a"]["attributes"] for feed in (woo, shopify)] == [{name: "X"}] * 2


def test_an_export_in_russian(read: Callable[..., Any]) -> None:
    """With the columns that were chosen for it."""
    found = read(f'{RUSSIAN}\n40,simple,,Платье,1,1,visible,,,1,240,Женская одежда,"https://x.example/a.jpg, https://x.example/b.png"\n')
    assert found.layout.startswith("WooCommerce product CSV in Russian")
    item = found.items["40"]
    assert (item["title"], item["price"], item["category"], len(item["images"])) == ("Платье", 240.0, "Женская одежда", 2)


def test_columns_that_only_look_so_are_of_no_known_layout(read: Callable[..., Any]) -> None:
    """Words for a name, a kind and a category do not make it WooCommerce's."""
    with pytest.raises(InputError, match="attire map"):
        read("ID;Nombre;SKU;Tipo;Categorías;Precio\n1;Camisa;a;simple;Camisas;9\n")
