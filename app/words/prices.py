"""Prices in the words of a shopper: under, over, between, about, in total.

Bounds are inclusive, as those of the filters are: shops say "under 80" of what costs 80.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

_CODES: Final = (
    "USD EUR GBP JPY CNY INR KRW CHF SEK DKK NOK ISK PLN CZK HUF RON BGN CAD AUD NZD SGD HKD BRL MXN ZAR ILS AED EGP SAR QAR KWD"
)
"""Of ISO 4217; those that are words (ALL, TOP, TRY) are none here."""
_CURRENCIES: Final = {
    r"us\$": "USD", r"ca?\$": "CAD", r"au?\$": "AUD", r"nz\$": "NZD", r"hk\$": "HKD", r"s\$": "SGD", r"r\$": "BRL",
    r"\$": "USD CAD AUD NZD HKD SGD MXN", r"(?:dollar|buck)s?\b": "USD CAD AUD NZD HKD SGD", r"€|euros?\b": "EUR",
    r"£|pounds?\b|quid\b": "GBP", "¥": "JPY CNY", r"yen\b": "JPY", r"(?:yuan|rmb)\b": "CNY",
    "₹": "INR", r"(?:rupees?|rs)\b": "INR PKR LKR NPR", "₩": "KRW", "₽": "RUB", "₺": "TRY", "₪": "ILS",
    r"francs?\b": "CHF", r"(?:kr|crowns?|kron[aeo]r?)\b": "SEK DKK NOK ISK CZK", r"kč": "CZK",
    r"(?:z[łl]|zlotys?|złot(?:ych|e|y))\b": "PLN", r"reais\b": "BRL", r"(?:pesos?|varos)\b": "MXN ARS CLP COP UYU DOP PHP",
    r"جنيها?\b": "EGP SDG", r"ريالا?\b": "SAR QAR OMR YER", r"درهما?\b": "AED MAD", r"دينارا?\b": "KWD JOD BHD IQD",
    r"[円]": "JPY", r"[元块]": "CNY", r"[원]": "KRW",
    r"(?:tl|lira)(?:d[ae]n|n[ıi]n|y[ae]|l[ıi]k)?\b": "TRY",
    **{rf"{code}\b": code for code in _CODES.split()},
}  # fmt: skip
"""What names a currency, and the codes that it may stand for."""
_WORD_BEGINS: Final = r"(?<![^\W\d_])"
_CURRENCY: Final = re.compile("|".join(_WORD_BEGINS * (name[0] == "(" or name[0].isalpha()) + name for name in _CURRENCIES), re.IGNORECASE)
"""In letters it begins a word: "trousers 30" names no rupees."""
_MARK, _MORE = "\ue000", "\ue001"
_UNIT: Final = f"(?:{_MARK}{_MORE}*)"
"""A currency in what the grammar reads: a mark, and one more for each further letter; so names are looked for once, not at each amount."""
_SIGN: Final = rf"(?:{_UNIT}\.?)"
_NUMBER: Final = (
    r"\d{1,4}(?:\.\d)?\s*[万만](?:\s*\d\s*[千천])?|\d\s*[千천]"
    r"|\d{1,3}(?:,\d{3}){1,3}(?:\.\d{1,2})?|\d{1,3}(?:\.\d{3}){1,3}(?:,\d{1,2})?"
    r"|\d{1,3}(?:[\s'\u2019]\d{3}){1,3}(?:[.,]\d{1,2})?|\d{1,9}(?:[.,]\d{1,2})?"
)
"""As feeds write them (``models.datasets.feeds.money``): thousands behind a comma, point, space or apostrophe; and units of the East."""
_IN_JAPANESE: Final = re.compile(r"([\d.]+)\s*([万千만천])")
_JAPANESE: Final = {"万": 10_000, "千": 1_000, "만": 10_000, "천": 1_000}
_OTHER: Final = (
    rf"(?:items?|pieces?|things?|slots?|bags?|shoes?|cm|mm|m|inch(?:es)?|in(?!\s+(?!waist|leg|inseam|long|wide|high|tall|heel)(?:[^\W\d]|{_MARK}))|kg|g|years?|yrs?|months?"
    r"|days?|weeks?|hours?|%)\b"
)
"""What is counted or measured in other units than money."""
_AMOUNT: Final = (
    rf"(?:{_SIGN}\s*)?(?:{_NUMBER})(?:\s*{_UNIT}|(?!(?![\u3041-\u9fff\uac00-\ud7a3])\w|[.,'\u2019]\d)(?!\s*(?!in\s+total){_OTHER}))"
)
_NOT: Final = (
    r"(?:not(?:hing)?|no(?:ne|n)?|never|nichts?|nie|niets?|pas|rien|nada|niente|não|nao|inte|ikke|don['\u2019]?t)"
    r"\s+(?:(?:go|be|cost|costing|priced|prices?|de|di|da)\s+)?"
)
_THE: Final = r"(?:\s+(?:de|des|les|von|zu|los|di|dei|i|gli|van|a|à|al|ai|le|el|der|die|den|dem|do|da|dos|das|que))?"
_OVER_ABROAD: Final = (
    r"über|oberhalb|mehr\s+als|teurer\s+als|plus(?:\s+cher)?\s+(?:de|que)|au[-\s]dessus\s+de|supérieure?s?\s+à|más\s+(?:caro\s+)?(?:de|que)|mas\s+de"
    r"|[أا]كثر\s+من|فوق|[أا]على\s+من|[أا]غلى\s+من"
    r"|acima\s+de|mais\s+(?:caro\s+)?(?:do\s+)?(?:de|que)|powyżej|ponad|(?:więcej|drożej|droższ\w+)\s+niż"
    r"|över|(?:mer|dyrare)\s+än|mere\s+end|mer\s+enn|por\s+encima\s+de|superior(?:e|es)?\s+an?|mayor(?:es)?\s+(?:a|que|de)|più\s+(?:caro\s+)?di|piu\s+di|sopra|oltre|boven|meer\s+dan|duurder\s+dan"
)
_UNDER_ABROAD: Final = (
    r"unter|unterhalb|höchstens|maximal|(?:weniger|günstiger|billiger)\s+als|moins(?:\s+cher)?\s+(?:de|que)|(?:en|au)[-\s]dessous\s+de"
    r"|en\s+(?:fazla|çok)|azami|[أا]قل\s+من|تحت|[أا]رخص\s+من|دون"
    r"|abaixo\s+de|(?:menos|mais\s+barat[oa]s?)\s+(?:do\s+)?que|poniżej|(?:mniej|taniej|tańsz\w+)\s+niż|maksymalnie|maks\.?|högst"
    r"|(?:mindre|billigare)\s+än|mindre\s+en[dn]|inférieure?s?\s+à|menos\s+de|por\s+debajo\s+de|menor(?:es)?\s+(?:a|que|de)|más\s+barat[oa]s?\s+(?:que|de)|inferior(?:e|es|i)?\s+an?|meno\s+di|(?:al\s+di\s+)?sotto|onder|(?:minder|goedkoper)\s+dan"
)
_UP_TO_ABROAD: Final = (
    r"jusqu['\u2019]?\s?(?:à|a)|bis(?:\s+zu)?|hasta|fino\s+a|tot|entro|au\s+(?:maximum|plus|max)|como\s+(?:máximo|mucho)|a\s+lo\s+(?:sumo|mucho)|máx\.?|al\s+massimo"
    r"|até|ate|no\s+máximo|upp\s+till|op\s+til|opp\s+til|inntil|maximalt|maksimalt|høyst|højst|massimo|máximo|maximaal|hoogstens|hooguit|ten\s+hoogste|حتى|(?:لا\s+يزيد|لا\s+تزيد)\s+عن|بحد\s+[أا]قصى|في\s+حدود"
)
_FROM_ABROAD: Final = (
    r"au\s+moins|(?:à|a)\s+partir\s+de|dès|mindestens|ab|al\s+menos|desde|mínimo|en\s+az|asgari|almeno|a\s+partire\s+da|minimo|minstens|vanaf|minimaal"
    r"|a\s+partir\s+d[eo]|(?:pelo|ao)\s+menos|no\s+mínimo|od|co\s+najmniej|minst|från|mindst|fra|ابتداء\s+من|من"
)
_CASE: Final = r"(?:['\u2019]?(?:[dt][ae]n|n?[ıi]n|[yn]?[ea]))?\s*"
_UNDER_BEHIND: Final = (
    r"(?:alt[ıi](?:nda(?:ki)?)?|(?:daha\s+)?(?:ucuz|az)|kadar)\b|以下|以内|之内|未満|まで|이하|이내|미만|까지|より\s*(?:安い|下)"
)
_OVER_BEHIND: Final = r"(?:üst(?:ü|ünde)|üzeri(?:nde)?|(?:daha\s+)?(?:pahalı|fazla))\b|以上|から|이상|より\s*(?:高い|上)"
"""What stands behind a price in Turkish, Japanese, Chinese and Korean."""
_OVER: Final = rf"(?:(?:over|above|more\s+than|more\s+expensive\s+than|dearer\s+than|beyond|exceeding|{_OVER_ABROAD}){_THE})"
_UNDER: Final = rf"(?:(?:under|below|beneath|less\s+than|cheaper\s+than|lower\s+than|{_UNDER_ABROAD}){_THE})"
_MOST: Final = (
    rf"(?:{_NOT}{_OVER}|{_UNDER}|up\s*to|at\s+(?:the\s+)?most|max(?:imum|\.)?(?:\s+(?:of|de|price))?|within"
    rf"|(?<!\d\s)(?:{_UP_TO_ABROAD}){_THE}|do(?=\s*(?:\d{{3}}|(?:{_NUMBER})\s*{_UNIT}))|no\s+(?:more|higher|dearer)\s+than|<=?|≤)"
)
_LEAST: Final = (
    rf"(?:{_NOT}{_UNDER}|{_OVER}|at\s+least|min(?:imum|\.)?(?:\s+(?:of|de))?|from|starting\s+(?:at|from)|upwards\s+of"
    rf"|(?:{_FROM_ABROAD}){_THE}|>=?|≥)"
)
_TOTAL: Final = (
    r"(?:in\s+total|total|altogether|all\s+together|together|for\s+everything|for\s+the\s+(?:whole\s+)?(?:look|outfit)|combined|overall"
    r"|en\s+tout|au\s+total|insgesamt|zusammen|en\s+total|in\s+tot(?:ale|aal)|no\s+total|ao\s+todo|łącznie|razem|w\s+sumie|totalt|sammanlagt"
    r"|tillsammans|i\s+alt|sammen)"
)
_BUDGET: Final = (
    r"(?:(?:my\s+|a\s+)?(?:total\s+)?(?:budget|presupuesto|orçamento|budżet|budsjett)(?:\s+(?:of|is|at|de|von|van|di))?:?"
    r"|予算|bütçe\w*|total(?:\s+of)?|spend(?:\s+(?:up\s+to|at\s+most))?)"
)
_TO: Final = "(?:to|[-~〜\N{EN DASH}])"
_TO_ABROAD: Final = "(?:to|[-~〜\N{EN DASH}]|à|a|bis|tot|até|do|till|til|[إا]لى)"
_BEFORE_SIZES: Final = (
    "size sizes taille tailles pointure größe größen talla tallas taglia taglie maat maten gr grösse eu uk us it fr waist length age "
    "ages aged cm w l years"
)
_NO_SIZE: Final = "".join(rf"(?<!\b{word}\s)" for word in _BEFORE_SIZES.split())
_BETWEEN: Final = (
    r"(?:between|from|price[ds]?|cost(?:s|ing)?|entre|zwischen|tra|fra|tussen|von|od|między|pomiędzy|mell[ae]n|mell[eo]m|från|بين|من)"
)
_AND: Final = rf"(?:and|et|und|y|e|en|i|och|og|و|{_TO_ABROAD})"
_ARTICLE: Final = r"(?:(?:the|les|los|die|de|i|gli|os)\s+)?"
_AROUND: Final = (
    r"(?:around|about|roughly|approximately|circa|ca\.?|environ|autour\s+de|etwa|ungefähr|rund|alrededor\s+de|ongeveer|intorno\s+a"
    r"|cerca\s+de|por\s+volta\s+de|około|ok\.|ungefär|cirka|omkring|runt|~)"
)
_OR: Final = "(?:or|and|ou|oder|o|of|lub|albo|eller)"
_LESS_ABROAD: Final = "moins|weniger|günstiger|menos|meno|minder|mniej|taniej|mindre|billigare"
_MORE_ABROAD: Final = "plus|mehr|más|più|meer|mais|więcej|mera?|mere"
_WIDE: Final = 10
"""How far apart two bare numbers are that are prices: "trousers 30-50"; sizes are nearer."""
_YEARS: Final = range(1900, 2100)

_GRAMMAR: Final = re.compile(
    rf"""
      (?:{_BUDGET})\s*(?:{_MOST}\s+)?(?P<budget>{_AMOUNT})(?:\s+{_TOTAL}\b|以内|以下|まで)?
    | (?:{_MOST})\s*(?P<whole>{_AMOUNT})\s+{_TOTAL}\b
    | (?P<sum>{_AMOUNT})\s+{_TOTAL}\b
    | {_BETWEEN}\s+{_ARTICLE}(?P<low>{_AMOUNT})\s*{_AND}\s*{_ARTICLE}(?P<high>{_AMOUNT})
    | (?P<low_signed>{_SIGN}\s*(?:{_NUMBER}))\s*{_TO}\s*(?P<high_signed>{_AMOUNT})
    | (?P<low_unit>{_NUMBER})\s*{_TO_ABROAD}\s*(?P<high_unit>(?:{_SIGN}\s*(?:{_NUMBER}))|(?:{_NUMBER})\s*{_UNIT})
    | (?<!\w[-.,'])(?<![\w-]){_NO_SIZE}(?P<low_bare>\d{{1,4}})\s*{_TO}\s*(?P<high_bare>{_AMOUNT})
    | (?P<low_from>{_AMOUNT}){_CASE}(?:から|[〜~到至]|에서|부터|ile|ve)\s*(?P<high_behind>{_AMOUNT}){_CASE}(?:arası\w*|まで|사이|까지|之间)?
    | (?P<most_behind>{_AMOUNT}){_CASE}(?:{_UNDER_BEHIND})
    | (?P<least_behind>{_AMOUNT}){_CASE}(?:{_OVER_BEHIND})
    | (?P<about_behind>{_AMOUNT})\s*(?:くらい|ぐらい|前後|台|左右|정도|civar[ıi]\w*)
    | (?:{_MOST})\s*(?P<most>{_AMOUNT})
    | (?:{_LEAST})\s*(?P<least>{_AMOUNT})
    | {_AROUND}\s*(?P<about>{_AMOUNT})
    | (?P<most_after>{_AMOUNT})\s*{_OR}\s+(?:less|under|below|cheaper|{_LESS_ABROAD})\b
    | (?P<most_max>{_AMOUNT})\s*(?:max(?:imum|imal)?|at\s+(?:the\s+)?most|maxi|(?:no\s+)?máximo|massimo|höchstens|maks(?:ymalnie)?)\b
    | (?P<least_after>{_AMOUNT})\s*(?:\+|{_OR}\s+(?:more|up|above|over|upwards|{_MORE_ABROAD})\b|min(?:imum)?\b)
    """,
    re.VERBOSE | re.IGNORECASE,
)
_ABOUT: Final = 0.2


@dataclass(frozen=True, slots=True, kw_only=True)
class Price:
    """A price that was read.

    Attributes:
        said: in the shopper's words. start, end: where in the text.
        total: of all added items together, rather than of each.
        currencies: codes of ISO 4217 of which the named one is; empty where none was.
    """

    said: str
    start: int
    end: int
    least: float | None = None
    most: float | None = None
    total: bool = False
    currencies: frozenset[str] = frozenset()


def prices_in(text: str) -> Iterator[Price]:
    """The prices that a text names, in order.

    >>> [(one.least, one.most) for one in prices_in("shoes under $1,080.50, a bag between 20 and 40 euros")]
    [(None, 1080.5), (20.0, 40.0)]
    >>> [one.most for one in prices_in("under 1.000,50 €, under 1 000 kr, under 1'000.00, under 1,000")]
    [1000.5, 1000.0, 1000.0, 1000.0]
    >>> [(one.least, one.most) for one in prices_in("no price over 100, at most 3 bags, under 5 cm")]
    [(None, 100.0)]
    >>> [(one.least, one.most) for one in prices_in("500 TL altı, 300-600 TL arası, 1万円以内, 3000円から5000円")]
    [(None, 500.0), (300.0, 600.0), (None, 10000.0), (3000.0, 5000.0)]
    >>> [(one.least, one.most) for one in prices_in("tra i 40 e i 70 euro, 5만원 이하, 200元以下, 10만원에서 15만원 사이, 100到200元")]
    [(40.0, 70.0), (None, 50000.0), (None, 200.0), (100000.0, 150000.0), (100.0, 200.0)]
    >>> [(one.said, one.most) for one in prices_in("shoes under 100 in euros, a bag for CA$ 40 or less")]
    [('under 100', 100.0), ('CA$ 40 or less', 40.0)]
    >>> [(one.least, one.most) for one in prices_in("trousers 30-50, jeans 30-32, size 36-46, under 50 in black, under 50 in long")]
    [(30.0, 50.0), (None, 50.0)]
    """
    for found in _GRAMMAR.finditer(_CURRENCY.sub(lambda name: _MARK + _MORE * (len(name.group()) - 1), text)):
        if found.start() and text[found.start() - 1].isalnum() and text[found.start()].isalnum():
            continue
        named = {name.partition("_")[0]: _figure(value) for name, value in found.groupdict().items() if value}
        if found["low_bare"] and (named["high"] - named["low"] < _WIDE or named["low"] in _YEARS):
            continue
        total = named.get("budget") or named.get("whole") or named.get("sum")
        said = text[found.start() : found.end()]
        price = Price(said=said.strip(), start=found.start(), end=found.end(), currencies=_currencies(said))
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
    if parts := _IN_JAPANESE.findall(text):
        return sum(float(number) * _JAPANESE[unit] for number, unit in parts)
    digits = re.search(_NUMBER, text)
    return float(re.sub(r"[.,\s'\u2019](?=\d{3})", "", digits.group()).replace(",", ".")) if digits else 0.0


def _currencies(text: str) -> frozenset[str]:
    named = (codes for name, codes in _CURRENCIES.items() if re.search(rf"(?<![^\W\d_])(?:{name})", text, re.IGNORECASE))
    return frozenset(next(named, "").split())
