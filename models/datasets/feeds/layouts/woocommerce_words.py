"""The columns of WooCommerce's export in other languages: it names them in that of the shop, and translates nothing else.

From WooCommerce's own translations (``woocommerce-de_DE`` and its kin) and from headers of exports that shops published; docs/feeds.md says
which. Behind a bar stand the names of other versions, ``-`` where none was seen; ``#`` is the number of an attribute.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from typing import Any, Final

from models.datasets.feeds.records import Record, Records
from models.datasets.feeds.words import plain_name

_COLUMNS: Final = (
    "type",
    "sku",
    "gtin_upc_ean_or_isbn",
    "name",
    "published",
    "visibility_in_catalog",
    "short_description",
    "description",
    "date_sale_price_starts",
    "date_sale_price_ends",
    "in_stock",
    "stock",
    "weight_kg",
    "sale_price",
    "regular_price",
    "categories",
    "tags",
    "shipping_class",
    "images",
    "parent",
    "external_url",
    "brands",
    "attribute_#_name",
    "attribute_#_value_s",
)
_WORDS: Final = {
    "German": (
        "Typ; Artikelnummer; GTIN, UPC, EAN oder ISBN; Name; Veröffentlicht; Sichtbarkeit im Katalog; Kurzbeschreibung; Beschreibung; "
        "Datum, an dem der Angebotspreis beginnt | Datum, an dem Angebotspreis beginnt; "
        "Datum, an dem der Angebotspreis endet | Datum, an dem Angebotspreis endet; Vorrätig?; Bestand | Lager; Gewicht (kg); "
        "Angebotspreis; Regulärer Preis; Kategorien; Schlagwörter; Versandklasse; Bilder; Übergeordnetes Produkt; Externe URL; Marken; "
        "Attribut # Name; Attribut # Wert(e)"
    ),
    "French": (
        "Type; UGS; GTIN, UPC, EAN ou ISBN; Nom; Publié; Visibilité dans le catalogue; Description courte; Description; "
        "Date de début de promo; Date de fin de promo; En stock ?; Stock; Poids (kg); Tarif promo; Tarif régulier; Catégories; Étiquettes; "
        "Classe d'expédition | Classe de livraison; Images; Parent; URL externe; Marques; Nom de l'attribut #; Valeur(s) de l'attribut #"
    ),
    "Spanish": (
        "Tipo; SKU; GTIN, UPC, EAN o ISBN; Nombre; Publicado; Visibilidad en el catálogo; Descripción corta; Descripción; "
        "Día en que empieza el precio rebajado; Día en que termina el precio rebajado; ¿Existencias? | ¿En inventario?; Inventario; "
        "Peso (kg); Precio rebajado; Precio normal; Categorías; Etiquetas; Clase de envío; Imágenes; Superior; URL externa; Marcas; "
        "Nombre del atributo #; Valor(es) del atributo #"
    ),
    "Dutch": (
        "Type; Artikelnummer; GTIN, UPC, EAN of ISBN; Naam; Gepubliceerd; Zichtbaarheid in catalogus; "
        "Korte beschrijving | Korte omschrijving; Beschrijving; Startdatum actieprijs; Einddatum actieprijs; Op voorraad?; Voorraad; "
        "Gewicht (kg); Actieprijs; Reguliere prijs; Categorieën; Tags; Verzendklasse; Afbeeldingen; Hoofd; Externe URL; Merken; "
        "Attribuut # naam | Naam eigenschap #; Attribuut # waarde(n) | Waarde eigenschap #"
    ),
    "Italian": (
        "Tipo; COD; GTIN, UPC, EAN, o ISBN; Nome; Pubblicato; Visibilità nel catalogo; Breve descrizione; Descrizione; "
        "Data di partenza del prezzo in saldo; Data in cui termina l'offerta | Termine data del prezzo di vendita; In stock?; Magazzino; "
        "Peso (kg); Prezzo in offerta; Prezzo di listino; Categorie; Tag | Etichette; Classe di spedizione; Immagine; Genitore; "
        "URL esterno | URL esterna; Marchi; Nome dell'attributo # | Attributo # nome; Valore dell'attributo # | Attributo # valuta(e)"
    ),
    "Russian": (
        "Тип; Артикул; -; Имя; Опубликован; Видимость в каталоге; Короткое описание; Описание; -; -; В наличии?; Запасы; -; -; "  # noqa: RUF001
        "Базовая цена; Категории; -; -; Изображения; -; -; -; Имя атрибута #; Значение(-я) аттрибута(-ов) #"
    ),
}
_NUMBER: Final = re.compile(r"\d+")


def _by_column(words: str) -> Mapping[str, str]:
    """``plain_name`` of every word, to that of the English column."""
    ways = [(column, way) for column, several in zip(_COLUMNS, words.split("; "), strict=True) for way in several.split(" | ")]
    return {plain_name(way.replace("#", "0")).replace("0", "#"): column for column, way in ways if way != "-"}


LANGUAGES: Final[Mapping[str, Mapping[str, str]]] = {language: _by_column(words) for language, words in _WORDS.items()}
"""Language -> name of a column there -> its English name, as ``plain_name`` has both."""


def english(language: str) -> Callable[[str], str]:
    """What a column of this language is called in English; one that is not known keeps its name."""
    columns = LANGUAGES[language]

    @lru_cache(maxsize=4_096)
    def call(name: str) -> str:
        number = _NUMBER.search(name)
        if number is None:
            return columns.get(name, name)
        found = columns.get(f"{name[: number.start()]}#{name[number.end() :]}")
        return found.replace("#", number[0]) if found else name

    return call


def in_english(names: Iterable[str], language: str) -> frozenset[str]:
    """Names of columns in English."""
    return frozenset(map(english(language), names))


def with_english(records: Records, language: str) -> Records:
    """Records whose columns go by their English names as well."""
    call = english(language)

    def translated() -> Any:
        for record in records():
            yield Record(record.line, {**record.values, **{call(name): value for name, value in record.values.items()}})

    return translated
