"""Names of categories that name no garment, such as *Other*, *Sale* and *New in*, and *Accessories*."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from models.datasets.audience import SEASON_WORDS, WORDS
from models.datasets.feeds.words import bare, path_of
from models.datasets.garments import role_of

_NOTHING_WORDS: Final = (
    "other others misc miscellaneous various assorted mixed more everything stuff all any clothing clothes apparel garment garments "
    "fashion wear ready to sale sales clearance outlet offer offers deal deals discount discounts discounted reduced promo "
    "promotion promotions last chance final new in now just arrival arrivals this week weekly month gift gifts idea ideas present "
    "presents best bestseller bestsellers seller sellers trending trend trends favourite favourites favorite favorites picks "
    "featured popular latest product products item items article articles general uncategorized uncategorised unsorted default "
    "category categories shop store root collection collections season seasonal vintage preloved pre loved owned used second hand "
    "and the of for up off under "
    "andere anderes sonstige sonstiges verschiedenes diverse diverses bekleidung oberbekleidung kleidung mode neu neue neues "
    "neuheit neuheiten eingetroffen angebot angebote aktion aktionen rabatt reduziert ausverkauf geschenk geschenke geschenkideen "
    "alle alles artikel produkt produkte allgemein unkategorisiert kollektion saison startseite und für im "
    "autre autres divers vêtement vêtements habits soldes solde promos nouveauté nouveautés nouveau nouveaux nouvelle nouvelles "
    "arrivage arrivages cadeau cadeaux idée idées tout tous toute toutes produit produits général accueil non classé prêt porter à "
    "de du des la le les et pour "
    "otro otros otra otras varios ropa moda rebajas oferta ofertas novedad novedades nuevo nueva regalo regalos todo todos producto "
    "productos artículo artículos inicio colección sin categoría y para "
    "altro altri altra altre varie abbigliamento saldi offerta offerte novità nuovi arrivi regali tutto tutti prodotto prodotti "
    "articoli collezione e per "
    "overig overige anders diversen kleding uitverkoop aanbieding aanbiedingen nieuw nieuwe cadeaus alles producten artikelen "
    "collectie en voor "
    "outro outros outra outras diversos roupa roupas novidade novidades novo nova lançamento lançamentos promoção promoções oferta "
    "liquidação outlet presente presentes produtos geral loja coleção mais vendidos plus size tamanhos e para "
    "inne pozostałe różne odzież ubrania moda nowość nowości wyprzedaż promocja promocje okazje prezent prezenty bestsellery wszystko "
    "wszystkie produkty kolekcja i dla na "
    "övrigt övriga diverse kläder mode nyhet nyheter rea erbjudande erbjudanden kampanj present presenter bästsäljare allt alla produkter "
    "kollektion och för tøj klær nyheder tilbud salg udsalg gaver alt og for till til"
)
_NOTHING: Final = frozenset(map(bare, (*_NOTHING_WORDS.split(), *WORDS, *SEASON_WORDS, "s")))
"""Words that name no garment, whoever it is for and whenever it is worn."""
_SMALL_THINGS_WORDS: Final = (
    "accessory accessories accessoire accessoires accesorios accessori zubehör toebehoren "
    "acessório acessórios akcesoria dodatki accessoarer tilbehør"
)
_SMALL_THINGS: Final = frozenset(map(bare, _SMALL_THINGS_WORDS.split()))
"""What holds many a thing by right: only what the catalogue has a category of is better there."""


def says_nothing(name: str) -> bool:
    """Whether all words of a category say nothing of what is in it; a letter alone is a shop's own sign for it.

    >>> [says_nothing(name) for name in ("Other", "Women > Clothing > Other", "SALE -50%", "Damenmode", "Wrap", "Shoes > Other", "A")]
    [True, True, True, True, False, False, False]
    """
    words = words_of_name(name)
    return any(len(word) > 1 for word in words) and role_of(name) is None and _NOTHING.issuperset(words)


def says_small_things(name: str) -> bool:
    """Whether a category holds many a small thing by right, as accessories do.

    >>> says_small_things("Women > Accessories"), says_small_things("Hair accessories")
    (True, False)
    """
    words = words_of_name(name)
    return not _SMALL_THINGS.isdisjoint(words) and (_NOTHING | _SMALL_THINGS).issuperset(words)


@lru_cache(maxsize=8_192)
def words_of_name(name: str) -> list[str]:
    """Those of the last step of its path, without what German compounds of a department begin with."""
    last = (path_of(name) or [""])[-1]
    words = re.findall(r"[^\W\d_]+", bare(last))
    return [re.sub(r"^(?:damen|herren|kinder|madchen|jungen)(?=mode|bekleidung|kleidung)", "", word) for word in words]
