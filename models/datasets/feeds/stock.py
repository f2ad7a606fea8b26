"""Whether an item can be bought, as shops write it: words of availability, yes and no, quantities."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import Final

from models.datasets.feeds.bad import bad
from models.datasets.shown import shown

_YES_WORDS: Final = (
    "true t yes y 1 on ja j oui si sí sim да instock available availableforsale instoreonly onlineonly limitedavailability limited "
    "limitedstock lowstock fewleft auflager vorrätig verfügbar sofortverfügbar lieferbar sofortlieferbar enstock disponible disponibile "
    "disponível opvoorraad leverbaar"
)
_NO_WORDS: Final = (
    "false f no n 0 off nein non não нет outofstock outstock unavailable notavailable soldout discontinued preorder presale backorder "
    "onbackorder madetoorder reserved ausverkauft nichtauflager nichtvorrätig nichtverfügbar nichtlieferbar rupturedestock "
    "enrupturedestock enrupture épuisé indisponible nodisponible sinexistencias agotado nondisponibile esaurito esgotado indisponível "
    "nietopvoorraad uitverkocht vorbestellung vorbestellbar précommande enprécommande surcommande preventa preordine"
)
_YES: Final = frozenset(_YES_WORDS.split())
_NO: Final = frozenset(_NO_WORDS.split())
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
    word = re.sub(r"[\W_]+", "", text.strip().casefold().rpartition("schema.org/")[2])
    if word in _NOTHING:
        return None
    if word in _YES or word in _NO:
        return word in _YES
    return bad(f"{shown(text)} {_USE}")
