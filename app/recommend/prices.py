"""Prices in the words of a shopper: under, over, between, about, in total.

Bounds are inclusive, as those of the filters are: shops say "under 80" of what costs 80.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

_SIGN: Final = r"(?:us\$|[$€£¥₹]|(?:usd|eur|gbp|inr|chf|sek|dkk|nok|pln|rs|kr)\b\.?)"
_UNIT: Final = r"(?:[$€£¥₹]|(?:usd|eur|gbp|inr|chf|sek|dkk|nok|pln|kr|dollars?|euros?|pounds?|bucks|quid|rupees|crowns|francs)\b)"
_NUMBER: Final = r"\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?"
_OTHER: Final = r"(?:items?|pieces?|things?|slots?|bags?|shoes?|cm|mm|m|inch(?:es)?|in|kg|g|years?|yrs?|days?|weeks?|%)\b"
"""What is counted or measured in other units than money."""
_AMOUNT: Final = rf"(?:{_SIGN}\s*)?(?:{_NUMBER})(?![\d\w])(?!\s*(?!in\s+total){_OTHER})(?:\s*{_UNIT})?"
_NOT: Final = r"(?:not(?:hing)?|no(?:ne)?|never|don['\u2019]?t)\s+(?:(?:go|be|cost|costing|priced|prices?)\s+)?"
_OVER: Final = r"(?:over|above|more\s+than|more\s+expensive\s+than|dearer\s+than|beyond|exceeding)"
_UNDER: Final = r"(?:under|below|beneath|less\s+than|cheaper\s+than|lower\s+than)"
_MOST: Final = (
    rf"(?:{_NOT}{_OVER}|{_UNDER}|up\s*to|at\s+(?:the\s+)?most|max(?:imum|\.)?(?:\s+(?:of|price))?|within"
    r"|no\s+(?:more|higher|dearer)\s+than|<=?|≤)"
)
_LEAST: Final = rf"(?:{_NOT}{_UNDER}|{_OVER}|at\s+least|min(?:imum|\.)?(?:\s+of)?|from|starting\s+(?:at|from)|upwards\s+of|>=?|≥)"
_TOTAL: Final = (
    r"(?:in\s+total|total|altogether|all\s+together|together|for\s+everything|for\s+the\s+(?:whole\s+)?(?:look|outfit)|combined|overall)"
)
_BUDGET: Final = r"(?:(?:my\s+|a\s+)?(?:total\s+)?budget(?:\s+(?:of|is|at))?:?|total(?:\s+of)?|spend(?:\s+(?:up\s+to|at\s+most))?)"
_TO: Final = "(?:to|[-\N{EN DASH}])"

_GRAMMAR: Final = re.compile(
    rf"""
      (?:{_BUDGET})\s*(?:{_MOST}\s+)?(?P<budget>{_AMOUNT})
    | (?:{_MOST})\s*(?P<whole>{_AMOUNT})\s+{_TOTAL}\b
    | (?P<sum>{_AMOUNT})\s+{_TOTAL}\b
    | (?:between|from)\s+(?P<low>{_AMOUNT})\s*(?:and|{_TO})\s*(?P<high>{_AMOUNT})
    | (?P<low_signed>{_SIGN}\s*(?:{_NUMBER}))\s*{_TO}\s*(?P<high_signed>{_AMOUNT})
    | (?P<low_unit>{_NUMBER})\s*{_TO}\s*(?P<high_unit>(?:{_SIGN}\s*(?:{_NUMBER}))|(?:{_NUMBER})\s*{_UNIT})
    | (?:{_MOST})\s*(?P<most>{_AMOUNT})
    | (?:{_LEAST})\s*(?P<least>{_AMOUNT})
    | (?:around|about|roughly|approximately|circa|ca\.?|~)\s*(?P<about>{_AMOUNT})
    | (?P<most_after>{_AMOUNT})\s*(?:or|and)\s+(?:less|under|below|cheaper)\b
    | (?P<most_max>{_AMOUNT})\s*(?:max(?:imum)?|at\s+(?:the\s+)?most)\b
    | (?P<least_after>{_AMOUNT})\s*(?:\+|(?:or|and)\s+(?:more|up|above|over|upwards)\b|min(?:imum)?\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ABOUT: Final = 0.2
_CURRENCIES: Final = {
    "USD": r"us\$|\$|usd\b|dollar|buck", "EUR": r"€|eur\b|euro", "GBP": r"£|gbp\b|pound|quid", "JPY": "¥", "INR": r"₹|inr\b|rupee",
    "CHF": r"chf\b|franc", "SEK": r"sek\b", "DKK": r"dkk\b", "NOK": r"nok\b", "PLN": r"pln\b",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price that was read.

    Attributes:
        said: in the shopper's words. start, end: where in the text.
        total: of all added items together, rather than of each.
        currency: ISO 4217, where it was named.
    """

    said: str
    start: int
    end: int
    least: float | None = None
    most: float | None = None
    total: bool = False
    currency: str | None = None


def prices_in(text: str) -> Iterator[Price]:
    """The prices that a text names, in order.

    >>> [(one.least, one.most) for one in prices_in("shoes under $1,080.50, a bag between 20 and 40 euros")]
    [(None, 1080.5), (20.0, 40.0)]
    >>> [(one.least, one.most) for one in prices_in("no price over 100, at most 3 bags, under 5 cm")]
    [(None, 100.0)]
    """
    for found in _GRAMMAR.finditer(text):
        if found.start() and text[found.start() - 1].isalnum() and text[found.start()].isalnum():
            continue
        named = {name.partition("_")[0]: _figure(value) for name, value in found.groupdict().items() if value}
        total = named.get("budget") or named.get("whole") or named.get("sum")
        price = Price(said=found.group().strip(), start=found.start(), end=found.end(), currency=_currency(found.group()))
        if total is not None:
            yield replace(price, most=total, total=True)
        elif "about" in named:
            yield replace(price, least=round(named["about"] * (1 - _ABOUT), 2), most=round(named["about"] * (1 + _ABOUT), 2))
        elif "low" in named:
            low, high = sorted((named["low"], named["high"]))
            yield replace(price, least=low, most=high)
        else:
            yield replace(price, least=named.get("least"), most=named.get("most"))


def _figure(text: str) -> float:
    digits = re.search(_NUMBER, text)
    number = digits.group() if digits else "0"
    number = number.replace(",", "") if re.search(r",\d{3}", number) else number.replace(",", ".")
    return float(number)


def _currency(text: str) -> str | None:
    return next((code for code, names in _CURRENCIES.items() if re.search(names, text, re.IGNORECASE)), None)
