"""SKUs of order lines that are no pieces: shipping, gift cards, wrapping and fees."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

_SERVICE: Final = re.compile(
    r"(?<![a-z])(?:e-?)?(?:ship(?:ping|ment)?|deliver(?:y|ies)|postage|freight|versand(?:kosten)?|porto|lieferung|livraison|frais"
    r"|frakt|fragt|frete|entrega|wysyłka|dostawa|przesyłka|envío|gastos|sped(?:izione)?|verz(?:endkosten|ending)?|kargo"
    r"|gift(?:[ _-]?(?:cards?|vouchers?|wrap(?:ping)?))?|vouchers?|gutscheine?|coupons?|discounts?|rabatt|wrap(?:ping)?|fees?|surcharge"
    r"|tips?|donations?|spende|insurance|deposit|pfand|vale|cupom|rabat|presentkort|gavekort)(?![a-z])",
    re.IGNORECASE,
)


_SENT: Final = "(?:delivery|shipping|postage)"
_NAMED: Final = re.compile(
    rf"\b(?:(?:standard|express|next[ -]day|home|free|international|tracked|saver|local)[ -]+{_SENT}"
    rf"|{_SENT}(?: (?:charges?|costs?|fees?|pass|insurance))?$|gift[ -]?wrap(?:ping)?|(?:hemming|alterations?|repair|tailoring) services?"
    r"|versand(?:kosten)?|geschenkverpackung|frais de (?:port|livraison)|emballage cadeau"
    r"|(?:gastos|costes?|costos?) de env[ií]o"
    r"|env[ií]o (?:est[aá]ndar|expr[eé]s|urgente|a domicilio|gratis)|env(?:ío|oltorio|uelto) (?:de|para) regalo|papel de regalo"
    r"|spese di spedizione"
    r"|verzendkosten)\b",
    re.IGNORECASE,
)


def names_service(title: str) -> bool:
    """Whether a title names shipping, wrapping or other work, rather than a thing.

    >>> [names_service(title) for title in ("Standard Delivery", "Gift Wrapping", "Versandkosten", "Wrap Dress", "Delivery Bag", "Porto")]
    [True, True, True, False, False, False]
    """
    return _NAMED.search(title) is not None


def is_service(sku: str) -> bool:
    """Whether a SKU that the catalogue does not have is no piece, by the words in it.

    >>> is_service("SHIP-EXPRESS"), is_service("GIFT-50"), is_service("giftcard"), is_service("SHIPMATE-42"), is_service("TEE-S")
    (True, True, True, False, False)
    >>> is_service("FRAKT"), is_service("Frete"), is_service("WYSYŁKA-24")
    (True, True, True)
    """
    return _SERVICE.search(sku) is not None


def is_among(sku: str, globs: Sequence[str]) -> bool:
    """Whether a shop's own patterns name a SKU, in any case.

    >>> is_among("ZZ-9", ["zz-*"])
    True
    """
    return any(fnmatchcase(sku.casefold(), glob.casefold()) for glob in globs)
