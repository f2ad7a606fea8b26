"""Prices as shops write them: ``15.00 USD``, ``1.299,00 €``, ``$1,299``, ``29,-``; anything that can be read in two ways is refused."""

from __future__ import annotations

import math
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from babel.core import get_global

from models.datasets.feeds.bad import bad
from models.datasets.shown import shown

_CODES: Final = frozenset(get_global("all_currencies"))
_SYMBOLS: Final = {"$": "USD", "US$": "USD", "€": "EUR", "£": "GBP", "¥": "JPY", "₹": "INR", "₽": "RUB", "₺": "TRY", "₩": "KRW"}
_SYMBOLS_TOO: Final = {
    "R$": "BRL",
    "C$": "CAD",
    "CA$": "CAD",
    "A$": "AUD",
    "AU$": "AUD",
    "Mex$": "MXN",
    "MX$": "MXN",
    "zł": "PLN",
    "Kč": "CZK",
    "Ft": "HUF",
    "₪": "ILS",
}
_BY_WORD: Final = {"円": "JPY", "원": "KRW", "TL": "TRY", "Türk Lirasi": "TRY", "reais": "BRL", "złotych": "PLN"}
_MARKS: Final = {name.casefold(): code for name, code in {**_SYMBOLS, **_SYMBOLS_TOO, **_BY_WORD}.items()}
_NAMELESS: Final = frozenset(
    {"kr", "kr.", "kronor", "kroner", "fr.", "lei", "\\"}
)  # of more than one currency: yen and won were written as \\
_DOLLAR: Final = "$"
_OF_DOLLARS: Final = frozenset(["USD", "CAD", "AUD", "NZD", "HKD", "SGD", "TWD", "MXN", "ARS", "CLP", "COP", "UYU", "DOP", "BRL"])
"""Currencies whose sign is a dollar's."""
_WHOLE: Final = frozenset({"JPY", "KRW"})
"""Currencies without decimals: whatever groups three digits groups thousands."""
_NOTHING: Final = frozenset({"", "-", "n/a", "na", "nan", "none", "null", "<na>"})
_PARTS: Final = re.compile(
    r"(?P<before>(?:[^\d\s.,+'’-]+\s)?[^\d\s.,+'’-]*)\s*(?P<number>-?[\d][\d.,'’\s]*?)(?:[.,]?[-–—]{1,2})?\s*"  # noqa: RUF001
    r"(?P<after>[^\d\s,'’-]*(?:\s[^\d\s,'’-]+)?)"  # noqa: RUF001
)
_RANGE: Final = re.compile(
    r"\d[^\d]*(?:-|–|—|~|〜|\bto\b|\bbis\b|\bà\b)[^\d]*\d|^\s*(?:from|ab|à partir|starting|desde|da)\b",  # noqa: RUF001
    re.IGNORECASE,
)
_TAXED: Final = re.compile(
    r"[\s,*(]*(?<![^\W\d_])(?:ttc|t\.t\.c\.?|tvac|con iva|kdv dahil|"
    r"(?:inkl|incl|inc)[a-zé]*\.?\s*(?:\d+\s*%\s*)?(?:(?:der|de|la|gesetzl\.?)\s*)*"
    r"(?:mwst|mehrwertsteuer|ust|vat|tax|taxes|tva|iva|btw)|(?:mwst|vat|tax|tva|iva|btw)\.?\s*(?:inkl|incl|inc)[a-zé]*)\.?\s*[)*]?\s*$",
    re.IGNORECASE,
)
"""That tax is in it, which is said behind what a shopper pays."""
_TAXED_IN_JAPAN: Final = re.compile(r"^\(?税込み?(?:価格)?\)?:?|\(?税込み?\)?$")
_TEN_THOUSANDS: Final = re.compile(r"(?<![\d.,])(\d{1,4})万(\d{0,4})(?=円)")
_MARK_WITHIN: Final = re.compile(r"([\d\s.'’]*\d)\s*([€$£])\s*(\d\d)")  # noqa: RUF001 - 39€90
_PLAIN: Final = re.compile(r"\d+(?:\.\d+)?(?:[eE][+-]?\d{1,3})?")
_THOUSANDS: Final = re.compile(r"\d{1,3}\.\d{3}")
_USE: Final = "write one number from 0, such as 1299.00, or nothing"
_LONGEST: Final = 100  # characters of a price
MOST: Final = 1e9
"""A price beyond this is a mistake, in files as in requests; it would outweigh all others where values are added up."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount, and the ISO 4217 code of its currency as far as it is told."""

    amount: float
    currency: str | None = None


def read_money(value: object, *, comma: bool | None = False) -> Money | None:
    """Read a price; None where there is none.

    >>> read_money("1.299,00 €"), read_money("15.00 USD"), read_money(12)
    (Money(amount=1299.0, currency='EUR'), Money(amount=15.0, currency='USD'), Money(amount=12.0, currency=None))

    Args:
        comma: whether this feed's decimals stand behind a comma, for what could be read either way; None where they stand behind either.

    Raises:
        BadValueError: it is no price, or could be several; says what to do.
    """
    if value is None:
        return None
    if isinstance(value, str) and len(value) <= _LONGEST:
        return _read(value, comma)
    if isinstance(value, bool) or not isinstance(value, int | float):
        bad(f"{shown(value)} is not a price; {_USE}")
    try:
        return _checked(float(value), value)
    except OverflowError:
        return _checked(math.inf, value)


def currency_of(text: str) -> str | None:
    """The code of ISO 4217 of a currency by that, its sign or its word; None where it is none, or of several.

    >>> currency_of("eur"), currency_of("TL"), currency_of("円"), currency_of("kr")
    ('EUR', 'TRY', 'JPY', None)
    """
    return _currency(text.strip()) or None


def is_currency(code: str) -> bool:
    """Whether this is a code of ISO 4217."""
    return code in _CODES


@lru_cache(maxsize=65_536)
def _read(text: str, comma: bool | None) -> Money | None:  # noqa: FBT001 - cached by place
    plain = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in unicodedata.normalize("NFKC", text)).strip()
    plain = _TAXED_IN_JAPAN.sub("", _TAXED.sub("", plain)).strip()
    plain = _TEN_THOUSANDS.sub(lambda found: str(int(found[1]) * 10_000 + int(found[2] or 0)), plain)
    if within := _MARK_WITHIN.fullmatch(plain):
        plain = f"{within[1]},{within[3]} {within[2]}"
    if plain.casefold() in _NOTHING:
        return None
    if _PLAIN.fullmatch(plain) and not (comma is not False and _THOUSANDS.fullmatch(plain)):
        return _checked(float(plain), text)
    if _RANGE.search(plain):
        bad(f"{shown(text)} is a range of prices; {_USE}")
    found = _PARTS.fullmatch(plain)
    marks = [mark for mark in (*found["before"].split(), found["after"]) if mark] if found else []
    currencies = {_currency(mark) for mark in marks}
    if len(told := currencies - {"", None}) > 1 and _DOLLAR in marks:  # "$1,299.00 MXN": the code says which dollar or peso
        currencies -= {"USD"} if len(told) == 2 and told <= _OF_DOLLARS else set()  # noqa: PLR2004
    if not found or None in currencies or len(currencies - {""}) > 1:
        bad(f"{shown(text)} is not a number, or not a price; {_USE}")
    number, currency = found["number"].strip(), next(iter(currencies - {""}), None)
    if currency in _WHOLE and re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+", number):
        return _checked(float(re.sub("[.,]", "", number)), text, currency)
    if (comma is None or (marks and not comma)) and _THOUSANDS.fullmatch(number):
        bad(_two_ways(text, number, "."))
    return _checked(_amount(number, bool(comma), text), text, currency)


def _currency(mark: str) -> str | None:
    """The code of a mark; empty for one of several currencies, None for a word that is none."""
    if mark.upper() in _CODES:
        return mark.upper()
    name = mark.casefold().replace("ı", "i")
    return "" if name in _NAMELESS else _MARKS.get(name)


def _amount(number: str, comma: bool, text: str) -> float:  # noqa: FBT001 - of this module
    number = re.sub(r"(?<=\d)['’\s](?=\d{3}(?!\d))", "", number)  # noqa: RUF001 - both kinds of apostrophe group thousands
    last = max(number.rfind("."), number.rfind(","))
    if last < 0:
        return _float(number, text)
    mark, other = number[last], "," if number[last] == "." else "."
    whole, cents = number[:last], number[last + 1 :]
    grouped = re.fullmatch(rf"-?\d{{1,3}}(?:\{mark}\d{{2,3}})*\{mark}\d{{3}}", number) is not None
    if other in whole:  # 1.299,00: the last of two marks is that of decimals
        if not re.fullmatch(rf"-?\d{{1,3}}(?:\{other}\d{{2,3}})*\{other}\d{{3}}", whole):
            bad(f"{shown(text)} is not a number; {_USE}")
        return _float(f"{whole.replace(other, '')}.{cents}", text)
    if grouped and (number.count(mark) > 1 or (mark == ",") != comma):
        return _float(number.replace(mark, ""), text)
    if grouped and comma:
        bad(_two_ways(text, number, mark))
    return _float(f"{whole}.{cents}", text)


def _two_ways(text: str, number: str, mark: str) -> str:
    return f"{shown(text)} is {number.replace(mark, '')} or {number.replace(mark, '.')}; write it without a mark for thousands"


def _float(number: str, text: str) -> float:
    if not re.fullmatch(r"-?\d+(?:\.\d*)?", number):
        bad(f"{shown(text)} is not a number; {_USE}")
    return float(number)


def _checked(amount: float, value: object, currency: str | None = None) -> Money:
    if amount > MOST:
        bad(f"{shown(value)} is not a price: it is more than {MOST:,.0f}; {_USE}")
    if not amount >= 0:
        bad(f"{shown(value)} is not a price; {_USE}")
    return Money(amount, currency)


def decimals_behind_commas(cells: list[str]) -> bool | None:
    """Whether prices like these are written with a decimal comma: some are for sure, and none with a point; None where both are."""
    commas = any(re.search(r",\d{1,2}(?!\d)", cell) and not re.search(r",\d{2},", cell) for cell in cells)
    points = any(re.search(r"\.\d{1,2}(?!\d)", cell) for cell in cells)
    return None if commas and points else commas
