"""PrestaShop's product sheets, in the languages of its back office, and exports with a row for each combination."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from models.datasets.feeds.layouts.prestashop_words import field_of

ENGLISH = "Product ID;Active (0/1);Name *;Categories (x,y,z...);Price tax included;Reference #;Quantity;Manufacturer;Image URLs (x,y,z...)"
FRENCH = "ID;Actif (0/1);Nom *;Catégories (x,y,z...);Prix TTC;Référence;Quantité;Marque;URL des images (x,y,z...)"
GERMAN = "ID;Aktiv (0/1);Name*;Kategorien (x,y,z...);Preis inkl. MwSt.;Artikel-Nr.;Menge;Marke;Bild-URLs (x,y,z...)"
SPANISH = (
    "ID;Activo (0/1);Nombre;Categorías (x,y,z...);Precio impuestos incluidos;Referencia nº;Cantidad;Marca;URLs de las imágenes (x,y,z...)"
)
ITALIAN = "ID;Attivo (0/1);Nome*;Categorie (x,y,z...);Prezzo (Tasse Incluse);Riferimento;Quantità;Marca;URL immagini (x,y,z...)"


@pytest.mark.parametrize("header", [ENGLISH, FRENCH, GERMAN, SPANISH, ITALIAN])
def test_a_sheet_in_its_languages(read: Callable[..., Any], header: str) -> None:
    """The finest of the categories is one, its root is none, nor is a sale; what is not active is not sold."""
    url = "https://x.example/a.jpg"
    found = read(f"{header}\n7;1;Robe;Accueil,Femme,Robes,Soldes;66,90;DR7;3;Lutèce;{url}\n8;0;Top;Home,Tops;9,90;T8;1;Lutèce;\n")
    assert found.layout.startswith("PrestaShop product CSV")
    assert found.items == {
        "DR7": {
            "id": "DR7",
            "group_id": "7",
            "category": "Robes",
            "title": "Robe",
            "price": 66.9,
            "brand": "Lutèce",
            "in_stock": True,
            "image": {"bytes": None, "path": url},
            "images": [url],
            "attributes": {"department": "Femme"},
            "extras": {"category_path": "Femme > Robes"},
        }
    }
    assert any("1 products that are not for sale" in warning for warning in found.warnings)


@pytest.mark.parametrize(
    ("more", "cells"),
    [
        ("Attributes", ("Taille : 36,5, Couleur : Rose", "Taille : 38, Couleur : Rose")),
        (
            "Attribute (Name:Type:Position)*;Value (Value:Position)*",
            ("Taille:select:0,Couleur:color:1;36,5:0,Rose:1", "Taille:select:0,Couleur:color:1;38:0,Rose:1"),
        ),
    ],
)
def test_combinations_are_variants(read: Callable[..., Any], more: str, cells: tuple[str, str]) -> None:
    """They take from the first row of their product what they leave empty; without references of their own they are called by both ids."""
    header = f"Product ID;Combination ID;Active;Name;Categories;Price tax incl.;Reference;Quantity;Manufacturer;{more}"
    rows = ["9;91;1;Escarpins;Chaussures;99,00;{};0;Lutèce;" + cells[0], "9;92;;;;;{};2;;" + cells[1]]
    found = read("\n".join([header, rows[0].format("E-36"), rows[1].format("E-38")]) + "\n")
    assert [(one["group_id"], one["title"], one["price"], one["in_stock"], one["attributes"]) for one in found.items.values()] == [
        ("9", "Escarpins", 99.0, False, {"size": "36,5", "color": "Rose"}),
        ("9", "Escarpins", 99.0, True, {"size": "38", "color": "Rose"}),
    ]
    assert [*found.items] == ["E-36", "E-38"]
    assert [*read("\n".join([header, rows[0].format("E"), rows[1].format("E")]) + "\n").items] == ["9-91", "9-92"]


def test_features_columns_and_reductions(read: Callable[..., Any]) -> None:
    """A column called as a colour or a size is one, several sizes are its sizes; a reduction counts while it is on; costs stay out."""
    header = (
        "ID;Name *;Categories (x,y,z...);Price tax excluded;VAT rate;Discount percent;Discount to (yyyy-mm-dd);Wholesale price;Quantity;"
    )
    header += "Feature(Name:Value:Position);Taille;Couleur;Brand;Summary"
    found = read(f"{header}\n5;Robe;Home,Robes;50.00;20%;10;2099-01-01;7.5;1;Matière:Coton, bio:1,Style:Casual:2;34,36;Rose;L;Légère\n")
    robe = found.items["5"]
    assert (robe["price"], robe["sale_price"]) == (60.0, 54.0)
    assert robe["attributes"] == {"color": "Rose", "matière": "Coton, bio", "style": "Casual"}
    assert robe["sizes"] == [{"size": "34", "in_stock": None}, {"size": "36", "in_stock": None}]
    assert robe["extras"] == {"summary": "Légère"}


def test_a_price_without_tax_is_told(read: Callable[..., Any]) -> None:
    """Where nothing says the tax, it is the price all the same."""
    found = read("ID,Name,Categories,Price tax excluded,Quantity,Brand\n5,Robe,Robes,50.00,1,L\n")
    assert found.items["5"]["price"] == 50.0
    assert any("is without tax" in warning for warning in found.warnings)


def test_names_of_columns() -> None:
    """Of exporters and importers in public repositories."""
    names = {
        "categories": "Categories (x,y,z,...); Nomi delle categorie (x,y,z...)",
        "name": "Name *[fr-FR]; Nom*; Nombre",
        "images": "URL des images (x,y,z, etc.); URLs de imágenes (x,y,z...); URL immagine di copertina",
        "price": "Prezzo (Tasse Incluse); Precio con IVA; Price (tax incl.)",
        "net": "Price tax excl. Or Price tax excl; Prix HT; Prix hors taxe; Precio sin IVA; Prezzo (Tasse Escluse)",
        "reference": "Reference #; Referencia n.; Combination Reference",
        "attributes": "Attribut (Nom:Type:Position)*; Atributo (Nombre:Tipo:Posición)*",
        "values": "Valeur (Valeur:Position)*; Valor (Valor:Posición)*",
        "features": "Caractéristique (Nom:Valeur:Position:Personnalisé); Feature(Name:Value:Position)",
        "orderable": "Available for order (0 = No, 1 = Yes); Disponible à la commande (0 = Non, 1 = Oui)",
        "to": "Réduction à (AAAA-MM-JJ); Discount to (yyyy-mm-dd)",
        "": "Wholesale price; Prix d'achat; Tax rules ID; Show price (0 = No, 1 = Yes); Meta title",
    }
    assert {name: {field_of(one) for one in several.split("; ")} for name, several in names.items()} == {name: {name} for name in names}
