"""The columns of PrestaShop's product sheets in the languages of its back office, without accents and what stands in brackets.

From headers of sheets, exporters and importers in public repositories; docs/feeds.md says which.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from models.datasets.feeds.active import is_active_column
from models.datasets.feeds.words import bare, plain_name

_WORDS: Final = {
    "id": "id, product id, id product, id produit, produkt id, id producto, id prodotto, codice prodotto",
    "combination": "combination id, id product attribute, product attribute id, id combinaison, id declinaison, kombinations id, "
    "id combinacion, id combinazione",
    "name": "name, product name, nom, nom du produit, bezeichnung, produktname, nombre, nome",
    "categories": "categories, category, categorie, kategorien, kategorie, categorias, categoria, nomi delle categorie",
    "price": "price tax included, price tax incl, price tin, prix ttc, prix tax incl, precio con iva, precio impuestos incluidos, "
    "precio con impuestos, prezzo tasse incluse, prezzo iva inclusa, prezzo tasse incl, preis inkl mwst, preis mit mwst, bruttopreis, "
    "preis inkl steuern, preis brutto",
    "net": "price tax excluded, price tax excl, price tex, price tax excl or price tax excl, prix ht, prix hors taxe, prix hors taxes, "
    "montant ht, precio sin iva, precio impuestos excluidos, precio sin impuestos, prezzo tasse escluse, prezzo iva esclusa, "
    "preis exkl mwst, preis ohne mwst, nettopreis, preis ohne steuern, preis netto",
    "tax": "vat rate, tax rate, taux de tva, taux tva, steuersatz, mwst satz, tipo de iva, aliquota iva",
    "amount": "discount amount, reduction amount, montant de la remise, valor del descuento, importo sconto, rabattbetrag",
    "percent": "discount percent, reduction percent, pourcentage de reduction, porcentaje del descuento, porcentaje de descuento, "
    "percentuale sconto, rabatt in prozent",
    "from": "discount from, reduction de, reduction from, descuento desde, sconto da, rabatt von",
    "to": "discount to, reduction a, reduction to, descuento hasta, sconto a, rabatt bis",
    "reference": "reference, combination reference, reference de la declinaison, referencia, referencia no, referencia n, referenz, "
    "artikel nr, artikelnummer, riferimento",
    "quantity": "quantity, quantite, menge, cantidad, quantita",
    "orderable": "available for order, disponible a la commande, bestellbar, disponible para pedidos, disponibile per l ordine",
    "brand": "manufacturer, brand, marque, fabricant, hersteller, marke, fabricante, marca, produttore, marchio",
    "images": "image urls, image url, images, image, url des images, url de l image, bild urls, bild url, bilder urls, "
    "urls de las imagenes, urls de imagenes, url immagini, url delle immagini, url immagine di copertina",
    "url": "url, product url, link, url du produit, lien",
    "tags": "tags, mots cles, mot cles, etiquetas, tag, schlagworter",
    "visibility": "visibility, visibilite, sichtbarkeit, visible en, visibilita",
    "status": "status, etat, estado, stato",
    "attributes": "attributes, attribute, attributs, attribut, combination, combinations, combinaison, combinaisons, declinaison, "
    "declinaisons, atributos, atributo, combinacion, combinaciones, attributi, attributo, combinazione, combinazioni, kombination",
    "values": "value, valeur, wert, valor, valore",
    "features": "feature, features, caracteristique, caracteristiques, caracteristica, caracteristicas, eigenschaft, eigenschaften, "
    "funktion, caratteristica, caratteristiche, funzione",
}
_FIELDS: Final = {words.strip().replace(" ", "_"): field for field, several in _WORDS.items() for words in several.split(",")}
_BRACKETS: Final = re.compile(
    r"_(?:x_y_z(?:_[a-z]{3})?|0_1|0_[a-z]+_1_[a-z]+|[a-z]{4}_[a-z]{2}_[a-z]{2}|[a-z]{2}_[a-z]{2}|"
    r"(?:name|nom|nombre|nome|value|valeur|wert|valor|valore)(?:_[a-z]+){1,3})$"
)
"""What a name says of how its cells are written: *(x,y,z...)*, *(0/1)*, *(Name:Type:Position)*, *[fr-FR]*."""
_BOOKS: Final = re.compile(
    r"(?:wholesale_price|prix_d_achat|prix_de_gros|precio_de_coste|precio_al_por_mayor|prezzo_d_acquisto|prezzo_all_ingrosso|einkaufspreis|"
    r"grosshandelspreis|unit_price|prix_unitaire|precio_unitario|"
    r"(?:tax|id_tax|id_regle|id_regla|steuer|ecotax|eco_|ecotasa|unity|unit_for|unite_pour|unidad_para|on_sale|en_soldes|en_oferta|en_rebaja|"
    r"minimal|quantite_min|cantidad_min|low_stock|niveau_de_stock|recevoir|send_me|meta_|balise_|url_re|enlace|delete_|supprimer_|elimin|"
    r"show_price|afficher_le_prix|mostrar_precio|customi|personnalisable|personalizable|upload|fichiers|se_pueden|text_fields|champs_texte|"
    r"campos_de_texto|out_of_stock|action_en_cas|cuando_no|virtual|produit_demat|file_url|url_du_fichier|number_of_allowed|nombre_de|"
    r"expiration|date_d_exp|id_name_of_shop|id_nom_de|advanced_stock|gestion|gestor|depends|en_fonction|dependiendo|warehouse|entrepot|almacen|"
    r"additional_shipping|frais_de_port|coste_adicional|supplier|fournisseur|proveedor|position|default|impact|product_reference).*)"
)
"""What an exporter keeps its books in: costs, taxes, settings of pages."""


def without_brackets(name: str) -> str:
    """A plain name without what it says of how its cells are written.

    >>> without_brackets("catégories_x_y_z"), without_brackets("actif_0_1"), without_brackets("name_fr_fr")
    ('catégories', 'actif', 'name')
    """
    return _BRACKETS.sub("", name)


@lru_cache(maxsize=4_096)
def field_of(name: str) -> str | None:
    """What a column of a sheet says; empty where it says nothing of an item, None where it is not known.

    >>> field_of("Catégories (x,y,z...)"), field_of("Nom *"), field_of("Référence #"), field_of("Name *[fr-FR]"), field_of("Taille")
    ('categories', 'name', 'reference', 'name', None)
    """
    plain = plain_name(bare(name))
    if is_active_column(plain):
        return "active"
    if plain in _FIELDS:
        return _FIELDS[plain]
    return _FIELDS.get(without_brackets(plain), "" if _BOOKS.fullmatch(plain) else None)
