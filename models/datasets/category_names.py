"""What a category is called that a shop does not have yet, in the language of those that it has."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from models.datasets.feeds.words import bare
from models.datasets.garments import category_worn_as

_ROLES: Final = (
    *("top", "bottom", "full-body", "footwear", "outer", "bag", "headwear", "scarf", "eyewear", "watch", "belt", "jewellery", "gloves"),
    *("tie", "hosiery", "wallet", "hair", "swimwear", "sleepwear", "innerwear"),
)
_NAMES: Final = {
    "German": (
        "Oberteile; Hosen & Röcke; Kleider & Anzüge; Schuhe; Jacken & Mäntel; Taschen; Mützen; Schals; Sonnenbrillen; "
        "Armbanduhren; Gürtel; Schmuck; Handschuhe; Krawatten; Socken & Strumpfhosen; Geldbörsen; Haarspangen; Bademode; "
        "Nachtwäsche; Unterwäsche"
    ),
    "French": (
        "T-shirts & Pulls; Pantalons & Jupes; Robes & Combinaisons; Chaussures; Vestes & Manteaux; Sacs; Chapeaux; Écharpes; "
        "Lunettes de soleil; Montres; Ceintures; Bijoux; Gants; Cravates; Chaussettes & Collants; Portefeuilles; Barrettes; "
        "Maillots de bain; Pyjamas; Sous-vêtements"
    ),
    "Spanish": (
        "Camisetas & Camisas; Pantalones & Faldas; Vestidos & Trajes; Zapatos; Chaquetas & Abrigos; Bolsos; Sombreros; "
        "Bufandas; Gafas de sol; Relojes; Cinturones; Joyas; Guantes; Corbatas; Calcetines & Medias; Carteras; -; Bañadores; "
        "Pijamas; Ropa interior"
    ),
    "Italian": (
        "Maglie & Camicie; Pantaloni & Gonne; Abiti & Vestiti; Scarpe; Giacche & Cappotti; Borse; Cappelli; Sciarpe; Occhiali "
        "da sole; Orologi; Cinture; Gioielli; Guanti; Cravatte; Calze & Collant; Portafogli; -; Costumi da bagno; Pigiami; "
        "Intimo"
    ),
    "Dutch": (
        "Truien & Overhemden; Broeken & Rokken; Jurken & Pakken; Schoenen; Jassen; Handtassen; Mutsen; Sjaals; Zonnebrillen; "
        "Horloges; Riemen; Sieraden; Handschoenen; Stropdassen; Sokken & Kousen; Portemonnees; -; Badmode; Pyjama's; Ondergoed"
    ),
    "Portuguese": (
        "Blusas & Camisas; Calças & Saias; Vestidos & Macacões; Calçados; Jaquetas & Casacos; Bolsas; Chapéus; Cachecóis; Óculos; "
        "Relógios; Cintos; Bijuterias; Luvas; Gravatas; Meias; Carteiras; Tiaras; Moda Praia; Pijamas; Moda Íntima"
    ),
    "Polish": (
        "Bluzki & Swetry; Spodnie & Spódnice; Sukienki & Garnitury; Buty; Kurtki & Płaszcze; Torebki; Czapki; Szaliki; Okulary; "
        "Zegarki; Paski; Biżuteria; Rękawiczki; Krawaty; Skarpetki & Rajstopy; Portfele; -; Stroje kąpielowe; Piżamy; Bielizna"
    ),
    "Swedish": (
        "Toppar & Tröjor; Byxor & Kjolar; Klänningar & Kostymer; Skor; Jackor & Kappor; Väskor; Mössor; Halsdukar; Solglasögon; "
        "Klockor; Bälten; Smycken; Handskar; Slipsar; Strumpor & Strumpbyxor; Plånböcker; Hårspännen; Badkläder; Nattkläder; Underkläder"
    ),
}
_MORE: Final = {
    "German": "damen herren kinder mädchen jungen hemden blusen pullover strick hose kleid rock jacke mantel wäsche zubehör tücher mode",
    "French": "femme homme enfant fille garçon robe jupe chemises pulls vêtements lingerie accessoires sacs bottes chaussures",
    "Spanish": "mujer hombre niña niño vestido falda blusas jerséis ropa zapatillas accesorios complementos",
    "Italian": "donna uomo bambina bambino vestito gonna maglioni felpe abbigliamento scarpe accessori",
    "Portuguese": "feminino masculino meninas meninos infantil roupas vestido saia calça tênis sapatos acessórios camisetas bermudas",
    "Polish": "damska męska damskie męskie dzieci odzież obuwie sukienka koszule swetry bluzy akcesoria szorty jeansy",
    "Swedish": "dam herr barn flicka pojke kläder klänning byxor skjortor koftor stövlar sandaler accessoarer ytterkläder",
    "Dutch": "dames heren meisjes jongens jurk rok broek hemden blouses kleding schoenen accessoires",
}


_OF_ROLES: Final = {
    language: {role: name for role, name in zip(_ROLES, names.split("; "), strict=True) if name != "-"}
    for language, names in _NAMES.items()
}
"""Language -> role -> name, but for what items are not read as in that language."""


def _words(text: str) -> set[str]:
    return {*re.findall(r"[^\W\d_]{3,}", bare(text))}


_ENGLISH: Final = _words(" ".join(category_worn_as(role) or "" for role in _ROLES))
_WORDS: Final[Mapping[str, set[str]]] = {
    language: _words(f"{names} {_MORE[language]}") - _ENGLISH for language, names in _NAMES.items()
} | {"English": _ENGLISH | _words("women men kids girls boys trousers skirts shirts knitwear blouses")}


def language_of(categories: Iterable[str]) -> str | None:
    """The language of which most categories have a word; None where no language has most.

    >>> language_of(["Hosen & Jeans", "Schuhe", "Taufmode"]), language_of(["Tops", "Shoes"]), language_of([])
    ('German', 'English', None)
    """
    said = Counter(language for name in categories for language, words in _WORDS.items() if words & _words(name))
    (best, count), (_, next_best) = [*said.most_common(2), ("", 0), ("", 0)][:2]
    return best if count > next_best else None


def category_named(role: str, language: str | None) -> str | None:
    """The name of a category of all that is worn so, in a language that is known, else in English; None for what is not worn.

    >>> category_named("outer", "German"), category_named("outer", None), category_named("not worn", "German")
    ('Jacken & Mäntel', 'Outerwear', None)
    """
    return _OF_ROLES.get(language or "", {}).get(role) or category_worn_as(role)
