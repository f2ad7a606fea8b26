"""Whether an item can be bought, as shops write it: words of availability, yes and no, quantities."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final

from models.datasets.feeds.bad import bad
from models.datasets.feeds.words import bare
from models.datasets.shown import shown

_YES_WORDS: Final = (
    "true t yes y 1 on ja j oui si sí sim да instock available availableforsale instoreonly onlineonly limitedavailability limited "
    "limitedstock lowstock fewleft auflager vorrätig verfügbar sofortverfügbar lieferbar sofortlieferbar enstock disponible disponibile "
    "disponível opvoorraad leverbaar beschikbaar disponibles encoredisponible nochverfügbar nochlieferbar letztestücke wenigestück "
    "geringerbestand niedrigerbestand dernièrespièces derniersarticles stocklimité stockfaible faiblestock quantitélimitée "
    "ultimasunidades últimasunidades stocklimitado ultimipezzi laatstestuks beperktevoorraad"
)
_NO_WORDS: Final = (
    "false f no n 0 off nein non não нет outofstock outstock unavailable notavailable soldout discontinued preorder presale backorder "
    "onbackorder madetoorder reserved ausverkauft nichtauflager nichtvorrätig nichtverfügbar nichtlieferbar rupturedestock "
    "enrupturedestock enrupture épuisé indisponible nodisponible sinexistencias agotado nondisponibile esaurito esgotado indisponível "
    "nietopvoorraad uitverkocht vorbestellung vorbestellbar précommande enprécommande surcommande preventa preordine "
    "rupture stocképuisé plusdisponible plusenstock nondisponible enréapprovisionnement réapprovisionnement bientôtdisponible "
    "nostock nolongeravailable comingsoon vergriffen nichtmehrverfügbar nichtmehrlieferbar nichtmehrvorrätig demnächstverfügbar "
    "sinstock agotada próximamente esaurita nonpiùdisponibile nietbeschikbaar nietleverbaar tijdelijkuitverkocht"
)
_COUNT_WORDS: Final = (
    "only just last left remaining in stock available items item pieces piece pcs units unit more than over "
    "il n en ne reste restent encore plus que de dernier derniers dernière dernières disponible disponibles pièce pièces article articles "
    "exemplaire exemplaires seulement nur noch mehr als auf lager verfügbar vorrätig lieferbar bestand stück stk artikel letzte "
    "solo sólo quedan queda más unidad unidades uds existencias últimas últimos di più rimasti rimasto disponibili ultimi ultimo pezzi "
    "pezzo pz nog slechts alleen meer dan op voorraad beschikbaar stuks"
)
"""What stands beside a number of pieces: *Plus que 2 en stock*, *nur noch 2*, *In stock (5)*."""
_YES: Final = frozenset(map(bare, _YES_WORDS.split()))
_NO: Final = frozenset(map(bare, _NO_WORDS.split()))
_COUNTS: Final = frozenset(map(bare, _COUNT_WORDS.split()))
_PIECES: Final = re.compile(r"\D*?(-?\d+)\D*")
_NOTHING: Final = frozenset({"", "na", "nan", "none", "null", "unknown"})
_USE: Final = "is neither true nor false; write true or false, a number of pieces, or a word such as in_stock"
_NUMBER: Final = re.compile(
    r"(>?)\s*([-+]?\d+(?:[.,]\d+)?)\s*\+?\s*(?:pcs|pieces|units?|items|stk|stück|st|pièces|pz|uds)?\.?", re.IGNORECASE
)


def read_stock(value: object) -> bool | None:
    """Whether there is some in stock; None where that is not told. What can only be ordered ahead is not.

    >>> read_stock("in stock"), read_stock("https://schema.org/OutOfStock"), read_stock(12), read_stock("0")
    (True, False, True, False)

    Raises:
        BadValueError: it says neither; says what to do.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return value > 0
    if isinstance(value, str):
        return _read(value)
    return bad(f"{shown(value)} {_USE}")


@lru_cache(maxsize=4_096)
def _read(text: str) -> bool | None:
    if pieces := _NUMBER.fullmatch(text.strip()):
        return bool(pieces[1]) or float(pieces[2].replace(",", ".")) > 0
    words = re.findall(r"[^\W_]+", bare(text).rpartition("schema.org/")[2])
    word = "".join(words)
    if word in _NOTHING:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    if (pieces := _PIECES.fullmatch(text)) and _COUNTS.issuperset(part for part in words if not part.isdecimal()):
        return int(pieces[1]) > 0
    return bad(f"{shown(text)} {_USE}")
