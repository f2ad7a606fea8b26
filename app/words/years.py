"""How old someone is for whom a shopper asks: "my 8 year old son", "aged 8-9", *de 8 ans*, *8-jährig*."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_NUMBER: Final = r"(?<![\w.,/-])(?P<first{0}>\d{{1,2}})(?:\s*(?:-|\u2013|to|or|bis|à|ou|oder|a|do|till|til)\s*(?P<last{0}>\d{{1,2}}))?"
_YEARS: Final = (
    r"years?|yrs?|jahren?|jähr\w*|jahr\w*|ans|años?|anos?|ann[io]|jaar|jarige?|lat(?:a|ka|ek)?|letni\w*|roczn\w*|år(?:s|iga?)?|ya[şs]\w*"
    r"|歳|才|سنوات|سنة|سنين|عام|أعوام|اعوام"
)
_MONTHS: Final = (
    r"months?|mths?|monate?n?|mois|meses|mes[ei]|maanden?|miesi[ęą]c\w*|mies|månad(?:er)?|måneder|mån"
    r"|aylık|ヶ月|か月|カ月|شهر|أشهر|اشهر|شهور"
)
_OLD: Final = r"(?:[\s-]*(?:olds?|alte?[nrs]?|oud|oude|of\s+age)\b)?"
_AGED: Final = r"(?:aged?|ages|im\s+alter\s+von|âgée?s?\s+de|de\s+edad|edad|età|leeftijd|w\s+wieku|i\s+åldern)\s+"
_AGE: Final = re.compile(
    rf"(?:{_AGED})?{_NUMBER.format(1)}(?:[\s-]*(?:(?P<years>{_YEARS})|(?P<months>{_MONTHS}))(?!\w)|y(?:[or]|rs)\b){_OLD}"
    rf"|\b{_AGED}{_NUMBER.format(2)}(?!\w)",
    re.IGNORECASE,
)

_CALLED: Final = {
    "newborn": (0, 2),
    "toddler": (12, 47),
    "preschooler nursery": (24, 59),
    "tweenager": (108, 155),
    "teen teenager": (144, 239),
}
MONTHS_OF: Final = {word: months for words, months in _CALLED.items() for word in words.split()}
"""A word of people -> from which month to which they are, in English."""


@dataclass(frozen=True, slots=True)
class Age:
    """An age that was read.

    Attributes:
        start, end: where in the text. first, last: from which month to which.
    """

    start: int
    end: int
    first: int
    last: int


def ages_said(text: str) -> Iterator[Age]:
    """The ages that a text says.

    >>> [(age.first, age.last) for age in ages_said("8 year old or aged 8-9, 10 yrs, 6-12 months")]
    [(96, 107), (96, 119), (120, 131), (6, 12)]
    >>> [*ages_said("size 8, 501, 2 pairs, under 20")]
    []
    """
    for found in _AGE.finditer(text):
        first = int(found["first1"] or found["first2"])
        last = int(found["last1"] or found["last2"] or first)
        yield Age(found.start(), found.end(), *((first, last) if found["months"] else (12 * first, 12 * last + 11)))
